"""How one server is set up."""

from __future__ import annotations

import os
from dataclasses import dataclass

from nemodub_nb.local.server.jobs import WORKER


@dataclass(frozen=True)
class Settings:
    """Choices that hold for the life of a server."""

    loopback: bool = True
    """Whether it is bound to this machine only; foreign Host headers are refused then."""
    quota: int | None = None
    """Credits of each user; None: nothing costs anything."""
    allow_private_urls: bool = False
    """Whether uploads may be fetched from private addresses."""
    worker: tuple[str, ...] = WORKER
    """The command that runs the engine."""
    heartbeat_s: float = 10.0
    """Silence after which a stream says that it is alive."""

    @classmethod
    def from_environment(cls, *, loopback: bool, worker: tuple[str, ...] = WORKER) -> Settings:
        """Read NEMODUB_QUOTA (a number of credits) and NEMODUB_ALLOW_PRIVATE_URLS (1).

        Raises ValueError for a quota that is no number.
        """
        quota = os.environ.get("NEMODUB_QUOTA", "").strip()
        if quota and not quota.isdecimal():
            raise ValueError(f"NEMODUB_QUOTA is “{quota}”. Set it to a number of credits, or leave it out.")
        return cls(
            loopback=loopback,
            quota=int(quota) if quota else None,
            allow_private_urls=os.environ.get("NEMODUB_ALLOW_PRIVATE_URLS", "") == "1",
            worker=worker,
        )
