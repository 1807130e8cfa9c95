"""The sound of an export: AAC in a file of its own, from which it is measured and muxed."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import av
import numpy as np
from av.audio.frame import AudioFrame

from nemodub_nb.local.engine.media.audio import RATE, Samples

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_BIT_RATE: Final = 192_000


def encode_aac(blocks: Iterable[Samples], path: Path) -> int:
    """Write stereo blocks (n, 2) at 48 kHz as AAC in MP4 and return the number of samples.

    The encoder's delay is noted in the file, so that sample 0 is heard at time 0.
    """
    at = 0
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=RATE)
        stream.layout = "stereo"
        stream.bit_rate = _BIT_RATE
        for block in blocks:
            planes = np.ascontiguousarray(np.clip(block, -1.0, 1.0).T, np.float32)
            frame = AudioFrame.from_ndarray(planes, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
            at += len(block)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return at
