"""The engine as a process of its own: one JSON job on standard input, JSON lines of progress and a result out.

The process ends at once when its standard input closes: its parent died or wants it to stop. Finished steps stay in
the cache, so the next run goes on from there.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from nemodub_nb.local.engine.errors import BadJobError, EngineError
from nemodub_nb.local.engine.progress import Progress, Report

UPDATE_S = 0.1
"""Reports of one step come at most this often; its first and last always."""


def main() -> int:
    """Run one job; return 0 when it worked, 1 when it ended with an error that was written."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    write = _writer(sys.stdout)
    sys.stdout = sys.stderr  # what a library prints must not break the protocol
    try:
        job = json.loads(sys.stdin.readline())
        threading.Thread(target=_exit_with_parent, daemon=True).start()
        result = run(job, _throttled(write))
    except EngineError as error:
        write({"event": "error", "error": error.to_dict()})
        return 1
    except Exception as error:  # the border of the process: everything must cross it as a message
        logging.getLogger(__name__).exception("The job failed.")
        message = f"The engine failed unexpectedly ({type(error).__name__}: {error})."
        advice = "Run it again; finished steps are kept. If it stays, report it with the backend's log."
        write(
            {"event": "error", "error": {"type": type(error).__name__, "message": message, "advice": advice}}
        )
        return 1
    write({"event": "result", "result": result})
    return 0


def run(job: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Run a job of kind `dub`, `render`, `separate` or `piece` and return its result. Raises EngineError."""
    if job.get("kind") == "dub":
        from nemodub_nb.local.engine.dub import dub
        from nemodub_nb.local.engine.jobs import DubJob

        return dub(DubJob.from_dict(job), report)
    if job.get("kind") == "render":
        from nemodub_nb.local.engine.render import RenderJob, render

        def tell(done_s: float, total_s: float) -> None:
            report(Progress("render", done_s, total_s))

        return render(RenderJob.from_dict(job), tell).to_dict()
    if job.get("kind") == "separate":
        from nemodub_nb.local.engine.mix.separate import separate

        def tell_separated(done_s: float, total_s: float) -> None:
            report(Progress("separate", done_s, total_s))

        separate(job["source"], job["output"], speech=job["speech"], on_progress=tell_separated)
        return {"output": job["output"]}
    if job.get("kind") == "piece":
        from nemodub_nb.local.engine.pieces import make_piece

        return make_piece(job)
    raise BadJobError(
        f"The engine knows no job of kind {job.get('kind')!r}.", "Ask for dub, render or separate."
    )


def _writer(stream: TextIO) -> Callable[[Mapping[str, Any]], None]:
    lock = threading.Lock()

    def write(message: Mapping[str, Any]) -> None:
        line = json.dumps(message, ensure_ascii=True)
        with lock:
            stream.write(line + "\n")
            stream.flush()

    return write


def _throttled(write: Callable[[Mapping[str, Any]], None]) -> Report:
    last: dict[tuple[str, str | None], float] = {}

    def report(progress: Progress) -> None:
        key = (progress.step, progress.language)
        now = time.monotonic()
        ends = progress.done <= 0 or progress.done >= progress.total
        if ends or now - last.get(key, 0.0) >= UPDATE_S:
            last[key] = now
            write({"event": "progress", **progress.to_dict()})

    return report


def _exit_with_parent() -> None:
    while sys.stdin.read(65536):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
