"""Runs a batch on a Dask cluster: the graph is Dask's, with its retries, priorities and resources."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any, Final

from distributed import Client, as_completed
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from nemodub_nb.project import BadInputError

from . import tasks
from .events import Ended, Note, Running, Tell
from .frame import row
from .journal import Name
from .work import Clip, Place

_CHUNK: Final = 256
"""Clips that are handed over at once; the first are fewer, so that the first clips are finished first."""
_IN_FLIGHT: Final = 8192
"""Rows that a scheduler holds at once: enough for any cluster, and its memory stays what it is however long the batch."""
_RETRIES: Final = 2
_ROUNDS: Final = 5
"""How often what was lost with a scheduler or its workers is handed over again in vain."""
_CONNECT_S: Final = 30.0
_TRY_S: Final = 5.0
_COME_BACK_S: Final = 60.0
_LOOK_S: Final = 1.0
_NOBODY_S: Final = 15.0
"""How long there may be nobody to do the work before it is said."""
_LOST: Final = (KilledWorker, FutureCancelledError)
_GONE: Final = (OSError, TimeoutError, CancelledError)
_UNREACHABLE: Final = (OSError, TimeoutError, ValueError)
_INSTALL: Final = "Install nemodub_nb in the same version everywhere: [cluster] for the scheduler, [local,cluster] for the workers."
Key = str


class Cluster:
    """The workers of a Dask scheduler."""

    def __init__(self, place: Place, scheduler: Any, resources: Mapping[str, float]) -> None:
        """Connect to a scheduler by its address or scheduler file, or use a client that is there. Raises BadInputError."""
        self._place, self._resources = place, dict(resources) or None
        self._address = scheduler if isinstance(scheduler, str) else ""
        self._loud = contextlib.ExitStack()
        if self._address:
            self._loud.enter_context(_quiet())
        self._client = scheduler if not self._address else self._connected(_CONNECT_S)
        self.dashboard = str(self._client.dashboard_link or "")
        self._tell: Tell = lambda _: None
        self._over = threading.Event()
        self._names: dict[Key, tuple[Clip, str]] = {}
        self._open: dict[Name, tuple[Clip, str]] = {}
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
        self._loud.close()

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
        vain = 0
        try:
            while True:
                self._open = {(clip.source, tag): (clip, tag) for clip in clips for tag in clip.languages}
                count = len(self._open)
                self._handed_over(clips)
                lost = list(self._open.values())
                if not lost or self._over.is_set():
                    break
                self._tell(
                    Note(
                        f"{len(lost)} rows were lost with the cluster's workers; they are handed over again."
                    )
                )
                vain = vain + 1 if len(lost) == count else 0
                if vain == _ROUNDS or not self._back():
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

    def _handed_over(self, clips: Sequence[Clip]) -> None:
        """Hand clips over and tell what ends; what is left open then was lost."""
        try:
            self._round(clips)
        except Exception:
            # A client that goes with its scheduler raises whatever it comes upon.
            if self._client.status == "running":
                raise

    def _round(self, clips: Sequence[Clip]) -> None:
        """Hand clips over, as many at a time as keep the scheduler small, and tell what ends."""
        self._names.clear()
        self._futures.clear()
        chunks = enumerate(_chunks(clips))
        # Without their results: asking for one while the scheduler ends would lose its row for ever.
        finished = as_completed(loop=self._client.loop)
        whole = True

        def fill() -> None:
            while whole and len(self._futures) < _IN_FLIGHT and (chunk := next(chunks, None)):
                futures = self.submit(chunk[1], chunk[0])
                self._futures.update(futures)
                finished.update(futures)

        fill()
        for batch in finished.batches():
            self._futures.difference_update(batch)
            if self._over.is_set():
                return
            made = self._results([future for future in batch if future.status == "finished"])
            for future in batch:
                if self._ended(future, made.get(future.key)):
                    clip, language = self._names.pop(future.key)
                    del self._open[clip.source, language]
                else:
                    whole = False
            fill()

    def _results(self, finished: list[Any]) -> dict[Key, Any]:
        """Return the rows that can still be had."""
        try:
            return dict(self._client.gather({future.key: future for future in finished}, errors="skip"))
        except _GONE:
            return {}

    def _ended(self, future: Any, made: dict[str, Any] | None) -> bool:
        """Tell what became of a row, unless it was lost."""
        clip, language = self._names[future.key]
        if made is not None:
            self._tell(Ended(made))
            return True
        if future.status != "error":
            return False
        try:
            error = future.exception()
        except _GONE:
            return False
        if isinstance(error, _LOST):
            return False
        why = f"It failed on the cluster ({type(error).__name__}: {error})."
        unlike = isinstance(error, ModuleNotFoundError) or "deserialization of the task graph" in str(error)
        advice = _INSTALL if unlike else "Run the same again; what is finished is kept."
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
        """Tell which rows have begun, and when nobody is there to do them."""
        since, said = time.monotonic(), ""
        while not self._over.wait(_LOOK_S):
            with contextlib.suppress(Exception):  # while a scheduler is away, nothing can be seen
                for keys in self._client.processing().values():
                    for key in keys:
                        if str(key) in self._names:
                            clip, language = self._names[str(key)]
                            self._tell(Running(clip.source, language))
                lacking = self._lacking()
                if not lacking:
                    since, said = time.monotonic(), ""
                elif lacking != said and time.monotonic() - since > _NOBODY_S:
                    said = lacking
                    self._tell(Note(lacking))

    def _lacking(self) -> str:
        """Return why nobody does the work; empty when somebody can."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        if not workers:
            return "The scheduler has no workers; waiting for one."
        wanted = self._resources or {}
        if any(
            all(one["resources"].get(name, 0) >= count for name, count in wanted.items()) for one in workers
        ):
            return ""
        named = ", ".join(f"{name}={count:g}" for name, count in wanted.items())
        return f"None of the workers has {named}; waiting for one that does."

    def _back(self) -> bool:
        """Wait until the scheduler is there again."""
        if not self._address:
            ends = time.monotonic() + _COME_BACK_S
            while self._client.status != "running" and time.monotonic() < ends and not self._over.is_set():
                time.sleep(_LOOK_S)  # it connects by itself
            return bool(self._client.status == "running")
        with contextlib.suppress(Exception):
            self._client.close(timeout=2)
        try:
            self._client = self._connected(_COME_BACK_S)
        except BadInputError:
            return False
        return True

    def _connected(self, patience_s: float) -> Client:
        ends = time.monotonic() + patience_s
        while True:
            try:
                return _client(self._address)
            except _UNREACHABLE as error:
                if time.monotonic() > ends:
                    raise BadInputError(
                        f"No Dask scheduler answers at {self._address} ({error}).",
                        "Check the address, and that the scheduler runs.",
                    ) from error
                time.sleep(1.0)


def threads_of(scheduler: Any) -> int:
    """Return how many tasks the workers of a scheduler do at once; 0 where none answers soon."""
    if not isinstance(scheduler, str):
        return sum(scheduler.nthreads().values())
    try:
        with _quiet(), _client(scheduler) as client:
            return sum(client.nthreads().values())
    except _UNREACHABLE:
        return 0


def _client(scheduler: str) -> Client:
    """Connect to a scheduler by its address, or by the file that it wrote its address to."""
    path = Path(scheduler).expanduser()
    by_file = path.suffix == ".json"
    if by_file and not path.exists():  # Dask would wait for it without an end
        raise FileNotFoundError(f"{path} is not there")
    where = {"scheduler_file": str(path)} if by_file else {"address": scheduler}
    return Client(**where, timeout=_TRY_S, set_as_default=False, name="nemodub-batch")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask from printing tracebacks about a scheduler that is away: it is said in a sentence instead."""
    log = logging.getLogger("distributed.client")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)


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
