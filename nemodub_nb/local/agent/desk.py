"""What the agent works with, and what it tells while it works."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from nemodub_nb.local.agent.plan import ClipPlan

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from nemodub_nb.local.store import Approval, Clip

EDIT_COST = 50
DUB_COST = 50
"""Credits for an edit, and for each language of a dub, where a quota is configured."""


@dataclass(frozen=True)
class Event:
    """Something to tell while a message is worked on."""

    kind: str
    """`call`, `progress`, `result` or `text`."""
    name: str = ""
    """The tool, for all but text."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """Arguments, progress or response."""
    text: str = ""
    """A piece of the answer."""


@dataclass(frozen=True)
class Answer:
    """How a message ended: what is to be kept. It comes last."""

    text: str
    """The whole answer."""
    clip_id: int | None = None
    """The clip it was about."""
    plan: ClipPlan | None = None
    """The clip's new plan, None when it has not changed."""
    undone: int = 0
    """How many plans to forget first."""
    cost: int = 0
    """Credits, where a quota is configured."""
    result: Mapping[str, Any] | None = None
    """What came of the languages: `{"done": [tag…], "failed": {tag: {"message", "advice"}}}`; None when it was not
    about any."""
    learned: tuple[Approval, ...] = ()
    """What the user's translation memory learns."""


class DubError(Exception):
    """A dub that failed as a whole: `message` is the cause, `advice` what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(f"{message} {advice}".strip())
        self.message = message
        self.advice = advice


class Desk(Protocol):
    """What the agent works with: the session's clips and the dubbing engine."""

    def clips(self) -> Sequence[Clip]:
        """Return the session's clips."""

    def current(self) -> Clip | None:
        """Return the clip uploaded or spoken of last."""

    def plan(self, clip: Clip, back: int = 0) -> ClipPlan:
        """Return a clip's plan, `back` revisions ago."""

    def revisions(self, clip: Clip) -> int:
        """Return how many plans a clip has."""

    def made(self, clip: Clip, key: str) -> Mapping[str, Any] | None:
        """Return what the engine has already made under a key."""

    def keep_text(self, content: str, name: str) -> str:
        """Keep an attachment and return its asset id."""

    def learned(self, language: str) -> str | None:
        """Return the asset id of what the user has approved in a language, None when there is nothing."""

    def dub(
        self, clip: Clip, plan: ClipPlan, languages: Sequence[str], *, speak: bool = True
    ) -> AsyncGenerator[Mapping[str, Any], None]:
        """Dub into these languages, or write their scripts and the transcript only.

        Yields progress, then one `{"dubbed": [...], "failed": {...}}`. Raises DubError.
        """
