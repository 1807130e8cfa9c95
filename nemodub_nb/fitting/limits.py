"""How far a dub may go to fit its time: the limits of every rung of the ladder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nemodub_nb.conformance import CLEAN_STRETCH, FLAGGED_STRETCH, ROUNDING_S

OVERFLOW_S: Final = ROUNDING_S
"""What runs beyond its time by less than this does not."""
SLOT_GAP_S: Final = 0.05
"""Silence kept between the end of a slot and the next onset, and between any two lines."""
BREATH_S: Final = 0.20
"""A pause of the source is kept to this much as long as that costs next to nothing."""
BREATH_STRETCH: Final = 1.08
"""What a kept pause may cost."""
SPILL: Final = 1.25
"""A line that is longer than its source line by more than this is spoken a little faster even where a pause would hold it."""
SPILL_RATE: Final = 1.10
"""What that may cost: nobody hears it."""
SLOWEST_RATE: Final = 0.90
"""How much slower a voice is asked to speak by itself."""
RATE_STEP: Final = 0.05
"""Rates come in steps, so that a small change of a neighbour does not make a line new."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be done to a line so that it fits."""

    fastest_rate: float = 1.20
    """How much faster a voice is asked to speak by itself before its speech is stretched."""
    clean_stretch: float = CLEAN_STRETCH
    """Speeding speech up to here is not noticed."""
    flagged_stretch: float = FLAGGED_STRETCH
    """Speeding up to here is flagged, and never exceeded."""
    slowest_stretch: float = 0.85
    """Speech that is too short for its line is slowed to here at most."""
    lean_s: float = 0.15
    """How much earlier or later than its source a line may begin so that none is sped up noticeably."""
    merge_gap_s: float = 1.5
    """Lines with at most this much silence between them may share their time."""
    merge_lines: int = 5
    """The most lines that share their time."""
    slow_video: float = 1.0
    """How much the picture may be slowed under a line that fits in no other way; 1 is not at all."""


LIMITS: Final = Limits()
"""What the engine keeps to unless it is told otherwise."""
SLOW_VIDEO_MOST: Final = 2.0
"""A picture slowed more than this is no longer a talking person."""
