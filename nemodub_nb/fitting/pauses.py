"""Widens the pauses of a dubbed line, where it would end while its speaker still talks.

A translation is often shorter than what a slow speaker says. Seconds of silence at its end, while a mouth is seen to
move, are noticed; a longer pause where the speaker pauses too is not. So the pieces of speech between the voice's own
pauses are moved later, to where the silences that are left are the least noticed: each costs the square of how long the
speaker is seen to talk in it, and speech while the speaker is silent costs a little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from .limits import SLOT_GAP_S
from .place import Pause, Placement, Spoken

Stretch = tuple[float, float]
"""Start and end in seconds."""

LEAST_S: Final = 0.3
"""A line that ends earlier than its speaker by less is left as it is."""
PAUSE_S: Final = 0.16
"""A silence of a voice from this on lies between phrases; nearly all shorter ones belong to words (seen of Kokoro)."""
_MOST_PAUSES: Final = 8
"""The longest pauses of a line are enough."""
_STEPS: Final = 40
_STEP_S: Final = 0.1
"""Places that a piece may have are this far apart, and no more of them are tried."""
_OUTSIDE: Final = 0.5
"""What a second of speech costs while the speaker is silent, in squared seconds of silence while the speaker talks."""
_WIDENED: Final = 0.02
"""What a pause that is touched costs: a line in peace is better than a hundredth of a second."""


def room_s(placement: Placement, line: Spoken, next_s: float) -> float:
    """Return how much longer a line may become: until its speaker is silent, the slot ends or the next line begins."""
    if line.fixed or placement.slow > 1.0 or placement.overflow_s:
        return 0.0
    until_s = min(line.onset_s + line.source_s, line.until_s, next_s - SLOT_GAP_S)
    return max(0.0, until_s - placement.end_s)


def widened(
    placement: Placement, line: Spoken, next_s: float, voice: Sequence[Stretch], speaker: Sequence[Stretch]
) -> Placement:
    """Return the placement with its pauses widened, or as it is where that would not help.

    `voice` are the stretches in which the recording is heard, on its own time; `speaker` those in which somebody is
    heard in the clip, on the clip's time; `next_s` is where the next line begins. Both in order.
    """
    room = room_s(placement, line, next_s)
    pieces = _pieces(voice)
    if room < LEAST_S or len(pieces) < 2:  # noqa: PLR2004 - a pause has something on both sides
        return placement
    placed = [
        (placement.start_s + start / placement.stretch, placement.start_s + end / placement.stretch)
        for start, end in pieces
    ]
    talk = _Talk.within(speaker, line.onset_s, line.onset_s + line.source_s)
    shifts = _cheapest(placed, room, talk)
    pauses = tuple(
        Pause((before[1] + after[0]) / 2, later - sooner)
        for (before, after), (sooner, later) in zip(pairwise(pieces), pairwise(shifts), strict=True)
        if later > sooner
    )
    if not pauses:
        return placement
    return replace(placement, length_s=placement.length_s + shifts[-1], pauses=pauses)


def _pieces(voice: Sequence[Stretch]) -> list[Stretch]:
    """Return the speech between the longest pauses of a recording."""
    pauses = [(after[0] - before[1], index) for index, (before, after) in enumerate(pairwise(voice), start=1)]
    cuts = sorted(index for length_s, index in sorted(pauses)[-_MOST_PAUSES:] if length_s >= PAUSE_S)
    edges = [0, *cuts, len(voice)]
    return [(voice[first][0], voice[last - 1][1]) for first, last in pairwise(edges) if last > first]


@dataclass(frozen=True, slots=True)
class _Talk:
    """When the speaker of a line is heard."""

    stretches: tuple[Stretch, ...]
    end_s: float

    @classmethod
    def within(cls, speaker: Sequence[Stretch], start_s: float, end_s: float) -> _Talk:
        """Return what is heard between two times; all of it where a detector hears nothing."""
        inside = [(max(a, start_s), min(b, end_s)) for a, b in speaker if a < end_s and b > start_s]
        return cls(tuple(inside) or ((start_s, end_s),), end_s)

    def silence(self, start_s: float, end_s: float) -> float:
        """Return what a silence of the voice costs."""
        return self._inside_s(start_s, end_s) ** 2

    def speech(self, start_s: float, end_s: float) -> float:
        """Return what speech costs."""
        return _OUTSIDE * (end_s - start_s - self._inside_s(start_s, end_s))

    def _inside_s(self, start_s: float, end_s: float) -> float:
        return sum(max(0.0, min(b, end_s) - max(a, start_s)) for a, b in self.stretches)


def _cheapest(placed: Sequence[Stretch], room: float, talk: _Talk) -> list[float]:
    """Return how much later each piece begins; none begins sooner, nor by less than the one before it."""
    count = min(_STEPS, int(room / _STEP_S))
    shifts = [room * number / count for number in range(count + 1)]
    costs = [talk.speech(*placed[0])]
    cameby: list[list[int]] = []
    for before, piece in pairwise(placed):
        own = [talk.speech(piece[0] + shift, piece[1] + shift) for shift in shifts]
        best: list[tuple[float, int]] = []
        for at, shift in enumerate(shifts):
            ways = (
                (
                    cost
                    + talk.silence(before[1] + shifts[sooner], piece[0] + shift)
                    + _WIDENED * (sooner < at),
                    sooner,
                )
                for sooner, cost in enumerate(costs[: at + 1])
            )
            cost, sooner = min(ways)
            best.append((cost + own[at], sooner))
        costs = [cost for cost, _ in best]
        cameby.append([sooner for _, sooner in best])
    last_s = placed[-1][1]
    at = min(range(count + 1), key=lambda at: costs[at] + talk.silence(last_s + shifts[at], talk.end_s))
    path = [at]
    for came in reversed(cameby):
        path.append(came[path[-1]])
    return [shifts[number] for number in reversed(path)]
