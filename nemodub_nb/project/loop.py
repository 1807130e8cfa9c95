"""The one daemon thread whose event loop does all the waiting of a process's projects."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import concurrent.futures
    from collections.abc import Coroutine

T = TypeVar("T")
_HEARTBEAT_S = 0.1
_CLEANUP_S = 2.0
"""How long a stopped cell waits for its work to put things away."""


class StoppedError(KeyboardInterrupt):
    """Ctrl-C or the Stop button ended the waiting. A notebook shows its sentence and no traceback."""

    def __str__(self) -> str:
        return "Stopped. What the backend has begun is not lost: run the same again to take it up."

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class LoopThread:
    """An event loop in a thread of its own, started at first use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pid = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run the work to its end and return its result; Ctrl-C and the Stop button cancel it.

        Raises RuntimeError when called from the loop itself, where waiting would never end.
        """
        if self._is_current():
            work.close()
            raise RuntimeError(
                "This runs inside the project's own event loop. Use the async twin there, with await."
            )
        future, ended = self._submit(work)
        try:
            return future.result()
        except BaseException as error:
            if not future.done() or future.cancelled():
                future.cancel()
                ended.wait(_CLEANUP_S)
            if isinstance(error, KeyboardInterrupt):
                raise StoppedError from None
            raise

    async def follow(self, work: Coroutine[Any, Any, T]) -> T:
        """Await the work from any event loop; cancelling the caller cancels it.

        A heartbeat wakes the caller's loop: without it the Stop button of a notebook does nothing for many seconds.
        """
        if self._is_current():
            return await work
        future, _ = self._submit(work)
        beat = asyncio.ensure_future(_heartbeat())
        try:
            return await asyncio.wrap_future(future)
        finally:
            beat.cancel()

    def spawn(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Start the work and return at once; called from any thread. Whoever starts it looks at how it ends."""
        return self._submit(work)[0]

    def _submit(self, work: Coroutine[Any, Any, T]) -> tuple[concurrent.futures.Future[T], threading.Event]:
        ended = threading.Event()

        async def tracked() -> T:
            try:
                return await work
            finally:
                ended.set()

        return asyncio.run_coroutine_threadsafe(tracked(), self._running()), ended

    def _is_current(self) -> bool:
        with contextlib.suppress(RuntimeError):
            return asyncio.get_running_loop() is self._loop
        return False

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            # A forked child inherits the object but not the thread.
            if self._loop is None or self._pid != os.getpid():
                self._loop = asyncio.new_event_loop()
                self._pid = os.getpid()
                threading.Thread(target=self._loop.run_forever, name="nemodub", daemon=True).start()
            return self._loop


async def _heartbeat() -> None:
    while True:  # noqa: ASYNC110 - waking the loop is its only purpose
        await asyncio.sleep(_HEARTBEAT_S)


LOOP = LoopThread()
"""The loop of this process."""
