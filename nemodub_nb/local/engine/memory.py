"""How much memory is left and held, so that nothing is kept where others need the room."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import mmap
from pathlib import Path
from typing import Final

_SHORT_BYTES: Final = 1024**3
_SYSTEM: Final = Path("/proc/meminfo")
_GROUP: Final = Path("/sys/fs/cgroup")


def short_of_memory(system: Path = _SYSTEM, group: Path = _GROUP) -> bool:
    """Tell whether less than 1 GiB is left on this machine, or in this container where it has a limit.

    False where the system does not say.
    """
    known = [left for left in (_left_here(system), _left_in_group(group)) if left is not None]
    return bool(known) and min(known) < _SHORT_BYTES


def resident_bytes(pid: int) -> int | None:
    """Return how much memory a process holds; None where the system does not say."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * mmap.PAGESIZE
    except (OSError, ValueError, IndexError):
        return None


def give_back() -> None:
    """Return what is no longer used to the system: glibc keeps it otherwise, some 200 MB after a recognition."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


def _left_here(system: Path) -> int | None:
    try:
        lines = system.read_text("ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration):
        return None


def _left_in_group(group: Path) -> int | None:
    try:
        limit = int((group / "memory.max").read_text("ascii"))  # the word “max” without a limit
        used = int((group / "memory.current").read_text("ascii"))
        facts = dict(line.split() for line in (group / "memory.stat").read_text("ascii").splitlines())
        # Files that were read count as used, but make room when it is needed.
        return limit - used + int(facts.get("inactive_file", 0))
    except (OSError, ValueError):
        return None
