"""The voice stem: spoken lines laid at their places on an otherwise silent track."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from nemodub_nb.local.engine.media.audio import RATE, Samples, audio_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_FADE_S: Final = 0.006
"""Long enough to take the click off a join, too short to be heard."""

_BLOCK: Final = 10 * RATE

Line = tuple[float, "Samples | Callable[[], Samples]"]
"""(start_s, mono samples at 48 kHz), or a function that loads them when their turn comes."""


def place(lines: Iterable[Line], duration_s: float, out_flac: str | Path) -> None:
    """Write a mono 48 kHz stem of `duration_s` with each line at its start; what lies beyond the end is faded out.

    Lines come in order and never overlap (half a millisecond of rounding is forgiven): AssertionError otherwise,
    since overlap is the fit's bug. Raises NoSpaceError.
    """
    total = max(0, round(duration_s * RATE))
    at = 0
    with audio_writer(out_flac, channels=1) as writer:
        for start_s, given in lines:
            start = round(start_s * RATE)
            assert start >= at - RATE // 2000, f"A line at {start_s:.3f} s overlaps the one before it."
            start = max(start, at)
            if start >= total:
                break
            samples = _faded((given() if callable(given) else given)[: total - start])
            _silence(writer.write, start - at)
            writer.write(samples)
            at = start + len(samples)
        _silence(writer.write, total - at)


def _silence(write: Callable[[Samples], None], count: int) -> None:
    for done in range(0, count, _BLOCK):
        write(np.zeros(min(_BLOCK, count - done), np.float32))


def _faded(samples: Samples) -> Samples:
    out: Samples = samples.astype(np.float32, copy=True)
    length = min(round(_FADE_S * RATE), len(out) // 2)
    if length:
        ramp = np.linspace(0.0, 1.0, length, endpoint=False, dtype=np.float32)
        out[:length] *= ramp
        out[-length:] *= ramp[::-1]
    return out
