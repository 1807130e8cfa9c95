"""A script and what a recogniser heard, word against word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nemodub_nb.local.engine.check.words import distance, words
from nemodub_nb.local.engine.transcribe.sentences import Word


@dataclass
class AlignedLine:
    """A line of the script and what was heard of it."""

    script: list[str]
    """Its words, as they are compared."""
    matched: list[Word | None]
    """For each word the one that was heard in its place and is the same; None where it was not."""
    replaced: list[bool]
    """Whether another word was heard instead."""
    heard: list[Word] = field(default_factory=list)
    """What was heard, word by word."""
    tokens: list[str] = field(default_factory=list)
    """The same, as it is compared."""
    errors: int = 0

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


def align(
    lines: Sequence[tuple[float, float, str]], heard: Sequence[Word], language: str
) -> list[AlignedLine]:
    """Lay what was heard along the script, with as few differences as possible.

    lines: (start_s, end_s, text). A word that is in no line's script counts for the line nearest in time.
    """
    from rapidfuzz.distance import Levenshtein

    made: list[AlignedLine] = []
    script: list[str] = []
    owner: list[tuple[int, int]] = []
    for number, (_, _, text) in enumerate(lines):
        own = words(text, language)
        made.append(AlignedLine(own, [None] * len(own), [False] * len(own)))
        owner += [(number, position) for position in range(len(own))]
        script += own
    tokens: list[str] = []
    origin: list[Word] = []
    for word in heard:
        for token in words(word.text, language):
            tokens.append(token)
            origin.append(word)
    for block in Levenshtein.opcodes(script, tokens):
        if block.tag == "insert":
            _insert(
                made, lines, owner, block.src_start, range(block.dest_start, block.dest_end), tokens, origin
            )
            continue
        for step, at in enumerate(range(block.src_start, block.src_end)):
            number, position = owner[at]
            line = made[number]
            if block.tag == "delete":
                line.errors += 1
                continue
            word = origin[block.dest_start + step]
            _take(line, word, tokens[block.dest_start + step])
            if block.tag == "equal":
                line.matched[position] = word
            else:
                line.replaced[position] = True
                line.errors += 1
    return made


def _insert(
    made: Sequence[AlignedLine],
    lines: Sequence[tuple[float, float, str]],
    owner: Sequence[tuple[int, int]],
    before: int,
    places: range,
    tokens: Sequence[str],
    origin: Sequence[Word],
) -> None:
    """Give words that are in no script to the line before or after them, whichever is nearer."""
    near = {owner[at][0] for at in (before - 1, before) if 0 <= at < len(owner)} or set(range(len(made)))
    for place in places:
        word = origin[place]
        middle = (word.start_s + word.end_s) / 2
        number = min(near, key=lambda one: _away_s(lines[one], middle), default=None)
        if number is not None:
            made[number].errors += 1
            _take(made[number], word, tokens[place])


def _away_s(line: tuple[float, float, str], time_s: float) -> float:
    return max(line[0] - time_s, time_s - line[1], 0.0)


def _take(line: AlignedLine, word: Word, token: str) -> None:
    if not line.heard or line.heard[-1] is not word:
        line.heard.append(word)
    line.tokens.append(token)
