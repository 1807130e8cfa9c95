"""Brings a spoken line to the loudness of the original speaker, so that voice and music stay in proportion."""

from __future__ import annotations

import numpy as np

from nemodub_nb.local.engine.media.audio import Samples

MOST_DB = 15.0
"""A larger difference is a fault of measurement rather than a quiet speaker."""
HEADROOM = 0.97
"""Peak that a line may reach; the mix limits what is above its own ceiling."""


def at_level(samples: Samples, level_db: float) -> Samples:
    """Return mono samples at a level (mean square in dB below full scale), as far as their peaks allow."""
    power, peak = (
        float(np.mean(np.square(samples))) if len(samples) else 0.0,
        float(np.abs(samples).max(initial=0.0)),
    )
    if power <= 0:
        return samples
    gain_db = min(max(level_db - 10 * float(np.log10(power)), -MOST_DB), MOST_DB)
    gain = min(10 ** (gain_db / 20), HEADROOM / peak)
    return (samples * gain).astype(np.float32)
