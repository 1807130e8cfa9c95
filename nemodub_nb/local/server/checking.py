"""The calls that measure finished files on this machine. They name files by their paths, so only the owner may make them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.local.server.answers import Refusal, bad_request, ok
from nemodub_nb.local.server.callers import Callers
from nemodub_nb.local.server.calls import read_json
from nemodub_nb.local.server.jobs import JobError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from nemodub_nb.local.server.backend import Backend

_LOOK_S: Final = 8.0
"""How long a call waits for the end before it says how far it is."""
_FORGOTTEN_S: Final = 60.0
"""A check that nobody has asked about for so long is ended; its finished steps are kept."""
_NEEDED: Final = ("source", "video")
_FILES: Final = (*_NEEDED, "subtitles", "bed")
_MOST_CHECKS: Final = 1000


class CheckCalls:
    """Begins checks and tells how far they are. The same order is the same check."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._callers = Callers(backend)
        self._checks: dict[str, _Check] = {}

    async def begin(self, request: Request) -> Response:
        """Begin to measure a file, unless the same is under way."""
        self._owner(request)
        order = await read_json(request)
        _paths(order)
        job = {**order, "kind": "check", "home": str(self._backend.home.root)}
        key = hashlib.sha256(json.dumps(job, sort_keys=True).encode()).hexdigest()
        if key not in self._checks:
            if len(self._checks) >= _MOST_CHECKS:
                raise Refusal(429, 429, "Too many checks wait here.", retry_after_s=10)
            self._checks[key] = _Check(self._backend, job, lambda: self._checks.pop(key, None))
        return ok({"id": key})

    async def look(self, request: Request) -> Response:
        """Tell how far a check is, or what it found."""
        self._owner(request)
        check = self._checks.get(request.path_params["check_id"])
        if check is None:
            raise Refusal(404, 404, "There is no such check. Begin it again: its finished steps are kept.")
        return ok(await check.look())

    def _owner(self, request: Request) -> None:
        if self._callers.user(request).kind != "owner":
            raise Refusal(403, 403, "Files of this machine are measured only for whoever started the server.")


class _Check:
    """One check under way."""

    def __init__(self, backend: Backend, job: dict[str, Any], forget: Any) -> None:
        self._backend = backend
        self._job = job
        self._forget = forget
        self._progress: dict[str, Any] = {}
        self._asked = time.monotonic()
        self._task = asyncio.create_task(self._run())
        self._guard = asyncio.create_task(self._watch())

    async def look(self) -> dict[str, Any]:
        """Wait a little for the end; return where it stands. Raises Refusal when it failed."""
        self._asked = time.monotonic()
        await asyncio.wait({self._task}, timeout=_LOOK_S)
        self._asked = time.monotonic()
        if not self._task.done():
            return {"status": "running", **self._progress}
        try:
            return {"status": "done", "result": self._task.result()}
        except JobError as error:
            raise bad_request(f"{error.message} {error.advice}".strip()) from error
        except asyncio.CancelledError:
            raise Refusal(409, 409, "The check was ended. Begin it again.") from None

    async def _run(self) -> dict[str, Any]:
        async with contextlib.aclosing(self._backend.workers.run(self._job)) as lines:
            async for line in lines:
                if line["event"] == "result":
                    return dict(line["result"])
                self._progress = {name: line.get(name) for name in ("step", "done", "total", "message")}
        raise JobError("The check ended without a result.", "Please try it again.")

    async def _watch(self) -> None:
        """End it when nobody asks any more, and forget it a while after its end."""
        while (left_s := self._asked + _FORGOTTEN_S - time.monotonic()) > 0:  # noqa: ASYNC110 - it waits for a time, which moves on
            await asyncio.sleep(left_s)
        self._task.cancel()
        await asyncio.wait({self._task})
        self._forget()


def _paths(order: dict[str, Any]) -> None:
    """Refuse an order that names no files of this machine."""
    for name in _FILES:
        path = order.get(name)
        if path is None and name not in _NEEDED:
            continue
        if not isinstance(path, str) or "\0" in path or not Path(path).is_absolute():
            raise bad_request(f"{name} is not the absolute path of a file.")
        if not Path(path).is_file():
            raise bad_request(f"There is no file {path[:300]}.")
