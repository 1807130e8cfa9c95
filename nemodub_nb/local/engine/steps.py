"""Results of steps, kept by the hash of what they were made from, so that nothing is computed twice."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nemodub_nb.local.engine.media.files import whole_file

FORMAT = 2
"""Part of every key: raise it when the meaning of stored results changes."""

ABANDONED_S = 6 * 3600.0
"""No step takes so long without writing."""


class Steps:
    """A folder of finished steps. Safe for several threads and processes: names appear only when complete."""

    def __init__(self, folder: Path) -> None:
        """Keep results under `folder`, which is made when it is missing."""
        self._folder = folder
        self._lock = threading.Lock()
        self._turns: dict[Path, threading.Lock] = {}
        self.computed = 0
        """Steps that were run by this object."""
        self.reused = 0
        """Steps whose stored result was taken."""

    def value(self, step: str, inputs: object, compute: Callable[[], Any]) -> Any:
        """Return the stored JSON value of a step, or compute and store it."""

        def write(path: Path) -> None:
            path.write_text(json.dumps(compute(), ensure_ascii=False), encoding="utf-8")

        return json.loads(self.file(step, inputs, ".json", write).read_text(encoding="utf-8"))

    def file(self, step: str, inputs: object, suffix: str, make: Callable[[Path], None]) -> Path:
        """Return the stored file of a step, or let `make(path)` write it.

        `make` writes to a temporary name beside the final one; the final name appears only when it returns.
        Raises NoSpaceError when the disk is full or the folder cannot be written.
        """
        path = self.path(step, inputs, suffix)
        # Two threads that want the same result make it once: a voice does not say a line the same way twice.
        with self._turn(path):
            there = path.exists()
            if not there:
                with whole_file(path) as temporary:
                    make(temporary)
        self._count(reused=there)
        return path

    def path(self, step: str, inputs: object, suffix: str) -> Path:
        """Return where the result of a step is or will be."""
        key = digest([FORMAT, step, inputs])
        return self._folder / step / key[:2] / f"{key}{suffix}"

    def sweep(self) -> None:
        """Remove what killed processes left half-written; nothing that somebody may still be writing."""
        oldest = time.time() - ABANDONED_S
        for part in self._folder.rglob(".*.part"):
            with contextlib.suppress(OSError):
                if part.stat().st_mtime < oldest:
                    part.unlink()

    def _turn(self, path: Path) -> threading.Lock:
        with self._lock:
            return self._turns.setdefault(path, threading.Lock())

    def _count(self, *, reused: bool) -> None:
        with self._lock:
            if reused:
                self.reused += 1
            else:
                self.computed += 1


def digest(inputs: object) -> str:
    """Return the SHA-256 of plain JSON values, independent of the order of keys."""
    text = json.dumps(inputs, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(path: Path, steps: Steps) -> str:
    """Return the SHA-256 of a file's bytes; remembered for the same path, size and time of change."""
    status = path.stat()

    def compute() -> str:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    return str(steps.value("identity", [os.fspath(path), status.st_size, status.st_mtime_ns], compute))
