"""Subtitle cues from lines as they were placed: short enough to read, cut at phrases."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from nemodub_nb.local.engine import thresholds as t

_FULL_WIDTH = re.compile(r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]")
_PHRASE_END = ",;:.!?…，。；：！？、"


@dataclass(frozen=True)
class Cue:
    """One subtitle as it is shown."""

    start_s: float
    end_s: float
    text: str
    """One or two lines, separated by a newline."""

    def to_dict(self) -> dict[str, Any]:
        """Return the cue as plain JSON values."""
        return asdict(self)


def cues(placed: Iterable[tuple[float, float, str]], duration_s: float) -> list[Cue]:
    """Return the cues for placed lines (start_s, end_s, text), in order, never overlapping.

    A line too long for one cue is cut at phrases and its time shared by length. A cue that is read too fast stays
    longer, as far as the next cue allows.
    """
    parts: list[tuple[float, float, str]] = []
    for start_s, end_s, text in placed:
        pieces = _pieces(" ".join(text.split()))
        weights = [max(width(piece), 1) for piece in pieces]
        seconds_each, at_s = (end_s - start_s) / sum(weights), start_s
        for piece, weight in zip(pieces, weights, strict=True):
            parts.append((at_s, at_s + weight * seconds_each, piece))
            at_s += weight * seconds_each
    nexts = [start for start, _, _ in parts[1:]] + [duration_s + t.CUE_GAP_S]
    made: list[Cue] = []
    for (start_s, end_s, text), next_s in zip(parts, nexts, strict=True):
        wanted_s = max(t.CUE_SHORTEST_S, width(text) / t.CUE_CHARACTERS_PER_S)
        stop_s = min(max(end_s, start_s + wanted_s), next_s - t.CUE_GAP_S)
        made.append(Cue(round(start_s, 3), round(max(stop_s, start_s + 0.1), 3), _wrapped(text)))
    return made


def width(text: str) -> int:
    """Return the width of a text in characters; full-width ones count twice."""
    return len(text) + len(_FULL_WIDTH.findall(text))


def _pieces(text: str) -> list[str]:
    """Cut a text into pieces that each fit on the lines of one cue, at a phrase where there is one."""
    if all(width(line) <= t.CUE_CHARACTERS for line in _wrapped(text).split("\n")):
        return [text]
    cut = _best_cut(text)
    return [*_pieces(text[:cut].strip()), *_pieces(text[cut:].strip())]


def _wrapped(text: str) -> str:
    """Return the text on one line, or on two where one is too long."""
    if width(text) <= t.CUE_CHARACTERS:
        return text
    cut = _best_cut(text)
    return f"{text[:cut].strip()}\n{text[cut:].strip()}"


def _best_cut(text: str) -> int:
    """Return where to cut a text in two: near the middle, after punctuation if possible, else between words."""
    middle = len(text) / 2
    spaces = [match.start() for match in re.finditer(r"\s", text)]
    if not spaces:  # a script without spaces, or one endless word
        marks = [index + 1 for index, character in enumerate(text[:-1]) if character in _PHRASE_END]
        return min(marks or [round(middle)], key=lambda index: abs(index - middle))

    def badness(index: int) -> float:
        bonus = len(text) * 0.15 if text[index - 1] in _PHRASE_END else 0.0
        return abs(index - middle) - bonus

    return min(spaces, key=badness)
