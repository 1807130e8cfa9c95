"""When a recording of a voice is heard: the rest is silence, breath or the room of the recording."""

from __future__ import annotations

from typing import Final

import numpy as np

from nemodub_nb.local.engine.media.audio import RATE, Samples

_FRAME: Final = RATE // 200
_HEARD_DB: Final = -35.0
"""What is softer than this against the loudest moment is a breath or the room of the recording."""


def heard(samples: Samples) -> list[tuple[float, float]]:
    """Return the stretches (start_s, end_s) in which mono samples at 48 kHz are heard, in order, to 5 ms."""
    frames = len(samples) // _FRAME
    if not frames:
        return []
    powers = np.square(samples[: frames * _FRAME]).reshape(frames, _FRAME).mean(axis=1)
    loud = np.concatenate([[False], powers > powers.max() * 10 ** (_HEARD_DB / 10), [False]])
    edges = np.flatnonzero(np.diff(loud)).reshape(-1, 2) * (_FRAME / RATE)
    return [(float(start), float(end)) for start, end in edges]
