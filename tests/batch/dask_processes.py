"""A Dask scheduler and its workers as processes of their own, each to be killed at any time."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path


class Processes:
    """A scheduler, and workers of one thread each that may import the modules of some folders."""

    def __init__(self, scratch: Path, *imports: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self._scratch = scratch
        self._imports = [*imports, Path(__file__).parent, Path(__file__).parents[2]]
        self.scheduler = self._begin_scheduler()
        self._until_there()
        self.workers: list[subprocess.Popen] = []

    def begin_worker(self, *more: str, at: int | None = None) -> None:
        """Begin a worker, at the place of one that has ended or as a new one."""
        options = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", str(self._scratch))
        worker = self.begin("worker", self.address, *options, *more)
        if at is None:
            self.workers.append(worker)
        else:
            self.workers[at] = worker

    def restart_scheduler(self) -> None:
        """Kill the scheduler and begin another; workers end with theirs, and whoever runs them begins new ones."""
        self.scheduler.kill()
        self.scheduler.wait()
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.scheduler = self._begin_scheduler()
        for at in range(len(self.workers)):
            self.begin_worker(at=at)

    def begin(self, what: str, *arguments: str) -> subprocess.Popen:
        """Begin `dask scheduler` or `dask worker`."""
        return subprocess.Popen(
            [sys.executable, "-m", "dask", what, *arguments],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, self._imports))},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _begin_scheduler(self) -> subprocess.Popen:
        return self.begin(
            "scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard", "--no-show"
        )

    def _until_there(self) -> None:
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.1)
