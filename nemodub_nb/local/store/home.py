"""The folder that holds everything the embedded backend keeps."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """Where each kind of thing lives below one folder."""

    root: Path
    """The folder itself."""

    @classmethod
    def open(cls, root: str | Path | None = None) -> Home:
        """Return the home at `root`, else at `NEMODUB_HOME`, else in the user's data folder; its folders exist.

        Raises OSError when the folder cannot be written.
        """
        if root is None:
            root = os.environ.get("NEMODUB_HOME") or None
        if root is None:
            import platformdirs

            root = platformdirs.user_data_dir("nemodub")
        home = cls(Path(root).expanduser().absolute())
        for folder in (home.files, home.cache, home.models, home.locks, home.incoming):
            folder.mkdir(parents=True, exist_ok=True)
        return home

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.root / "backend.sqlite"

    @property
    def files(self) -> Path:
        """Finished files, named by their content."""
        return self.root / "files"

    @property
    def incoming(self) -> Path:
        """Files that are still being written."""
        return self.root / "files" / "incoming"

    @property
    def cache(self) -> Path:
        """The engine's finished steps."""
        return self.root / "cache"

    @property
    def models(self) -> Path:
        """Weights."""
        return self.root / "models"

    @property
    def locks(self) -> Path:
        """One lock file for each server that lives."""
        return self.root / "locks"
