"""What became of a message whose answer was lost: the state tells, the message is never sent again."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.client import (
    ConnectionFailedError,
    MalformedResponseError,
    NemoTimeoutError,
    RateLimitedError,
    ServerError,
)

from .errors import NotReceivedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from nemodub_nb.client import SessionState

    from .connection import Pace

UNREADABLE: Final = (
    ConnectionFailedError,
    MalformedResponseError,
    NemoTimeoutError,
    RateLimitedError,
    ServerError,
)
"""Errors on the way to the state that say nothing about the message."""
_ABSENT_LOOKS: Final = 3
"""Looks at a state that tells of another message, and of no change, until there is nothing more to wait for."""


TOLD_AS = "nemodub_message"
"""Where the embedded backend's state tells of the last message. No other backend has a key of this name, so that its
null is never taken for “not received”, which would allow a second sending."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a session stood before a message, so that what came of it can be told apart."""

    text: str
    """The message."""
    draft: Any
    """The draft before it."""
    last: str | None = None
    """The id of the message before it; None when there was none, or the backend names none."""

    @classmethod
    def of(cls, text: str, state: SessionState) -> Mark:
        """Mark a state that was read just before a message is sent."""
        said = last_message(state)
        return cls(text, state.draft, said.id if said else None)


@dataclass(frozen=True, slots=True)
class Said:
    """A session's last message as the backend tells of it. The cloud never tells; the embedded backend does."""

    id: str
    text: str
    """The sentence."""
    status: str
    """running, done or failed."""
    answer: str
    """What the agent said; empty while it works."""
    result: Mapping[str, Any] | None
    """`{"done": [tag…], "failed": {tag: {"message", "advice"}}}`; None when it was not about languages."""


def fingerprint(draft: Any) -> str:
    """Return a draft as text that is equal for equal drafts."""
    return json.dumps(draft, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def last_message(state: SessionState) -> Said | None:
    """Return the session's last message, None when there is none or the backend does not tell."""
    said = state.raw.get(TOLD_AS)
    if not isinstance(said, dict):
        return None
    result = said.get("result")
    return Said(
        id=str(said.get("id") or ""),
        text=str(said.get("text") or ""),
        status=str(said.get("status") or ""),
        answer=str(said.get("answer") or ""),
        result=result if isinstance(result, dict) else None,
    )


def answered(state: SessionState, mark: Mark) -> Said | None:
    """Return the marked message once the backend says that it is over; None when it is not, or it does not tell."""
    said = last_message(state)
    ours = said is not None and said.id != mark.last and said.text == mark.text
    return said if said is not None and ours and said.status in {"done", "failed"} else None


def working(state: SessionState) -> bool:
    """Tell whether the backend says that it is busy with a message."""
    said = last_message(state)
    return said is not None and said.status == "running"


def changed(state: SessionState, mark: Mark) -> bool:
    """Tell whether the draft has changed since the mark."""
    return fingerprint(state.draft) != fingerprint(mark.draft)


def _tells(state: SessionState) -> bool:
    """Tell whether the backend is one that tells of its last message, be it that there was none."""
    return TOLD_AS in state.raw and isinstance(state.raw[TOLD_AS], dict | None)


def _not_received(state: SessionState, mark: Mark) -> bool:
    """Tell whether the backend says that its last message is still the one before the mark."""
    said = last_message(state)
    return _tells(state) and (said.id if said else None) == mark.last


async def outcome(
    read: Callable[[], Awaitable[SessionState]],
    mark: Mark,
    pace: Pace,
    *,
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    note: Callable[[str], None] = lambda _: None,
) -> SessionState | None:
    """Wait for the outcome of a message, by the rule for broken streams.

    First a pause, then the state; while it is as it was before the message, look again every so often, a limited number
    of times. A backend that says it is still working is given all the time it takes. Returns the new state, None when
    nothing has changed. Errors on the way to the state count as a look; others are raised, and NotReceivedError when
    the backend says that it knows nothing of the message.
    """
    looks = absent = 0
    pause = pace.settle_first_s
    note("The answer was lost. Looking at what became of it…")
    while looks <= pace.settle_times:
        await wait(pause)
        pause = pace.settle_every_s
        looks += 1
        try:
            state = await read()
        except UNREADABLE:
            continue
        if working(state):
            looks = absent = 0
            continue
        lost = _not_received(state, mark)
        if answered(state, mark) or (changed(state, mark) and not lost):
            return state
        absent += _tells(state)
        if absent >= _ABSENT_LOOKS:
            if lost:
                raise NotReceivedError(
                    "The message never reached the backend, so nothing was done.", "Say it again."
                )
            break
    return None
