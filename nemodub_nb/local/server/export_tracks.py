"""What an export is made of: the tracks of a draft, once they are checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Asset = tuple[Path, float | None]
"""Where a file is, and its seconds when they are known."""


@dataclass(frozen=True)
class Segment:
    """A segment with the figures that matter, in seconds."""

    start_s: float
    length_s: float
    in_s: float
    meta: Mapping[str, Any]
    slow: float = 1.0
    """How many times as long the picture under it is shown."""


@dataclass(frozen=True)
class Track:
    """A track of a draft, checked."""

    kind: int
    role: str
    meta: Mapping[str, Any]
    segments: tuple[Segment, ...]
