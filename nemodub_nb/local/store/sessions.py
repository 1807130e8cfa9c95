"""Editing sessions."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nemodub_nb.local.store.database import Database

_LOWEST_ID = 10**18
_ID_RANGE = 8 * 10**18


@dataclass(frozen=True)
class Session:
    """One project: clips, what was said about them, exports."""

    id: str
    """19 digits, as the cloud's: too big for a floating point number."""
    task_id: str
    """The task that holds the session."""
    user_id: str
    """Whose it is."""
    task_name: str
    """The project's name."""
    language: str
    """The language the user speaks."""
    clip_id: int | None
    """The clip uploaded or spoken of last."""


def new_id() -> str:
    """Return 19 digits."""
    return str(_LOWEST_ID + secrets.randbelow(_ID_RANGE))


class Sessions:
    """The table of sessions."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def create(self, user_id: str, task_name: str, language: str) -> Session:
        """Open a session."""
        session = Session(new_id(), new_id(), user_id, task_name, language, None)
        self._db.run(
            "INSERT INTO sessions VALUES(?, ?, ?, ?, ?, NULL, ?)",
            session.id,
            session.task_id,
            user_id,
            task_name,
            language,
            time.time(),
        )
        return session

    def get(self, session_id: str, user_id: str | None = None) -> Session | None:
        """Return a session (of that user, when given), None when there is none."""
        row = self._db.one(
            "SELECT id, task_id, user_id, task_name, language, clip_id FROM sessions WHERE id = ?", session_id
        )
        if row is None or (user_id is not None and row["user_id"] != user_id):
            return None
        return Session(**dict(row))

    def point_at(self, session_id: str, clip_id: int) -> None:
        """Remember the clip that sentences without a clip's name are about."""
        self._db.run("UPDATE sessions SET clip_id = ? WHERE id = ?", clip_id, session_id)
