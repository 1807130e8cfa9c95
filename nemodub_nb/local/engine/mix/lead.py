"""How long a spoken line is silent before it is heard: recordings keep a margin, so that no consonant is clipped."""

from __future__ import annotations

from typing import Final

import numpy as np

from nemodub_nb.local.engine.media.audio import RATE, Samples

MOST_S: Final = 0.045
"""A line begins at most so much before it is heard: the pause between two lines is a little longer."""
_FRAME: Final = RATE // 200
_HEARD_DB: Final = -35.0
"""What is softer than this against the loudest moment is a breath or the room of the recording."""


def lead_s(samples: Samples) -> float:
    """Return how long mono samples at 48 kHz last before anything is heard, up to MOST_S."""
    frames = len(samples) // _FRAME
    if not frames:
        return 0.0
    powers = np.square(samples[: frames * _FRAME]).reshape(frames, _FRAME).mean(axis=1)
    loud = np.flatnonzero(powers > powers.max() * 10 ** (_HEARD_DB / 10))
    return min(int(loud[0]) * _FRAME / RATE, MOST_S) if len(loud) else 0.0
