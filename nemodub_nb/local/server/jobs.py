"""The engine's work as child processes: a job goes in, progress and a result come out."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

_log = logging.getLogger(__name__)
IDLE_S = 300
"""How long a worker is kept after its last job. It holds about 0.2 GB and its voices up to 0.6; short of memory it goes sooner."""
WORKER = (sys.executable, "-m", "nemodub_nb.local.engine.worker", "--stay", str(IDLE_S))
_LINE_LIMIT = 256 * 1024 * 1024
"""A result is one line: the report of an hour of speech in many languages."""
_PATIENCE_S = 5.0
"""How long a worker may take to end after its stdin has closed."""


class JobError(Exception):
    """A job that failed: `message` is the cause, `advice` what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(f"{message} {advice}".strip())
        self.message = message
        self.advice = advice


class Workers:
    """Runs jobs, a bounded number of each kind at a time.

    One worker is kept for the next job, since it has loaded what that needs. It ends with this process's event loop,
    and by itself when there is nothing to do.
    """

    def __init__(
        self,
        command: Sequence[str] = WORKER,
        *,
        dubs: int = 1,
        renders: int = 1,
        pieces: int = 2,
        checks: int = 1,
    ) -> None:
        self._command = tuple(command)
        self._room = {
            "dub": asyncio.Semaphore(dubs),
            "render": asyncio.Semaphore(renders),
            "piece": asyncio.Semaphore(pieces),
            "check": asyncio.Semaphore(checks),
        }
        self._kept: _Worker | None = None
        self._guard: asyncio.Task[None] | None = None

    async def run(self, job: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any], None]:
        """Yield `{"event": "progress", …}` lines, then one `{"event": "result", "result": …}`.

        Raises JobError. Closing the iterator ends the worker.
        """
        room = self._room[job["kind"]]
        if room.locked():
            yield {
                "event": "progress",
                "step": "wait",
                "language": None,
                "done": 0,
                "total": 0,
                "message": "Waiting for other work to finish.",
            }
        async with room, contextlib.aclosing(self._run(job)) as lines:
            async for line in lines:
                yield line

    async def result(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Return the result of a job whose progress nobody watches. Raises JobError."""
        async with contextlib.aclosing(self.run(job)) as lines:
            async for line in lines:
                if line["event"] == "result":
                    return dict(line["result"])
        raise JobError("The work ended without a result.", "Please try it again.")

    async def _run(self, job: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any], None]:
        kept = self._take()
        worker = kept or await _Worker.start(self._command)
        try:
            await worker.send(job)
            first = await worker.read()
            if first is None and kept:  # it ended between two jobs, before it heard of this one
                await asyncio.shield(worker.end())
                worker = await _Worker.start(self._command)
                await worker.send(job)
                first = await worker.read()
            async with contextlib.aclosing(worker.events(first)) as events:
                async for event in events:
                    yield event
        finally:
            # One that has dubbed has loaded more than another one.
            spare = self._take() if worker.stays and job["kind"] == "dub" else None
            if worker.stays and self._kept is None:
                self._keep(worker)
            else:
                spare = worker
            if spare is not None:
                await asyncio.shield(spare.end())

    def _take(self) -> _Worker | None:
        worker, self._kept = self._kept, None
        if self._guard is not None:
            self._guard.cancel()
            self._guard = None
        return worker

    def _keep(self, worker: _Worker) -> None:
        self._kept = worker
        self._guard = asyncio.create_task(self._watch(worker))

    async def _watch(self, worker: _Worker) -> None:
        """End a kept worker with the event loop, and see to it when it ends by itself."""
        try:
            await worker.ended()
        finally:
            if self._kept is worker:
                self._kept = None
                await worker.end()


class _Worker:
    """A worker process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        self._process = process
        self._stdin, self._stdout = process.stdin, process.stdout
        self._log: deque[str] = deque(maxlen=20)
        self._listener = asyncio.create_task(_collect(process.stderr, self._log))
        self.stays = False
        """It has done its job and takes another one."""

    @classmethod
    async def start(cls, command: Sequence[str]) -> _Worker:
        """Start a process. Raises JobError."""
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=_LINE_LIMIT,
            )
        except OSError as error:
            raise JobError(
                f"The dubbing process could not be started: {error}.", "Free some memory."
            ) from error
        return cls(process)

    async def send(self, job: Mapping[str, Any]) -> None:
        """Give it a job. One that has died is noticed when it is read."""
        self.stays = False
        with contextlib.suppress(ConnectionError):
            self._stdin.write(json.dumps(dict(job)).encode() + b"\n")
            await self._stdin.drain()

    async def read(self) -> dict[str, Any] | None:
        """Return what it says next, None at its end."""
        while line := await self._stdout.readline():
            if event := _decoded(line):
                return event
        return None

    async def events(self, first: dict[str, Any] | None) -> AsyncGenerator[dict[str, Any], None]:
        """Yield what it says from `first` on, up to its result. Raises JobError."""
        event = first
        while event is not None:
            if event["event"] == "error":
                raise JobError(str(event["error"]["message"]), str(event["error"].get("advice", "")))
            self.stays = event["event"] == "result" and event.get("stays") is True
            yield event
            if event["event"] == "result":
                return
            event = await self.read()
        code = await self.ended()
        await self._listener
        _log.warning("The worker ended with %s. It said last: %s", code, " | ".join(self._log))
        raise JobError(*_died(code, self._log))

    async def ended(self) -> int:
        """Wait until it has ended and return its exit code."""
        return await self._process.wait()

    async def end(self) -> None:
        """Close its stdin, which ends it; kill it when that does not help."""
        self._stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), _PATIENCE_S)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        self._listener.cancel()
        await asyncio.wait([self._listener])


async def _collect(stream: asyncio.StreamReader, log: deque[str]) -> None:
    """Keep the worker's last words; its pipe must not fill up."""
    while chunk := await stream.read(64 * 1024):
        log.extend(chunk.decode(errors="replace").splitlines())


def _decoded(line: bytes) -> dict[str, Any]:
    """Return a line's JSON object; a library that prints between the lines is not heard."""
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) and "event" in event else {}


def _died(code: int, log: Sequence[str]) -> tuple[str, str]:
    advice = "What was finished is kept: say it again and it goes on from there."
    if code < 0:
        return (
            f"The dubbing process was ended from outside (signal {-code}; often for lack of memory).",
            advice,
        )
    last = next((line.strip() for line in reversed(log) if line.strip()), "")
    return (
        f"The dubbing process ended without a result (exit code {code}){f': {last[:300]}' if last else '.'}",
        advice,
    )
