"""Runs a part of a job in a process of its own, where it cannot hold up the rest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from nemodub_nb.local.engine.errors import EngineError, SeparationUnavailableError
from nemodub_nb.local.engine.progress import Progress, Report

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What the libraries for matrices go by."""


class ChildFailedError(EngineError):
    """A part of a job failed in its own process."""


def run_child(job: Mapping[str, Any], report: Report, cores: int | None = None) -> dict[str, Any]:
    """Run a job as a worker process, relay its progress, return its result.

    `cores` limits how many its arithmetic uses; None leaves that to the libraries. The process ends when this one does: it watches its standard input. Raises SeparationUnavailableError where that
    was the reason, else ChildFailedError with the child's own words.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "nemodub_nb.local.engine.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=None if cores is None else os.environ | dict.fromkeys(_THREADS, str(cores)),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            message = json.loads(line)
            if message["event"] == "result":
                return dict(message["result"])
            if message["event"] == "error":
                raise _error(message["error"])
            report(Progress(**{name: value for name, value in message.items() if name != "event"}))
    raise ChildFailedError(
        f"A part of the work ({job['kind']}) ended without an answer.",
        "Run it again: finished steps are kept.",
    )


def _error(error: Mapping[str, str]) -> EngineError:
    kind = (
        SeparationUnavailableError
        if error["type"] == SeparationUnavailableError.__name__
        else ChildFailedError
    )
    return kind(error["message"], error["advice"])
