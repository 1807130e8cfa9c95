"""Speech by a Piper voice through the piper package; for worker processes only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nemodub_nb.local.engine.speak.espeak import ESPEAK

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class PiperSpeaker:
    """One voice, loaded once a process."""

    def __init__(self, folder: Path, voice: str) -> None:
        from piper import PiperVoice

        self._voice = PiperVoice.load(folder / f"{voice}.onnx")

    def speak(self, text: str, speed: float) -> tuple[NDArray[np.float32], int]:
        """Return samples in [-1, 1] with their rate."""
        from piper import SynthesisConfig

        config = SynthesisConfig(length_scale=float(self._voice.config.length_scale) / speed)
        # The package makes phonemes and sound in turn and takes every core for it, so lines come one after the other.
        with ESPEAK:
            chunks = [
                np.asarray(chunk.audio_float_array, np.float32)
                for chunk in self._voice.synthesize(text, config)
            ]
        samples = np.concatenate(chunks) if chunks else np.zeros(0, np.float32)
        return samples, int(self._voice.config.sample_rate)
