"""The ladder: where each spoken line goes and how much it is stretched.

A line starts at its own onset and is sped up as little as its slot asks for. The rungs, the first that serves:

1. it fits its slot at a stretch that nobody notices;
2. it and its neighbours lean on each other: a start up to `lean_s` early or late spares them a noticed stretch;
3. it fits at a stretch that is flagged, alone or leaning on its neighbours, whichever is less;
4. the picture under it is slowed, where that is allowed;
5. it runs on into lines that can take it and regain their time;
6. it overflows, flagged, and the next line waits for it.

A line that is too short is slowed a little; what is still wanting goes into its pauses (see `pauses`), once they are
known. At the end of the clip the last lines start earlier instead. Words are never cut, and since every line is anchored to
its own onset, an error never travels further than the next pause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nemodub_nb.conformance import FILL_LOW

from .budget import breath_s
from .limits import BREATH_S, BREATH_STRETCH, LIMITS, OVERFLOW_S, SLOT_GAP_S, Limits

_EARLY_STEPS = 3
_HALVINGS = 20
"""Halving 0.3 twenty times is far below a sample."""
_TINY_S = 1e-3


@dataclass(frozen=True, slots=True)
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
    fixed: bool = False
    """It is heard where it stands and as it is, such as a piece of the clip's own voice."""

    @property
    def until_s(self) -> float:
        """End of the slot."""
        return self.onset_s + self.slot_s


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of a line that is made longer."""

    at_s: float
    """Where, on the time of the speech as the voice spoke it: in the middle of a silence."""
    more_s: float
    """By how much, on the clip's time."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a line goes."""

    start_s: float
    length_s: float
    """Length after stretching, with the pauses that were made longer."""
    stretch: float
    """Natural length over stretched length: above 1 is faster."""
    overflow_s: float = 0.0
    """How far it runs beyond its slot without anybody taking it."""
    merged: bool = False
    """It shares its time with neighbours."""
    slow: float = 1.0
    """How much the picture under it is slowed; it then takes only `length_s / slow` of the source's time."""
    pauses: tuple[Pause, ...] = ()
    """Pauses that were made longer, in order."""

    @property
    def end_s(self) -> float:
        """End on the source's timeline."""
        return self.start_s + self.length_s / self.slow

    @property
    def longer_s(self) -> float:
        """How much longer the clip becomes by the slowed picture."""
        return self.length_s - self.length_s / self.slow


def place(spoken: Sequence[Spoken], duration_s: float, limits: Limits = LIMITS) -> list[Placement]:
    """Return a placement for each line, in order; no two overlap.

    Lines are given in the order of their onsets; `duration_s` is the length of the clip.
    """
    lines = [_within(line, duration_s) for line in spoken]
    placed: list[Placement] = []
    while len(placed) < len(lines):
        free_s = placed[-1].end_s + SLOT_GAP_S if placed else 0.0
        near = lines[len(placed) : len(placed) + limits.merge_lines]
        placed += _climb(near, free_s, limits)
    return _before_the_end(placed, duration_s)


def _within(line: Spoken, duration_s: float) -> Spoken:
    """Return the line with a slot that ends with the clip at the latest."""
    left_s = max(duration_s - line.onset_s, _TINY_S)
    return replace(line, slot_s=left_s) if line.slot_s > left_s else line


def _climb(lines: Sequence[Spoken], free_s: float, limits: Limits) -> list[Placement]:
    """Place the first line on the lowest rung that serves, together with followers where that takes some."""
    first = lines[0]
    alone = _alone(first, free_s, limits)
    fits = alone.overflow_s <= OVERFLOW_S
    if fits and alone.stretch <= limits.clean_stretch:
        return [alone]
    if group := next(_leaning(lines, free_s, limits.clean_stretch, limits), None):
        return group
    groups = [[alone]] if fits else []
    if groups := [*groups, *_leaning(lines, free_s, limits.flagged_stretch, limits)]:
        return min(groups, key=_fastest)
    slow = first.natural_s / limits.flagged_stretch / max(first.until_s - alone.start_s, _TINY_S)
    if slow <= limits.slow_video:
        return [replace(alone, overflow_s=0.0, slow=slow)]
    if any(_regained(group, free_s, limits) for group in _groups(lines, limits)):
        return [replace(alone, overflow_s=0.0, merged=True)]
    return [alone]


def _alone(line: Spoken, free_s: float, limits: Limits) -> Placement:
    """Place a line at its onset, or as soon as there is room, within its slot as far as the limits allow."""
    start_s = max(line.onset_s, free_s)
    late = start_s > line.onset_s + _TINY_S
    if line.fixed:
        return Placement(start_s, line.natural_s, 1.0, merged=late)
    room_s = max(line.until_s - start_s, _TINY_S)
    stretch = min(_needed(line, room_s, limits), limits.flagged_stretch)
    length_s = line.natural_s / stretch
    return Placement(start_s, length_s, stretch, max(0.0, length_s - room_s), merged=late)


