"""The limits that a dub is judged by, and those of its subtitles; what it may do to fit its time is fitting's."""

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
    "FILL_LOW",
    "FLAGGED_STRETCH",
    "LOUDNESS_LUFS",
    "ONSET_ERROR_S",
    "OVERFLOW_S",
    "TRUE_PEAK_DBTP",
]

CUE_CHARACTERS: Final = 42
"""Characters in a subtitle line."""
CUE_LINES: Final = 2
CUE_CHARACTERS_PER_S: Final = 20.0
CUE_GAP_S: Final = 2 / 24
"""Two frames at 24 frames a second."""
CUE_SHORTEST_S: Final = 0.8
