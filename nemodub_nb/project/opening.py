"""Opens projects: chooses the backend, the home folder and the journal."""

from __future__ import annotations

import os
import sqlite3

from .actions import Actions
from .connection import BackendName, Connection, Pace
from .desk import Desk
from .errors import BadInputError
from .home import home_folder
from .journal import Journal
from .loop import LOOP
from .project import Project

Path = str | os.PathLike[str]


def open_project(
    name: str = "project",
    *,
    backend: BackendName | None = None,
    token: str | None = None,
    base_url: str | None = None,
    home: Path | None = None,
    session: str | None = None,
    pace: Pace | None = None,
) -> Project:
    """Open a project on the embedded backend (`local`) or on the NemoVideo cloud (`cloud`).

    Without `backend`: the cloud if a token, a base URL or NEMO_TOKEN is there, else this machine. home: where sessions and
    files are kept (NEMODUB_HOME). session: go on in that one; resume() finds the last one by itself. pace: how long to wait
    for a backend, for tests. Raises BackendMissingError with the command that installs the embedded backend.
    """
    return LOOP.run(_open(name, backend, token, base_url, home, session, pace))


async def aopen_project(
    name: str = "project",
    *,
    backend: BackendName | None = None,
    token: str | None = None,
    base_url: str | None = None,
    home: Path | None = None,
    session: str | None = None,
    pace: Pace | None = None,
) -> Project:
    """Open a project, as open_project does."""
    return await LOOP.follow(_open(name, backend, token, base_url, home, session, pace))


async def _open(
    name: str,
    backend: BackendName | None,
    token: str | None,
    base_url: str | None,
    home: Path | None,
    session: str | None,
    pace: Pace | None,
) -> Project:
    if backend not in {None, "local", "cloud"}:
        raise BadInputError(f"backend={backend!r} is not a choice.", "Use local or cloud.")
    folder = home_folder(home)
    given = token or base_url or os.environ.get("NEMO_TOKEN")
    try:
        journal = Journal(folder / "journal.sqlite")
    except (OSError, sqlite3.Error) as error:
        raise BadInputError(
            f"The home folder {folder} cannot be used ({error}).", "Set NEMODUB_HOME to another."
        ) from error
    connection = Connection(
        backend or ("cloud" if given else "local"),
        home=folder,
        token=token,
        base_url=base_url,
        pace=pace,
    )
    try:
        await connection.client()
    except BaseException:
        await connection.close()
        journal.close()
        raise
    return Project(Actions(Desk(name, connection, journal, session)))
