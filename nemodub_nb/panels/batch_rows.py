"""The rows of a batch as a page has them: all of them once, then only what has changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.project.display import relative, shown_path
from nemodub_nb.project.safe import plain

from . import words

if TYPE_CHECKING:
    from nemodub_nb.batches.board import Board

STATUSES: Final = ("queued", "running", "done", "failed", "refused", "skipped")
VERDICTS: Final = ("", "good", "look", "bad")
_LONGEST_NAME: Final = 120
_LONGEST_NOTE: Final = 160
_LONGEST: Final = 600


class Rows:
    """What the pages of one panel were told of a board."""

    def __init__(self) -> None:
        self.version = 0
        """Which board it is, so that a page knows when it has to ask for all of it."""
        self.seq = 0
        """How many times something has changed since."""
        self._board: Board | None = None
        self._known: Sequence[Mapping[str, Any]] = []

    def __len__(self) -> int:
        return len(self._known)

    def take(self, board: Board) -> list[list[Any]]:
        """Return the rows that differ from what the pages know: number and cells. None of a board that is new to them."""
        now = list(board.rows.values())
        if board is not self._board:
            self._board, self._known = board, now
            self.version, self.seq = self.version + 1, 0
            return []
        # A row that changes is another object.
        changed = [at for at, (new, old) in enumerate(zip(now, self._known, strict=True)) if new is not old]
        self._known = now
        return [[at, *_cells(now[at])] for at in changed]

    def packed(self) -> bytes:
        """Return all of them for a page."""
        clips: dict[tuple[str, str], int] = {}
        tags: dict[str, int] = {}
        rows = [
            [
                clips.setdefault((str(one["clip"]), str(one["source"])), len(clips)),
                tags.setdefault(str(one["language"]), len(tags)),
                *_cells(one),
            ]
            for one in self._known
        ]
        all_of_it = {
            "clips": [[plain(name, _LONGEST_NAME), plain(source, _LONGEST)] for name, source in clips],
            "languages": [[tag, words.own_name(tag), words.english_name(tag)] for tag in tags],
            "rows": rows,
        }
        return json.dumps(all_of_it, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")

    def detail(self, at: int) -> dict[str, Any]:
        """Return what is told of one row when it is chosen."""
        one = self._known[at]
        return {
            "error": plain(str(one.get("error") or ""), _LONGEST),
            "advice": plain(str(one.get("advice") or ""), _LONGEST),
            "attempts": int(one.get("attempts") or 0),
            "lines": [int(one.get(name) or 0) for name in ("lines", "good", "look", "bad")],
            "files": [_file(str(one[name])) for name in ("output", "subtitles", "report") if one.get(name)],
        }


def _cells(row: Mapping[str, Any]) -> list[Any]:
    seconds, cost = row.get("seconds"), row.get("cost")
    return [
        STATUSES.index(row["status"]),
        None if seconds is None else round(float(seconds), 1),
        None if cost is None else round(float(cost), 2),
        VERDICTS.index(row.get("verdict") or ""),
        plain(str(row.get("error") or ""), _LONGEST_NOTE),
    ]


def _file(path: str) -> dict[str, str]:
    """Return how a page shows a finished file; only one beside the notebook is a link."""
    if "://" in path:
        return {"path": plain(path, _LONGEST), "href": ""}
    from pathlib import Path

    href = relative(Path(path))
    return {"path": plain(shown_path(Path(path)), _LONGEST), "href": href or ""}
