"""Runs a batch from its manifest to its table."""

from __future__ import annotations

import os
import queue
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from nemodub_nb.project import BadInputError

from . import tasks
from .board import Board, OnRow, Watcher
from .engine import cores
from .events import Ended, Event, Note, Running, Workers
from .manifest import Wanted, absolute, parse_languages, read
from .result import Batch
from .show import watcher
from .store import Store, sweep
from .work import ENGINE, Choices, Clip, Place

Backend = Literal["local", "cloud"]
_TURN_S: Final = 0.2
SCHEDULER: Final = "NEMODUB_SCHEDULER"
"""Environment variable: the address of a Dask scheduler, such as tcp://10.0.0.7:8786."""


@dataclass(frozen=True)
class Order:
    """What was asked for."""

    manifest: Any
    languages: tuple[str, ...]
    out: str
    backend: Backend = "local"
    choices: Choices = field(default_factory=Choices)
    scheduler: Any = None
    workers: int | None = None
    resources: Mapping[str, float] = field(default_factory=dict)
    budget: float | None = None
    engine: str = ENGINE

    def clips(self) -> list[Clip]:
        """Read the manifest."""
        return read(self.manifest, Wanted(self.languages, self.choices, self.backend))

    @property
    def version(self) -> str:
        """What makes a result another one, besides clip and choices."""
        return f"{tasks.version()} {self.engine}" if self.backend == "local" else "cloud"


def order(
    manifest: Any,
    to: str | Iterable[str] = (),
    out: str | os.PathLike[str] = "dubbed",
    *,
    backend: Backend = "local",
    memory: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
    glossary: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
    voices: Mapping[str, str] | None = None,
    source: str | None = None,
    fast: bool = False,
    workers: int | None = None,
    **rest: Any,
) -> Order:
    """Return what was asked for, checked. Raises BadInputError and UnknownLanguageError."""
    if backend not in {"local", "cloud"}:
        raise BadInputError(f"backend={backend!r} is not a choice.", "Use local or cloud.")
    if workers is not None and workers < 1:
        raise BadInputError("A batch needs at least one worker.", "Leave workers out to use every core.")
    spoken = parse_languages(source)[0] if source else None
    choices = Choices(
        source_language=spoken,
        memories=_paths(memory),
        glossaries=_paths(glossary),
        voices=tuple(sorted((parse_languages(tag)[0], voice) for tag, voice in (voices or {}).items())),
        fast=fast,
    )
    kept = (
        manifest
        if isinstance(manifest, str | os.PathLike) or hasattr(manifest, "columns")
        else list(manifest)
    )
    place = absolute(os.fspath(out))
    return Order(kept, parse_languages(to), place, backend, choices, workers=workers, **rest)


def _paths(given: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> tuple[str, ...]:
    several = [given] if isinstance(given, str | os.PathLike) else given
    return tuple(absolute(os.fspath(one)) for one in several)


def run(wanted: Order, show: bool | Watcher = True, on_row: OnRow | None = None) -> Batch:
    """Do what is missing or has changed, and return the whole table. Ctrl-C and Stop end it early and leave it tidy."""
    shown = watcher(show)
    clips = wanted.clips()
    store = Store(wanted.out)
    _usable(store)
    board = Board(clips, store, wanted.version, wanted.backend)
    board.open()
    left = board.left(clips)
    stopped, interrupted = "", False
    if left:
        sweep()
        workers = _workers(wanted)
        try:
            stopped = _follow(board, workers, left, shown, on_row)
        except KeyboardInterrupt:
            interrupted = True
            stopped = "Stopped. Run the same again to go on: what is finished is kept."
        finally:
            workers.stop()
            board.requeue()
            board.keep(last=True)
    else:
        board.keep(last=True)
    shown.update(board, last=True)
    return Batch(
        board.frame(),
        wanted.out,
        board.seconds,
        stopped,
        interrupted,
        board.dashboard,
        board.reused,
        lambda: run(wanted, show, on_row),
    )


def _follow(board: Board, workers: Workers, left: list[Clip], shown: Watcher, on_row: OnRow | None) -> str:
    """Take what the workers tell until their end; return why that came early, if it did."""
    told: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
    workers.start(left, told.put)
    why = ""
    while True:
        try:
            event = told.get(timeout=_TURN_S)
        except queue.Empty:
            event = Note("")
        if event is None:
            return why if board.counts["queued"] + board.counts["running"] + board.counts["skipped"] else ""
        if isinstance(event, Running):
            board.running((event.source, event.language))
        elif isinstance(event, Ended):
            ended = board.end(event.row)
            if on_row is not None:
                on_row(ended)
        elif event.text:
            why = event.text
            board.notes.append(event.text)
        board.dashboard = workers.dashboard
        board.keep()
        shown.update(board)


def _workers(wanted: Order) -> Workers:
    place = Place(wanted.out, wanted.engine)
    if wanted.backend == "cloud":
        from .cloud import Cloud

        return Cloud(place, wanted.workers, wanted.budget)
    scheduler = wanted.scheduler or os.environ.get(SCHEDULER)
    if scheduler:
        from .cluster import Cluster

        return Cluster(place, scheduler, wanted.resources)
    from .here import Here

    return Here(place, wanted.workers or cores())


def _usable(store: Store) -> None:
    """Raise BadInputError when nothing can be written there."""
    try:
        store.write(".nemodub/README.txt", _ABOUT.encode())
    except Exception as error:
        raise BadInputError(
            f"Nothing can be written to {store.url} ({error}).",
            "Choose another folder, or change who may write there.",
        ) from error


_ABOUT: Final = """\
What a batch of nemodub works with: what was heard (sources), spoken (voices), and which rows are done (rows, journal).
It makes the next run quick. It may be removed; finished videos are outside of it.
"""
