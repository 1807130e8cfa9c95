"""What is on its way to the backend: a file from the page, one on this machine, or an address."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from nemodub_nb.client import NemoError
from nemodub_nb.project.safe import plain
from nemodub_nb.project.uploads import check_file

from .receiver import Receiver


@dataclass(slots=True)
class Arrival:
    """A file or an address on its way to the backend."""

    id: str
    name: str
    size: int | None = None
    """In bytes; None for an address."""
    state: Literal["arriving", "paused", "waiting", "sending", "failed", "done"] = "waiting"
    receiver: Receiver | None = None
    """What takes it from the page; None for what does not come from there."""
    source: str = ""
    """The path or address that the backend is given."""
    sent: float | None = None
    """The part that the backend has, 0 to 1; None when that is not known."""
    digest: str = ""
    trouble: dict[str, str] | None = None
    clip: str | None = None
    """The clip that came of it."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Slices are written in the order they came, so that what the mark says is true of all that came before."""

    def row(self) -> dict[str, Any]:
        """Return what the page draws of it."""
        arrived = self.receiver.mark / self.receiver.offer.size if self.receiver and not self.source else None
        return {
            "id": self.id,
            "name": plain(self.name, 200),
            "size": self.size,
            "state": self.state,
            "arrived": None if arrived is None else round(arrived, 2),
            "sent": None if self.sent is None else round(self.sent, 2),
            "dropped": self.receiver is not None,
            "again": bool(self.source),
            "trouble": self.trouble,
        }


def finished(receiver: Receiver, digest: str) -> Path:
    """Give a complete file its name, unless it is not what its name says."""
    path = receiver.finish(digest)
    try:
        check_file(path)
    except NemoError:
        if not receiver.reused:
            path.unlink()
        raise
    return path


def looked_at(typed: str) -> tuple[str, int]:
    """Return the name and the size of a clip on this machine, or raise what is wrong with it."""
    path = Path(typed)
    with contextlib.suppress(RuntimeError):  # nobody's home: the path is then not found
        path = path.expanduser()
    check_file(path)
    return path.name, path.stat().st_size
