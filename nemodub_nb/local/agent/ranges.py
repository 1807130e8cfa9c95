"""Trims as arithmetic on the kept parts of a clip."""

from __future__ import annotations

from itertools import pairwise

Range = tuple[float, float]
Ranges = tuple[Range, ...]
"""Parts of the source in seconds, in order and apart; one after the other they make the timeline."""

_LEAST_S = 0.001


def length(kept: Ranges) -> float:
    """Return how long the timeline is, in seconds."""
    return sum(end - start for start, end in kept)


def keep(kept: Ranges, start_s: float, end_s: float) -> Ranges:
    """Keep only what is on the timeline between two times."""
    parts = []
    at = 0.0
    for low, high in kept:
        first = max(low, low + start_s - at)
        last = min(high, low + end_s - at)
        if last - first >= _LEAST_S:
            parts.append((first, last))
        at += high - low
    return tuple(parts)


def drop(kept: Ranges, start_s: float, end_s: float) -> Ranges:
    """Cut what is on the timeline between two times, and close the gap."""
    return _joined(keep(kept, 0.0, start_s) + keep(kept, end_s, length(kept)))


def _joined(kept: Ranges) -> Ranges:
    parts: list[Range] = []
    for start, end in kept:
        if parts and start - parts[-1][1] < _LEAST_S:
            parts[-1] = (parts[-1][0], end)
        else:
            parts.append((start, end))
    return tuple(parts)


def to_source(kept: Ranges, at_s: float) -> float:
    """Return the time in the source of a time on the timeline."""
    for low, high in kept:
        if at_s <= high - low:
            return low + at_s
        at_s -= high - low
    return kept[-1][1] if kept else 0.0


def windows(kept: Ranges, start_s: float, end_s: float) -> list[tuple[float, float, float]]:
    """Return what is left of a part of the source: `(on the timeline, source start, source end)` for each piece."""
    pieces = []
    at = 0.0
    for low, high in kept:
        first, last = max(low, start_s), min(high, end_s)
        if last - first >= _LEAST_S:
            pieces.append((at + first - low, first, last))
        at += high - low
    return pieces


def is_sorted(kept: Ranges) -> bool:
    """Tell whether the parts are in order and apart, as every function here keeps them."""
    return all(start < end for start, end in kept) and all(a[1] <= b[0] for a, b in pairwise(kept))
