"""One spoken line of a clip, in the source language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nemodub_nb.timed_text import Said


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
    speaker: str = ""
    """Who says it, as the transcript names them; empty where it does not."""

    @property
    def duration_s(self) -> float:
        """Length of the speech in seconds."""
        return self.end_s - self.start_s

    def to_dict(self) -> dict[str, Any]:
        """Return the line as plain JSON values."""
        return asdict(self)


def numbered(timed: Sequence[tuple[float, float, str] | Said]) -> list[Line]:
    """Return lines sorted by onset and numbered from 0; empty texts are left out."""
    said = (Said(*each) for each in timed)
    kept = sorted(each for each in said if each.text.strip() and each.end_s > each.start_s)
    return [
        Line(index, round(each.start_s, 3), round(each.end_s, 3), each.text.strip(), each.speaker)
        for index, each in enumerate(kept)
    ]
