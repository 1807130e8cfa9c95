"""Runs a batch on this machine: a few threads, each with an engine in a process of its own."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from nemodub_nb.cores import cores

from . import tasks
from .engine import Hand, JobLostError
from .events import Ended, Event, Running, Tell
from .frame import row
from .work import Clip, Place

_TRIES: Final = 3
_PAUSE_S: Final = 1.0
_PATIENCE_S: Final = 5.0
_LAST: Final = (10**9, 10**9, 10**9)
Order = tuple[int, int, int]
"""First clips first; of one clip, hearing before speaking."""


class Here:
    """The engines of this machine. They are processes, so that one that dies takes nothing with it."""

    dashboard = ""

    def __init__(self, place: Place, workers: int) -> None:
        self._place = place
        self._hands = [Hand(own_core=workers <= cores()) for _ in range(workers)]
        self._threads: list[threading.Thread] = []
        self._waiting: queue.PriorityQueue[tuple[Order, Callable[[], None] | None]] = queue.PriorityQueue()
        self._tell: Tell = lambda _: None
        self._open = 0
        self._lock = threading.Lock()

    def start(self, clips: Sequence[Clip], tell: Tell) -> None:
        """Begin, and return at once; the last that is told is None."""
        self._tell = tell
        self._open = len(clips)
        for number, clip in enumerate(clips):
            self._waiting.put(((number, 0, 0), lambda number=number, clip=clip: self._hear(number, clip)))  # type: ignore[misc]
        for hand in self._hands:
            thread = threading.Thread(target=self._work, args=(hand,), name="nemodub-batch", daemon=True)
            self._threads.append(thread)
            thread.start()
        if not clips:
            self._finish()

    def stop(self) -> None:
        """End every engine and wait for the threads."""
        for hand in self._hands:
            hand.stop()
        self._finish()
        ends = time.monotonic() + _PATIENCE_S
        for thread in self._threads:
            thread.join(max(0.0, ends - time.monotonic()))

    def _work(self, hand: Hand) -> None:
        with hand:
            while not hand.stopped:
                _, task = self._waiting.get()
                if task is None:
                    self._waiting.put((_LAST, None))
                    return
                task()

    def _hear(self, number: int, clip: Clip) -> None:
        for language in clip.languages:
            self._say(Running(clip.source, language))
        found = self._tried(lambda: tasks.source(clip, self._place))
        with self._lock:
            self._open += len(clip.languages)
        for turn, language in enumerate(clip.languages):

            def speak(language: str = language) -> None:
                made = self._tried(lambda: tasks.dub(found, clip, language, self._place))
                self._end(clip, language, made)

            self._waiting.put(((number, 1, turn), speak))
        self._close()

    def _end(self, clip: Clip, language: str, made: dict[str, Any]) -> None:
        if "refusal" in made:
            message, advice = made["refusal"]
            made = row(clip, language, status="failed", error=message, advice=advice)
        self._say(Ended(made))
        self._close()

    def _tried(self, task: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Do a task, again when its engine was lost; what fails each time is told as a clip's refusal is."""
        for attempt in range(_TRIES):
            try:
                return task()
            except (JobLostError, OSError) as error:
                why = str(error)
                if self._stopped:
                    break
                time.sleep(_PAUSE_S * attempt)
            except Exception as error:  # noqa: BLE001 - one clip never stops the rest
                return {"refusal": [f"It failed unexpectedly ({type(error).__name__}: {error}).", _REPORT_IT]}
        return {"refusal": [why, "Run the same command again: what is finished is kept."]}

    @property
    def _stopped(self) -> bool:
        return any(hand.stopped for hand in self._hands)

    def _say(self, event: Event) -> None:
        if not self._stopped:
            self._tell(event)

    def _close(self) -> None:
        with self._lock:
            self._open -= 1
            over = self._open == 0
        if over:
            self._finish()

    def _finish(self) -> None:
        self._waiting.put((_LAST, None))
        self._tell(None)


_REPORT_IT: Final = "Run it again; if it stays, report it with the clip."
