"""How much earlier than its place a recording begins: it keeps a margin of silence, so that no consonant is clipped."""

from __future__ import annotations

from typing import Final

from nemodub_nb.local.engine.media.audio import Samples
from nemodub_nb.local.engine.mix.heard import heard

MOST_S: Final = 0.045
"""A line begins at most so much before it is heard: the pause between two lines is a little longer."""
_EDGE_S: Final = 0.015
"""A speaker of the clip is heard so much after a line's start, which lies where a detector begins to hear a voice, less its margin."""


def lead_s(samples: Samples) -> float:
    """Return how much earlier mono samples at 48 kHz begin, so that they are heard when their speaker was; at most MOST_S."""
    stretches = heard(samples)
    silent_s = stretches[0][0] if stretches else 0.0
    return min(max(silent_s - _EDGE_S, 0.0), MOST_S)
