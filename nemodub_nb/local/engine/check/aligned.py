"""A script and what a recogniser heard, word against word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nemodub_nb.local.engine.check.words import distance, words
from nemodub_nb.spoken_lines import Word

Placed = tuple[float, float, str]
"""A line of a script: start_s, end_s, text."""

_REACH: Final = 3
"""Words that may belong to the line before or after as well, because they are the same."""


@dataclass(frozen=True)
class AlignedLine:
    """A line of the script and what was heard of it."""

    script: tuple[str, ...]
    """Its words, as they are compared."""
    heard: tuple[Word, ...]
    """What was heard, as the recogniser tells it."""
    tokens: tuple[str, ...]
    """The same, as it is compared."""
    matched: tuple[Word | None, ...]
    """For each word of the script the one that was heard in its place and is the same; None where there is none."""
    replaced: tuple[bool, ...]
    """For each word of the script whether another one was heard instead."""
    errors: int

    @property
    def wer(self) -> float | None:
        """Misheard words over words; None for a line without any."""
        return self.errors / len(self.script) if self.script else None

    @property
    def cer(self) -> float | None:
        """The same in characters."""
        whole = "".join(self.script)
        return distance(whole, "".join(self.tokens)) / len(whole) if whole else None

    @property
    def text(self) -> str:
        """What was heard, as the recogniser writes it."""
        return "".join(word.text for word in self.heard).strip()


def align(lines: Sequence[Placed], heard: Sequence[Word], language: str) -> list[AlignedLine]:
    """Lay what was heard along the script, with as few differences as possible.

    Where the words leave it open to which of two lines something belongs, its time decides.
    """
    scripts = [words(text, language) for _, _, text in lines]
    tokens = [words(word.text, language) for word in heard]
    begins = _begins(lines, scripts, heard, tokens)
    for number in range(1, len(lines)):
        begins[number] = _settled(number, begins, lines, scripts, heard, tokens)
    ends = [*begins[1:], len(heard)]
    return [
        _line(script, heard[begin:end], tokens[begin:end])
        for script, begin, end in zip(scripts, begins, ends, strict=True)
    ]


def _begins(
    lines: Sequence[Placed],
    scripts: Sequence[Sequence[str]],
    heard: Sequence[Word],
    tokens: Sequence[Sequence[str]],
) -> list[int]:
    """Return for each line with which word it begins, by an alignment of the whole."""
    from rapidfuzz.distance import Levenshtein

    owner = [number for number, script in enumerate(scripts) for _ in script]
    origin = [place for place, own in enumerate(tokens) for _ in own]
    belongs: dict[int, int] = {}
    whole = [token for script in scripts for token in script], [token for own in tokens for token in own]
    for block in Levenshtein.opcodes(*whole):
        for step, at in enumerate(range(block.dest_start, block.dest_end)):
            word = origin[at]
            if block.tag == "insert":
                near = {owner[one] for one in (block.src_start - 1, block.src_start) if 0 <= one < len(owner)}
                number = min(near, key=lambda one: _away_s(lines[one], heard[word]), default=0)
            else:
                number = owner[block.src_start + step]
            belongs.setdefault(word, number)
    begins = [0] * len(lines)
    last = 0
    for place in range(len(heard)):
        number = belongs.get(place, last)
        for one in range(last + 1, number + 1):
            begins[one] = place
        last = max(last, number)
    for one in range(last + 1, len(lines)):
        begins[one] = len(heard)
    return begins


def _settled(
    number: int,
    begins: Sequence[int],
    lines: Sequence[Placed],
    scripts: Sequence[Sequence[str]],
    heard: Sequence[Word],
    tokens: Sequence[Sequence[str]],
) -> int:
    """Return with which word a line begins: as the words say, and among equals as the times say."""
    first, border = begins[number - 1], begins[number]
    behind = begins[number + 1] if number + 1 < len(begins) else len(heard)

    def badness(place: int) -> tuple[int, float]:
        errors = distance(scripts[number - 1], _joined(tokens[first:place]))
        errors += distance(scripts[number], _joined(tokens[place:behind]))
        away_s = sum(
            _away_s(lines[number - 1 if word < place else number], heard[word])
            for word in range(max(first, border - _REACH), min(behind, border + _REACH))
        )
        return errors, away_s

    places = range(max(first, border - _REACH), min(behind, border + _REACH) + 1)
    return min(places, key=badness)


def _line(script: Sequence[str], heard: Sequence[Word], tokens: Sequence[Sequence[str]]) -> AlignedLine:
    from rapidfuzz.distance import Levenshtein

    matched: list[Word | None] = [None] * len(script)
    replaced = [False] * len(script)
    origin = [word for word, own in zip(heard, tokens, strict=True) for _ in own]
    joined = _joined(tokens)
    for block in Levenshtein.opcodes(script, joined):
        for step, position in enumerate(range(block.src_start, block.src_end)):
            if block.tag == "equal":
                matched[position] = origin[block.dest_start + step]
            replaced[position] = block.tag == "replace"
    errors = distance(script, joined)
    return AlignedLine(tuple(script), tuple(heard), tuple(joined), tuple(matched), tuple(replaced), errors)


def _joined(tokens: Sequence[Sequence[str]]) -> list[str]:
    return [token for own in tokens for token in own]


def _away_s(line: Placed, word: Word) -> float:
    """Return how far a word is from the time of a line."""
    middle_s = (word.start_s + word.end_s) / 2
    return max(line[0] - middle_s, middle_s - line[1], 0.0)
