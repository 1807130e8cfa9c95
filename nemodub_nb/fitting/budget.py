"""How fast a voice is asked to speak a line, decided before it speaks and once more when it has spoken."""

from __future__ import annotations

from typing import Final

from nemodub_nb.conformance import FILL_LOW

from .limits import (
    BREATH_S,
    LIMITS,
    RATE_STEP,
    SLOT_GAP_S,
    SLOWEST_RATE,
    SPILL,
    SPILL_RATE,
    Limits,
)

_AGAIN: Final = 3 * RATE_STEP
"""A take is repeated when its rate was wrong by this much: less is what stretching is for."""


def rate_for(expected_s: float, slot_s: float, source_s: float, limits: Limits = LIMITS) -> float:
    """Return the voice's own rate (1.0 is natural) for a line.

    `expected_s` is how long the line takes at rate 1, `slot_s` the most it may take and `source_s` how long the
    source line was. A line that is too long for its slot and the breath after it is spoken faster, one that would go
    on long after its speaker has closed the mouth or that is much shorter than its source a little.
    """
    room_s = slot_s - breath_s(slot_s, source_s)
    mouth_s = min(source_s, slot_s)
    if expected_s > room_s:
        wanted = min(expected_s / room_s, limits.fastest_rate)
    elif expected_s > SPILL * mouth_s:
        wanted = min(expected_s / (SPILL * mouth_s), SPILL_RATE, limits.fastest_rate)
    elif expected_s < FILL_LOW * mouth_s:
        wanted = max(expected_s / (FILL_LOW * mouth_s), SLOWEST_RATE)
    else:
        wanted = 1.0
    return round(round(wanted / RATE_STEP) * RATE_STEP, 2)


def rate_again(
    rate: float, natural_s: float, slot_s: float, source_s: float, limits: Limits = LIMITS
) -> float | None:
    """Return the rate for a second take of a line that was spoken at `rate`, None when the first one will do.

    A voice that is asked for the wrong rate would be put right by stretching, which sounds worse than its own.
    """
    better = rate_for(natural_s * rate, slot_s, source_s, limits)
    hurried = natural_s > limits.clean_stretch * slot_s and better > rate
    return better if hurried or abs(better - rate) >= _AGAIN - 1e-9 else None


def breath_s(slot_s: float, source_s: float) -> float:
    """Return how much of the pause after a line is kept beyond the gap of its slot: no more than the source has."""
    return min(BREATH_S - SLOT_GAP_S, max(0.0, slot_s - source_s))
