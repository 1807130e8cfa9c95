"""What a batch stands at: every row in order, told as it changes to the journal, the table and whoever watches."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from nemodub_nb.project import orders

from .frame import frame, row
from .journal import Journal, Name, Row, publish
from .work import Clip, digest

if TYPE_CHECKING:
    import pandas as pd

    from .store import Store

_JOURNAL_EVERY_S: Final = 1.0
_TABLE_EVERY_S: Final = 5.0
_TABLE_SHARE: Final = 20
"""Writing the table takes at most one part in so many of the time."""
_ENDED: Final = frozenset({"done", "failed", "refused", "skipped"})

OnRow = Callable[[Mapping[str, Any]], None]


class Watcher(Protocol):
    """Someone who is shown how a batch goes on."""

    def update(self, board: Board, *, last: bool = False) -> None:
        """Show it; called several times a second."""


class Board:
    """The rows of one run."""

    def __init__(self, clips: Sequence[Clip], store: Store, version: str, backend: str) -> None:
        """Take what an earlier run finished, and queue the rest."""
        self.store, self.backend, self.dashboard = store, backend, ""
        self.rows: dict[Name, Row] = {}
        self.notes: list[str] = []
        self.began = time.monotonic()
        self._journal = Journal(store)
        self._fresh: list[Row] = []
        self._journal_at = self._table_at = time.monotonic()
        self._table_every_s = _TABLE_EVERY_S
        self._wanted: dict[Name, str] = {}
        self._before = before = self._journal.read()
        files = store.names()
        for clip in clips:
            for language in clip.languages:
                name = (clip.source, language)
                self._wanted[name] = _fingerprint(clip, language, version, backend)
                self.rows[name] = self._begin(clip, language, before.get(name), files)
        self.counts = Counter(one["status"] for one in self.rows.values())
        self.reused = self.counts["done"]

    def _begin(self, clip: Clip, language: str, before: Row | None, files: Mapping[str, int]) -> Row:
        attempts = int((before or {}).get("attempts") or 0)
        if clip.refusal:
            return self._refused(clip, language)
        same = before is not None and before.get("wanted") == self._wanted[clip.source, language]
        if before and same and before["status"] == "done":
            kept = [before.get(name) for name in ("output", "subtitles", "report")]
            if all(str(one).replace("\\", "/").rpartition("/")[2] in files for one in kept if one):
                return before
        return row(clip, language, status="queued", backend=self.backend, attempts=attempts)

    def _refused(self, clip: Clip, language: str) -> Row:
        assert clip.refusal
        why = {"error": clip.refusal.message, "advice": clip.refusal.advice}
        return row(clip, language, status="refused", backend=self.backend, attempts=0, **why)

    def open(self) -> None:
        """Begin to write down; until then nothing is written."""
        self._journal.merge(list(self._before.values()))

    def left(self, clips: Iterable[Clip], only: Container[Name] | None = None) -> list[Clip]:
        """Return the clips with only those languages that are still to be made, of those only the ones that are named."""
        from dataclasses import replace

        def wanted(name: Name) -> bool:
            return self.rows[name]["status"] == "queued" and (only is None or name in only)

        kept = []
        for clip in clips:
            tags = tuple(tag for tag in clip.languages if wanted((clip.source, tag)))
            if tags:
                kept.append(replace(clip, languages=tags))
        return kept

    def refuse(self, clip: Clip) -> None:
        """Say of all that is left of a clip why it cannot be dubbed."""
        for language in clip.languages:
            if self.rows[clip.source, language]["status"] == "queued":
                self._set((clip.source, language), self._refused(clip, language))

    def running(self, name: Name) -> None:
        """Say that a row has begun."""
        if self.rows[name]["status"] == "queued":
            self._set(name, {**self.rows[name], "status": "running"})

    def end(self, ended: Mapping[str, Any]) -> Row:
        """Take a row that has ended."""
        name = (str(ended["source"]), str(ended["language"]))
        tried = int(self.rows[name].get("attempts") or 0) + (ended["status"] != "skipped")
        one = {"attempts": tried, **ended, "wanted": self._wanted[name]}
        self._set(name, one)
        self._fresh.append(one)
        return one

    def requeue(self) -> None:
        """Say that what was under way has stopped."""
        for name, one in self.rows.items():
            if one["status"] == "running":
                self._set(name, {**one, "status": "queued"})

    def keep(self, *, last: bool = False) -> None:
        """Write down what is new: rows at once, the table now and then."""
        now = time.monotonic()
        if last or now - self._journal_at > _JOURNAL_EVERY_S:
            self._journal.add(self._fresh)
            self._fresh = []
            self._journal_at = now
        if last or now - self._table_at > self._table_every_s:
            publish(self.store, self.frame())
            self._table_at = time.monotonic()
            self._table_every_s = max(_TABLE_EVERY_S, _TABLE_SHARE * (self._table_at - now))

    def frame(self) -> pd.DataFrame:
        """Return all rows in the order of the manifest."""
        return frame(self.rows.values())

    @property
    def seconds(self) -> float:
        """How long it has been at work."""
        return time.monotonic() - self.began

    @property
    def ended(self) -> int:
        """How many rows have ended."""
        return sum(self.counts[status] for status in _ENDED)

    def _set(self, name: Name, one: Row) -> None:
        self.counts[self.rows[name]["status"]] -= 1
        self.counts[one["status"]] += 1
        self.rows[name] = one


def _fingerprint(clip: Clip, language: str, version: str, backend: str) -> str:
    """Return what must be the same for a finished row to be what is wanted now."""
    choices = clip.choices
    voice = dict(choices.voices).get(language)
    what: list[Any] = [
        choices.source_language,
        choices.fast,
        choices.sentence,
        choices.transcript,
        choices.memories,
    ]
    if choices.glossaries:  # what was made without any stays what is wanted
        what.append(choices.glossaries)
    if choices.slow_video > 1:
        what.append(["slow video", choices.slow_video])
    if choices.output != orders.Order():
        what.append(choices.output.fields())
    if choices.measure:
        what.append("measured")
    return digest([version, backend, clip.name, clip.stamp, language, voice, what])[:24]
