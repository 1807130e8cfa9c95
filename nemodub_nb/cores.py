"""How many processor cores this process may use: a container, a cluster or a batch often allows fewer than there are."""

from __future__ import annotations

import contextlib
import math
import os
from pathlib import Path
from typing import Final

LIMIT: Final = "NEMODUB_CORES"
"""Environment variable: use no more cores than this."""
_QUOTA: Final = Path("/sys/fs/cgroup/cpu.max")
_OLD_QUOTA: Final = Path("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"), Path("/sys/fs/cgroup/cpu/cpu.cfs_period_us")


def cores() -> int:
    """Return how many cores this process may use."""
    return max(1, min(len(mine()) or os.cpu_count() or 1, quota() or 2**16, _limit() or 2**16))


def mine() -> set[int]:
    """Return the numbers of the cores that this process runs on; empty where the system does not say."""
    return set(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else set()


def quota() -> int | None:
    """Return for how many cores' worth of time this container is good; None where nobody limits it."""
    with contextlib.suppress(OSError, ValueError):
        time, period = _QUOTA.read_text("ascii").split()
        return None if time == "max" else math.ceil(int(time) / int(period))
    with contextlib.suppress(OSError, ValueError):
        time, period = (path.read_text("ascii") for path in _OLD_QUOTA)
        return math.ceil(int(time) / int(period)) if int(time) > 0 else None
    return None


def _limit() -> int | None:
    with contextlib.suppress(ValueError):
        return max(1, int(os.environ.get(LIMIT, "")))
    return None
