"""What became of each row, kept beside the finished files in small files that are never changed, and as one table."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

    from .store import Store

_FOLDER: Final = ".nemodub/journal"
Row = dict[str, Any]
Name = tuple[str, str]
"""Source and language: what a row is about."""


class Journal:
    """The rows that ended, in the order in which they did. Two batches may write to one folder."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: list[str] = []

    def read(self) -> dict[Name, Row]:
        """Return the latest row of each clip and language."""
        self._read = self._store.list(_FOLDER)
        rows: dict[Name, Row] = {}
        for name in self._read:
            for line in (self._store.read(name) or b"").decode(errors="replace").splitlines():
                row = json.loads(line)
                before = rows.get((row["source"], row["language"]))
                if before is None or before["finished"] <= row["finished"]:
                    rows[row["source"], row["language"]] = row
        return rows

    def merge(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Put what was read into one file, so that many runs do not leave many."""
        if len(self._read) > 1:
            self.add(rows)
            for name in self._read:
                self._store.remove(name)

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write rows down. A file appears whole or not at all, so that a crash loses no more than the latest rows."""
        if rows:
            text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
            name = f"{_FOLDER}/{time.time_ns():020d}-{uuid.uuid4().hex[:8]}.jsonl"
            self._store.write(name, text.encode(errors="replace"))


def publish(store: Store, table: pd.DataFrame) -> None:
    """Write the table as batch.csv, and as batch.parquet where pyarrow is installed."""
    store.write("batch.csv", table.to_csv(index=False).encode(errors="replace"))
    if find_spec("pyarrow"):
        with store.making("batch.parquet") as path:
            table.to_parquet(path, index=False)
