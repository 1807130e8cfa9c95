"""Every limit that a dub is fitted to; those that it is judged by, too, are the conformance's."""

from __future__ import annotations

from typing import Final

from nemodub_nb.conformance import (
    CLEAN_STRETCH,
    FILL_LOW,
    FLAGGED_STRETCH,
    LOUDNESS_LUFS,
    ONSET_ERROR_S,
    TRUE_PEAK_DBTP,
)
from nemodub_nb.conformance import ROUNDING_S as OVERFLOW_S

__all__ = [
    "CLEAN_STRETCH",
    "CUE_CHARACTERS",
    "CUE_CHARACTERS_PER_S",
    "CUE_GAP_S",
    "CUE_LINES",
    "CUE_SHORTEST_S",
    "FASTEST_RATE",
    "FILL_LOW",
    "FLAGGED_STRETCH",
    "LOUDNESS_LUFS",
    "MERGE_GAP_S",
    "MERGE_LINES",
    "ONSET_ERROR_S",
    "OVERFLOW_S",
    "SLOT_GAP_S",
    "SLOWEST_STRETCH",
    "TRUE_PEAK_DBTP",
]

SLOT_GAP_S: Final = 0.05
"""Silence kept between the end of a slot and the next onset."""
SLOWEST_STRETCH: Final = 0.85
"""Speech that is too short for its line is slowed to here at most."""
FASTEST_RATE: Final = 1.20
"""How much faster a voice is asked to speak by itself before its speech is stretched."""
MERGE_GAP_S: Final = 1.5
"""Lines with at most this much silence between them may share their time."""
MERGE_LINES: Final = 5
"""The most lines that share their time."""

CUE_CHARACTERS: Final = 42
"""Characters in a subtitle line."""
CUE_LINES: Final = 2
CUE_CHARACTERS_PER_S: Final = 20.0
CUE_GAP_S: Final = 2 / 24
"""Two frames at 24 frames a second."""
CUE_SHORTEST_S: Final = 0.8
