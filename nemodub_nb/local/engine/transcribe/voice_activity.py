"""Where in a clip somebody speaks, as a voice detector hears it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemodub_nb.local.engine.clip import Clip
from nemodub_nb.local.engine.steps import Steps

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000
"""Samples a second that the detector and the recogniser listen to."""
DETECTOR = "silero 150/30/100 ms, with weighted power"
"""Part of the key of what was detected: the model, and the limits below."""

Speech = list[tuple[float, float]]
"""Stretches of speech (start_s, end_s), in order."""


def listened_to(clip: Clip, steps: Steps) -> bool:
    """Tell whether a clip's speech is known from an earlier run."""
    return steps.path("voice activity", _key(clip), ".json").exists()


def speech_of(clip: Clip, steps: Steps) -> Speech:
    """Return where somebody speaks in a whole clip."""
    return [(start_s, end_s) for start_s, end_s, _ in _heard(clip, steps)]


def speech_level_db(clip: Clip, steps: Steps) -> float | None:
    """Return how loud the speech is: its weighted mean square in dB; None where nobody speaks."""
    heard = _heard(clip, steps)
    seconds = sum(end_s - start_s for start_s, end_s, _ in heard)
    energy = sum((end_s - start_s) * power for start_s, end_s, power in heard)
    return 10 * math.log10(energy / seconds) if energy > 0 else None


def _heard(clip: Clip, steps: Steps) -> list[tuple[float, float, float]]:
    """Return each stretch of speech with its weighted mean square."""

    def listen() -> Any:
        from nemodub_nb.local.engine.transcribe.windows import windows

        return [
            (start_s + start, start_s + end, _power(samples, start, end))
            for start_s, samples in windows(mono(clip.path), RATE)
            for start, end in speech_in(samples)
        ]

    found = steps.value("voice activity", _key(clip), listen)
    return [(float(start), float(end), float(power)) for start, end, power in found]


def _key(clip: Clip) -> list[str]:
    return [clip.digest, DETECTOR]


def _power(samples: NDArray[np.float32], start_s: float, end_s: float) -> float:
    from nemodub_nb.local.engine.media.loud_power import loud_power

    return loud_power(samples[int(start_s * RATE) : int(end_s * RATE)], RATE)


def speech_in(samples: NDArray[np.float32]) -> Speech:
    """Return where a voice is heard in mono samples at 16 kHz, split at short pauses."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(min_silence_duration_ms=150, speech_pad_ms=30, min_speech_duration_ms=100)
    return [(part["start"] / RATE, part["end"] / RATE) for part in get_speech_timestamps(samples, options)]


def mono(
    path: Path, start_s: float = 0.0, end_s: float | None = None, track: int | None = None
) -> Iterator[NDArray[np.float32]]:
    """Yield the sound of a clip as blocks of mono float32 samples (n,) at 16 kHz."""
    from nemodub_nb.local.engine.media.audio import decode_blocks

    for block in decode_blocks(path, rate=RATE, channels=1, track=track, start_s=start_s, end_s=end_s):
        yield block[:, 0]
