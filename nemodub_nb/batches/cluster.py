"""Runs a batch on a Dask cluster: the graph is Dask's, with its retries, priorities and resources."""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from distributed import Client, as_completed
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from nemodub_nb.project import BadInputError

from . import tasks
from .events import Ended, Note, Running, Tell
from .frame import row
from .work import Clip, Place

_CHUNK: Final = 256
"""Clips that are handed over at once; the first are fewer, so that the first clips are finished first."""
_IN_FLIGHT: Final = 8192
"""Rows that a scheduler holds at once: enough for any cluster, and its memory stays what it is however long the batch."""
_RETRIES: Final = 2
_ROUNDS: Final = 5
"""How often what was lost with a scheduler or its workers is handed over again."""
_CONNECT_S: Final = 30.0
_TRY_S: Final = 5.0
_COME_BACK_S: Final = 60.0
_LOOK_S: Final = 1.0
_LOST: Final = (KilledWorker, FutureCancelledError)
Key = str


class Cluster:
    """The workers of a Dask scheduler."""

    def __init__(self, place: Place, scheduler: Any, resources: Mapping[str, float]) -> None:
        """Connect to a scheduler by its address or scheduler file, or use a client that is there. Raises BadInputError."""
        self._place, self._resources = place, dict(resources) or None
        self._address = scheduler if isinstance(scheduler, str) else ""
        self._client = scheduler if not self._address else self._connected(_CONNECT_S)
        self.dashboard = str(self._client.dashboard_link or "")
        self._tell: Tell = lambda _: None
        self._over = threading.Event()
        self._names: dict[Key, tuple[Clip, str]] = {}
        self._futures: set[Any] = set()

    def start(self, clips: Sequence[Clip], tell: Tell) -> None:
        """Begin, and return at once; the last that is told is None."""
        self._tell = tell
        threading.Thread(target=self._work, args=(list(clips),), name="nemodub-batch", daemon=True).start()
        threading.Thread(target=self._watch, name="nemodub-watch", daemon=True).start()

    def stop(self) -> None:
        """Take back what has not begun. What a worker is doing goes on to its end, and is found by the next run."""
        self._over.set()
        with contextlib.suppress(Exception):  # a cluster that is gone has nothing left to stop
            self._client.cancel(list(self._futures), force=True)
        if self._address:
            with contextlib.suppress(Exception):
                self._client.close(timeout=2)

    def submit(self, clips: Sequence[Clip], turn: int = 0) -> list[Any]:
        """Hand over the graph of some clips: hear each once, then each of its languages. Returns the languages' futures.

        turn: the clips of a lower one are done first.
        """
        run = uuid.uuid4().hex[:12]
        marks = [f"{run}-{number}" for number in range(len(clips))]
        heard = self._map(tasks.source, [clips], [f"source-{mark}" for mark in marks], turn)
        made = [
            (found, clip, language, f"dub-{mark}-{language}")
            for found, clip, mark in zip(heard, clips, marks, strict=True)
            for language in clip.languages
        ]
        keys = [key for *_, key in made]
        self._names.update({key: (clip, language) for _, clip, language, key in made})
        return self._map(tasks.dub, [[one[part] for one in made] for part in range(3)], keys, turn)

    def _map(self, task: Any, columns: list[Any], keys: list[Key], turn: int) -> list[Any]:
        places = [self._place] * len(keys)
        return list(
            self._client.map(
                task,
                *columns,
                places,
                key=keys,
                priority=-turn,
                retries=_RETRIES,
                resources=self._resources,
                pure=False,
            )
        )

    def _work(self, clips: list[Clip]) -> None:
        try:
            for turn in range(_ROUNDS):
                lost = self._round(clips)
                if not lost or self._over.is_set():
                    break
                self._tell(
                    Note(
                        f"{len(lost)} rows were lost with the cluster's workers; they are handed over again."
                    )
                )
                if turn == _ROUNDS - 1 or not self._back():
                    self._give_up(lost)
                    break
                clips = _grouped(lost)
        except Exception as error:  # noqa: BLE001 - whatever Dask raises, the batch must come to its end
            if not self._over.is_set():
                self._tell(
                    Note(
                        f"The cluster failed ({type(error).__name__}: {error}). Run the same again to go on."
                    )
                )
        finally:
            self._over.set()
            self._tell(None)

    def _round(self, clips: Sequence[Clip]) -> list[tuple[Clip, str]]:
        """Hand clips over, as many at a time as keep the scheduler small, and tell what ends; return what was lost."""
        self._names.clear()
        chunks = enumerate(_chunks(clips))
        finished = as_completed(loop=self._client.loop, with_results=True, raise_errors=False)
        whole = True

        def fill() -> None:
            while whole and len(self._futures) < _IN_FLIGHT and (chunk := next(chunks, None)):
                futures = self.submit(chunk[1], chunk[0])
                self._futures.update(futures)
                finished.update(futures)

        fill()
        for batch in finished.batches():
            for future, made in batch:
                self._futures.discard(future)
                if self._over.is_set():
                    return []
                if self._ended(future, made):
                    self._names.pop(future.key)
                else:
                    whole = False
            fill()
        rest = [(clip, language) for _, chunk in chunks for clip in chunk for language in clip.languages]
        return [*self._names.values(), *rest]

    def _ended(self, future: Any, made: Any) -> bool:
        """Tell what became of a row, unless it was lost."""
        clip, language = self._names[future.key]
        if future.status == "finished":
            self._tell(Ended(made))
            return True
        if future.status != "error":
            return False
        error = made[1] if isinstance(made, tuple) else future.exception()
        if isinstance(error, _LOST):
            return False
        why = f"It failed on the cluster ({type(error).__name__}: {error})."
        advice = "Run the same again; what is finished is kept."
        self._tell(Ended(row(clip, language, status="failed", error=why, advice=advice)))
        return True

    def _give_up(self, lost: list[tuple[Clip, str]]) -> None:
        for clip, language in lost:
            why = {
                "error": "Its workers were lost each time.",
                "advice": "See the workers' logs, then run the same again.",
            }
            self._tell(Ended(row(clip, language, status="failed", **why)))

    def _watch(self) -> None:
        """Tell which rows have begun."""
        while not self._over.wait(_LOOK_S):
            with contextlib.suppress(Exception):  # while a scheduler is away, nothing can be seen
                for keys in self._client.processing().values():
                    for key in keys:
                        if str(key) in self._names:
                            clip, language = self._names[str(key)]
                            self._tell(Running(clip.source, language))

    def _back(self) -> bool:
        """Wait until the scheduler is there again."""
        if not self._address:
            return bool(self._client.status == "running")
        with contextlib.suppress(Exception):
            self._client.close(timeout=2)
        try:
            self._client = self._connected(_COME_BACK_S)
        except BadInputError:
            return False
        return True

    def _where(self) -> dict[str, str]:
        """Return what names the scheduler: its address, or the file that it wrote its address to."""
        if "://" in self._address:
            return {"address": self._address}
        path = Path(self._address).expanduser()
        return {"scheduler_file": str(path)} if path.suffix == ".json" else {"address": self._address}

    def _connected(self, patience_s: float) -> Client:
        ends = time.monotonic() + patience_s
        while True:
            try:
                return Client(**self._where(), timeout=_TRY_S, set_as_default=False, name="nemodub-batch")
            except (OSError, TimeoutError, ValueError) as error:
                if time.monotonic() > ends:
                    raise BadInputError(
                        f"No Dask scheduler answers at {self._address} ({error}).",
                        "Check the address, and that the scheduler runs.",
                    ) from error
                time.sleep(1.0)


def _chunks(clips: Sequence[Clip]) -> Iterator[Sequence[Clip]]:
    at, size = 0, 1
    while at < len(clips):
        yield clips[at : at + size]
        at, size = at + size, min(_CHUNK, 2 * size)


def _grouped(lost: Sequence[tuple[Clip, str]]) -> list[Clip]:
    from dataclasses import replace

    found: dict[Clip, list[str]] = {}
    for clip, language in lost:
        found.setdefault(clip, []).append(language)
    return [replace(clip, languages=tuple(tags)) for clip, tags in found.items()]