def _needed(line: Spoken, room_s: float, limits: Limits) -> float:
    """Return the stretch that fills the room as it should be filled."""
    quiet_s = max(room_s - breath_s(line.slot_s, line.source_s), _TINY_S)
    if line.natural_s > quiet_s:
        return max(line.natural_s / room_s, min(line.natural_s / quiet_s, BREATH_STRETCH))
    wanted_s = FILL_LOW * min(line.source_s, room_s)
    return max(line.natural_s / wanted_s, limits.slowest_stretch) if line.natural_s < wanted_s else 1.0


def _groups(lines: Sequence[Spoken], limits: Limits, least: int = 2) -> Iterator[Sequence[Spoken]]:
    """Give the first line with more and more of its followers, as far as their pauses are short."""
    for count in range(least, len(lines) + 1):
        group = lines[:count]
        last, before = group[-1], group[-2] if count > 1 else None
        if before and (last.fixed or last.onset_s - before.onset_s - before.source_s > limits.merge_gap_s):
            return
        yield group


def _leaning(
    lines: Sequence[Spoken], free_s: float, most: float, limits: Limits
) -> Iterator[list[Placement]]:
    """Place the first line with more and more followers that fit at `most`, all of them near enough to their onsets."""
    for group in _groups(lines, limits, least=1):
        for step in range(_EARLY_STEPS + 1):
            early_s = limits.lean_s * step / _EARLY_STEPS
            if _near(_leant(group, free_s, most, early_s, limits), group, limits):
                yield _relaxed(group, free_s, most, early_s, limits)


def _fastest(placed: Sequence[Placement]) -> float:
    return round(max(placement.stretch for placement in placed), 3)


def _near(placed: Sequence[Placement], lines: Sequence[Spoken], limits: Limits) -> bool:
    """Tell whether a sequence ends in time and no follower begins too late."""
    late = any(
        placement.start_s > line.onset_s + limits.lean_s + 1e-9
        for placement, line in zip(placed[1:], lines[1:], strict=True)
    )
    return not late and placed[-1].end_s <= lines[-1].until_s + 1e-9


def _relaxed(
    lines: Sequence[Spoken], free_s: float, most: float, early_s: float, limits: Limits
) -> list[Placement]:
    """Return the sequence at the least stretch; the line that takes the others in needs none but its own."""
    low, high = 1.0, most
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _near(_leant(lines, free_s, middle, early_s, limits), lines, limits):
            high = middle
        else:
            low = middle
    placed = _leant(lines, free_s, high, early_s, limits)
    if len(placed) > 1:
        last = _alone(lines[-1], placed[-2].end_s + SLOT_GAP_S, limits)
        if last.stretch < placed[-1].stretch:
            placed[-1] = replace(last, overflow_s=0.0, merged=True)
    return placed


def _regained(lines: Sequence[Spoken], free_s: float, limits: Limits) -> bool:
    """Tell whether lines that all hurry end in time, however late they begin."""
    last = _sequence(lines, free_s, [limits.flagged_stretch] * len(lines))[-1]
    return last.end_s <= lines[-1].until_s + OVERFLOW_S


def _leant(
    lines: Sequence[Spoken], free_s: float, stretch: float, early_s: float, limits: Limits
) -> list[Placement]:
    """Place lines at one stretch; those that only help the first are never sped up so that it is noticed."""
    helping = min(stretch, limits.clean_stretch)
    return _sequence(lines, free_s, [stretch] + [helping] * (len(lines) - 1), early_s)


def _sequence(
    lines: Sequence[Spoken], free_s: float, stretches: Sequence[float], early_s: float = 0.0
) -> list[Placement]:
    """Place lines one after the other, the first a little early where the pause before it is long."""
    placed: list[Placement] = []
    for line, stretch in zip(lines, stretches, strict=True):
        length_s = line.natural_s / stretch
        start_s = max(line.onset_s, free_s)
        if not placed:
            calm_s = free_s + BREATH_S if free_s else 0.0
            start_s = max(free_s, min(start_s, max(line.onset_s - early_s, calm_s)))
        placed.append(Placement(start_s, length_s, stretch, merged=len(lines) > 1))
        free_s = start_s + length_s + SLOT_GAP_S
    return placed


def _before_the_end(placed: Sequence[Placement], duration_s: float) -> list[Placement]:
    """Move the last lines earlier when they would run past the end of the clip, into silence that is there."""
    kept = list(placed)
    limit_s = duration_s
    for index in reversed(range(len(kept))):
        if kept[index].end_s <= limit_s:
            break
        kept[index] = replace(
            kept[index], start_s=max(0.0, limit_s - kept[index].length_s / kept[index].slow), overflow_s=0.0
        )
        limit_s = kept[index].start_s - SLOT_GAP_S
    if kept and limit_s < 0:  # more speech than clip: nothing is moved, what overflows stays flagged
        return list(placed)
    return kept
