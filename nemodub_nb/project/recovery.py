"""What became of a message whose answer was lost: the state tells, the message is never sent again."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from nemodub_nb.client import ConnectionFailedError, NemoTimeoutError, ServerError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from nemodub_nb.client import SessionState

    from .connection import Pace


def fingerprint(draft: Any) -> str:
    """Return a draft as text that is equal for equal drafts."""
    return json.dumps(draft, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def working(state: SessionState) -> bool:
    """Tell whether the backend says that it is still busy with a message. The cloud never says; the embedded one does."""
    said = state.raw.get("message")
    return isinstance(said, dict) and said.get("status") == "running"


def settled(state: SessionState) -> bool:
    """Tell whether the backend says that its last message is over. The cloud never says; the embedded one does."""
    said = state.raw.get("message")
    return isinstance(said, dict) and said.get("status") in {"done", "failed"}


async def outcome(
    read: Callable[[], Awaitable[SessionState]],
    before: Any,
    pace: Pace,
    *,
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    note: Callable[[str], None] = lambda _: None,
) -> SessionState | None:
    """Wait for the outcome of a message, by the rule for broken streams.

    First a pause, then the state; while it is as it was before the message, look again every so often, a limited number
    of times. A backend that says it is still working is given all the time it takes. Returns the new state, None when
    nothing has changed. Errors on the way to the state count as a look; others are raised.
    """
    old = fingerprint(before)
    looks = 0
    pause = pace.settle_first_s
    note("The answer was lost. Looking at what became of it…")
    while looks <= pace.settle_times:
        await wait(pause)
        pause = pace.settle_every_s
        try:
            state = await read()
        except (ConnectionFailedError, NemoTimeoutError, ServerError):
            looks += 1
            continue
        if working(state):
            looks = min(looks, 1)
            continue
        if fingerprint(state.draft) != old or settled(state):
            return state
        looks += 1
    return None
