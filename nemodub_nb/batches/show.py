"""Shows how a batch goes on: one page that updates itself in a notebook, a line now and then elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TextIO

from nemodub_nb.project.display import language_name
from nemodub_nb.project.live import in_notebook
from nemodub_nb.project.safe import markup, plain

if TYPE_CHECKING:
    from .board import Board, Watcher

_PAGE_EVERY_S: Final = 0.25
_LINE_EVERY_S: Final = 5.0
_MOST_ROWS: Final = 60
_FIRST: Final = ("running", "failed", "refused", "skipped", "done", "queued")
"""Which rows are shown where there are too many."""
_COLUMNS: Final = ("clip", "language", "status", "seconds", "verdict", "output")
_WORDS: Final = {"good": "✓ good", "look": "• look", "bad": "✗ bad"}
_CELL: Final = "style='text-align:left;padding:.1em .8em .1em 0'"


class Silent:
    """Shows nothing."""

    def update(self, board: Board, *, last: bool = False) -> None:
        """Do nothing."""


class Lines:
    """A line on standard error now and then, and one for each failure."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._at = time.monotonic()
        self._said = -1
        self._notes = 0

    def update(self, board: Board, *, last: bool = False) -> None:
        """Say what is new."""
        for note in board.notes[self._notes :]:
            self._print(plain(note, 500))
        self._notes = len(board.notes)
        now = time.monotonic()
        if (last or now - self._at >= _LINE_EVERY_S) and (last or board.ended != self._said):
            self._at, self._said = now, board.ended
            self._print(summary(board.counts, board.seconds))

    def _print(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # a closed stderr must not end the work
            print(line, file=self._stream or sys.stderr, flush=True)


class Page:
    """One display below the cell."""

    def __init__(self) -> None:
        from IPython.display import display

        self._shown, self._at = "", 0.0
        self._handle: Any = display(
            {"text/html": "<p>Batch: looking at the clips …</p>"}, raw=True, display_id=True
        )

    def update(self, board: Board, *, last: bool = False) -> None:
        """Bring the page up to date, a few times a second at most."""
        now = time.monotonic()
        if not last and now - self._at < _PAGE_EVERY_S:
            return
        self._at = now
        shown = page(list(board.rows.values()), board.counts, board.seconds, board.dashboard, board.notes)
        if shown != self._shown and self._handle is not None:
            self._shown = shown
            text = summary(board.counts, board.seconds)
            with contextlib.suppress(Exception):  # a page that went away must not end the work
                self._handle.update({"text/html": shown, "text/plain": text}, raw=True)


def watcher(show: bool | Watcher) -> Watcher:
    """Return what fits where this runs, nothing for False, or the watcher that is given."""
    if not isinstance(show, bool):
        return show
    if not show:
        return Silent()
    return Page() if in_notebook() else Lines()


def summary(counts: Mapping[str, int], seconds: float) -> str:
    """Return a batch in one line."""
    parts = [f"{counts[status]} {status}" for status in ("done", *_FIRST) if counts.get(status)]
    return f"Batch: {', '.join(dict.fromkeys(parts)) or 'nothing to do'} ({seconds:.0f} s)"


def page(
    rows: Sequence[Mapping[str, Any]],
    counts: Mapping[str, int],
    seconds: float,
    dashboard: str = "",
    notes: list[str] | None = None,
) -> str:
    """Return a batch as HTML: how far it is, then the rows that matter most."""
    total = max(1, len(rows))
    ended = total - counts.get("queued", 0) - counts.get("running", 0)
    link = f" · <a href='{markup(dashboard)}' target='_blank'>Dask dashboard</a>" if dashboard else ""
    shown = (
        sorted(rows, key=lambda one: _FIRST.index(one["status"]))[:_MOST_ROWS] if total > _MOST_ROWS else rows
    )
    body = "".join(_row(one) for one in shown)
    head = "".join(f"<th scope='col' {_CELL}>{name}</th>" for name in _COLUMNS)
    more = (
        f"<p><small>… and {total - len(shown)} more rows in batch.csv</small></p>"
        if len(shown) < len(rows)
        else ""
    )
    said = "".join(f"<p><small>{markup(note)}</small></p>" for note in (notes or [])[-3:])
    return (
        f"<div role='status'><p style='margin:.3em 0'><b>{markup(summary(counts, seconds))}</b> "
        f"<progress max='{total}' value='{ended}'></progress>{link}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}{said}</div>"
    )


def _row(one: Mapping[str, Any]) -> str:
    seconds = one.get("seconds")
    cells = [
        markup(language_name(str(one["language"]))),
        markup(one["status"]),
        "" if seconds is None else f"{seconds:.0f}",
        _WORDS.get(str(one.get("verdict")), ""),
        markup(one.get("error") or one.get("output") or ""),
    ]
    return (
        f"<tr><th scope='row' {_CELL}>{markup(one['clip'])}</th>"
        + "".join(f"<td {_CELL}>{cell}</td>" for cell in cells)
        + "</tr>"
    )
