"""The parts of its clip that a video shows one after the other, and where in the video things of the clip are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nemodub_nb.conformance import number
from nemodub_nb.local.engine.check.stretches import Stretch, total_s
from nemodub_nb.local.engine.media.audio import RATE, Samples, decode_blocks

if TYPE_CHECKING:
    from pathlib import Path

_ROUNDING_S: Final = 0.1
"""Parts that are the whole clip but for this are the whole clip."""
_SOURCE: Final = ("source_start_s", "source_end_s")


@dataclass(frozen=True)
class Parts:
    """What a video shows of its clip, in seconds of the clip; no parts: all of it."""

    of_clip: tuple[Stretch, ...] = ()

    @classmethod
    def of(cls, parts: Sequence[Stretch], clip_s: float) -> Parts:
        """Return the parts of a clip that is so long; one that is the whole clip is none."""
        whole = len(parts) == 1 and parts[0][0] <= _ROUNDING_S and abs(parts[0][1] - clip_s) <= _ROUNDING_S
        return cls(() if whole else tuple(parts))

    def __bool__(self) -> bool:
        """Tell whether something of the clip is left out or moved."""
        return bool(self.of_clip)

    @property
    def length_s(self) -> float:
        """How long they are together."""
        return total_s(self.of_clip)

    def shown(self, stretches: Iterable[Stretch]) -> list[Stretch]:
        """Return where stretches of the clip are in the video, cut where a part begins or ends."""
        given = list(stretches)
        if not self.of_clip:
            return given
        found: list[Stretch] = []
        for (low, high), at_s in self._placed():
            found += [
                (max(start, low) - low + at_s, min(end, high) - low + at_s)
                for start, end in given
                if min(end, high) > max(start, low)
            ]
        return found

    def rows(
        self, rows: Sequence[Mapping[str, Any]]
    ) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
        """Return the rows of lines that are whole in the video, and those of what is left of others, on its time.

        A row that a cut has made two of counts once; of what is left, each piece has a row.
        """
        if not self.of_clip:
            return list(rows), []
        kept: list[Mapping[str, Any]] = []
        cut: list[Mapping[str, Any]] = []
        seen: set[tuple[Any, ...]] = set()
        for row in rows:
            start_s, end_s = number(row.get("start_s")), number(row.get("end_s"))
            mark = (str(row.get("index")), start_s, end_s)
            if start_s is None or end_s is None or mark in seen:
                continue
            seen.add(mark)
            shift_s = self._shift_s(start_s, end_s)
            if shift_s is None:
                left = self.shown([(start_s, end_s)])
                cut += [{**row, "start_s": first_s, "end_s": last_s} for first_s, last_s in left]
            else:
                times = {"start_s": start_s + shift_s, "end_s": end_s + shift_s}
                kept.append({**row, **times, **self._source_times(row, shift_s)})
        return kept, cut

    def sound(self, path: Path) -> Iterator[Samples]:
        """Yield the clip's sound as the video has it, mono; silence where the clip has none."""
        if not self.of_clip:
            yield from decode_blocks(path, channels=1)
        for start_s, end_s in self.of_clip:
            left = round(end_s * RATE) - round(start_s * RATE)
            for block in decode_blocks(path, channels=1, start_s=start_s, end_s=end_s):
                left -= len(block)
                yield block
            while left > 0:
                yield np.zeros((min(left, RATE), 1), np.float32)
                left -= RATE

    def _placed(self) -> Iterator[tuple[Stretch, float]]:
        at_s = 0.0
        for low, high in self.of_clip:
            yield (low, high), at_s
            at_s += high - low

    def _shift_s(self, start_s: float, end_s: float) -> float | None:
        """Return by how much a stretch of the clip is moved in the video; None when it is not whole there."""
        for (low, high), at_s in self._placed():
            if low - _ROUNDING_S <= start_s and end_s <= high + _ROUNDING_S:
                return at_s - low
        return None

    def _source_times(self, row: Mapping[str, Any], shift_s: float) -> dict[str, float | None]:
        """Return when the video has a line's source; nothing is known of one that is not beside its line."""
        start_s, end_s = (number(row.get(name)) for name in _SOURCE)
        if start_s is None or end_s is None or self._shift_s(start_s, end_s) != shift_s:
            return dict.fromkeys(_SOURCE)
        return dict(zip(_SOURCE, (start_s + shift_s, end_s + shift_s), strict=True))
