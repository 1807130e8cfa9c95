"""How much earlier than its place a recording begins: it keeps a margin of silence, so that no consonant is clipped."""

from __future__ import annotations

from typing import Final

import numpy as np

from nemodub_nb.local.engine.media.audio import RATE, Samples

MOST_S: Final = 0.045
"""A line begins at most so much before it is heard: the pause between two lines is a little longer."""
_EDGE_S: Final = 0.015
"""A speaker of the clip is heard so much after a line's start, which lies where a detector begins to hear a voice, less its margin."""
_FRAME: Final = RATE // 200
_HEARD_DB: Final = -35.0
"""What is softer than this against the loudest moment is a breath or the room of the recording."""


def lead_s(samples: Samples) -> float:
    """Return how much earlier mono samples at 48 kHz begin, so that they are heard when their speaker was; at most MOST_S."""
    frames = len(samples) // _FRAME
    if not frames:
        return 0.0
    powers = np.square(samples[: frames * _FRAME]).reshape(frames, _FRAME).mean(axis=1)
    loud = np.flatnonzero(powers > powers.max() * 10 ** (_HEARD_DB / 10))
    silent_s = int(loud[0]) * _FRAME / RATE if len(loud) else 0.0
    return min(max(silent_s - _EDGE_S, 0.0), MOST_S)
