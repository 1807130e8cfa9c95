"""The values that a workflow is made of: what was chosen, what is under way, what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from .terms import Glossary

if TYPE_CHECKING:
    from nemodub_nb.project import Progress
    from nemodub_nb.project.sentences import Original, Subtitles


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen for the next dub."""

    to: tuple[str, ...] = ()
    """Tags of the languages."""
    source: str | None = None
    """None: as heard."""
    voices: Mapping[str, str] = field(default_factory=dict)
    original: Original = "replace"
    background: float | None = None
    """Volume of music and effects, 0 to 1; None: as they are."""
    subtitles: Subtitles = "track"
    slow_video: bool = False
    """Whether the picture is slowed under a line that fits in no other way."""
    memory: str | None = None
    """Path of a translation memory on the kernel's machine."""
    glossary: Glossary = field(default_factory=Glossary)
    look: bool = False
    """Whether it is written first, to be looked at before it is spoken."""
    sentence: str | None = None
    """The sentence as edited by hand; None: as made from the choices."""

    def voices_used(self) -> dict[str, str]:
        """Return the voices of the languages chosen: those of others are kept for the case that they come back."""
        return {tag: voice for tag, voice in self.voices.items() if tag in self.to}


@dataclass(frozen=True, slots=True)
class Work:
    """Something under way."""

    kind: Literal["dub", "ask", "resume", "review", "lines", "export"]
    title: str
    progress: Progress
    call: str = ""
    """The Python that does the same, where it does not follow from the choices or the title."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said."""

    who: Literal["you", "agent", "note"]
    text: str
