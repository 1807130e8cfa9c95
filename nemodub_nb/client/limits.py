"""How long and how much: every limit of the client in one place, each injectable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nemodub_nb.contract import RUN_LIMIT_S

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes the client allows."""

    connect_s: float = 10.0
    """Until the connection stands."""
    read_s: float = 60.0
    """Between two reads of an ordinary answer, and between two writes."""
    answer_s: float = 180.0
    """An ordinary answer as a whole."""
    upload_answer_s: float = 600.0
    """Between the last byte of an upload and its answer: the server looks into the clip first."""
    silence_s: float = 360.0
    """A stream without a single byte. The slowest documented step takes 300 s, and not every server sends heartbeats."""
    heartbeats_s: float = 600.0
    """A stream with nothing but heartbeats."""
    run_s: float = RUN_LIMIT_S
    """A stream as a whole."""
    rate_limit_s: float = 30.0
    """Wait after a 429 that names no time."""
    rate_limit_max_s: float = 120.0
    """The longest wait that a server's Retry-After is granted; more is reported instead."""
    retry_s: tuple[float, ...] = (0.5, 2.0)
    """Pauses before the repetitions of a GET that failed on the way or with a 5xx."""
    answer_bytes: int = 32 * MIB
    """A JSON answer: the state of thousands of segments fits."""
    error_bytes: int = MIB // 4
    """An error's body, and a body that does not begin like JSON."""
    frame_bytes: int = 16 * MIB
    """One frame of a stream."""


class StreamClock:
    """Tells when a stream is over its time; knows no clock, so that every moment is given (seconds, any origin)."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._end = now + limits.run_s
        self._content = now
        self._byte = now

    def heard(self, now: float, *, content: bool) -> bool:
        """Note that bytes came, and whether they were more than heartbeats; return whether time is over all the same."""
        self._byte = now
        if content:
            self._content = now
        return now >= self._end or now - self._content >= self._limits.heartbeats_s

    @property
    def due(self) -> float:
        """The moment at which the stream is over its time if nothing comes until then."""
        return min(self._end, self._content + self._limits.heartbeats_s, self._byte + self._limits.silence_s)

    def complaint(self, now: float) -> str | None:
        """Return what went over its time at `now`; None when nothing did."""
        if now >= self._end:
            return f"The agent did not finish within {_span(self._limits.run_s)}."
        if now - self._content >= self._limits.heartbeats_s:
            return f"The agent sent nothing but heartbeats for {_span(self._limits.heartbeats_s)}."
        if now - self._byte >= self._limits.silence_s:
            return f"The agent sent nothing at all for {_span(self._limits.silence_s)}."
        return None


def _span(seconds: float) -> str:
    """Return a length of time as people write it."""
    return f"{seconds / 60:g} minutes" if seconds >= 120 else f"{seconds:g} s"  # noqa: PLR2004 - the figure is the wording
