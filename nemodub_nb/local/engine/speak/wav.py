"""Speech as samples: natural silences trimmed, written as WAV in one piece."""

from __future__ import annotations

import os
import wave
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MARGIN_S = 0.025
"""Silence left before the first and after the last sound, so that no consonant is clipped."""

_FRAME_S = 0.005
_SILENCE_DB = -60.0


def trim(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Return the samples without the silence at both ends, MARGIN_S of it kept.

    Silence is what stays 60 dB below the loudest frame. Sound is never shortened: only whole silent frames go.
    """
    frame = max(1, int(_FRAME_S * rate))
    count = -(-len(samples) // frame)
    if count == 0:
        return samples
    padded = np.zeros(count * frame, dtype=np.float32)
    padded[: len(samples)] = samples
    level = np.sqrt(np.mean(padded.reshape(count, frame) ** 2, axis=1))
    loud = np.flatnonzero(level > level.max() * 10 ** (_SILENCE_DB / 20))
    if len(loud) == 0:
        return samples[:0]
    margin = int(MARGIN_S * rate)
    return samples[max(0, int(loud[0]) * frame - margin) : (int(loud[-1]) + 1) * frame + margin]


def write(path: Path, samples: NDArray[np.float32], rate: int) -> float:
    """Write samples in [-1, 1] as 16-bit mono WAV and return the duration in seconds.

    The file appears under its name only when it is complete. Louder samples are scaled down, not clipped.
    """
    peak = float(np.max(np.abs(samples), initial=0.0))
    scaled = samples / peak if peak > 1.0 else samples
    scratch = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with wave.open(str(scratch), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(np.round(scaled * 32767).astype("<i2").tobytes())
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
    return len(samples) / rate
