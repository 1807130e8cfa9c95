"""Sentences from words or subtitle cues, so that a line is something a voice can say in one go; a leaf, as timed_text is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nemodub_nb.timed_text import Said

LONGEST_S = 12.0
"""A line longer than this is broken at its widest pause: budgets and subtitles want lines that fit a breath or two."""
PAUSE_S = 0.9
"""A pause that ends a line even without a full stop."""
JOIN_GAP_S = 0.6
"""Cues closer than this belong together until a sentence ends."""

_END = re.compile(r"[.!?…。！？؟।]+[\"'”’»)\]]*$")
_ABBREVIATION = re.compile(
    r"^(?:mr|mrs|ms|dr|prof|st|sr|jr|vs|etc|e\.g|i\.e|no|fig|inc|ltd|approx|[a-z])\.$", re.IGNORECASE
)


@dataclass(frozen=True)
class Word:
    """A word with its time in seconds."""

    start_s: float
    end_s: float
    text: str


def ends_sentence(text: str) -> bool:
    """Tell whether a word ends a sentence: a full stop that is not an abbreviation's."""
    word = text.strip().rsplit(" ", 1)[-1]
    return bool(_END.search(word)) and not _ABBREVIATION.match(word)


def from_words(words: Sequence[Word]) -> list[tuple[float, float, str]]:
    """Group words into sentences: (start_s, end_s, text).

    A line ends at a full stop or at a pause of `PAUSE_S`; one over `LONGEST_S` is broken at its widest pause.
    """
    groups: list[list[Word]] = [[]]
    for word in words:
        group = groups[-1]
        if group and (word.start_s - group[-1].end_s > PAUSE_S or ends_sentence(group[-1].text)):
            groups.append([word])
        else:
            group.append(word)
    return [_joined(part) for group in groups if group for part in _split_long(group)]


def from_cues(cues: Sequence[tuple[float, float, str] | Said]) -> list[Said]:
    """Join subtitle cues that are parts of one sentence of one speaker."""
    groups: list[list[Said]] = []
    for given in cues:
        cue = Said(*given)
        cue = cue._replace(text=" ".join(cue.text.split()))
        group = groups[-1] if groups else []
        joins = (
            group
            and not ends_sentence(group[-1].text)
            and cue.speaker == group[-1].speaker
            and cue.start_s - group[-1].end_s <= JOIN_GAP_S
            and cue.end_s - group[0].start_s <= LONGEST_S
        )
        if joins:
            group.append(cue)
        else:
            groups.append([cue])
    return [
        Said(group[0].start_s, group[-1].end_s, " ".join(cue.text for cue in group), group[0].speaker)
        for group in groups
    ]


def _joined(words: Sequence[Word]) -> tuple[float, float, str]:
    return words[0].start_s, words[-1].end_s, "".join(word.text for word in words).strip()


def _split_long(words: list[Word]) -> list[list[Word]]:
    if len(words) < 4 or words[-1].end_s - words[0].start_s <= LONGEST_S:  # noqa: PLR2004 - two words a side at least
        return [words]
    inner = range(2, len(words) - 1)

    def badness(index: int) -> tuple[float, float]:
        before, after = words[index - 1], words[index]
        pause = (
            after.start_s
            - before.end_s
            + (0.3 if before.text.rstrip().endswith((",", ";", ":", "，")) else 0.0)
        )
        return -round(pause, 1), abs(index - len(words) / 2)

    cut = min(inner, key=badness)
    return _split_long(words[:cut]) + _split_long(words[cut:])
