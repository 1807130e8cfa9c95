"""Translates sentences along a route, each kept for itself, so that a changed one is the only one translated again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Self, TypeVar

from nemodub_nb.local.engine.progress import Report
from nemodub_nb.local.engine.steps import Steps
from nemodub_nb.local.engine.translate.engines import Hop, Translate, open_hop
from nemodub_nb.local.engine.translate.routes import Route

K = TypeVar("K")
V = TypeVar("V")

AT_ONCE: Final = 32
"""Sentences given to a machine in one go: what a crash loses at most."""


class Machine:
    """The hops of one route, opened when they are needed; for one thread, as the engines are."""

    def __init__(self, route: Route, models: Path, steps: Steps, report: Report) -> None:
        self._route = route
        self._models = models
        self._steps = steps
        self._report = report
        self._open: dict[Hop, Translate] = {}

    def __call__(self, texts: Sequence[str]) -> list[str]:
        """Return translations in order. Raises EngineError when a hop cannot."""
        answers = list(texts)
        for hop in self._route:
            answers = self._over(hop, answers)
        return answers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Here and now: the Firefox engine must be dropped by the thread that opened it.
        self._open.clear()

    def _over(self, hop: Hop, texts: list[str]) -> list[str]:
        known: dict[str, object] = {text: [hop.name, text] for text in texts}
        return kept(self._steps, known, lambda missing: self._translate(hop, missing), texts)

    def _translate(self, hop: Hop, texts: Sequence[str]) -> list[str]:
        if hop not in self._open:
            self._open[hop] = open_hop(hop, self._models, self._report)
        return self._open[hop](texts)


def kept(
    steps: Steps, keys: dict[K, object], compute: Callable[[list[K]], Sequence[V]], wanted: Sequence[K]
) -> list[V]:
    """Return the stored value of each wanted item, after the missing ones were computed, several at once."""
    missing = [item for item, key in keys.items() if not steps.path("translate", key, ".json").exists()]
    fresh: dict[K, V] = {}
    for at in range(0, len(missing), AT_ONCE):
        chunk = missing[at : at + AT_ONCE]
        made = dict(zip(chunk, compute(chunk), strict=True))
        for item, value in made.items():
            fresh[item] = steps.value("translate", keys[item], lambda value=value: value)  # type: ignore[misc]
    return [
        fresh[item]
        if item in fresh
        else steps.value("translate", keys[item], lambda item=item: compute([item])[0])  # type: ignore[misc]
        for item in wanted
    ]
