"""How fast a voice is asked to speak a line, decided before it speaks."""

from __future__ import annotations

from nemodub_nb.local.engine.thresholds import FASTEST_RATE, SLOWEST_STRETCH

STEP = 0.05
"""Rates come in steps, so that a small change of a neighbour does not make a line new."""


def rate_for(expected_s: float, slot_s: float, source_s: float) -> float:
    """Return the voice's own rate (1.0 is natural) for a line.

    `expected_s` is how long the line takes at rate 1, `slot_s` the most it may take and `source_s` how long the
    source line was. A line that is too long is spoken faster, one much shorter than its source a little slower.
    """
    if expected_s > slot_s:
        wanted = min(expected_s / slot_s, FASTEST_RATE)
    elif expected_s < SLOWEST_STRETCH * min(source_s, slot_s):
        wanted = max(expected_s / min(source_s, slot_s), 0.95)
    else:
        wanted = 1.0
    return round(round(wanted / STEP) * STEP, 2)
