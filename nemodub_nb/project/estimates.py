"""Estimates what a dub will take, before it is begun."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .values import Estimate

if TYPE_CHECKING:
    from .journal import LedgerRow

START_S: Final = 3.0
"""Starting the worker and loading its models."""
RECOGNISE: Final = 0.20
"""Seconds for a second of the clip: whisper-base with two threads takes 0.13, and it looks into the clip first."""
SEPARATE: Final = 0.10
"""Taking the voice out of the sound, on one core beside the recogniser."""
SPEAK: Final = 0.40
"""A language: Kokoro takes 0.19 to 0.34 for a second of speech; translating, fitting and placing are the rest."""
CHARACTERS_A_SECOND: Final = 14
"""Ordinary speech with its pauses, where there is no transcript to count."""
EDIT_CREDITS: Final = 50.0
"""What the API's rules say that an edit costs on the cloud, about."""
_REUSED: Final = 0.15
"""A dub faster than this share of the estimate found its steps finished, and tells nothing."""
_LATEST: Final = 10


@dataclass(frozen=True)
class Task:
    """A dub as far as it matters for an estimate."""

    clip: str
    """Which clip of which session; empty when there is none."""
    clip_s: float | None
    languages: tuple[str, ...]
    heard: bool = True
    """Whether the speech must be recognised."""
    separated: bool = True
    """Whether the voice must be taken out."""
    again: bool = False
    """Whether a language of it was begun before, so that steps of it may be finished."""

    @property
    def seconds(self) -> float | None:
        """How long it takes by the measured factors."""
        if not self.clip_s:
            return None
        share = RECOGNISE * self.heard + SEPARATE * self.separated + SPEAK * len(self.languages)
        return START_S + self.clip_s * share


def estimate(task: Task, transcript: str | None, earlier: Sequence[LedgerRow], *, local: bool) -> Estimate:
    """Estimate a dub. `transcript`: its text, where there is one; `earlier`: what dubs took at this backend."""
    characters = _characters(task, transcript)
    counted = "counted in the transcript" if transcript else f"{CHARACTERS_A_SECOND} a second of the clip"
    if not local:
        how = f"Credits: about {EDIT_CREDITS:.0f} an edit, by the API's rules. Characters: {counted}."
        return Estimate(EDIT_CREDITS, None, characters, how)
    measured = _measured(earlier)
    seconds = task.seconds
    source = "factors measured on two cores"
    if seconds is not None and measured:
        seconds *= statistics.median(measured)
        source = f"{len(measured)} earlier dub{'s' if len(measured) > 1 else ''} on this machine"
    how = f"Credits: this machine costs none. Seconds: {source}. Characters: {counted}."
    return Estimate(0.0, None if seconds is None else round(seconds, 1), characters, how)


def spoken_text(path: Path) -> str | None:
    """Return the words of an SRT or WebVTT file, None when it cannot be read."""
    try:
        content = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return None
    lines = (line.strip() for line in content.splitlines())
    kept = (
        line for line in lines if line and "-->" not in line and not line.isdecimal() and line != "WEBVTT"
    )
    return re.sub(r"<[^>]*>", "", " ".join(kept)) or None


def _characters(task: Task, transcript: str | None) -> int:
    each = len(transcript) if transcript else round(CHARACTERS_A_SECOND * (task.clip_s or 0.0))
    return each * len(task.languages)


def _measured(earlier: Sequence[LedgerRow]) -> list[float]:
    """Return how much longer than estimated the latest dubs took: those that were done whole and from the beginning."""
    ratios = []
    for row in earlier:
        expected = None if row.work.get("again") else _task(row.work).seconds
        if expected and row.work.get("whole") is True and row.seconds > expected * _REUSED:
            ratios.append(row.seconds / expected)
    return ratios[-_LATEST:]


def _task(work: Mapping[str, Any]) -> Task:
    clip_s, languages = work.get("clip_s"), work.get("languages")
    return Task(
        "",
        float(clip_s) if isinstance(clip_s, int | float) else None,
        tuple(languages) if isinstance(languages, list) else (),
        work.get("heard") is not False,
        work.get("separated") is not False,
    )
