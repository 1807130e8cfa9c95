"""The SQLite file and its tables."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from filelock import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS users(
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, client_id TEXT UNIQUE, address TEXT, created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS tokens(
  digest TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users(id), created_at REAL NOT NULL,
  expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS sessions(
  id TEXT PRIMARY KEY, task_id TEXT NOT NULL, user_id TEXT NOT NULL REFERENCES users(id), task_name TEXT NOT NULL,
  language TEXT NOT NULL, clip_id INTEGER, created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS clips(
  id INTEGER PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions(id), name TEXT NOT NULL, kind TEXT NOT NULL,
  file_type TEXT NOT NULL, sha256 TEXT NOT NULL, suffix TEXT NOT NULL, size INTEGER NOT NULL, media TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE, created_at REAL NOT NULL, UNIQUE(session_id, name));
CREATE TABLE IF NOT EXISTS plans(
  clip_id INTEGER NOT NULL REFERENCES clips(id), revision INTEGER NOT NULL, plan TEXT NOT NULL,
  PRIMARY KEY(clip_id, revision));
CREATE TABLE IF NOT EXISTS dubs(
  clip_id INTEGER NOT NULL REFERENCES clips(id), key TEXT NOT NULL, result TEXT NOT NULL, PRIMARY KEY(clip_id, key));
CREATE TABLE IF NOT EXISTS approvals(
  user_id TEXT NOT NULL REFERENCES users(id), source_language TEXT NOT NULL, target_language TEXT NOT NULL,
  source TEXT NOT NULL, target TEXT NOT NULL, at REAL NOT NULL,
  PRIMARY KEY(user_id, source_language, target_language, source));
CREATE TABLE IF NOT EXISTS assets(
  session_id TEXT NOT NULL REFERENCES sessions(id), sha256 TEXT NOT NULL, suffix TEXT NOT NULL, duration_s REAL,
  PRIMARY KEY(session_id, sha256));
CREATE TABLE IF NOT EXISTS messages(
  id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions(id), parts TEXT NOT NULL, status TEXT NOT NULL,
  owner TEXT NOT NULL, cost INTEGER NOT NULL, created_at REAL NOT NULL, finished_at REAL);
CREATE UNIQUE INDEX IF NOT EXISTS one_message_at_a_time ON messages(session_id) WHERE status = 'running';
CREATE TABLE IF NOT EXISTS outcomes(
  message_id TEXT PRIMARY KEY REFERENCES messages(id), answer TEXT NOT NULL, result TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events(
  message_id TEXT NOT NULL REFERENCES messages(id), seq INTEGER NOT NULL, event TEXT NOT NULL,
  PRIMARY KEY(message_id, seq));
CREATE TABLE IF NOT EXISTS renders(
  user_id TEXT NOT NULL REFERENCES users(id), id TEXT NOT NULL, session_id TEXT NOT NULL REFERENCES sessions(id),
  status TEXT NOT NULL, progress INTEGER NOT NULL, job TEXT NOT NULL, name TEXT NOT NULL, owner TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE, error TEXT, sha256 TEXT, suffix TEXT, size INTEGER, result TEXT,
  created_at REAL NOT NULL, completed_at REAL, PRIMARY KEY(user_id, id));
CREATE UNIQUE INDEX IF NOT EXISTS one_render_at_a_time ON renders(session_id)
  WHERE status IN ('pending', 'processing');
"""


class Database:
    """One connection, used from one thread; other servers may have the same file open."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._connection.row_factory = sqlite3.Row
        # The change to WAL needs the file for itself and does not wait as other statements do: two servers that begin
        # at the same moment would lock each other out.
        with FileLock(path.with_name(f"{path.name}.opening"), timeout=30):
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.executescript(_SCHEMA)
            path.chmod(0o600)
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute("PRAGMA foreign_keys=ON")

    def all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Return every row of a query."""
        return self._connection.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row of a query, None when there is none."""
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def run(self, sql: str, *values: Any) -> int:
        """Execute a statement and return how many rows it changed."""
        return self._connection.execute(sql, values).rowcount

    def insert(self, sql: str, *values: Any) -> int:
        """Execute an INSERT and return the new row's number."""
        return self._connection.execute(sql, values).lastrowid or 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the statements inside happen together or not at all."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
