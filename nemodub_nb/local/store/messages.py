"""Messages to the agent: running or finished, each with the log of its events."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nemodub_nb.local.store.database import Database


@dataclass(frozen=True)
class Message:
    """One message and where its answer stands."""

    id: str
    """Unique."""
    session_id: str
    """Where it was said."""
    parts: tuple[str, ...]
    """The sentence, then any attachments."""
    status: str
    """`running`, `done` or `failed`."""
    cost: int
    """Credits held while it runs, paid when it is done."""


@dataclass(frozen=True)
class Outcome:
    """What came of a message that has ended."""

    answer: str
    """What the agent said."""
    result: Mapping[str, Any] | None
    """What came of the languages, None when it was not about any."""


def _message(row: sqlite3.Row) -> Message:
    return Message(row["id"], row["session_id"], tuple(json.loads(row["parts"])), row["status"], row["cost"])


class Messages:
    """The tables of messages and their events."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def start(self, session_id: str, parts: Sequence[str], owner: str, cost: int) -> Message | None:
        """Add a running message; None when the session has one that is still running."""
        message = Message(uuid.uuid4().hex, session_id, tuple(parts), "running", cost)
        try:
            self._db.run(
                "INSERT INTO messages VALUES(?, ?, ?, 'running', ?, ?, ?, NULL)",
                message.id,
                session_id,
                json.dumps(parts, ensure_ascii=False),
                owner,
                cost,
                time.time(),
            )
        except sqlite3.IntegrityError:
            return None
        return message

    def forget_events(self, message_id: str) -> None:
        """Empty the log of a message that is taken up again."""
        self._db.run("DELETE FROM events WHERE message_id = ?", message_id)

    def log(self, message_id: str, event: Mapping[str, Any]) -> None:
        """Append an event to the message's log."""
        self._db.run(
            "INSERT INTO events SELECT ?, COALESCE(MAX(seq), 0) + 1, ? FROM events WHERE message_id = ?",
            message_id,
            json.dumps(event, ensure_ascii=False),
            message_id,
        )

    def events(self, message_id: str) -> list[dict[str, Any]]:
        """Return the log in order."""
        rows = self._db.all("SELECT event FROM events WHERE message_id = ? ORDER BY seq", message_id)
        return [json.loads(row["event"]) for row in rows]

    def finish(self, message_id: str, status: str, cost: int, outcome: Outcome) -> None:
        """Say how a message ended and what it costs in the end."""
        self._db.run(
            "INSERT OR REPLACE INTO outcomes VALUES(?, ?, ?)",
            message_id,
            outcome.answer,
            json.dumps(outcome.result, ensure_ascii=False),
        )
        self._db.run(
            "UPDATE messages SET status = ?, cost = ?, finished_at = ? WHERE id = ?",
            status,
            cost,
            time.time(),
            message_id,
        )

    def last(self, session_id: str) -> tuple[Message, Outcome | None] | None:
        """Return the message of a session that was said last, with its outcome once it has ended; None without any."""
        row = self._db.one(
            "SELECT * FROM messages LEFT JOIN outcomes ON message_id = id"
            " WHERE session_id = ? ORDER BY messages.rowid DESC LIMIT 1",
            session_id,
        )
        if row is None:
            return None
        ended = row["answer"] is not None and row["status"] != "running"
        return _message(row), Outcome(row["answer"], json.loads(row["result"])) if ended else None

    def of_owner(self, owner: str) -> list[Message]:
        """Return what that server has running."""
        return [
            _message(row)
            for row in self._db.all("SELECT * FROM messages WHERE status = 'running' AND owner = ?", owner)
        ]
