"""Speech by a Piper voice through the piper package; for worker processes only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class PiperSpeaker:
    """One voice, loaded once a process."""

    def __init__(self, folder: Path, voice: str, threads: int) -> None:
        import onnxruntime
        from piper import PiperVoice

        model = folder / f"{voice}.onnx"
        self._voice = PiperVoice.load(model)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # The package takes every core; several workers share them here.
        self._voice.session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )

    def speak(self, text: str, speed: float) -> tuple[NDArray[np.float32], int]:
        """Return samples in [-1, 1] with their rate."""
        from piper import SynthesisConfig

        config = SynthesisConfig(length_scale=float(self._voice.config.length_scale) / speed)
        chunks = [
            np.asarray(chunk.audio_float_array, np.float32) for chunk in self._voice.synthesize(text, config)
        ]
        samples = np.concatenate(chunks) if chunks else np.zeros(0, np.float32)
        return samples, int(self._voice.config.sample_rate)
