"""The time that each line may take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .limits import SLOT_GAP_S


class Timed(Protocol):
    """A line with its time in the source."""

    @property
    def start_s(self) -> float:
        """Onset on the clip's timeline."""

    @property
    def end_s(self) -> float:
        """End of the speech."""


def slots(lines: Sequence[Timed], duration_s: float) -> list[float]:
    """Return each line's slot in seconds: from its own onset to the next onset less a short gap.

    The last line may use the clip to its end. A slot is never shorter than a quarter of the line itself, so that
    two lines that a recogniser lets start together still have a place.
    """
    ends = [line.start_s for line in lines[1:]] + [
        max(duration_s, lines[-1].end_s) + SLOT_GAP_S if lines else 0.0
    ]
    return [
        max(end - SLOT_GAP_S - line.start_s, (line.end_s - line.start_s) / 4, SLOT_GAP_S)
        for line, end in zip(lines, ends, strict=True)
    ]
