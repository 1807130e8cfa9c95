"""Remembers sessions, messages and renders on disk, so that neither a kernel restart nor a closed tab loses one."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from .recovery import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_BUSY_S: Final = 10.0
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS sessions(
  id TEXT PRIMARY KEY, place TEXT NOT NULL, name TEXT NOT NULL, task_id TEXT NOT NULL, used_at REAL NOT NULL, seen TEXT);
CREATE TABLE IF NOT EXISTS clips(
  session TEXT NOT NULL, name TEXT NOT NULL, fields TEXT NOT NULL, PRIMARY KEY(session, name));
CREATE TABLE IF NOT EXISTS messages(
  id INTEGER PRIMARY KEY, session TEXT NOT NULL, text TEXT NOT NULL, status TEXT NOT NULL, before TEXT NOT NULL,
  sent_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS renders(
  id TEXT PRIMARY KEY, session TEXT NOT NULL, fingerprint TEXT NOT NULL, status TEXT NOT NULL, fields TEXT NOT NULL,
  created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS ledger(
  id INTEGER PRIMARY KEY, place TEXT NOT NULL, name TEXT NOT NULL, session TEXT, done_at REAL NOT NULL, step TEXT NOT NULL,
  backend TEXT NOT NULL, cost REAL, credits_left REAL, seconds REAL NOT NULL, work TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS failures(
  session TEXT NOT NULL, clip TEXT NOT NULL, language TEXT NOT NULL, error TEXT NOT NULL,
  PRIMARY KEY(session, clip, language));
CREATE INDEX IF NOT EXISTS messages_by_session ON messages(session, status);
CREATE INDEX IF NOT EXISTS renders_by_session ON renders(session, status);
"""


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that was sent."""

    id: int
    status: str
    """sent: under way; unknown: the answer was lost; finished: its outcome is known."""
    mark: Mark
    """Its text, and how the session stood before it."""

    @property
    def text(self) -> str:
        """The message."""
        return self.mark.text


@dataclass(frozen=True, slots=True)
class SubmittedRender:
    """A render that was submitted."""

    id: str
    status: str
    """submitted: under way; saved: its file is where it belongs; failed."""
    fields: dict[str, Any]
    """What is needed to put its file in place: clip, language, target paths."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One action that was done."""

    done_at: float
    """Seconds since 1970."""
    step: str
    """What was done, for people."""
    backend: str
    """local or cloud."""
    cost: float | None
    """Credits; None where the balance could not be read before or after it."""
    left: float | None
    """Credits after it."""
    seconds: float
    """How long it took."""
    work: dict[str, Any]
    """For a dub, what an estimate of the next one needs."""


