"""Exports: waiting, running, finished."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nemodub_nb.local.store.files import StoredFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nemodub_nb.local.store.database import Database


@dataclass(frozen=True)
class Render:
    """One export."""

    user_id: str
    """Whose it is."""
    id: str
    """The client's own id: submitting it again is the same export."""
    session_id: str
    """Where it belongs."""
    status: str
    """`pending`, `processing`, `completed` or `failed`."""
    progress: int
    """0-100."""
    job: dict[str, Any]
    """What the engine was asked for."""
    name: str
    """The finished file's name."""
    key: str
    """The secret part of its address."""
    error: str | None
    """Why it failed."""
    file: StoredFile | None
    """The finished file."""
    result: dict[str, Any]
    """What the engine measured."""
    created_at: float
    """Seconds since the epoch."""
    completed_at: float | None
    """Seconds since the epoch."""

    @property
    def active(self) -> bool:
        """Whether it still waits or runs."""
        return self.status in ("pending", "processing")


def _render(row: sqlite3.Row) -> Render:
    file = StoredFile(row["sha256"], row["suffix"], row["size"]) if row["sha256"] else None
    return Render(
        user_id=row["user_id"],
        id=row["id"],
        session_id=row["session_id"],
        status=row["status"],
        progress=row["progress"],
        job=json.loads(row["job"]),
        name=row["name"],
        key=row["key"],
        error=row["error"],
        file=file,
        result=json.loads(row["result"] or "{}"),
        created_at=row["created_at"],
        completed_at=row["completed_at"],
    )


class Renders:
    """The table of exports."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def submit(
        self, user_id: str, render_id: str, session_id: str, job: Mapping[str, Any], name: str, owner: str
    ) -> Render | None:
        """Add a waiting export; None when the session has an active one."""
        try:
            self._db.run(
                "INSERT INTO renders(user_id, id, session_id, status, progress, job, name, owner, key, created_at)"
                " VALUES(?, ?, ?, 'pending', 0, ?, ?, ?, ?, ?)",
                user_id,
                render_id,
                session_id,
                json.dumps(dict(job), ensure_ascii=False),
                name,
                owner,
                secrets.token_urlsafe(24),
                time.time(),
            )
        except sqlite3.IntegrityError:
            return None
        return self.get(user_id, render_id)

    def get(self, user_id: str, render_id: str) -> Render | None:
        """Return an export by its id."""
        row = self._db.one("SELECT * FROM renders WHERE user_id = ? AND id = ?", user_id, render_id)
        return _render(row) if row else None

    def by_key(self, key: str) -> Render | None:
        """Return the export with that secret address."""
        row = self._db.one("SELECT * FROM renders WHERE key = ?", key)
        return _render(row) if row else None

    def completed(self, session_id: str) -> list[Render]:
        """Return the finished exports of a session in the order they were asked for."""
        return [
            _render(row)
            for row in self._db.all(
                "SELECT * FROM renders WHERE session_id = ? AND status = 'completed' ORDER BY created_at",
                session_id,
            )
        ]

    def of_owner(self, owner: str) -> list[Render]:
        """Return what that server has waiting or running."""
        return [
            _render(row)
            for row in self._db.all(
                "SELECT * FROM renders WHERE status IN ('pending', 'processing') AND owner = ?", owner
            )
        ]

    def advance(self, render: Render, progress: int) -> None:
        """Say how far a running export is; one that has ended stays as it is."""
        self._db.run(
            "UPDATE renders SET status = 'processing', progress = MAX(progress, ?) WHERE user_id = ? AND id = ?"
            " AND status IN ('pending', 'processing')",
            progress,
            render.user_id,
            render.id,
        )

    def complete(self, render: Render, file: StoredFile, result: Mapping[str, Any]) -> None:
        """Say that an export is ready."""
        self._db.run(
            "UPDATE renders SET status = 'completed', progress = 100, sha256 = ?, suffix = ?, size = ?, result = ?,"
            " completed_at = ? WHERE user_id = ? AND id = ?",
            file.sha256,
            file.suffix,
            file.size,
            json.dumps(dict(result)),
            time.time(),
            render.user_id,
            render.id,
        )

    def fail(self, render: Render, error: str) -> None:
        """Say that an export has failed, and why."""
        self._db.run(
            "UPDATE renders SET status = 'failed', error = ?, completed_at = ? WHERE user_id = ? AND id = ?"
            " AND status IN ('pending', 'processing')",
            error,
            time.time(),
            render.user_id,
            render.id,
        )
