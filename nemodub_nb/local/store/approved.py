"""Translations that a person approved: what each user's own memory has learned."""

from __future__ import annotations

import csv
import io
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nemodub_nb.local.store.database import Database


@dataclass(frozen=True)
class Approval:
    """One line that is right as it is."""

    source_language: str
    target_language: str
    source: str
    target: str


class Approvals:
    """The table of approved translations; a later one of the same line replaces an earlier one."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def learn(self, user_id: str, approvals: Iterable[Approval]) -> None:
        """Keep approvals. Call inside a transaction."""
        for one in approvals:
            self._db.run(
                "INSERT OR REPLACE INTO approvals VALUES(?, ?, ?, ?, ?, ?)",
                user_id,
                one.source_language,
                one.target_language,
                one.source,
                one.target,
                time.time(),
            )

    def of(self, user_id: str, target_language: str | None = None) -> list[Approval]:
        """Return what a user approved, into one language or into all, the oldest first."""
        rows = self._db.all(
            "SELECT * FROM approvals WHERE user_id = ? AND ? IN ('', target_language) ORDER BY at, source",
            user_id,
            target_language or "",
        )
        return [
            Approval(row["source_language"], row["target_language"], row["source"], row["target"])
            for row in rows
        ]


def as_csv(approvals: Iterable[Approval]) -> str:
    """Return approvals as a translation memory."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["source", "target", "target_language", "source_language"])
    writer.writerows([one.source, one.target, one.target_language, one.source_language] for one in approvals)
    return text.getvalue()
