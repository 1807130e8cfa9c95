"""What is known of work under way: its steps, the agent's words and the time it has taken."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .safe import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from nemodub_nb.client import AgentEvent

SILENCE_S: Final = 120.0
"""Silence after which people are told that the work goes on."""
_MOST_ROWS: Final = 100
_MOST_NOTES: Final = 20
_MOST_WORDS: Final = 20_000
_MOST_COUNT: Final = 1e12
_WHOLE: Final = 0.999
"""Seconds of sound are counted in blocks, and the last one may be a little short."""
_COUNTABLE: Final = 1000
"""More than this are bytes or the like, which only a share makes readable."""
_AT_ONCE: Final = "probe"
"""A step that is over before it could be read."""
_WAIT: Final = "wait"
"""A step that is over when another begins."""


@dataclass(slots=True)
class Step:
    """How far one step has come."""

    done: float = 0
    total: float = 0
    message: str = ""

    def __str__(self) -> str:
        if self.complete:
            return "✓"
        if self.total <= 1:
            return "…"
        if self.total > _COUNTABLE:
            return f"{int(100 * self.done / self.total)} %"
        return f"{int(self.done)}/{self.total:.0f}"

    @property
    def complete(self) -> bool:
        """Whether nothing of it is left."""
        return self.total > 0 and self.done >= self.total * _WHOLE


@dataclass(slots=True)
class Progress:
    """The state that every view shows. Bounded, whatever the server sends."""

    title: str
    clock: Callable[[], float] = time.monotonic
    steps: dict[str, dict[str, Step]] = field(default_factory=dict)
    """Language ("" for what all share) to step to how far it has come."""
    words: str = ""
    """What the agent has said."""
    notes: list[str] = field(default_factory=list)
    quiet: bool = False
    """Whether there has been a long silence, and nothing since."""
    ended: bool = False
    broken: bool = False
    """Whether it ended in an error or was stopped."""
    started_at: float = 0.0
    heard_at: float = 0.0

    def __post_init__(self) -> None:
        self.title = plain(self.title, 200)
        self.started_at = self.heard_at = self.clock()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the work began."""
        return self.clock() - self.started_at

    def take(self, event: AgentEvent) -> None:
        """Take in one event of the agent."""
        if event.kind == "heartbeat":
            return
        self.heard_at = self.clock()
        self.quiet = False
        if event.kind == "text":
            self.words = (self.words + plain(event.text))[-_MOST_WORDS:]
        elif event.kind == "tool_result":
            self._complete(event.payload.get("done"))
        elif event.kind == "progress":
            said = event.payload
            self.step(
                said.get("language"),
                said.get("step"),
                said.get("done"),
                said.get("total"),
                said.get("message"),
            )

    def step(self, language: Any, name: Any, done: Any, total: Any, message: Any = "") -> None:
        """Take in how far one step of one language has come."""
        self.heard_at = self.clock()
        self.quiet = False
        row = plain(language, 40) if isinstance(language, str) else ""
        key = plain(name, 40) if isinstance(name, str) and name else "work"
        if key == _AT_ONCE:
            return
        self._waited()
        if row not in self.steps and len(self.steps) >= _MOST_ROWS:
            return
        steps = self.steps.setdefault(row, {})
        if key not in steps and len(steps) >= _MOST_ROWS:
            return
        steps[key] = Step(
            _count(done), _count(total), plain(message, 200) if isinstance(message, str) else ""
        )

    def _waited(self) -> None:
        """Forget that the work had to wait for other work."""
        shared = self.steps.get("", {})
        if shared.pop(_WAIT, None) and not shared:
            del self.steps[""]

    def _complete(self, languages: Any) -> None:
        """Tick off the steps of languages that are done: not every step says its own end."""
        if not isinstance(languages, list) or not languages:
            return
        for row in ["", *(plain(language, 40) for language in languages if isinstance(language, str))]:
            for step in self.steps.get(row, {}).values():
                step.done = step.total = step.total or 1

    def note(self, text: str) -> None:
        """Take in something the project itself has to say."""
        self.heard_at = self.clock()
        self.quiet = False
        self.notes = [*self.notes, plain(text, 500)][-_MOST_NOTES:]

    def long_silence(self) -> bool:
        """Tell whether it is time to say that the work goes on; asking ends the silence."""
        if self.ended or self.clock() - self.heard_at < SILENCE_S:
            return False
        self.heard_at = self.clock()
        self.quiet = True
        return True


def _count(value: object) -> float:
    return (
        value
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _MOST_COUNT
        else 0
    )
