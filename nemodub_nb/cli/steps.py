"""Shows the steps of a dub as the agent reports them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from nemodub_nb.cli.lines import Ticker, bar

if TYPE_CHECKING:
    from nemodub_nb.cli.lines import Live
    from nemodub_nb.client import AgentEvent

_NAMES: Final = {
    "transcribe": "listen",
    "separate": "take the voice out",
    "speakers": "tell the speakers apart",
    "translate": "translate",
    "speak": "speak",
    "fit": "fit",
    "mix": "mix",
    "models": "fetch models",
    "render": "render",
}
_SHOWN_AT_ONCE: Final = 4


_NOT_SHOWN: Final = frozenset({"probe"})
"""Over before it could be read."""

_WHOLE: Final = 0.999
"""Seconds of sound are counted in blocks, and the last one may be a little short."""


@dataclass(slots=True)
class _UnderWay:
    """A step that has begun."""

    started_at: float
    part: float = 0.0


class Steps:
    """On a terminal one line with what is under way; each finished step leaves a line."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._began = time.monotonic()
        self._under_way: dict[tuple[str, str], _UnderWay] = {}
        self._finished: set[tuple[str, str]] = set()
        self._ticker = Ticker(live, self._line)

    def __enter__(self) -> Self:
        self._ticker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ticker.stop()

    def take(self, event: AgentEvent) -> None:
        """Take in one event; called from another thread."""
        said = event.payload if event.kind == "progress" else {}
        if not said or said.get("step") in _NOT_SHOWN:
            return
        language, step = str(said.get("language") or ""), str(said.get("step") or "work")
        done, total = _number(said.get("done")), _number(said.get("total"))
        key = (language, step)
        now = time.monotonic()
        part = done / total if total else 0.0
        if part >= _WHOLE:
            started = self._under_way.pop(key, _UnderWay(now)).started_at
            if key not in self._finished:
                self._finished.add(key)
                self._live.line(f"✓ {self._title(*key)}{_length(now - started)}")
        elif key in self._under_way:
            self._under_way[key].part = part
        elif key not in self._finished:
            self._under_way[key] = _UnderWay(now, part)
            if not self._live.terminal:
                self._live.line(f"  {self._title(*key)} …")

    def _line(self) -> str:
        running = list(self._under_way.items())[-_SHOWN_AT_ONCE:]
        parts = [f"{self._title(*key)} {step.part:.0%}" for key, step in running]
        whole = sum(step.part for _, step in running) / len(running) if running else 0.0
        return f"{bar(whole)} {' · '.join(parts) or 'working'}  {time.monotonic() - self._began:.0f} s"

    @staticmethod
    def _title(language: str, step: str) -> str:
        return f"{language}: {_NAMES.get(step, step)}" if language else _NAMES.get(step, step)


def _length(seconds: float) -> str:
    return f" ({seconds:.0f} s)" if seconds >= 1 else ""


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
