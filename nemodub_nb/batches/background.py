"""Batches that work beside the cells of a notebook: begun, watched, stopped, and found again by the folder they write to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Container
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from nemodub_nb.project import BadInputError

from .run import Order, run

if TYPE_CHECKING:
    from .board import Board
    from .journal import Name
    from .result import Batch

Look = Callable[["Board | None"], None]
"""Called several times a second from the batch's own thread, and when it has ended; None: it came to no board."""


class Background:
    """One batch at work, or one that has ended."""

    def __init__(self, wanted: Order, only: Container[Name] | None = None) -> None:
        self.wanted = wanted
        self.only = only
        """The rows that are tried; None: all that are left."""
        self.board: Board | None = None
        """What it stands at, once the clips were looked at."""
        self.ended: Future[Batch] = Future()
        """Its result, or what went wrong with all of it."""
        self._halt = threading.Event()
        self._looks: list[Look] = []

    @property
    def stopping(self) -> bool:
        """Whether somebody wants it to stop."""
        return self._halt.is_set()

    def stop(self) -> None:
        """Have it stop soon and leave everything tidy; returns at once."""
        self._halt.set()

    def watch(self, look: Look) -> Callable[[], None]:
        """Have somebody look whenever something may have changed; returns what ends it."""
        self._looks = [*self._looks, look]

        def unwatch() -> None:
            self._looks = [one for one in self._looks if one is not look]

        return unwatch

    def update(self, board: Board, *, last: bool = False) -> None:  # noqa: ARG002 - its end is told when it can be had
        """Pass on what it stands at."""
        self.board = board
        for look in self._looks:
            look(board)

    def work(self) -> None:
        """Do it all, in the thread that calls."""
        try:
            made = run(self.wanted, self, only=self.only, halt=self._halt)
        except BaseException as error:  # noqa: BLE001 - whoever looks at the result is told
            self.ended.set_exception(error)
        else:
            self.ended.set_result(made)
        for look in self._looks:
            look(self.board)


_lock = threading.Lock()
_of_folder: dict[str, Background] = {}


def begin(wanted: Order, only: Container[Name] | None = None) -> Background:
    """Begin a batch in a thread of its own; of the rows that are left only those that are named.

    Raises BadInputError when another one writes to the same folder.
    """
    with _lock:
        if (old := _of_folder.get(wanted.out)) is not None and not old.ended.done():
            raise BadInputError(
                f"A batch that writes to {wanted.out} is at work.", "Wait for its end, or stop it first."
            )
        begun = _of_folder[wanted.out] = Background(wanted, only)
    threading.Thread(target=begun.work, name="nemodub-batch-run", daemon=True).start()
    return begun


def find(wanted: Order) -> Background | None:
    """Return the batch of this process that does, or has done, exactly what is wanted."""
    begun = _of_folder.get(wanted.out)
    return begun if begun is not None and _same(begun.wanted, wanted) else None


def _same(one: Order, other: Order) -> bool:
    return all(_equal(getattr(one, name), getattr(other, name)) for name in one.__dataclass_fields__)


def _equal(one: Any, other: Any) -> bool:
    if hasattr(one, "columns"):  # a table compares cell by cell
        return hasattr(other, "columns") and bool(one.equals(other))
    return bool(one is other or one == other) if not hasattr(other, "columns") else False