class Journal:
    """A SQLite file that several processes may use at once. Holds no token."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        with contextlib.suppress(OSError):
            path.chmod(0o600)
        # Another process may be creating the same file: WAL needs the file for itself for a moment.
        with self._lock:
            self._db.execute(f"PRAGMA busy_timeout = {int(_BUSY_S * 1000)}")
            with contextlib.suppress(sqlite3.OperationalError):
                self._db.execute("PRAGMA journal_mode = WAL")
            self._db.executescript(_SCHEMA)

    def __repr__(self) -> str:
        return f"<journal {self._path}>"

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    # Sessions

    def add_session(self, session: str, *, place: str, name: str, task_id: str) -> None:
        """Remember a session; `place` names the backend that knows it."""
        self._run(
            "INSERT INTO sessions VALUES(?, ?, ?, ?, ?, NULL) ON CONFLICT(id) DO UPDATE SET used_at = excluded.used_at",
            session,
            place,
            name,
            task_id,
            time.time(),
        )

    def touch(self, session: str) -> None:
        """Note that a session was used now."""
        self._run("UPDATE sessions SET used_at = ? WHERE id = ?", time.time(), session)

    def last_session(self, place: str, name: str) -> str | None:
        """Return the session of that name used last there: one of another name is somebody else's work."""
        rows = self._all(
            "SELECT id FROM sessions WHERE place = ? AND name = ? ORDER BY used_at DESC, rowid DESC LIMIT 1",
            place,
            name,
        )
        return str(rows[0]["id"]) if rows else None

    def task_of(self, session: str) -> str:
        """Return the id of a session's task; empty when it is not known."""
        rows = self._all("SELECT task_id FROM sessions WHERE id = ?", session)
        return str(rows[0]["task_id"]) if rows else ""

    def session_facts(self, session: str) -> tuple[str, float] | None:
        """Return the name of a session and when it was used last (seconds since 1970)."""
        rows = self._all("SELECT name, used_at FROM sessions WHERE id = ?", session)
        return (str(rows[0]["name"]), float(rows[0]["used_at"])) if rows else None

    def forget_session(self, session: str) -> None:
        """Drop a session that the server no longer knows."""
        for table, column in (
            ("sessions", "id"),
            ("clips", "session"),
            ("messages", "session"),
            ("renders", "session"),
            ("failures", "session"),
        ):
            self._run(f"DELETE FROM {table} WHERE {column} = ?", session)  # noqa: S608 - the names are those above

    # The draft last looked at

    def see(self, session: str, draft: Any) -> None:
        """Remember the draft that somebody has just looked at."""
        self._run("UPDATE sessions SET seen = ? WHERE id = ?", json.dumps(draft), session)

    def seen(self, session: str) -> Any:
        """Return the draft somebody looked at last, None before the first look."""
        rows = self._all("SELECT seen FROM sessions WHERE id = ?", session)
        return json.loads(rows[0]["seen"]) if rows and rows[0]["seen"] else None

    # Clips

    def add_clip(self, session: str, name: str, fields: dict[str, Any]) -> None:
        """Remember an uploaded clip."""
        self._run("INSERT OR REPLACE INTO clips VALUES(?, ?, ?)", session, name, json.dumps(fields))

    def clips(self, session: str) -> list[dict[str, Any]]:
        """Return the clips of a session in the order of their upload."""
        rows = self._all("SELECT fields FROM clips WHERE session = ? ORDER BY rowid", session)
        return [json.loads(row["fields"]) for row in rows]

    # Messages

    def message_sent(self, session: str, mark: Mark) -> int:
        """Note a message before it is sent, so that a crash can never lead to sending it again."""
        self.touch(session)
        return self._run(
            "INSERT INTO messages(session, text, status, before, sent_at) VALUES(?, ?, 'sent', ?, ?)",
            session,
            mark.text,
            json.dumps({"draft": mark.draft, "last": mark.last}),
            time.time(),
        )

    def message_status(self, message: int, status: str) -> None:
        """Note how a message stands: finished or unknown."""
        self._run("UPDATE messages SET status = ? WHERE id = ?", status, message)

    def open_messages(self, session: str) -> list[SentMessage]:
        """Return the messages whose outcome is not known, oldest first."""
        rows = self._all(
            "SELECT * FROM messages WHERE session = ? AND status != 'finished' ORDER BY id",
            session,
        )
        return [
            SentMessage(row["id"], row["status"], Mark(row["text"], **json.loads(row["before"])))
            for row in rows
        ]

    # Languages that failed

    def dubbed(self, session: str, clip: str, made: Iterable[str], failed: Mapping[str, str]) -> None:
        """Note what became of languages of a clip; an empty `clip` is whichever the message was about."""
        for language in (*made, *failed):
            self._run(
                "DELETE FROM failures WHERE session = ? AND language = ? AND clip IN (?, '')",
                session,
                language,
                clip,
            )
        for language, error in failed.items():
            self._run("INSERT OR REPLACE INTO failures VALUES(?, ?, ?, ?)", session, clip, language, error)

    def failures(self, session: str, clip: str | None = None) -> dict[str, str]:
        """Return the languages that failed and were not made since, with what went wrong; of one clip or of all."""
        rows = self._all("SELECT * FROM failures WHERE session = ? ORDER BY rowid", session)
        return {row["language"]: row["error"] for row in rows if clip is None or row["clip"] in {clip, ""}}

    # Renders

    def add_render(self, render: str, session: str, fingerprint: str, fields: dict[str, Any]) -> bool:
        """Note a render before it is submitted; False when that id is taken."""
        try:
            self._run(
                "INSERT INTO renders VALUES(?, ?, ?, 'submitted', ?, ?)",
                render,
                session,
                fingerprint,
                json.dumps(fields),
                time.time(),
            )
        except sqlite3.IntegrityError:
            return False
        return True

    def update_render(self, render: str, fields: dict[str, Any]) -> None:
        """Note where a render's files now belong; it is under way again."""
        self._run(
            "UPDATE renders SET fields = ?, status = 'submitted' WHERE id = ?",
            json.dumps(fields),
            render,
        )

    def render_status(self, render: str, status: str) -> None:
        """Note how a render stands: saved or failed."""
        self._run("UPDATE renders SET status = ? WHERE id = ?", status, render)

    def same_render(self, session: str, fingerprint: str) -> str | None:
        """Return the id of the last render of the same draft and settings that has not failed."""
        rows = self._all(
            "SELECT id FROM renders WHERE session = ? AND fingerprint = ? AND status != 'failed' ORDER BY created_at DESC LIMIT 1",
            session,
            fingerprint,
        )
        return str(rows[0]["id"]) if rows else None

    def open_renders(self, session: str) -> list[SubmittedRender]:
        """Return the renders whose file is not yet where it belongs, oldest first."""
        rows = self._all(
            "SELECT * FROM renders WHERE session = ? AND status = 'submitted' ORDER BY created_at",
            session,
        )
        return [SubmittedRender(row["id"], row["status"], json.loads(row["fields"])) for row in rows]

    # The ledger

    def add_ledger_row(self, row: LedgerRow, *, place: str, name: str, session: str | None) -> None:
        """Note an action of the project of that name; rows outlive their session."""
        self._run(
            "INSERT INTO ledger(place, name, session, done_at, step, backend, cost, credits_left, seconds, work)"
            " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            place,
            name,
            session,
            row.done_at,
            row.step,
            row.backend,
            row.cost,
            row.left,
            row.seconds,
            json.dumps(row.work),
        )

    def ledger(self, place: str, name: str, session: str | None) -> list[LedgerRow]:
        """Return what was done in a session and under a project's name, oldest first."""
        return self._ledger("(place = ? AND name = ?) OR session = ?", place, name, session)

    def dubs(self, place: str) -> list[LedgerRow]:
        """Return the dubs that were begun at a backend, oldest first."""
        return self._ledger("place = ? AND work != '{}'", place)

    def _ledger(self, where: str, *values: Any) -> list[LedgerRow]:
        rows = self._all(f"SELECT * FROM ledger WHERE {where} ORDER BY id", *values)  # noqa: S608 - from those above
        return [
            LedgerRow(
                row["done_at"],
                row["step"],
                row["backend"],
                row["cost"],
                row["credits_left"],
                row["seconds"],
                json.loads(row["work"]),
            )
            for row in rows
        ]

    def _run(self, statement: str, *values: Any) -> int:
        with self._lock:
            return self._db.execute(statement, values).lastrowid or 0

    def _all(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(statement, values).fetchall()
