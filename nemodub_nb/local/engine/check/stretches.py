"""Stretches of time (start_s, end_s) in order, and what they have in common."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

Stretch = tuple[float, float]


def merged(stretches: Iterable[Stretch], bridge_s: float = 0.0) -> list[Stretch]:
    """Return the same time in order and without overlap; pauses up to `bridge_s` are closed."""
    out: list[Stretch] = []
    for start, end in sorted(stretches):
        if end <= start:
            continue
        if out and start <= out[-1][1] + bridge_s:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def total_s(stretches: Iterable[Stretch]) -> float:
    """Return how long they are together."""
    return sum(end - start for start, end in stretches)


def common(one: Sequence[Stretch], other: Sequence[Stretch]) -> list[Stretch]:
    """Return the time that is in both; each of the two without overlap in itself."""
    out: list[Stretch] = []
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if end > start:
            out.append((start, end))
        if one[i][1] <= other[j][1]:
            i += 1
        else:
            j += 1
    return out


def outside(stretches: Sequence[Stretch], length_s: float, margin_s: float = 0.0) -> list[Stretch]:
    """Return the time from 0 to `length_s` that is in none of them, nor within `margin_s` of one."""
    out: list[Stretch] = []
    at = 0.0
    for start, end in merged((max(0.0, a - margin_s), b + margin_s) for a, b in stretches):
        if start > at:
            out.append((at, min(start, length_s)))
        at = max(at, end)
    if at < length_s:
        out.append((at, length_s))
    return [(start, end) for start, end in out if end > start]


def shared(one: Sequence[Stretch], other: Sequence[Stretch]) -> float | None:
    """Return |A∩B| / |A∪B|; None where both are empty."""
    a, b = merged(one), merged(other)
    inside = total_s(common(a, b))
    either = total_s(a) + total_s(b) - inside
    return inside / either if either > 0 else None


def covered_s(stretches: Sequence[Stretch], start_s: float, end_s: float) -> float:
    """Return how much of the time from `start_s` to `end_s` they fill."""
    return total_s(common([(start_s, end_s)], stretches)) if end_s > start_s else 0.0


def at(stretches: Sequence[Stretch], time_s: float) -> tuple[Stretch | None, Stretch | None]:
    """Return the stretch in which a moment lies, and the first one after it."""
    position = bisect_left(stretches, (time_s, float("inf")))
    before = stretches[position - 1] if position else None
    inside = before if before is not None and time_s < before[1] else None
    return inside, stretches[position] if position < len(stretches) else None
