"""Whole sentences out of the lines they were spoken in, and their translations back into those lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nemodub_nb.local.engine.lines import Line
from nemodub_nb.local.engine.phrases import apportioned
from nemodub_nb.spoken_lines import ends_sentence

LONGEST_PAUSE_S: Final = 2.5
"""A pause longer than this ends a sentence, whatever the text looks like."""
MOST_LINES: Final = 4
MOST_CHARACTERS: Final = 400
"""A recogniser that sets no full stops must not make one sentence of a whole talk."""

_BREAK: Final = re.compile(r"(?<=[.!?…؟।])[\"'”’»)\]]*\s+(?=\S)|(?<=[。！？])[」』）]*(?=[^\s」』）])")
_GOES_ON: Final = (",", ";", ":", "-", "–", "—", "，", "、")
_SAME_ANYWHERE: Final = re.compile(r"I\b|I['’]|\d")
"""Beginnings that are written the same inside a sentence."""


@dataclass(frozen=True)
class Sentence:
    """A sentence, and which lines it was spoken in."""

    text: str
    parts: tuple[tuple[int, int], ...]
    """(position of the line among those given, characters of the sentence in it)."""
    seconds: float = 0.0
    """How long it was spoken."""


def split(text: str) -> list[str]:
    """Return the sentences of a text; an abbreviation's full stop ends none."""
    found, start = [], 0
    for match in _BREAK.finditer(text):
        piece = text[start : match.end()].strip()
        if ends_sentence(piece):
            found.append(piece)
            start = match.end()
    rest = text[start:].strip()
    return [*found, rest] if rest else found


def sentences(lines: Sequence[Line], apart: frozenset[int] = frozenset()) -> list[Sentence]:
    """Return the sentences of neighbouring lines in order; one that was broken over several lines is whole again.

    Lines at the positions `apart` begin a sentence of their own.
    """
    found: list[Sentence] = []
    for at, line in enumerate(lines):
        pieces = split(line.text) or [line.text]
        for number, piece in enumerate(pieces):
            seconds = line.duration_s * len(piece) / max(len(line.text), 1)
            if at and number == 0 and at not in apart and _continues(found[-1], lines[at - 1], line):
                last = found.pop()
                glue = "" if _unspaced(last.text, piece) else " "
                text = f"{last.text}{glue}{piece}"
                found.append(Sentence(text, (*last.parts, (at, len(piece))), last.seconds + seconds))
            else:
                found.append(Sentence(piece, ((at, len(piece)),), seconds))
    return found


def into_lines(
    whole: Sequence[Sentence], translations: Sequence[str], count: int, language: str
) -> list[str]:
    """Return what each of `count` lines says in the target language: its sentences, or its part of one, cut at phrases."""
    said: list[list[str]] = [[] for _ in range(count)]
    for sentence, translation in zip(whole, translations, strict=True):
        shares = [float(characters) for _, characters in sentence.parts]
        for (at, _), piece in zip(sentence.parts, apportioned(translation, shares, language), strict=True):
            said[at].append(piece)
    unspaced = language.partition("-")[0] in {"zh", "ja", "th", "lo", "km"}
    return [("" if unspaced else " ").join(piece for piece in pieces if piece) for pieces in said]


def _continues(last: Sentence, before: Line, line: Line) -> bool:
    """Tell whether a line goes on with the sentence that the line before it began."""
    if ends_sentence(last.text) or line.start_s - before.end_s > LONGEST_PAUSE_S:
        return False
    if line.speaker != before.speaker:
        return False
    if len(last.parts) >= MOST_LINES or len(last.text) + len(line.text) > MOST_CHARACTERS:
        return False
    begins = line.text.lstrip("\"'“‘«([")
    return last.text.endswith(_GOES_ON) or not begins[:1].isupper() or bool(_SAME_ANYWHERE.match(begins))


def _unspaced(left: str, right: str) -> bool:
    return ord(left[-1]) > 0x2E80 and ord(right[0]) > 0x2E80  # noqa: PLR2004 - where the scripts without spaces begin
