"""Where a user's sessions, files and weights live on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def home_folder(home: str | os.PathLike[str] | None = None) -> Path:
    """Return the home folder: the one given, else NEMODUB_HOME, else the user's data folder."""
    chosen = home or os.environ.get("NEMODUB_HOME") or platformdirs.user_data_dir("nemodub", appauthor=False)
    return Path(chosen).expanduser().absolute()
