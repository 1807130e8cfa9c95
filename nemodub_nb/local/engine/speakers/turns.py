"""Where one person stops and another begins: the words of a conversation, each given to the voice that says it."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

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
_AT_ONCE_S: Final = 1e-3
_INSIDE: Final = 5
"""Places of a word at which its likeness is taken."""


class Look(NamedTuple):
    """A place where it is asked who speaks, and the stretch that is listened to for it. In seconds."""

    at_s: float
    start_s: float
    end_s: float


def voices(moments: Floats) -> Floats:
    """Return the direction (k, 256) of each voice among the moments of all lines."""
    if not len(moments):
        return moments
    groups = grouped(moments, np.ones(len(moments), np.float32), ALIKE)
    middles = centres(moments, np.ones(len(moments), np.float32), groups)
    counts = np.bincount(groups)
    enough = max(LEAST_S * RATE / STEP, LEAST_SHARE * len(moments))
    return np.asarray(middles[counts >= min(enough, counts.max())], np.float32)


def looks(speech: Speech) -> list[Look]:
    """Return where to ask who speaks, all along the speech.

    One listens to a moment around each place, but not beyond the pauses around it, where somebody else may begin.
    """
    half_s = MOMENT / RATE / 2
    return [
        Look(at_s, max(start, at_s - half_s), min(end, at_s + half_s))
        for start, end in speech
        for at_s in np.arange(start, end, LOOK_STEP_S).tolist()
    ]


def whose(words: Sequence[Word], asked: Sequence[Look], vectors: Floats, people: Floats) -> list[int]:
    """Return which of the people says each word, by the cheapest way through all of them.

    `vectors` are what was heard where it was `asked`, `people` the directions of the voices. A voice must be the liker by so much
    as a change of the speaker costs.
    """
    heard_s, heard = _without_pauses(asked)
    alike = vectors[heard] @ people.T
    costs = [np.zeros(len(people))]
    came: list[NDArray[np.int64]] = []
    for at, word in enumerate(words):
        inside_s = np.linspace(word.start_s, max(word.end_s, word.start_s + 0.1), _INSIDE)
        likeness = np.array([np.interp(inside_s, heard_s, own).mean() for own in alike.T])
        ways = costs[-1][:, None] + (_switch(words[at - 1], word) if at else 0.0) * (1 - np.eye(len(people)))
        came.append(ways.argmin(axis=0))
        costs.append(ways.min(axis=0) - likeness * (inside_s[-1] - inside_s[0]))
    path = [int(costs[-1].argmin())]
    for best in reversed(came[1:]):
        path.append(int(best[path[-1]]))
    return [int(person) for person in in_order(np.array(path[::-1]))]


def _without_pauses(asked: Sequence[Look]) -> tuple[list[float], list[int]]:
    """Return times, and what was asked last or next there: in a pause it is the next already.

    A recogniser lets a word begin where the pause before it does.
    """
    points = [(look.at_s, at) for at, look in enumerate(asked)]
    for at, (look, following) in enumerate(pairwise(asked)):
        if following.start_s > look.end_s:
            points += [(look.end_s, at), (look.end_s + _AT_ONCE_S, at + 1)]
    points.sort()
    return [time_s for time_s, _ in points], [at for _, at in points]


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
