"""Messages under way: each is a task that outlives its listener and can be taken up again after a crash."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import sqlite3
import time
import uuid
from typing import TYPE_CHECKING, Any

from nemodub_nb.local.agent.conversation import respond
from nemodub_nb.local.agent.desk import Answer, Event
from nemodub_nb.local.agent.plan import ClipPlan
from nemodub_nb.local.server.desk import SessionDesk
from nemodub_nb.local.store import Outcome

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from nemodub_nb.local.server.backend import Backend
    from nemodub_nb.local.store import Message

Frames = asyncio.Queue[dict[str, Any] | None]
_log = logging.getLogger(__name__)
_AUTHOR = "nemo_agent"
_FRAGMENT_WORDS = 12
_TROUBLE = "Something went wrong here while working on that. Nothing has changed; please try again."
_STOPPED = "Stopped."

_NO_SPACE = (
    "The disk of the backend's folder is full. Free some space, or set NEMODUB_HOME to a folder on another disk, and say"
    " it again: finished steps are kept."
)
_RETRY_S = 2.0


def _is_full(error: Exception) -> bool:
    full_disk = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
    return full_disk or (isinstance(error, sqlite3.OperationalError) and "full" in str(error))


class RunningMessages:
    """The messages that this server works on."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopped: set[str] = set()

    def start(self, message: Message) -> Frames:
        """Work on a message in the background; its frames come through the queue, None is the end."""
        queue: Frames = asyncio.Queue()
        task = asyncio.create_task(self._work(message, queue))
        self._tasks[message.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(message.id, None))
        return queue

    async def stop(self, session_id: str) -> bool:
        """End the message that a session has running here, its engine included; False when there is none."""
        last = self._backend.messages.last(session_id)
        task = self._tasks.get(last[0].id) if last else None
        if last is None or task is None:
            return False
        message_id = last[0].id
        self._stopped.add(message_id)
        try:
            await asyncio.sleep(0)  # a task that has not begun would end without a word
            task.cancel()
            await asyncio.wait([task])
        finally:
            self._stopped.discard(message_id)
        return True

    async def frames(self, queue: Frames) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the frames of a message, heartbeats among them, until its end."""
        while True:
            try:
                frame = await asyncio.wait_for(queue.get(), self._backend.settings.heartbeat_s)
            except TimeoutError:
                yield {"type": "heartbeat"}
                continue
            if frame is None:
                return
            yield frame

    async def _work(self, message: Message, queue: Frames) -> None:
        tell = _Teller(message.id, self._backend, queue)
        status, trouble = "failed", _TROUBLE
        try:
            self._backend.messages.forget_events(message.id)
            answer = await self._answer(message, tell)
            self._keep(message, answer)
            status = "done"
            tell.text(answer.text)
        except asyncio.CancelledError:
            if message.id not in self._stopped:
                status = "running"  # the next server takes it up
                raise
            trouble = _STOPPED
            with contextlib.suppress(Exception):
                tell.error(trouble, "STOPPED")
        except Exception as error:  # noqa: BLE001 - the border of the task: whatever went wrong is told
            _log.exception("A message could not be answered.")
            trouble = _NO_SPACE if _is_full(error) else _TROUBLE
            with contextlib.suppress(
                Exception
            ):  # a full disk keeps no event; the listener is told all the same
                tell.error(trouble)
        finally:
            queue.put_nowait(None)
        if status == "failed":
            await self._fail(message, trouble)

    async def _fail(self, message: Message, trouble: str) -> None:
        """Say that a message failed; on a full disk, as soon as there is room for it."""
        while True:
            try:
                self._backend.messages.finish(message.id, "failed", 0, Outcome(trouble, None))
            except sqlite3.OperationalError:
                await asyncio.sleep(_RETRY_S)
            else:
                return

    async def _answer(self, message: Message, tell: _Teller) -> Answer:
        desk = SessionDesk(self._backend, message.session_id)
        async with contextlib.aclosing(respond(message.parts, desk)) as steps:
            async for step in steps:
                if isinstance(step, Answer):
                    return step
                tell.event(step)
        raise AssertionError("a message ends with its answer")

    def _keep(self, message: Message, answer: Answer) -> None:
        """Make the outcome hold, all of it or nothing."""
        cost = answer.cost if self._backend.settings.quota is not None else 0
        with self._backend.database.transaction():
            if answer.clip_id is not None:
                self._backend.sessions.point_at(message.session_id, answer.clip_id)
            if answer.clip_id is not None and answer.plan is not None:
                self._push(answer)
            session = self._backend.sessions.get(message.session_id)
            if answer.learned and session is not None:
                self._backend.approvals.learn(session.user_id, answer.learned)
            self._backend.messages.finish(message.id, "done", cost, Outcome(answer.text, answer.result))

    def _push(self, answer: Answer) -> None:
        assert answer.clip_id is not None
        assert answer.plan is not None
        clips = self._backend.clips
        if answer.undone and answer.plan == ClipPlan.from_dict(clips.plan(answer.clip_id, answer.undone)):
            clips.forget_plans(answer.clip_id, answer.undone)
            return
        clips.push_plan(answer.clip_id, answer.plan.to_dict(), forget=answer.undone)

    async def close(self) -> None:
        """Stop working; the messages stay `running` for the next server."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Teller:
    """Turns what the agent does into frames in ADK's shape, logged and told to the listener."""

    def __init__(
        self, message_id: str, backend: Backend, queue: asyncio.Queue[dict[str, Any] | None]
    ) -> None:
        self._message_id = message_id
        self._backend = backend
        self._queue = queue
        self._call_id = ""

    def event(self, event: Event) -> None:
        if event.kind == "call":
            self._call_id = f"call_{uuid.uuid4().hex[:12]}"
            part = {"functionCall": {"id": self._call_id, "name": event.name, "args": dict(event.data)}}
            self._tell(self._frame([part]), keep=True)
            return
        response: dict[str, Any] = {"id": self._call_id, "name": event.name}
        if event.kind == "progress":
            response |= {"willContinue": True, "response": {"status": "working", **event.data}}
        else:
            response["response"] = dict(event.data)
        self._tell(self._frame([{"functionResponse": response}]), keep=event.kind != "progress")

    def text(self, text: str) -> None:
        for fragment in _fragments(text):
            self._tell({**self._frame([{"text": fragment}]), "partial": True}, keep=False)
        self._tell(self._frame([{"text": text}]), keep=True)

    def error(self, message: str, code: str | None = None) -> None:
        self._tell({"error": message} | ({"errorCode": code} if code else {}), keep=True)

    def _frame(self, parts: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": uuid.uuid4().hex,
            "invocationId": self._message_id,
            "author": _AUTHOR,
            "timestamp": time.time(),
            "content": {"role": "model", "parts": parts},
        }

    def _tell(self, frame: dict[str, Any], *, keep: bool) -> None:
        self._queue.put_nowait(frame)
        if keep:
            self._backend.messages.log(self._message_id, frame)


def _fragments(text: str) -> Iterator[str]:
    words = text.split(" ")
    for at in range(0, len(words), _FRAGMENT_WORDS):
        piece = " ".join(words[at : at + _FRAGMENT_WORDS])
        yield piece if at + _FRAGMENT_WORDS >= len(words) else f"{piece} "
