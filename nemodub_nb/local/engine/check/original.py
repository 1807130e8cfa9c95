"""Which words of the original voice can still be understood in what lies under the dub."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from nemodub_nb.local.engine.check.rows import DubbedLine
from nemodub_nb.local.engine.check.words import words
from nemodub_nb.spoken_lines import Word

_AROUND_S: Final = 1.0
"""A recogniser's times may be this far off."""


def understood(lines: Sequence[DubbedLine], heard: Sequence[Word], language: str) -> int:
    """Return how many words of the source's lines were heard where they are spoken, in their order.

    What a recogniser makes up in music is not a word of the line, unless by chance.
    """
    from rapidfuzz.distance import LCSseq

    starts = [word.start_s for word in heard]
    count = 0
    for line in lines:
        if line.source_start_s is None or line.source_end_s is None:
            continue
        first = bisect_left(starts, line.source_start_s - _AROUND_S)
        behind = bisect_left(starts, line.source_end_s + _AROUND_S)
        tokens = [token for word in heard[first:behind] for token in words(word.text, language)]
        count += int(LCSseq.similarity(words(line.source_text, language), tokens))
    return count
