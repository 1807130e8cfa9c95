"""Keeps each engine of a batch to one core, so that as many as there are cores do not hinder each other."""

from __future__ import annotations

import contextlib
import os
import platform
import random
from pathlib import Path
from typing import Final, TextIO

from nemodub_nb.cores import LIMIT, mine, quota

from .store import scratch

ONE_THREAD: Final = {LIMIT: "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Environment of an engine that shares its cores: one thread each, where libraries would take a thread a core."""


class Core:
    """A core that one engine has for itself.

    Whoever claims one, in whichever process of this machine, gets another; it is free again when it is released or its
    process has ended, however that happens.
    """

    def __init__(self, number: int, lock: TextIO) -> None:
        self.number = number
        self._lock = lock

    @classmethod
    def claim(cls) -> Core | None:
        """Return a core that nobody has.

        None when none is left, where the system does not keep processes to cores, and in a container that is given time
        instead of cores: it cannot know which ones its neighbours use.
        """
        if quota() is not None:
            return None
        folder = scratch() / "cores" / platform.node()  # machines may share a home folder
        # Not the first one that is free: containers without a common folder would all take the same.
        for number in random.sample(sorted(mine()), len(mine())):
            with contextlib.suppress(OSError, ImportError):
                folder.mkdir(parents=True, exist_ok=True)
                if (lock := _locked(folder / str(number))) is not None:
                    return cls(number, lock)
        return None

    def keep(self, process: int) -> None:
        """Keep a process to this core, with all that it starts from now on."""
        with contextlib.suppress(OSError):
            os.sched_setaffinity(process, {self.number})

    def release(self) -> None:
        """Leave the core to others."""
        self._lock.close()


def _locked(path: Path) -> TextIO | None:
    """Return the open file when nobody else holds it."""
    import fcntl

    file = path.open("a", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
