"""Runs a batch from its manifest to its table."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from nemodub_nb.cores import cores
from nemodub_nb.fitting import SLOW_VIDEO_MOST
from nemodub_nb.presets import FORMATS
from nemodub_nb.project import BadInputError, orders
from nemodub_nb.project.sentences import slowed

from . import tasks
from .board import Board, OnRow, Watcher
from .events import Ended, Event, Note, Running, Workers
from .journal import Name
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

    @property
    def connects_to(self) -> Any:
        """The Dask client, address or scheduler file that is worked with; None: engines here, or the cloud."""
        return (self.scheduler or os.environ.get(SCHEDULER) or None) if self.backend == "local" else None

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
    slow_video: bool | float = False,
    workers: int | None = None,
    preset: str | None = None,
    format: str | None = None,  # noqa: A002 - the API's own word
    measure: bool = False,
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
        slow_video=_slow_video(slow_video),
        format=orders.order(format, preset=preset).format,
        preset=preset,
        measure=measure,
    )
    if choices.format not in FORMATS:
        raise BadInputError(
            f"format={choices.format!r} is not a format.", f"Use one of: {', '.join(FORMATS)}."
        )
    kept = (
        manifest
        if isinstance(manifest, str | os.PathLike) or hasattr(manifest, "columns")
        else list(manifest)
    )
    place = absolute(os.fspath(out))
    return Order(kept, parse_languages(to), place, backend, choices, workers=workers, **rest)


def _slow_video(most: bool | float) -> float:
    """Return how many times as long the picture may be shown. Raises BadInputError."""
    slowed(most)
    return SLOW_VIDEO_MOST if most is True else max(1.0, float(most))


def _paths(given: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> tuple[str, ...]:
    several = [given] if isinstance(given, str | os.PathLike) else given
    return tuple(absolute(os.fspath(one)) for one in several)


def run(
    wanted: Order,
    show: bool | Watcher = True,
    on_row: OnRow | None = None,
    *,
    only: Container[Name] | None = None,
    halt: threading.Event | None = None,
) -> Batch:
    """Do what is missing or has changed, and return the whole table. Ctrl-C and Stop end it early and leave it tidy.

    only: the rows that are tried, when not all that are left shall be. halt: set from another thread, it is a Stop.
    Raises BadInputError while another batch of this process writes to the same folder: both would do the same.
    """

    def again() -> Batch:
        return run(wanted, show, on_row)

    with _alone(wanted.out):
        made = _run(wanted, watcher(show), on_row, only, halt or threading.Event())
    return replace(made, again=again)


def _run(
    wanted: Order, shown: Watcher, on_row: OnRow | None, only: Container[Name] | None, halt: threading.Event
) -> Batch:
    clips = wanted.clips()
    store = Store(wanted.out)
    _usable(store)
    board = Board(clips, store, wanted.version, wanted.backend)
    board.open()
    shown.update(board)
    left = board.left(clips, only)
    stopped, interrupted = "", False
    if left:
        sweep()
        store.sweep()
        workers = _workers(wanted)
        try:
            stopped = _follow(board, workers, left, _Watching(shown, on_row, halt))
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
    )


@contextlib.contextmanager
def _alone(out: str) -> Iterator[None]:
    with _lock:
        if out in _written:
            raise BadInputError(
                f"Another batch in this process writes to {out}.", "Wait for its end, or stop it first."
            )
        _written.add(out)
    try:
        yield
    finally:
        _written.discard(out)


_lock = threading.Lock()
_written: Final[set[str]] = set()
"""Folders that a batch of this process writes to now."""


@dataclass(frozen=True)
class _Watching:
    """Who is told of a run, and who may end it."""

    shown: Watcher
    on_row: OnRow | None
    halt: threading.Event


def _follow(board: Board, workers: Workers, left: list[Clip], watching: _Watching) -> str:
    """Take what the workers tell until their end; return why that came early, if it did.

    Raises KeyboardInterrupt when somebody wants it to stop.
    """
    told: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
    workers.start(left, told.put)
    why = ""
    while True:
        if watching.halt.is_set():
            raise KeyboardInterrupt
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
            if watching.on_row is not None:
                watching.on_row(ended)
        elif event.text:
            why = event.text
            board.notes.append(event.text)
        board.dashboard = workers.dashboard
        board.keep()
        watching.shown.update(board)


def _workers(wanted: Order) -> Workers:
    place = Place(wanted.out, wanted.engine)
    if wanted.backend == "cloud":
        from .cloud import Cloud

        return Cloud(place, wanted.workers, wanted.budget)
    if scheduler := wanted.connects_to:
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
