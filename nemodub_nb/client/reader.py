"""What a shell asks while it reads a stream: is it still in time and in bounds, what happened, what does the end mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nemodub_nb.client.errors import NemoError, NemoTimeoutError, StreamBrokenError
from nemodub_nb.client.events import EventDecoder
from nemodub_nb.client.limits import MIB, Limits, StreamClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nemodub_nb.client.values import AgentEvent

_BOM: Final = b"\xef\xbb\xbf"


def is_event_stream(status: int, headers: Mapping[str, str]) -> bool:
    """Return whether an answer is a stream that can be read here."""
    kind = headers.get("content-type", "").partition(";")[0].strip().casefold()
    plain = headers.get("content-encoding", "identity").strip().casefold() == "identity"
    return status == 200 and kind == "text/event-stream" and plain  # noqa: PLR2004 - HTTP's OK


class StreamReader:
    """Reads one stream's bytes and frames; times are seconds of one clock."""

    def __init__(self, limits: Limits, now: float, hide: Callable[[str], str]) -> None:
        self.clock = StreamClock(limits, now)
        self._limits = limits
        self._hide = hide
        self._decoder = EventDecoder()
        self._unframed = 0
        self._first = True
        self._last = b"\n"
        self._ended = False
        self._whole_at_end = False

    @property
    def text(self) -> str:
        """The agent's words so far."""
        return self._decoder.text

    def piece(self, data: bytes, now: float) -> bytes:
        """Let a piece of the stream pass. Raises StreamBrokenError when one frame is beyond all bounds."""
        self.clock.heard(now)
        if not data:
            return data
        self._unframed += len(data)
        if self._unframed > self._limits.frame_bytes:
            raise self._broken(
                f"one frame of the stream is larger than {self._limits.frame_bytes / MIB:g} MB"
            )
        self._last = data[-1:]
        if self._first:
            self._first = False
            data = data.removeprefix(_BOM)
        return data

    def tail(self) -> bytes:
        """Return what is put after the last piece, so that a last frame without its blank line is seen too."""
        self._ended = True
        return b"\n\n"

    def frame(self, data: str, now: float) -> list[AgentEvent]:
        """Return the events of one frame. Raises AgentError, or NemoTimeoutError when time is over."""
        self._unframed = 0
        understood, unreadable = self._decoder.understood, self._decoder.unreadable
        try:
            events = self._decoder.frame(data)
        except NemoError as error:
            error.rephrase(self._hide(error.message))
            raise
        if self._decoder.understood != understood:
            self.clock.content(now)
        elif (complaint := self.clock.complaint(now)) is not None:
            raise self._late(complaint)
        if self._ended and data.strip() and self._decoder.unreadable == unreadable:
            self._whole_at_end = True
        return events

    def end(self, now: float) -> list[AgentEvent]:
        """Return what was held back until the end. Raises when this is not an end but a cut or a timeout."""
        if (complaint := self.clock.complaint(now)) is not None:
            raise self._late(complaint)
        cut_inside = self._last not in b"\r\n" and not self._whole_at_end
        if cut_inside or (self._decoder.unreadable and not self._decoder.understood):
            raise self._broken(
                "it ended in the middle of a frame" if cut_inside else "nothing in it can be read"
            )
        return self._decoder.end()

    def failure(self, now: float, *, timed_out: bool = False) -> NemoError:
        """Return the error for a stream whose connection broke, or was broken off because time was over."""
        complaint = self.clock.complaint(now)
        if complaint is None and timed_out:
            complaint = "The agent sent nothing for too long."
        return self._late(complaint) if complaint is not None else self._broken("the connection was lost")

    def _late(self, complaint: str) -> NemoTimeoutError:
        error = NemoTimeoutError(complaint, "Look at the session's state: the work may still be going on.")
        error.outcome_unknown = True
        error.text_so_far = self.text
        return error

    def _broken(self, how: str) -> StreamBrokenError:
        return StreamBrokenError(f"The stream broke: {how}.", text_so_far=self.text)
