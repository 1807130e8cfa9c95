"""What whoever does the work of a batch tells of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .work import Clip


@dataclass(frozen=True)
class Running:
    """A row has begun."""

    source: str
    language: str


@dataclass(frozen=True)
class Ended:
    """A row has ended."""

    row: Mapping[str, Any]


@dataclass(frozen=True)
class Note:
    """Something that people should know."""

    text: str


Event = Running | Ended | Note
Tell = Callable[[Event | None], None]
"""Takes an event, from any thread; None is the end."""


class Workers(Protocol):
    """Whoever does the work: this machine, a cluster or the cloud."""

    dashboard: str
    """URL of a page that shows the work; empty when there is none."""

    def start(self, clips: Sequence[Clip], tell: Tell) -> None:
        """Begin, and return at once; the last that is told is None."""

    def stop(self) -> None:
        """Stop soon, and leave everything tidy."""
