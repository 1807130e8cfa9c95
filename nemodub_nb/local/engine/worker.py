"""The engine as a process of its own: one JSON job on standard input, JSON lines of progress and a result out.

The process ends at once when its standard input closes: its parent died or wants it to stop. Finished steps stay in
the cache, so the next run goes on from there.

With `--stay S` it takes further jobs, one after the other, and keeps what is slow to load. Its results then say
whether it `stays`: it ends after a job of which something failed, S seconds without work, or when memory runs short.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TextIO

from nemodub_nb.local.engine.errors import BadJobError, EngineError
from nemodub_nb.local.engine.kept import KEPT
from nemodub_nb.local.engine.memory import short_of_memory
from nemodub_nb.local.engine.progress import Progress, Report

UPDATE_S = 0.1
"""Reports of one step come at most this often; its first and last always."""


_LOOK_S = 5.0
"""How often a process that stays looks whether memory runs short."""


def main() -> int:
    """Run one job, or with `--stay` many; return 0 when they worked, 1 when one ended with an error that was written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--stay", type=float, default=0.0, metavar="S", help="seconds to wait for another job"
    )
    idle_s: float = parser.parse_args().stay
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    write = _writer(sys.stdout)
    sys.stdout = sys.stderr  # what a library prints must not break the protocol
    KEPT.stays = idle_s > 0
    jobs: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_listen, args=(jobs,), daemon=True).start()
    line: str | None = jobs.get()
    while line is not None:
        result = _result(line, write)
        if result is None:
            return 1
        # What could not be had may be installed before it is asked for again: only a new process sees that.
        stays = KEPT.stays and not result.get("failed")
        write({"event": "result", "result": result, "stays": stays})
        if not stays:
            break
        del result
        KEPT.rest()
        line = _next(jobs, idle_s)
    KEPT.close()
    return 0


def _result(line: str, write: Callable[[Mapping[str, Any]], None]) -> dict[str, Any] | None:
    """Run the job of a line and return its result; None when it ended with an error, which is written."""
    try:
        return run(json.loads(line), _throttled(write))
    except EngineError as error:
        write({"event": "error", "error": error.to_dict()})
    except Exception as error:  # the border of the process: everything must cross it as a message
        logging.getLogger(__name__).exception("The job failed.")
        message = f"The engine failed unexpectedly ({type(error).__name__}: {error})."
        advice = "Run it again; finished steps are kept. If it stays, report it with the backend's log."
        write(
            {"event": "error", "error": {"type": type(error).__name__, "message": message, "advice": advice}}
        )
    return None


def _next(jobs: SimpleQueue[str], idle_s: float) -> str | None:
    """Wait for the next job; None when there was none for long, or when memory is needed elsewhere."""
    end = time.monotonic() + idle_s
    while (left_s := end - time.monotonic()) > 0 and not short_of_memory():
        try:
            return jobs.get(timeout=min(left_s, _LOOK_S))
        except Empty:
            continue
    return None


def run(job: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Run a job of kind `dub`, `render`, `separate`, `speakers`, `piece` or `check` and return its result. Raises EngineError."""
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

        demucs = Path(job["demucs"]) if job.get("demucs") else None
        separate(
            job["source"],
            job["output"],
            speech=job["speech"],
            demucs=demucs,
            on_progress=tell_separated,
        )
        return {"output": job["output"]}
    if job.get("kind") == "speakers":
        from nemodub_nb.local.engine.speakers.listen import listen_job

        def tell_heard(done_s: float, total_s: float) -> None:
            report(Progress("speakers", done_s, total_s))

        listen_job(job, tell_heard)
        return {"output": job["output"]}
    if job.get("kind") == "piece":
        from nemodub_nb.local.engine.pieces import make_piece

        return make_piece(job)
    if job.get("kind") == "check":
        from nemodub_nb.local.engine.check import CheckJob, check

        return check(CheckJob.from_dict(job), report)
    raise BadJobError(
        f"The engine knows no job of kind {job.get('kind')!r}.", "Ask for dub, render, separate or check."
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


def _listen(jobs: SimpleQueue[str]) -> None:
    for line in sys.stdin:
        jobs.put(line)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
