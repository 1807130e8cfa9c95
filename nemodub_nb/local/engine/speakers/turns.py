"""Where one person stops and another begins: the words of a conversation, each given to the voice that says it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np

from nemodub_nb.local.engine.speakers.cluster import centres, grouped, in_order
from nemodub_nb.local.engine.speakers.encoder import MOMENT
from nemodub_nb.local.engine.speakers.listen import STEP
from nemodub_nb.local.engine.transcribe.onsets import snap
from nemodub_nb.local.engine.transcribe.voice_activity import RATE
from nemodub_nb.spoken_lines import ends_sentence, from_words
from nemodub_nb.timed_text import Said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from nemodub_nb.local.engine.speakers.listen import Window
    from nemodub_nb.local.engine.transcribe.voice_activity import Speech
    from nemodub_nb.spoken_lines import Word

    Floats = NDArray[np.float32]

ALIKE: Final = 0.66
"""Groups of moments less alike than this are two people. Moments vary more than whole lines, and some hold two voices.
Seen of one person: at least 0.685 (over loud music); of two people who are not told apart by more: at most 0.645."""
LEAST_S: Final = 3.0
LEAST_SHARE: Final = 0.02
"""A group with less speech, in seconds or of all that is said, is nobody's: a laugh, a cough, a noise."""

LOOK_STEP_S: Final = 0.4
"""Who speaks is asked this often in a conversation."""
SWITCH_AT_SENTENCE: Final = 0.0125
SWITCH_AT_PAUSE: Final = 0.025
SWITCH: Final = 0.05
"""How much likeness (cosine times seconds) a change of the speaker must gain: a turn begins with a sentence, after a
pause or a comma, or anywhere, and recognisers put full stops where the voice changes more often than not."""
PAUSE_S: Final = 0.15
"""Words further apart have a pause between them."""
_ASKED: Final = 5
"""Places of a word at which its likeness is taken."""


def voices(moments: Floats) -> Floats:
    """Return the direction (k, 256) of each voice among the moments of all lines."""
    if not len(moments):
        return moments
    groups = grouped(moments, np.ones(len(moments), np.float32), ALIKE)
    middles = centres(moments, np.ones(len(moments), np.float32), groups)
    counts = np.bincount(groups)
    enough = max(LEAST_S * RATE / STEP, LEAST_SHARE * len(moments))
    return np.asarray(middles[counts >= min(enough, counts.max())], np.float32)


def looks(speech: Speech) -> list[Window]:
    """Return the windows of one moment each, their middles all along the speech, in which to ask who speaks."""
    half_s = MOMENT / RATE / 2
    middles = [at for start, end in speech for at in np.arange(start, end, LOOK_STEP_S).tolist()]
    return [(max(0.0, at - half_s), at + half_s) for at in middles]


def whose(words: Sequence[Word], windows: Sequence[Window], vectors: Floats, people: Floats) -> list[int]:
    """Return which of the people says each word, by the cheapest way through all of them.

    `vectors` are those of the `windows`, `people` the directions of the voices. A voice must be the liker by so much
    as a change of the speaker costs.
    """
    ends_s = np.array([end for _, end in windows]) - MOMENT / RATE / 2
    alike = vectors @ people.T
    costs = [np.zeros(len(people))]
    came: list[NDArray[np.int64]] = []
    for at, word in enumerate(words):
        asked_s = np.linspace(word.start_s, max(word.end_s, word.start_s + 0.1), _ASKED)
        likeness = np.array([np.interp(asked_s, ends_s, own).mean() for own in alike.T])
        ways = costs[-1][:, None] + (_switch(words[at - 1], word) if at else 0.0) * (1 - np.eye(len(people)))
        came.append(ways.argmin(axis=0))
        costs.append(ways.min(axis=0) - likeness * (asked_s[-1] - asked_s[0]))
    path = [int(costs[-1].argmin())]
    for best in reversed(came[1:]):
        path.append(int(best[path[-1]]))
    return [int(person) for person in in_order(np.array(path[::-1]))]


def by_turns(words: Sequence[Word], people: Sequence[int], speech: Speech) -> list[Said]:
    """Return the sentences of the words, none of which is two people's, with the names of those who say them."""
    said: list[tuple[float, float, str]] = []
    names: list[str] = []
    for person, turn in groupby(zip(words, people, strict=True), key=lambda each: each[1]):
        lines = from_words([word for word, _ in turn])
        said += lines
        names += [f"Speaker {person + 1}"] * len(lines)
    return [Said(*line, name) for line, name in zip(snap(said, speech), names, strict=True)]


def _switch(before: Word, after: Word) -> float:
    if ends_sentence(before.text):
        return SWITCH_AT_SENTENCE
    pauses = after.start_s - before.end_s >= PAUSE_S or before.text.rstrip().endswith(
        (",", ";", ":", "，", "、")
    )
    return SWITCH_AT_PAUSE if pauses else SWITCH
