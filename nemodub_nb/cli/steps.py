"""Shows the steps of a dub as the agent reports them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, Self

from nemodub_nb.cli.lines import Ticker, bar

if TYPE_CHECKING:
    from nemodub_nb.cli.lines import Live
    from nemodub_nb.client import AgentEvent

_NAMES: Final = {
    "probe": "look",
    "transcribe": "listen",
    "separate": "take the voice out",
    "translate": "translate",
    "speak": "speak",
    "fit": "fit",
    "mix": "mix",
    "models": "fetch models",
    "render": "render",
}
_SHOWN_AT_ONCE: Final = 4


class Steps:
    """On a terminal one line with what is under way; each finished step leaves a line."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._began = time.monotonic()
        self._under_way: dict[tuple[str, str], tuple[float, str]] = {}
        self._ticker = Ticker(live, self._line)

    def __enter__(self) -> Self:
        self._ticker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ticker.stop()

    def take(self, event: AgentEvent) -> None:
        """Take in one event; called from another thread."""
        if event.kind != "progress":
            return
        said = event.payload
        language, step = str(said.get("language") or ""), str(said.get("step") or "work")
        done, total = _number(said.get("done")), _number(said.get("total"))
        key = (language, step)
        if total and done >= total:
            if self._under_way.pop(key, None) is not None or total == 1:
                self._live.line(f"✓ {self._title(*key)} ({time.monotonic() - self._began:.0f} s)")
            return
        if key not in self._under_way and not self._live.terminal:
            self._live.line(f"  {self._title(*key)} …")
        self._under_way[key] = (done / total if total else 0.0, str(said.get("message") or ""))

    def _line(self) -> str:
        running = list(self._under_way.items())[-_SHOWN_AT_ONCE:]
        parts = [f"{self._title(*key)} {part:.0%}" for key, (part, _) in running]
        whole = sum(part for _, (part, _) in running) / len(running) if running else 0.0
        return f"{bar(whole)} {' · '.join(parts) or 'working'}  {time.monotonic() - self._began:.0f} s"

    @staticmethod
    def _title(language: str, step: str) -> str:
        return f"{language}: {_NAMES.get(step, step)}" if language else _NAMES.get(step, step)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
