"""What a shell asks while it reads a stream: is it still in time and in bounds, what happened, what does the end mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemodub_nb.client.errors import AgentError, NemoError, NemoTimeoutError, StreamBrokenError
from nemodub_nb.client.events import EventDecoder
from nemodub_nb.client.limits import MIB, Limits, StreamClock
from nemodub_nb.client.sse import FrameSplitter, FrameTooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nemodub_nb.client.values import AgentEvent


def is_event_stream(status: int, headers: Mapping[str, str]) -> bool:
    """Return whether an answer is a stream that can be read here."""
    kind = headers.get("content-type", "").partition(";")[0].strip().casefold()
    plain = headers.get("content-encoding", "identity").strip().casefold() == "identity"
    return status == 200 and kind == "text/event-stream" and plain  # noqa: PLR2004 - HTTP's OK


class StreamReader:
    """Reads one stream's bytes; times are seconds of one clock."""

    def __init__(self, limits: Limits, now: float, hide: Callable[[str], str]) -> None:
        self.clock = StreamClock(limits, now)
        self._limits = limits
        self._hide = hide
        self._splitter = FrameSplitter(limits.frame_bytes)
        self._decoder = EventDecoder()

    @property
    def text(self) -> str:
        """The agent's words so far."""
        return self._decoder.text

    def events(self, piece: bytes, now: float) -> Iterator[AgentEvent]:
        """Yield the events that a piece of the stream completes.

        Raises AgentError, StreamBrokenError when a frame is beyond all bounds, or NemoTimeoutError when time is over.
        """
        try:
            frames = self._splitter.feed(piece)
        except FrameTooLargeError:
            raise self._broken(f"a frame is larger than {self._limits.frame_bytes / MIB:g} MB") from None
        decoder = self._decoder
        understood = decoder.understood
        try:
            for data in frames:
                yield from decoder.frame(data)
        except AgentError as error:
            raise self._hidden(error) from None
        over = self.clock.heard(now, content=decoder.understood != understood)
        if over and (complaint := self.clock.complaint(now)) is not None:
            raise self._late(complaint)

    def end(self, now: float) -> Iterator[AgentEvent]:
        """Yield what was held back until the end. Raises when this is not an end but a cut or a timeout."""
        if (complaint := self.clock.complaint(now)) is not None:
            raise self._late(complaint)
        ragged = self._splitter.ragged
        whole = False
        for data in self._splitter.flush():
            unreadable = self._decoder.unreadable
            try:
                yield from self._decoder.frame(data)
            except AgentError as error:
                raise self._hidden(error) from None
            whole = bool(data.strip()) and self._decoder.unreadable == unreadable
        if ragged and not whole:
            raise self._broken("it ended in the middle of a frame")
        if self._decoder.unreadable and not self._decoder.understood:
            raise self._broken("nothing in it can be read")
        yield from self._decoder.end()

    def failure(self, now: float, *, timed_out: bool = False) -> NemoError:
        """Return the error for a stream whose connection broke, or was broken off because time was over."""
        complaint = self.clock.complaint(now)
        if complaint is None and timed_out:
            complaint = "The agent sent nothing for too long."
        return self._late(complaint) if complaint is not None else self._broken("the connection was lost")

    def _hidden(self, error: AgentError) -> AgentError:
        error.rephrase(self._hide(error.message))
        return error

    def _late(self, complaint: str) -> NemoTimeoutError:
        error = NemoTimeoutError(complaint, "Look at the session's state: the work may still be going on.")
        error.outcome_unknown = True
        error.text_so_far = self.text
        return error

    def _broken(self, how: str) -> StreamBrokenError:
        return StreamBrokenError(f"The stream broke: {how}.", text_so_far=self.text)
