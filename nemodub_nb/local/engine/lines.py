"""One spoken line of a clip, in the source language."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Line:
    """A sentence, or as much of one as is spoken in one breath."""

    index: int
    """Position in the clip, from 0."""
    start_s: float
    """Onset on the clip's timeline, in seconds."""
    end_s: float
    """End of the speech, in seconds."""
    text: str

    @property
    def duration_s(self) -> float:
        """Length of the speech in seconds."""
        return self.end_s - self.start_s

    def to_dict(self) -> dict[str, Any]:
        """Return the line as plain JSON values."""
        return asdict(self)


def numbered(timed: list[tuple[float, float, str]]) -> list[Line]:
    """Return lines sorted by onset and numbered from 0; empty texts are left out."""
    kept = sorted((start, end, text.strip()) for start, end, text in timed if text.strip() and end > start)
    return [
        Line(index, round(start, 3), round(end, 3), text) for index, (start, end, text) in enumerate(kept)
    ]
