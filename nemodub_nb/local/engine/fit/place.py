"""The ladder: where each spoken line goes and how much it is stretched.

A line starts at its own onset. It is stretched within limits; when that is not enough it shares the time of the
lines that follow; what is still too long runs on, flagged, and the next line waits for it. At the end of the clip
the last lines start earlier instead. Words are never cut, and since every line is anchored to its own onset, an error never travels further than the next pause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nemodub_nb.local.engine import thresholds as t


@dataclass(frozen=True)
class Spoken:
    """A line as it was spoken, before it is fitted."""

    onset_s: float
    """Start of the source line."""
    source_s: float
    """Length of the source line."""
    slot_s: float
    """The most the line may take."""
    natural_s: float
    """Length of the speech as the voice spoke it."""


@dataclass(frozen=True)
class Placement:
    """Where a line goes."""

    start_s: float
    length_s: float
    """Length after stretching."""
    stretch: float
    """Natural length over placed length: above 1 is faster."""
    overflow_s: float
    """How far it runs beyond its slot."""
    merged: bool = False
    """It shares its time with neighbours."""

    @property
    def end_s(self) -> float:
        """End on the timeline."""
        return self.start_s + self.length_s


def place(spoken: Sequence[Spoken], duration_s: float) -> list[Placement]:
    """Return a placement for each line, in order; no two overlap.

    Lines are given in the order of their onsets; `duration_s` is the length of the clip.
    """
    placed: list[Placement] = []
    index = 0
    while index < len(spoken):
        free_s = placed[-1].end_s + t.SLOT_GAP_S if placed else 0.0
        group = _group(spoken, index, free_s)
        placed += group
        index += len(group)
    return _before_the_end(placed, duration_s)


def _before_the_end(placed: Sequence[Placement], duration_s: float) -> list[Placement]:
    """Move the last lines earlier when they would run past the end of the clip, into silence that is there."""
    kept = list(placed)
    limit_s = duration_s
    for index in reversed(range(len(kept))):
        if kept[index].end_s <= limit_s:
            break
        kept[index] = replace(kept[index], start_s=max(0.0, limit_s - kept[index].length_s), overflow_s=0.0)
        limit_s = kept[index].start_s - t.SLOT_GAP_S
    if kept and limit_s < 0:  # more speech than clip: nothing is moved, what overflows stays flagged
        return list(placed)
    return kept


def _group(spoken: Sequence[Spoken], first: int, free_s: float) -> list[Placement]:
    """Place the line `first`, together with as few of its followers as make it fit."""
    alone = _alone(spoken[first], free_s)
    if alone.overflow_s <= t.OVERFLOW_S:
        return [alone]
    for count in range(2, t.MERGE_LINES + 1):
        lines = spoken[first : first + count]
        if len(lines) < count or _gap_before_last(lines) > t.MERGE_GAP_S:
            break
        if shared := _share(lines, free_s):
            return shared
    return [alone]


def _alone(line: Spoken, free_s: float) -> Placement:
    start_s = max(line.onset_s, free_s)
    room_s = max(line.onset_s + line.slot_s - start_s, 1e-3)
    stretch = _stretch_alone(line, room_s)
    length_s = line.natural_s / stretch
    return Placement(start_s, length_s, stretch, max(0.0, length_s - room_s))


def _stretch_alone(line: Spoken, room_s: float) -> float:
    if line.natural_s > room_s:
        return min(line.natural_s / room_s, t.FLAGGED_STRETCH)
    wanted_s = min(line.source_s, room_s)
    if line.natural_s < t.FILL_LOW * wanted_s:
        return max(line.natural_s / (t.FILL_LOW * wanted_s), t.SLOWEST_STRETCH)
    return 1.0


def _gap_before_last(lines: Sequence[Spoken]) -> float:
    before, last = lines[-2], lines[-1]
    return last.onset_s - (before.onset_s + before.source_s)


def _share(lines: Sequence[Spoken], free_s: float) -> list[Placement] | None:
    """Place lines one after the other at one common stretch, or return None when even the limit is not enough."""
    end_s = lines[-1].onset_s + lines[-1].slot_s
    at_limit = _sequence(lines, free_s, t.FLAGGED_STRETCH)
    if at_limit[-1].end_s > end_s + t.OVERFLOW_S:
        return None
    low, high = 1.0, t.FLAGGED_STRETCH
    for _ in range(20):  # halving 0.3 twenty times is far below a sample
        middle = (low + high) / 2
        if _sequence(lines, free_s, middle)[-1].end_s <= end_s:
            high = middle
        else:
            low = middle
    return _sequence(lines, free_s, high)


def _sequence(lines: Sequence[Spoken], free_s: float, stretch: float) -> list[Placement]:
    placed: list[Placement] = []
    for line in lines:
        length_s = line.natural_s / stretch
        start_s = max(line.onset_s, free_s)
        placed.append(Placement(start_s, length_s, stretch, 0.0, merged=True))
        free_s = start_s + length_s + t.SLOT_GAP_S
    return placed
