"""What the Timeline panel shows of a draft, as values: lanes, lines, and what became of each line in each language."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TONES: Final = {"good": "ok", "look": "warn", "bad": "bad", "waiting": "waiting", "": ""}
"""The colour of each verdict; a dub of which no report is known has none."""
SOUNDS: Final = ("dub", "mute", "original")
"""What may be heard of a line: the new voice, nothing, the speaker of the clip."""


class Facts(NamedTuple):
    """What a person decides about a line in one language, as it is now."""

    voice: str = ""
    sound: str = "dub"
    approved: bool = False
    edited: bool = False
    """A person wrote its words."""
    script: bool = False
    """It is written, and not spoken yet."""
    start_ms: int = 0
    """Where it begins in the clip, which may be cut on the timeline."""
    slot_ms: int = 0
    """The most that it may take; 0 where that is not known."""


class Row(NamedTuple):
    """A line in one language."""

    start_ms: int
    end_ms: int
    in_ms: int
    """Where it is found in the language's voice."""
    text: str
    stretch: float | None = None
    fill: float | None = None
    over_ms: int = 0
    """How far it runs on past its place."""
    label: int = 0
    """Its place in Sheet.labels."""
    facts: Facts = Facts()
    slow: float = 1.0
    """How many times as long the picture under it is shown, and so how long it sounds."""

    @property
    def sounds_ms(self) -> int:
        """How long it is heard."""
        return max(1, round((self.end_ms - self.start_ms) * self.slow))


@dataclass(slots=True)
class Line:
    """A line of the source with what became of it."""

    start_ms: int
    end_ms: int
    text: str = ""
    rows: dict[str, Row] = field(default_factory=dict)
    number: int | None = None
    """Its number in tables and sentences; None where the server gives it none, and it cannot be changed."""


class Label(NamedTuple):
    """What is said of a line's fit."""

    verdict: str
    """good, look, bad, waiting; empty where nobody judged it."""
    word: str
    hint: str

    @property
    def tone(self) -> str:
        """The colour."""
        return TONES[self.verdict]


@dataclass(slots=True)
class Lane:
    """A row of the drawing."""

    kind: str
    """picture, source, sound, dub, title or subtitles."""
    label: str
    language: str | None = None
    note: str = ""
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    line: list[int] = field(default_factory=list)
    """The line that each segment belongs to; empty where they belong to none."""
    text: list[str] = field(default_factory=list)
    """What each segment says, where no line says it."""
    waves: list[tuple[int, int, int]] = field(default_factory=list)
    """Start, end and place in the clip of each piece of its own sound."""


@dataclass(slots=True)
class Sheet:
    """Everything that is drawn of a draft."""

    length_ms: int = 0
    source: str | None = None
    """The spoken language, if it is known."""
    languages: tuple[str, ...] = ()
    lanes: list[Lane] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    numbered: dict[int, Line] = field(default_factory=dict)
    """Each line that has a number, its first piece where it was cut in two."""
    voices: dict[str, str] = field(default_factory=dict)
    """The voice of each language; a line may have another one."""
    cut: int = 0
    """How many texts were cut."""
    left_out: int = 0
    """How many lines were left out."""

    def packed(self) -> bytes:
        """Return it by the column, as compressed JSON."""
        return gzip.compress(json.dumps(self._columns(), separators=(",", ":")).encode(), 2)

    def in_clip(self, moment_ms: int) -> int:
        """Return where in the clip a moment of the timeline is found."""
        pieces = [piece for lane in self.lanes for piece in lane.waves]
        return next(
            (at + moment_ms - start for start, end, at in pieces if start <= moment_ms < end), moment_ms
        )

    def times_s(self, line: Line) -> tuple[float, float]:
        """Return when a line of the source begins and ends in the clip."""
        start_ms = self.in_clip(line.start_ms)
        return start_ms / 1000, (start_ms + line.end_ms - line.start_ms) / 1000

    @property
    def clip_s(self) -> float:
        """How long the clip is, as far as it is on the timeline."""
        pieces = [at + end - start for lane in self.lanes for start, end, at in lane.waves]
        return max([self.length_ms, *pieces]) / 1000

    def _columns(self) -> dict[str, Any]:
        lines = self.lines
        names = dict.fromkeys(row.facts.voice for line in lines for row in line.rows.values())
        voiced = {name: at for at, name in enumerate(names)}
        return {
            "length": self.length_ms,
            "labels": [(label.word, label.tone, label.hint, label.verdict) for label in self.labels],
            "lanes": [
                {
                    "kind": lane.kind,
                    "label": lane.label,
                    "tag": lane.language,
                    "note": lane.note,
                    "s": lane.start,
                    "e": lane.end,
                    "line": lane.line,
                    "text": lane.text,
                    "waves": lane.waves,
                }
                for lane in self.lanes
            ],
            "s": [line.start_ms for line in lines],
            "e": [line.end_ms for line in lines],
            "text": [line.text for line in lines],
            "no": [line.number for line in lines],
            "voices": self.voices,
            "voiced": [*voiced],
            "dubs": {
                tag: _dub_columns([line.rows.get(tag) for line in lines], voiced) for tag in self.languages
            },
        }


def _dub_columns(rows: Sequence[Row | None], voiced: Mapping[str, int]) -> dict[str, list[Any]]:
    """Spread one language over columns; a line that waits has the label 0 and no voice."""
    return {
        "text": [row.text if row else "" for row in rows],
        "stretch": [row.stretch if row else None for row in rows],
        "fill": [row.fill if row else None for row in rows],
        "over": [row.over_ms if row else 0 for row in rows],
        "label": [row.label if row else 0 for row in rows],
        "voice": [voiced[row.facts.voice] if row else -1 for row in rows],
        "sound": [SOUNDS.index(row.facts.sound) if row else 0 for row in rows],
        "marks": [
            row.facts.edited + 2 * row.facts.approved + 4 * row.facts.script if row else 0 for row in rows
        ],
        "at": [row.facts.start_ms if row else 0 for row in rows],
        "slot": [row.facts.slot_ms if row else 0 for row in rows],
    }
