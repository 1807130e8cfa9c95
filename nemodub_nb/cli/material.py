"""Finds the notebooks and their sample clip, and puts copies of them where someone wants to work."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path
from typing import Final

from nemodub_nb.cli.failure import CommandError

NOTEBOOK: Final = "quickstart.ipynb"
"""The one that is run and opened first."""
NOTEBOOKS: Final = (
    NOTEBOOK,
    "explore.ipynb",
    "review.ipynb",
    "tour.ipynb",
    "cloud.ipynb",
    "batch.ipynb",
    "report.ipynb",
    "studio.ipynb",
)
SAMPLE: Final = ("explainer.mp4", "explainer.transcript.srt", "explainer.memory.csv")
_SETTINGS: Final = "voila.json"
"""What Voilà reads beside a notebook; without it, a page cannot play what was made."""


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
    """Copy the notebooks and the sample into a folder and return the quickstart there.

    What is there already is replaced when `fresh`, else left as someone may have changed it.
    """
    source = notebooks()
    (folder / "sample").mkdir(parents=True, exist_ok=True)
    for name in (*NOTEBOOKS, _SETTINGS, *(f"sample/{one}" for one in SAMPLE)):
        if fresh or not (folder / name).exists():
            shutil.copyfile(source / name, folder / name)
    return folder / NOTEBOOK
