"""Brings a spoken line to the loudness of the original speaker, so that voice and music stay in proportion."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from nemodub_nb.local.engine.media.audio import RATE, Samples
from nemodub_nb.local.engine.media.loud_power import loud_power

MOST_DB = 15.0
"""A larger difference is a fault of measurement rather than a quiet speaker."""
HEADROOM = 0.97
"""Peak that a line may reach; the mix limits what is above its own ceiling."""


_FRAME: Final = RATE // 20
_PAUSE_FRAMES: Final = 3
"""A pause this long does not count, as it does not where the speaker of the clip is measured."""
_SILENT: Final = 10 ** (-35 / 10)
"""Power against the loudest frame below which nobody speaks."""


def at_level(samples: Samples, level_db: float) -> Samples:
    """Return mono samples at 48 kHz at a level (weighted mean square in dB), as far as their peaks allow."""
    power, peak = loud_power(_spoken(samples), RATE), float(np.abs(samples).max(initial=0.0))
    if power <= 0:
        return samples
    gain_db = min(max(level_db - 10 * float(np.log10(power)), -MOST_DB), MOST_DB)
    gain = min(10 ** (gain_db / 20), HEADROOM / peak)
    return (samples * gain).astype(np.float32)


def _spoken(samples: Samples) -> Samples:
    """Return the samples without their pauses."""
    frames = len(samples) // _FRAME
    if frames <= _PAUSE_FRAMES:
        return samples
    powers = np.square(samples[: frames * _FRAME]).reshape(frames, _FRAME).mean(axis=1)
    loud = np.flatnonzero(powers > _SILENT * powers.max())
    kept = np.zeros(frames, bool)
    for before, after in pairwise(loud):
        kept[before : after + 1 if after - before <= _PAUSE_FRAMES else before + 1] = True
    kept[loud[-1:]] = True
    spoken: Samples = samples[: frames * _FRAME].reshape(frames, _FRAME)[kept].reshape(-1)
    return spoken
