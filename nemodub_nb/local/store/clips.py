"""The clips of a session, the plan of each, and the files that a session may use."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nemodub_nb.local.store.files import StoredFile

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from nemodub_nb.local.store.database import Database


@dataclass(frozen=True)
class Clip:
    """One uploaded file."""

    id: int
    """Row number."""
    session_id: str
    """Where it belongs."""
    name: str
    """The name in this session; no two clips share one."""
    kind: str
    """`video`, `audio` or `image`."""
    file_type: str
    """Its extension, such as `mp4`."""
    file: StoredFile
    """The content."""
    duration_s: float
    """Seconds; 0 for an image."""
    width: int
    """Pixels; 0 without a picture."""
    height: int
    """Pixels; 0 without a picture."""
    fps: float
    """Frames a second; 0 without a picture."""
    has_audio: bool
    """Whether there is any sound."""
    key: str
    """The secret part of its address."""


def _clip(row: sqlite3.Row) -> Clip:
    media = json.loads(row["media"])
    return Clip(
        id=row["id"],
        session_id=row["session_id"],
        name=row["name"],
        kind=row["kind"],
        file_type=row["file_type"],
        file=StoredFile(row["sha256"], row["suffix"], row["size"]),
        duration_s=media["duration_s"],
        width=media["width"],
        height=media["height"],
        fps=media["fps"],
        has_audio=media["has_audio"],
        key=row["key"],
    )


class Clips:
    """The tables of clips, plans and assets."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, session_id: str, name: str, kind: str, file: StoredFile, media: Mapping[str, Any]) -> Clip:
        """Add a clip and point the session at it; the same content under the same name is the same clip."""
        with self._db.transaction():
            stem, dot, suffix = name.rpartition(".")
            wanted, number = name, 1
            while row := self._db.one(
                "SELECT * FROM clips WHERE session_id = ? AND name = ?", session_id, wanted
            ):
                if row["sha256"] == file.sha256:
                    break
                number += 1
                wanted = f"{stem} ({number}){dot}{suffix}"
            clip_id = row["id"] if row else self._insert(session_id, wanted, kind, file, media)
            self._db.run("UPDATE sessions SET clip_id = ? WHERE id = ?", clip_id, session_id)
            found = self._db.one("SELECT * FROM clips WHERE id = ?", clip_id)
        assert found is not None
        return _clip(found)

    def _insert(
        self, session_id: str, name: str, kind: str, file: StoredFile, media: Mapping[str, Any]
    ) -> int:
        self.add_asset(session_id, file, float(media["duration_s"]))
        return self._db.insert(
            "INSERT INTO clips(session_id, name, kind, file_type, sha256, suffix, size, media, key, created_at)"
            " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            session_id,
            name,
            kind,
            file.suffix.removeprefix("."),
            file.sha256,
            file.suffix,
            file.size,
            json.dumps(dict(media)),
            secrets.token_urlsafe(24),
            time.time(),
        )

    def of(self, session_id: str) -> list[Clip]:
        """Return a session's clips in the order they came."""
        return [
            _clip(row)
            for row in self._db.all("SELECT * FROM clips WHERE session_id = ? ORDER BY id", session_id)
        ]

    def by_key(self, key: str) -> Clip | None:
        """Return the clip with that secret address."""
        row = self._db.one("SELECT * FROM clips WHERE key = ?", key)
        return _clip(row) if row else None

    def add_asset(self, session_id: str, file: StoredFile, duration_s: float | None) -> None:
        """Let a session's drafts use a file."""
        self._db.run(
            "INSERT OR REPLACE INTO assets VALUES(?, ?, ?, ?)",
            session_id,
            file.sha256,
            file.suffix,
            duration_s,
        )

    def assets(self, session_id: str) -> dict[str, tuple[str, str, float | None]]:
        """Return what a session's drafts may use: asset id -> (sha256, suffix, seconds or None)."""
        return {
            f"sha256:{row['sha256']}": (row["sha256"], row["suffix"], row["duration_s"])
            for row in self._db.all("SELECT * FROM assets WHERE session_id = ?", session_id)
        }

    def plan(self, clip_id: int, back: int = 0) -> dict[str, Any] | None:
        """Return the newest plan, or the one `back` revisions before it; None: the clip as it came."""
        row = self._db.one(
            "SELECT plan FROM plans WHERE clip_id = ? ORDER BY revision DESC LIMIT 1 OFFSET ?", clip_id, back
        )
        return json.loads(row["plan"]) if row else None

    def revisions(self, clip_id: int) -> int:
        """Return how many plans a clip has: how often `undo` can go back."""
        row = self._db.one("SELECT COUNT(*) AS n FROM plans WHERE clip_id = ?", clip_id)
        return int(row["n"]) if row else 0

    def push_plan(self, clip_id: int, plan: Mapping[str, Any], *, forget: int = 0) -> None:
        """Make a plan the newest, after forgetting the last `forget` ones. Call inside a transaction."""
        self._db.run(
            "DELETE FROM plans WHERE clip_id = ? AND revision IN"
            " (SELECT revision FROM plans WHERE clip_id = ? ORDER BY revision DESC LIMIT ?)",
            clip_id,
            clip_id,
            forget,
        )
        self._db.run(
            "INSERT INTO plans SELECT ?, COALESCE(MAX(revision), 0) + 1, ? FROM plans WHERE clip_id = ?",
            clip_id,
            json.dumps(dict(plan)),
            clip_id,
        )

    def forget_plans(self, clip_id: int, count: int) -> None:
        """Go back by `count` revisions. Call inside a transaction."""
        self._db.run(
            "DELETE FROM plans WHERE clip_id = ? AND revision IN"
            " (SELECT revision FROM plans WHERE clip_id = ? ORDER BY revision DESC LIMIT ?)",
            clip_id,
            clip_id,
            count,
        )
