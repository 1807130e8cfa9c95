"""Runs the parts of a job in processes of their own, where they cannot hold up the rest."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final, Self

from nemodub_nb.local.engine.errors import EngineError, SeparationUnavailableError
from nemodub_nb.local.engine.progress import Progress, Report

_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What the libraries for matrices go by. They get one core: small matrices are slower on several, and others have work."""
_STAY_S: Final = 5
"""How long a process that is done waits for the next part, holding some 100 MB. Beside a job that takes longer to ask
for it, the start of another one is nothing."""

Run = Callable[[Mapping[str, Any], Report], dict[str, Any]]
"""Runs a part, relays its progress and returns its result. Raises SeparationUnavailableError and ChildFailedError."""


class ChildFailedError(EngineError):
    """A part of a job failed in its own process."""


class Children:
    """Worker processes for the parts of one job, none of which outlives it.

    A part is given to a process that has done another one, where there is such: it has loaded most of what is needed.
    The processes also end when this one does: they watch their standard input. Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[subprocess.Popen[str]] = []

    def run(self, job: Mapping[str, Any], report: Report) -> dict[str, Any]:
        """Run a part as `Run` says."""
        with self._lock:
            kept = self._idle.pop() if self._idle else None
        # One that has waited for long, or saw memory run short, has left without a word.
        result = self._ask(kept, job, report) if kept is not None else None
        if result is None:
            result = self._ask(_started(), job, report)
        if result is None:
            raise ChildFailedError(
                f"A part of the work ({job['kind']}) ended without an answer.",
                "Run it again: finished steps are kept.",
            )
        return result

    def close(self) -> None:
        """End the processes that have nothing to do."""
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            _end(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(
        self, process: subprocess.Popen[str], job: Mapping[str, Any], report: Report
    ) -> dict[str, Any] | None:
        """Return the answer of a process, and keep it for the next part; None when it ends without one."""
        result = None
        try:
            result = _answer(process, job, report)
        finally:
            if result is None:
                _end(process)
        if result is not None:
            with self._lock:
                self._idle.append(process)
        return result


def run_child(job: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Run a part in a process that ends with it."""
    with Children() as children:
        return children.run(job, report)


def _started() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "nemodub_nb.local.engine.worker", "--stay", str(_STAY_S)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=os.environ | dict.fromkeys(_THREADS, "1"),
    )


def _answer(process: subprocess.Popen[str], job: Mapping[str, Any], report: Report) -> dict[str, Any] | None:
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(OSError):  # one that has ended is noticed when it is read
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
    for line in process.stdout:
        message = json.loads(line)
        if message["event"] == "result":
            return dict(message["result"])
        if message["event"] == "error":
            raise _error(message["error"])
        report(Progress(**{name: value for name, value in message.items() if name != "event"}))
    return None


def _end(process: subprocess.Popen[str]) -> None:
    """Close the input of a process, which ends it at once."""
    for stream in (process.stdin, process.stdout):
        assert stream is not None
        with contextlib.suppress(OSError):
            stream.close()
    process.wait()


def _error(error: Mapping[str, str]) -> EngineError:
    kind = (
        SeparationUnavailableError
        if error["type"] == SeparationUnavailableError.__name__
        else ChildFailedError
    )
    return kind(error["message"], error["advice"])
