"""When lines begin, as a voice detector and a recogniser hear it in a file."""

from __future__ import annotations

from collections.abc import Sequence

from nemodub_nb.local.engine.check.stretches import Stretch, at

REACH_S = 0.6
"""A recogniser lets a word begin at most so long after the voice does."""
TAIL_S = 0.15
"""What seems to begin so late in a stretch begins with the next one."""
FAR_S = 1.2
"""Speech that begins later than this after where a line should is another line's."""
EDGE_S = 0.25
"""A claim without a word that bears it out is held against edges no further away than this."""


def heard_onset(
    claimed_s: float, word_s: float | None, previous_end_s: float, speech: Sequence[Stretch]
) -> float | None:
    """Return when a line begins; None when nothing in the file tells, as where the speaker goes on without a pause.

    claimed_s: where it should be. word_s: where its first word was recognised; None when it was not, and then only an
    edge close to the claim is believed. previous_end_s: the end of the last word heard before it. speech: where a voice
    is heard, split at the shortest pauses.
    """
    if word_s is None:
        edges = [start for start, _ in speech if abs(start - claimed_s) <= EDGE_S]
        return min(edges, key=lambda edge: abs(edge - claimed_s), default=None)
    inside, following = at(speech, word_s)
    ends = inside is not None and inside[1] - word_s < TAIL_S
    if following is not None and (inside is None or ends) and following[0] - word_s <= FAR_S:
        return following[0]  # recognisers let a word begin where the pause before it does
    begins_s = inside[0] if inside is not None else None
    if begins_s is not None and word_s - begins_s <= REACH_S and previous_end_s <= begins_s + TAIL_S:
        return begins_s
    return None


def source_onset(stated_s: float, speech: Sequence[Stretch]) -> float:
    """Return when a source line begins: where speech begins close to the stated moment, else that moment."""
    edges = [start for start, _ in speech if abs(start - stated_s) <= EDGE_S]
    return min(edges, key=lambda edge: abs(edge - stated_s), default=stated_s)
