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
WORKER = (sys.executable, "-m", "nemodub_nb.local.engine.worker")
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
    """Runs jobs, a bounded number of each kind at a time."""

    def __init__(
        self, command: Sequence[str] = WORKER, *, dubs: int = 1, renders: int = 1, pieces: int = 2
    ) -> None:
        self._command = tuple(command)
        self._room = {
            "dub": asyncio.Semaphore(dubs),
            "render": asyncio.Semaphore(renders),
            "piece": asyncio.Semaphore(pieces),
        }

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
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=_LINE_LIMIT,
            )
        except OSError as error:
            raise JobError(
                f"The dubbing process could not be started: {error}.", "Free some memory."
            ) from error
        assert process.stdin
        assert process.stdout
        assert process.stderr
        log: deque[str] = deque(maxlen=20)
        listener = asyncio.create_task(_collect(process.stderr, log))
        try:
            with contextlib.suppress(ConnectionError):  # it died at once; its exit code says more
                process.stdin.write(json.dumps(dict(job)).encode() + b"\n")
                await process.stdin.drain()
            while line := await process.stdout.readline():
                event = _decoded(line)
                if event.get("event") == "error":
                    error_data = event["error"]
                    raise JobError(str(error_data["message"]), str(error_data.get("advice", "")))
                if event:
                    yield event
                if event.get("event") == "result":
                    return
            code = await process.wait()
            await listener
            _log.warning("The worker ended with %s. It said last: %s", code, " | ".join(log))
            raise JobError(*_died(code, log))
        finally:
            await asyncio.shield(_end(process, listener))


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


async def _end(process: asyncio.subprocess.Process, listener: asyncio.Task[None]) -> None:
    """Close the worker's stdin, which ends it; kill it when that does not help."""
    if process.stdin:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _PATIENCE_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    listener.cancel()
    await asyncio.wait([listener])
