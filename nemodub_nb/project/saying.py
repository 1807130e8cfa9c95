"""One message to the agent at a time, which can be stopped from elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.client import NemoError

from . import talk
from .errors import StoppedByUserError

if TYPE_CHECKING:
    from .desk import Desk
    from .ledger import Ledger
    from .live import View
    from .values import Reply

_STOP_S: Final = 10.0
"""How long stopping waits for the listener to hear of it."""


class Saying:
    """What is being said at one desk: messages take turns, since a session allows one at a time."""

    def __init__(self, desk: Desk, ledger: Ledger) -> None:
        self._desk = desk
        self._ledger = ledger
        self.turn = asyncio.Lock()
        self._under_way: asyncio.Task[Reply] | None = None
        self._stopped: asyncio.Task[Reply] | None = None

    async def say(
        self,
        sentence: str,
        parts: Sequence[str],
        view: View,
        on_event: talk.OnEvent | None,
        step: str = "",
        work: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Say a sentence with what belongs to it. The ledger calls it `step` and keeps `work`, what it is about."""
        async with self.turn, view, self._ledger.action(step or sentence) as done:
            done.update(work or {})
            reply = await self._listen(talk.say(self._desk, sentence, view, parts=parts, on_event=on_event))
            if work is not None:
                done["whole"] = not reply.failed
            return reply

    async def _listen(self, saying: Coroutine[Any, Any, Reply]) -> Reply:
        """Wait for an answer that `stop` may end from elsewhere. Raises StoppedByUserError then."""
        task = self._under_way = asyncio.ensure_future(saying)
        try:
            return await task
        except asyncio.CancelledError:
            if self._stopped is task:
                raise StoppedByUserError from None
            raise
        finally:
            self._under_way = None

    async def stop(self) -> str:
        """Stop the message under way; say what became of it."""
        task = self._under_way
        if await self._stop_there():
            if task is not None:  # the end of its stream tells the listener
                await asyncio.wait({task}, timeout=_STOP_S)
            return "Stopped. Finished steps are kept: say it again to go on."
        if task is None or task.done():
            return "Nothing is under way."
        self._stopped = task
        task.cancel()
        await asyncio.wait({task}, timeout=_STOP_S)
        if not self._desk.connection.near:
            return "The cloud goes on; what it makes will be found by the state."
        await self._stop_there()  # it may have been on its way
        return "Stopped before it began."

    async def _stop_there(self) -> bool:
        """Have the backend stop the message it works on; False when there is none, or it cannot."""
        session, connection = self._desk.session_id, self._desk.connection
        if session is None or not connection.extended:
            return False
        try:
            client = await connection.client()
            return await connection.guard(client.stop(session))
        except NemoError:
            return False
