"""Whether subtitles can be read: their lines, their pace and the pauses between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nemodub_nb.local.engine import thresholds as t
from nemodub_nb.local.engine.cues import width

TimedText = tuple[float, float, str]
"""(start_s, end_s, text), lines parted by a newline."""

_ROUNDING_S: Final = 0.002
"""Files hold times in thousandths of a second."""


def complaints(cues: Sequence[TimedText], fps: float = 0.0) -> list[tuple[int, str]]:
    """Return (number of the cue from 0, what is wrong) for each thing that is; cues in order.

    The pause between two cues is two frames, of the clip where it has at least 24 a second.
    """
    gap_s = min(t.CUE_GAP_S, 2 / fps) if fps > 0 else t.CUE_GAP_S
    found: list[tuple[int, str]] = []
    for number, (start_s, end_s, text) in enumerate(cues):
        lines = text.split("\n")
        widest = max(map(width, lines))
        if widest > t.CUE_CHARACTERS:
            found.append((number, f"a line has {widest} characters"))
        if len(lines) > t.CUE_LINES:
            found.append((number, f"has {len(lines)} lines"))
        pace = sum(map(width, lines)) / max(end_s - start_s, 1e-3)
        if pace > t.CUE_CHARACTERS_PER_S * (1 + _ROUNDING_S):
            found.append((number, f"is read at {pace:.1f} characters a second"))
        if number and start_s - cues[number - 1][1] < gap_s - _ROUNDING_S:
            found.append(
                (number, f"comes {max(start_s - cues[number - 1][1], 0):.3f} s after the one before")
            )
    return found
