"""What the engine has made for a clip, by the inputs it was made from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nemodub_nb.local.store.database import Database


class Dubs:
    """Results by key: one for what was heard (the analysis), one for each language."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, clip_id: int, key: str) -> dict[str, Any] | None:
        """Return the result made from those inputs, None when it has not been made."""
        row = self._db.one("SELECT result FROM dubs WHERE clip_id = ? AND key = ?", clip_id, key)
        return json.loads(row["result"]) if row else None

    def put(self, clip_id: int, key: str, result: Mapping[str, Any]) -> None:
        """Keep a result."""
        self._db.run(
            "INSERT OR REPLACE INTO dubs VALUES(?, ?, ?)",
            clip_id,
            key,
            json.dumps(result, ensure_ascii=False),
        )
