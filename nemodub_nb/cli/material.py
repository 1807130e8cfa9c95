"""Finds the quickstart and its sample clip, and puts copies of them where someone wants to work."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path
from typing import Final

from nemodub_nb.cli.failure import CommandError

NOTEBOOK: Final = "quickstart.ipynb"
SAMPLE: Final = ("explainer.mp4", "explainer.transcript.srt", "explainer.memory.csv")


def notebooks() -> Path:
    """Return the folder of the notebooks: inside the installed package, or beside it in a checkout."""
    package = Path(str(files("nemodub_nb")))
    for folder in (package / "_notebooks", package.parent / "notebooks"):
        if (folder / NOTEBOOK).is_file():
            return folder
    raise CommandError(
        "The quickstart notebook is not part of this installation.",
        "Install it again: pip install --force-reinstall nemodub_nb",
    )


def copy_to(folder: Path, *, fresh: bool) -> Path:
    """Copy the quickstart and the sample into a folder and return the notebook there.

    What is there already is replaced when `fresh`, else left as someone may have changed it.
    """
    source = notebooks()
    (folder / "sample").mkdir(parents=True, exist_ok=True)
    for name in (NOTEBOOK, *(f"sample/{one}" for one in SAMPLE)):
        if fresh or not (folder / name).exists():
            shutil.copyfile(source / name, folder / name)
    return folder / NOTEBOOK
