"""Every limit that a dub is fitted to and judged by."""

from __future__ import annotations

from typing import Final

SLOT_GAP_S: Final = 0.05
"""Silence kept between the end of a slot and the next onset."""
CLEAN_STRETCH: Final = 1.15
"""Speeding speech up to here is not noticed."""
FLAGGED_STRETCH: Final = 1.30
"""Speeding up to here is understood but noticed: flagged, and never exceeded."""
SLOWEST_STRETCH: Final = 0.85
"""Speech that is too short for its line is slowed to here at most."""
FASTEST_RATE: Final = 1.20
"""How much faster a voice is asked to speak by itself before its speech is stretched."""
MERGE_GAP_S: Final = 1.5
"""Lines with at most this much silence between them may share their time."""
MERGE_LINES: Final = 5
"""The most lines that share their time."""
ONSET_ERROR_S: Final = 0.20
"""A dubbed line starts within this of its source line."""
FILL_LOW: Final = 0.85
"""A dub shorter than this share of the source line leaves a mouth moving in silence."""
OVERFLOW_S: Final = 0.02
"""Overflow below this is rounding."""

LOUDNESS_LUFS: Final = -16.0
TRUE_PEAK_DBTP: Final = -1.0

CUE_CHARACTERS: Final = 42
"""Characters in a subtitle line."""
CUE_LINES: Final = 2
CUE_CHARACTERS_PER_S: Final = 20.0
CUE_GAP_S: Final = 2 / 24
"""Two frames at 24 frames a second."""
CUE_SHORTEST_S: Final = 0.8
