"""The spectra of a source and its dub, added up over the time in which both speak and that in which neither does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from nemodub_nb.local.engine.media.audio import RATE, Samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nemodub_nb.local.engine.check.stretches import Stretch

FRAME: Final = 4096
HOP: Final = 2048
BINS: Final = FRAME // 2 + 1
WINDOW: Final = np.hanning(FRAME + 1)[:-1].astype(np.float32)

_FLOOR_DB, _STEP_DB, _STEPS = -140.0, 0.5, 400
_TOGETHER: Final = 64
"""Frames that are transformed at once."""

Powers = npt.NDArray[np.float64]
Crossed = npt.NDArray[np.complex128]


@dataclass
class Sums:
    """What was added up over one kind of time. Its size does not depend on how long that is."""

    frames: int = 0
    source: Powers = field(default_factory=lambda: np.zeros(BINS))
    """Power of the source, by frequency."""
    dub: Powers = field(default_factory=lambda: np.zeros(BINS))
    crossed: Crossed = field(default_factory=lambda: np.zeros(BINS, np.complex128))
    """The dub times the conjugate of the source: what the dub has of the source adds up here, all else cancels."""
    levels: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros((2, BINS, _STEPS), np.int32))
    """How often each level was there, of the source and of the dub, by frequency."""

    def add(self, source: npt.NDArray[np.complex64], dub: npt.NDArray[np.complex64]) -> None:
        """Add frames (n, BINS)."""
        powers = [np.abs(one).astype(np.float64) ** 2 for one in (source, dub)]
        self.frames += len(source)
        self.source += powers[0].sum(axis=0)
        self.dub += powers[1].sum(axis=0)
        self.crossed += (dub.astype(np.complex128) * source.conj()).sum(axis=0)
        bins = np.arange(BINS)
        for which, power in enumerate(powers):
            steps = (10 * np.log10(power + 1e-14) - _FLOOR_DB) / _STEP_DB
            for frame in np.clip(steps, 0, _STEPS - 1).astype(np.int64):
                self.levels[which, bins, frame] += 1

    def quantile(self, which: int, share: float) -> Powers:
        """Return the power, by frequency, below which the source (0) or the dub (1) is for a share of the time."""
        counted = np.cumsum(self.levels[which], axis=1)
        step = (counted < share * self.frames).sum(axis=1)
        return np.asarray(10 ** ((_FLOOR_DB + (step + 0.5) * _STEP_DB) / 10))


@dataclass(frozen=True)
class Spectra:
    """A source and its dub, heard side by side."""

    speech: Sums
    """Over the time in which both speak."""
    quiet: Sums
    """Over the time in which neither does."""


def add_up(
    source: Iterable[Samples], dub: Iterable[Samples], speech: Sequence[Stretch], quiet: Sequence[Stretch]
) -> Spectra:
    """Add up mono blocks (n, 1) at 48 kHz that begin at the same moment; ends with the shorter of the two."""
    made = Spectra(Sums(), Sums())
    kinds = ((made.speech, _Frames(speech)), (made.quiet, _Frames(quiet)))
    for first, frames in _frames(source, dub):
        count = frames.shape[1]
        wanted = [(sums, chosen) for sums, within in kinds if (chosen := within.among(first, count)).any()]
        if not wanted:
            continue
        spectrum = np.fft.rfft(frames * WINDOW, axis=2).astype(np.complex64)
        for sums, chosen in wanted:
            sums.add(spectrum[0, chosen], spectrum[1, chosen])
    return made


class _Frames:
    """Tells which frames lie within stretches, asked in order."""

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        self._left = list(reversed(stretches))

    def among(self, first: int, count: int) -> npt.NDArray[np.bool_]:
        """Return for `count` frames from frame `first` on whether they lie within."""
        begins = (first + np.arange(count)) * HOP / RATE
        ends = begins + FRAME / RATE
        within = np.zeros(count, bool)
        for start, end in reversed(self._left):
            if start > ends[-1]:
                break
            within |= (begins >= start) & (ends <= end)
        while self._left and self._left[-1][1] < begins[-1]:
            self._left.pop()
        return within


def _frames(source: Iterable[Samples], dub: Iterable[Samples]) -> Iterator[tuple[int, Samples]]:
    """Yield (number of the first frame, (2, n, FRAME) samples)."""
    held = np.zeros((2, 0), np.float32)
    first = 0
    for pair in _pairs(source, dub):
        held = np.concatenate([held, pair], axis=1)
        while (count := min(_TOGETHER, (held.shape[1] - FRAME) // HOP + 1)) > 0:
            yield first, np.lib.stride_tricks.sliding_window_view(held, FRAME, axis=1)[:, ::HOP][:, :count]
            first += count
            held = held[:, count * HOP :]


def _pairs(source: Iterable[Samples], dub: Iterable[Samples]) -> Iterator[Samples]:
    """Yield (2, n) samples of both; blocks may be of any length."""
    others = iter(dub)
    held = np.zeros(0, np.float32)
    for block in source:
        one = block[:, 0]
        while len(held) < len(one) and (more := next(others, None)) is not None:
            held = np.concatenate([held, more[:, 0]])
        count = min(len(one), len(held))
        if count:
            yield np.stack([one[:count], held[:count]])
        held = held[count:]
        if count < len(one):
            return
