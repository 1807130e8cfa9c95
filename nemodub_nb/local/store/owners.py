"""Which server works on what: a lock that dies with its process."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from nemodub_nb.local.store.database import Database
    from nemodub_nb.local.store.home import Home


_YOUNG_S = 60.0
"""A lock file younger than this may belong to a server that is just about to lock it."""


class Owner:
    """One running server. Its lock is held as long as it lives, so others can tell whether it does."""

    def __init__(self, home: Home) -> None:
        self.id = uuid.uuid4().hex
        self._home = home
        self._lock = FileLock(home.locks / f"{self.id}.lock")
        self._lock.acquire(timeout=5)

    def inherit(self, database: Database) -> None:
        """Take over the messages and exports of servers that are dead.

        Whoever gets a dead server's lock is its only heir, so two servers never resume the same work.
        """
        rows = database.all(
            "SELECT owner FROM messages WHERE status = 'running' AND owner <> ?"
            " UNION SELECT owner FROM renders WHERE status IN ('pending', 'processing') AND owner <> ?",
            self.id,
            self.id,
        )
        for row in rows:
            lock = FileLock(self._home.locks / f"{row['owner']}.lock")
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            with database.transaction():
                database.run(
                    "UPDATE messages SET owner = ? WHERE owner = ? AND status = 'running'",
                    self.id,
                    row["owner"],
                )
                database.run(
                    "UPDATE renders SET owner = ? WHERE owner = ? AND status IN ('pending', 'processing')",
                    self.id,
                    row["owner"],
                )
            lock.release()
        self._sweep()

    def _sweep(self) -> None:
        """Remove the lock files of the dead."""
        for path in self._home.locks.glob("*.lock"):
            if path.stem == self.id or time.time() - path.stat().st_mtime < _YOUNG_S:
                continue
            lock = FileLock(path)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            path.unlink(missing_ok=True)
            lock.release()

    def release(self) -> None:
        """Let the lock go."""
        self._lock.release()
