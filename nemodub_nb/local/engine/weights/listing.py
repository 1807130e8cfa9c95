"""What the `models` command shows and does, as plain functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nemodub_nb.languages import base
from nemodub_nb.local.engine.errors import WeightsUnavailableError
from nemodub_nb.local.engine.weights import catalogue, here

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path


@dataclass(frozen=True)
class ModelRow:
    """One model as a line of `nemodub models list`."""

    name: str
    """Name for `get` and `path`."""
    purpose: str
    """What it is for."""
    licence: str
    """Licence of the weights."""
    size_mb: int
    """Size on disk, in megabytes."""
    quality: str
    """How good it is of its kind; empty when there is nothing to choose."""
    path: str | None
    """Where it lies on this machine, None when it does not."""


def list_models(models_dir: Path, languages: Collection[str] = ()) -> list[ModelRow]:
    """Return every model known by name, those on this machine first.

    With `languages`, only those that serve one of them, and those that serve many.
    """
    wanted = {base(tag) for tag in languages}
    rows = [
        ModelRow(
            entry.name,
            entry.purpose,
            entry.licence,
            round(entry.size_bytes / 1e6),
            entry.quality,
            str(found) if (found := here.find(entry.name, models_dir)) else None,
        )
        for entry in catalogue.entries()
        if not wanted or not entry.languages or wanted.intersection(entry.languages)
    ]
    return sorted(rows, key=lambda row: row.path is None)


def get_model(name: str, models_dir: Path, on_progress: Callable[[int, int], None] | None = None) -> Path:
    """Fetch a model and return its folder; see `ensure`."""
    return here.ensure(name, models_dir, on_progress)


def model_path(name: str, models_dir: Path) -> Path:
    """Return the folder of a model on this machine.

    Raises WeightsUnavailableError when it is not here.
    """
    found = here.find(name, models_dir)
    if found is None:
        raise WeightsUnavailableError(
            f"The model {name} is not on this machine.", f"Run `nemodub models get {name}`."
        )
    return found
