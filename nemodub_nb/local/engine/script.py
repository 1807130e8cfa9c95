"""The script of one language: what is to be said in place of each line, by whom and when, before a word is spoken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from nemodub_nb.local.engine.edits import LineEdit, Sound, of_language
from nemodub_nb.local.engine.fit import slots
from nemodub_nb.local.engine.lines import Line
from nemodub_nb.local.engine.steps import Steps
from nemodub_nb.local.engine.translate.lines import ByHand, Pair, Translated, translate, written_by_hand

if TYPE_CHECKING:
    from nemodub_nb.local.engine.progress import Report
    from nemodub_nb.local.engine.transcribe.source import Transcript

EDITED = "edited"
"""Route of a line whose words a person wrote."""


@dataclass(frozen=True)
class ScriptLine:
    """One line as it is to be said."""

    source: Line
    """As the clip has it."""
    place: Line
    """The same, at the time where it is wanted."""
    translated: Translated
    voice: str | None
    """The voice that a person chose for it; None is the language's."""
    sound: Sound
    approved: bool


@dataclass(frozen=True)
class ScriptRow:
    """One line of a script as a person reviews it. Times in seconds."""

    index: int
    language: str
    start_s: float
    source_start_s: float
    source_end_s: float
    source_text: str
    text: str
    route: str
    """Where the translation comes from."""
    voice: str | None
    """The voice that a person chose for it."""
    sound: Sound
    approved: bool
    slot_s: float
    """The most that the line may take."""
    chars_ratio: float
    """Characters of the dubbed line over those of the source line."""
    numbers_kept: bool
    names_kept: bool
    glossary_kept: bool | None
    """None when the line has no term of a glossary."""
    lost: tuple[str, ...]
    """Numbers, names and terms of the source line that are not in the dubbed line."""

    def to_dict(self) -> dict[str, Any]:
        """Return the row as plain JSON values."""
        return asdict(self) | {"lost": list(self.lost)}


def write_script(
    transcript: Transcript, pair: Pair, edits: Sequence[LineEdit], steps: Steps, report: Report
) -> list[ScriptLine]:
    """Return the script of a language in the order in which it is spoken: translated, then as a person decided.

    Lines that a person wrote all need no translator. Raises NoTranslationError and others of EngineError.
    """
    by_hand = written_by_hand(pair, EDITED)
    decided = of_language(edits, pair.target)
    written = all((edit := decided.get(line.index)) and edit.text for line in transcript.lines)
    texts = (
        [Translated("", EDITED)] * len(transcript.lines)
        if written
        else translate(transcript.lines, pair, steps, report)
    )
    script = [
        _line(line, text, decided.get(line.index) or LineEdit(line.index), by_hand)
        for line, text in zip(transcript.lines, texts, strict=True)
    ]
    return sorted(script, key=lambda line: (line.place.start_s, line.source.index))


def _line(source: Line, text: Translated, edit: LineEdit, by_hand: ByHand) -> ScriptLine:
    if edit.text:
        text = by_hand(source.text, edit.text)
    place = source
    if edit.start_s is not None and edit.sound != "original":  # the clip's own voice stays where it is
        place = replace(source, start_s=edit.start_s, end_s=edit.start_s + source.duration_s)
    return ScriptLine(source, place, text, edit.voice, edit.sound or "dub", edit.approved)


def script_rows(script: Sequence[ScriptLine], language: str, duration_s: float) -> list[ScriptRow]:
    """Return the rows of a script for review; `duration_s` is the length of the clip."""
    return [
        ScriptRow(
            index=line.source.index,
            language=language,
            start_s=round(line.place.start_s, 3),
            source_start_s=line.source.start_s,
            source_end_s=line.source.end_s,
            source_text=line.source.text,
            text=line.translated.text,
            route=line.translated.route,
            voice=line.voice,
            sound=line.sound,
            approved=line.approved,
            slot_s=round(slot_s, 3),
            chars_ratio=round(len(line.translated.text) / len(line.source.text), 3),
            numbers_kept=line.translated.numbers_kept,
            names_kept=line.translated.names_kept,
            glossary_kept=line.translated.glossary_kept,
            lost=line.translated.lost,
        )
        for line, slot_s in zip(script, slots([line.place for line in script], duration_s), strict=True)
    ]
