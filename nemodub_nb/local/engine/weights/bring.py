"""Brings models from a folder that was copied from another machine, after looking at every byte."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from nemodub_nb.local.engine.errors import WeightsUnavailableError
from nemodub_nb.local.engine.weights import catalogue, here

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nemodub_nb.local.engine.weights.sources import Entry


def names_in(folder: Path) -> tuple[str, ...]:
    """Return the models that a folder holds: in folders of their names, or as loose files.

    Raises WeightsUnavailableError when there is none.
    """
    found = tuple(entry.name for entry in catalogue.entries() if _place(entry, folder) is not None)
    if not found:
        raise WeightsUnavailableError(
            f"{folder} holds no complete model.",
            "Give the models folder of another machine (`nemodub models path` prints it there).",
        )
    return found


def bring(
    name: str, folder: Path, models_dir: Path, on_progress: Callable[[int, int], None] | None = None
) -> Path:
    """Copy a model from a folder into the models folder and return its place there.

    What is pinned by hash must have that hash; nothing is left behind otherwise. Raises WeightsUnavailableError,
    NoSpaceError.
    """
    entry = catalogue.entry(name)
    place = _place(entry, folder)
    if place is None:
        raise WeightsUnavailableError(
            f"{folder} does not hold the whole model {name} ({', '.join(file.name for file in entry.files)}).",
            "Copy its folder from a machine that has it, or fetch it without --from.",
        )
    return here.locked(entry, models_dir, lambda: _copied(entry, place, models_dir, on_progress))


def _place(entry: Entry, folder: Path) -> Path | None:
    """Return where in a folder the model lies whole; loose files must bear its name to be told from others'."""
    if here.complete(entry, folder / entry.name):
        return folder / entry.name
    own = all(file.name.startswith(entry.name.removeprefix("piper-")) for file in entry.files)
    return folder if entry.files and own and here.complete(entry, folder) else None


def _copied(
    entry: Entry, place: Path, models_dir: Path, on_progress: Callable[[int, int], None] | None
) -> Path:
    from nemodub_nb.local.engine.weights.fetch import sha256_of

    staging, final = models_dir / f".partial-{entry.name}", models_dir / entry.name
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    known = {file.name: file for file in entry.files}
    names = list(known) or [path.name for path in place.iterdir() if path.is_file()]
    total = sum((place / name).stat().st_size for name in names)
    done = 0
    try:
        for name in names:
            shutil.copyfile(place / name, staging / name)
            wanted = known[name].sha256 if name in known and known[name].pinned_at_host else None
            if wanted is not None and (found := sha256_of(staging / name)) != wanted:
                raise WeightsUnavailableError(
                    f"{place / name} was refused: its sha256 is {found[:12]}…, not {wanted[:12]}….",
                    "Copy it again from a machine where it works, or fetch it without --from.",
                )
            done += (staging / name).stat().st_size
            if on_progress is not None:
                on_progress(done, total)
        shutil.rmtree(final, ignore_errors=True)
        staging.replace(final)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return final
