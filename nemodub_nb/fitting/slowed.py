"""The time of a video whose picture is slowed in places, against the time of its clip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .limits import SLOW_VIDEO_MOST

_TINY_S = 1e-6


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the clip, and how many times as long it is shown."""

    start_s: float
    end_s: float
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class SlowedTime:
    """Where the picture is slowed. Without a stretch the two times are one."""

    stretches: tuple[Stretch, ...] = ()
    """In order and apart, all of them slowed."""

    @classmethod
    def of(cls, lines: Iterable[tuple[float, float, float]]) -> SlowedTime:
        """Return the time for lines (start_s, end_s, factor) on the clip's time; those that are not slowed say nothing.

        Times count in whole milliseconds, as a draft does, so that whoever reads them there finds the same time. A factor
        above SLOW_VIDEO_MOST, as only somebody else's draft can hold, counts as that.
        """
        made: list[Stretch] = []
        for start_s, end_s, factor in sorted(lines):
            first_s, last_s = max(round(start_s, 3), made[-1].end_s if made else 0.0), round(end_s, 3)
            if factor > 1 and last_s > first_s:
                made.append(Stretch(first_s, last_s, min(factor, SLOW_VIDEO_MOST)))
        return cls(tuple(made))

    def __bool__(self) -> bool:
        """Tell whether anything is slowed."""
        return bool(self.stretches)

    def shown_s(self, at_s: float) -> float:
        """Return when a time of the clip is shown."""
        return at_s + sum(
            (min(at_s, one.end_s) - one.start_s) * (one.factor - 1)
            for one in self.stretches
            if one.start_s < at_s
        )

    def clip_s(self, shown_s: float) -> float:
        """Return which time of the clip is shown then."""
        longer_s = 0.0
        for one in self.stretches:
            since_s = shown_s - longer_s - one.start_s
            if since_s <= 0:
                break
            if since_s < (one.end_s - one.start_s) * one.factor:
                return one.start_s + since_s / one.factor
            longer_s += (one.end_s - one.start_s) * (one.factor - 1)
        return shown_s - longer_s

    def pieces(self, start_s: float, end_s: float) -> Iterator[Stretch]:
        """Cut a part of the clip where its pace changes; the pieces follow each other."""
        at_s = start_s
        for one in self.stretches:
            first_s, last_s = max(one.start_s, at_s), min(one.end_s, end_s)
            if last_s - first_s <= _TINY_S:
                continue
            if first_s - at_s > _TINY_S:
                yield Stretch(at_s, first_s)
                at_s = first_s
            yield Stretch(at_s, last_s, one.factor)
            at_s = last_s
        if end_s - at_s > _TINY_S:
            yield Stretch(at_s, end_s)


def slowed_pieces(part: Mapping[str, Any], at_s: float, time: SlowedTime) -> Iterator[dict[str, Any]]:
    """Cut a stretch of a file where its pace changes: `in_s` to `out_s`, beginning at `at_s` before anything is slowed."""
    if not time:
        yield dict(part)
        return
    in_s = part["in_s"]
    for piece in time.pieces(at_s, at_s + part["out_s"] - in_s):
        made = {
            **part,
            "in_s": round(in_s + piece.start_s - at_s, 4),
            "out_s": round(in_s + piece.end_s - at_s, 4),
        }
        if "start_s" in part:
            made["start_s"] = time.shown_s(piece.start_s)
        yield made | ({"slow": piece.factor} if piece.factor > 1 else {})
