"""What became of each line, as a row that says whether to look at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nemodub_nb.local.engine import thresholds as t
from nemodub_nb.local.engine.edits import Sound
from nemodub_nb.local.engine.fit import Placement, Spoken
from nemodub_nb.local.engine.script import ScriptLine


@dataclass(frozen=True)
class Row:
    """One dubbed line. Times in seconds."""

    index: int
    language: str
    start_s: float
    end_s: float
    """End of the dubbed speech."""
    source_start_s: float
    source_end_s: float
    source_text: str
    text: str
    route: str
    """Where the translation comes from."""
    speaker: str
    """Who says it in the clip."""
    voice: str
    """Who says it in the dub."""
    sound: Sound
    """What is heard: the new voice, nothing, or the original one."""
    approved: bool
    """A person said that it is right as it is."""
    slot_s: float
    natural_s: float
    """Length as the voice spoke it, its own rate included."""
    rate: float
    """The voice's own rate that was asked for; 1.0 is natural."""
    stretch: float
    """Natural length over placed length, without pauses that were made longer; above 1 the speech was sped up."""
    slow: float
    """How many times as long the picture under it is shown; its times here are the clip's own."""
    fill: float
    """Dubbed length over the slot."""
    onset_error_s: float
    overflow_s: float
    overlap_s: float
    """Time in which two lines of one speaker sound at once."""
    chars_ratio: float
    """Characters of the dubbed line over those of the source line."""
    numbers_kept: bool
    names_kept: bool
    glossary_kept: bool | None
    """None when the line has no term of a glossary."""
    lost: tuple[str, ...]
    """Numbers, names and terms of the source line that are not in the dubbed line."""
    flags: tuple[str, ...]
    verdict: str
    """good, look or bad."""

    def to_dict(self) -> dict[str, Any]:
        """Return the row as plain JSON values."""
        return asdict(self) | {"flags": list(self.flags), "lost": list(self.lost)}


@dataclass(frozen=True)
class Take:
    """A line as it was translated, spoken and placed."""

    script: ScriptLine
    voice: str
    rate: float
    spoken: Spoken
    placement: Placement
    speaker: str


def rows(takes: Sequence[Take], language: str) -> list[Row]:
    """Return the rows of one language, in order."""
    made: list[Row] = []
    ended_s: dict[str, float] = {}
    for take in takes:
        before_s = ended_s.get(take.speaker, 0.0)
        made.append(_row(take, language, before_s))
        ended_s[take.speaker] = max(before_s, take.placement.end_s)
    return made


def _row(take: Take, language: str, previous_end_s: float) -> Row:
    line, spoken, placement = take.script.source, take.spoken, take.placement
    translated = take.script.translated
    overlap_s = max(0.0, previous_end_s - placement.start_s)
    onset_error_s = placement.start_s - take.script.place.start_s
    flags = tuple(_flags(take, onset_error_s, overlap_s))
    return Row(
        index=line.index,
        language=language,
        start_s=round(placement.start_s, 3),
        end_s=round(placement.end_s, 3),
        source_start_s=line.start_s,
        source_end_s=line.end_s,
        source_text=line.text,
        text=translated.text,
        route=translated.route,
        speaker=take.speaker,
        voice=take.voice,
        sound=take.script.sound,
        approved=take.script.approved,
        slot_s=round(spoken.slot_s, 3),
        natural_s=round(spoken.natural_s, 3),
        rate=take.rate,
        stretch=round(placement.stretch, 3),
        slow=round(placement.slow, 4),
        fill=round((placement.end_s - placement.start_s) / spoken.slot_s, 3),
        onset_error_s=round(onset_error_s, 3),
        overflow_s=round(placement.overflow_s, 3),
        overlap_s=round(overlap_s, 3),
        chars_ratio=round(len(translated.text) / len(line.text), 3),
        numbers_kept=translated.numbers_kept,
        names_kept=translated.names_kept,
        glossary_kept=translated.glossary_kept,
        lost=translated.lost,
        flags=flags,
        verdict=_verdict(flags),
    )


def silent_row(line: ScriptLine, language: str, speaker: str) -> Row:
    """Return the row of a line that nobody speaks: it takes no time of the dub, and there is nothing to judge."""
    start_s = round(line.place.start_s, 3)
    return Row(
        index=line.source.index,
        language=language,
        start_s=start_s,
        end_s=start_s,
        source_start_s=line.source.start_s,
        source_end_s=line.source.end_s,
        source_text=line.source.text,
        text=line.translated.text,
        route=line.translated.route,
        speaker=speaker,
        voice="",
        sound=line.sound,
        approved=line.approved,
        slot_s=0.0,
        natural_s=0.0,
        rate=1.0,
        stretch=1.0,
        slow=1.0,
        fill=0.0,
        onset_error_s=0.0,
        overflow_s=0.0,
        overlap_s=0.0,
        chars_ratio=0.0,
        numbers_kept=True,
        names_kept=True,
        glossary_kept=None,
        lost=(),
        flags=(line.sound,),
        verdict="good",
    )


BAD = frozenset({"overflow", "overlap", "numbers", "glossary"})
_DECIDED = frozenset({"merged", "mute", "original"})
"""What is told of a line and is no fault."""


def _flags(take: Take, onset_error_s: float, overlap_s: float) -> list[str]:
    placement = take.placement
    # A pause after the source line is meant; only where the speaker is seen to talk must the dub go on.
    mouth_moves_s = min(take.script.place.duration_s, take.spoken.slot_s)
    if take.script.sound == "original":
        return ["original"]
    checks = {
        "slowed": placement.slow > 1.0,
        "fast": placement.stretch > t.CLEAN_STRETCH + 1e-6,
        "overflow": placement.overflow_s > t.OVERFLOW_S,
        "overlap": overlap_s > t.OVERFLOW_S,
        "late": onset_error_s > t.ONSET_ERROR_S,
        "early": onset_error_s < -t.ONSET_ERROR_S,
        "short": placement.length_s < t.FILL_LOW * mouth_moves_s - 0.005,
        "numbers": not take.script.translated.numbers_kept,
        "glossary": take.script.translated.glossary_kept is False,
        "names": not take.script.translated.names_kept,
        "near": take.script.translated.route == "memory near",
        "merged": placement.merged,
    }
    return [name for name, found in checks.items() if found]


def _verdict(flags: Sequence[str]) -> str:
    if BAD.intersection(flags):
        return "bad"
    return "look" if set(flags) - _DECIDED else "good"


def summary(made: Sequence[Row]) -> dict[str, Any]:
    """Return the figures of one language: lines, verdicts, routes, the worst onset error and stretch."""
    onsets = sorted(abs(row.onset_error_s) for row in made)
    return {
        "lines": len(made),
        "verdicts": dict(Counter(row.verdict for row in made)),
        "flags": dict(Counter(flag for row in made for flag in row.flags)),
        "routes": dict(Counter(row.route for row in made)),
        "onset_error_p95_s": onsets[min(int(len(onsets) * 0.95), len(onsets) - 1)] if onsets else 0.0,
        "stretch_max": max((row.stretch for row in made), default=1.0),
        "approved": sum(row.approved for row in made),
    }
