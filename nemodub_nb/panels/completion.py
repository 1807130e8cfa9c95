"""Completes the path of a clip on the kernel's machine."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import Final

from nemodub_nb.contract import ACCEPTED_TYPES
from nemodub_nb.project.safe import plain

MOST: Final = 20
_MOST_READ: Final = 5_000
"""Entries of one folder that are looked at."""


def complete(typed: str) -> list[str]:
    """Return the folders (ending in a slash) and clips whose path begins with what was typed, at most 20, by name."""
    head, tail = os.path.split(typed)
    try:
        folder = Path(head).expanduser() if head else Path()
        with os.scandir(folder) as entries:
            found = [name for entry in islice(entries, _MOST_READ) if (name := _offered(entry, tail))]
    except (OSError, ValueError, RuntimeError):  # not there, not ours, a NUL in it, no such home
        return []
    return [os.path.join(head, name) for name in sorted(found, key=str.casefold)[:MOST]]  # noqa: PTH118 - Path would drop a "./" that was typed


def _offered(entry: os.DirEntry[str], tail: str) -> str:
    name = entry.name
    if not name.casefold().startswith(tail.casefold()) or (name.startswith(".") and not tail.startswith(".")):
        return ""
    if plain(name) != name:  # no text, or not what it would look like
        return ""
    if entry.is_dir():
        return f"{name}/"
    return name if name.rpartition(".")[2].lower() in ACCEPTED_TYPES else ""
