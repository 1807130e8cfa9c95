"""Exports under way."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemodub_nb.local.server.jobs import JobError
from nemodub_nb.local.server.views import MEASURED
from nemodub_nb.local.store import is_full

if TYPE_CHECKING:
    from nemodub_nb.local.server.backend import Backend
    from nemodub_nb.local.store import Render

_log = logging.getLogger(__name__)
_ALMOST = 99
_KEPT = (*MEASURED, "duration_s")


class RunningRenders:
    """The exports that this server works on."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}

    def start(self, render: Render) -> None:
        """Work on an export in the background."""
        key = (render.user_id, render.id)
        task = asyncio.create_task(self._work(render))
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._tasks.pop(key, None))

    async def cancel(self, render: Render) -> None:
        """Stop an export; one that has ended stays as it is."""
        self._backend.renders.fail(render, "The export was cancelled.")
        if task := self._tasks.get((render.user_id, render.id)):
            task.cancel()
            await asyncio.wait([task])

    async def _work(self, render: Render) -> None:
        output = self._backend.home.incoming / f"{uuid.uuid4().hex}.{render.job.get('format') or 'mp4'}"
        try:
            result = await self._run(render, output)
            file = await asyncio.to_thread(self._backend.files.adopt, Path(result["output"]), move=True)
            measured = {key: result[key] for key in _KEPT if key in result}
            self._backend.renders.complete(render, file, measured)
        except JobError as error:
            self._backend.renders.fail(render, f"{error.message} {error.advice}".strip())
        except OSError as error:
            reason = (
                "There is no space left to keep it. Free some disk space"
                if is_full(error)
                else f"{error.strerror}"
            )
            self._backend.renders.fail(
                render, f"The export could not be kept: {reason}; then export again with a new id."
            )
        except Exception:  # noqa: BLE001 - the border of the task: whatever went wrong is told
            _log.exception("An export failed.")
            self._backend.renders.fail(
                render, "The export failed here unexpectedly. Please try it again with a new id."
            )
        finally:
            output.unlink(missing_ok=True)

    async def _run(self, render: Render, output: Path) -> dict[str, Any]:
        job = {**render.job, "output": str(output), "home": str(self._backend.home.root)}
        async with contextlib.aclosing(self._backend.workers.run(job)) as lines:
            async for line in lines:
                if line["event"] == "result":
                    return dict(line["result"])
                total = line.get("total") or 0
                done = min(_ALMOST, round(100 * line.get("done", 0) / total)) if total else 0
                self._backend.renders.advance(render, done)
        raise JobError("The export ended without a result.", "Please try it again with a new id.")

    async def close(self) -> None:
        """Stop working; the exports stay under way for the next server."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
