"""Models on this machine: found without fetching anything, or fetched when they are missing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from nemodub_nb.local.engine.errors import NoSpaceError
from nemodub_nb.local.engine.weights import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from nemodub_nb.local.engine.weights.sources import Entry

LOCAL_FOLDER = "NEMODUB_MODELS"
"""Environment variable: a folder of models that someone else keeps, looked at first and never written to."""

_LOCK_S = 3600.0


def find(name: str, models_dir: Path) -> Path | None:
    """Return the folder of a model that is complete on this machine, None when it is not.

    Looks into `NEMODUB_MODELS`, then into `models_dir`. Raises WeightsUnavailableError for an unknown name.
    """
    entry = catalogue.entry(name)
    return next((folder for root in _roots(models_dir) if complete(entry, folder := root / name)), None)


def ensure(name: str, models_dir: Path, on_progress: Callable[[int, int], None] | None = None) -> Path:
    """Return the folder of a model's files, fetching them when they are not on this machine.

    `on_progress` gets bytes done and bytes in total, both approximate until the end. Two processes never fetch
    the same model at once, and the folder appears only when it is complete. Raises WeightsUnavailableError,
    which names what is missing and how to get it, and NoSpaceError.
    """
    entry = catalogue.entry(name)
    if (found := find(name, models_dir)) is not None:
        return found
    # What fetching needs (an HTTP client, archives) is loaded when something is missing, not in every run.
    from nemodub_nb.local.engine.weights.fetch import fetch

    # Another process may have fetched it while this one waited.
    return locked(
        entry,
        models_dir,
        lambda: find(name, models_dir) or fetch(entry, models_dir, on_progress or _silent),
    )


def locked(entry: Entry, models_dir: Path, bring: Callable[[], Path]) -> Path:
    """Return what `bring` does while no other process brings the same model. Raises NoSpaceError for a full disk."""
    from filelock import FileLock

    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(models_dir / f".{entry.name}.lock", timeout=_LOCK_S):
            return bring()
    except OSError as error:
        raise NoSpaceError(
            f"{entry.name} could not be written to {models_dir}: {error.strerror or error}.",
            f"Free about {2 * entry.size_bytes // 1_000_000} MB there, or set NEMODUB_HOME to another folder.",
        ) from error


def _silent(_done: int, _total: int) -> None:
    """Report to nobody."""


def _roots(models_dir: Path) -> list[Path]:
    kept = os.environ.get(LOCAL_FOLDER)
    return [Path(kept).expanduser(), models_dir] if kept else [models_dir]


def complete(entry: Entry, folder: Path) -> bool:
    """Tell whether a folder holds every file of a model, at its size where that is known."""
    if not folder.is_dir():
        return False
    for file in entry.files:
        path = folder / file.name
        if not path.is_file():
            return False
        size = path.stat().st_size
        if size == 0 or (file.size_bytes is not None and size != file.size_bytes):
            return False
    return bool(entry.files) or any(folder.glob("model*.bin"))
