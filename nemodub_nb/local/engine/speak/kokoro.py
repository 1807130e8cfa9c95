"""Speech by Kokoro through kokoro-onnx; for worker processes only."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from nemodub_nb.local.engine.speak.espeak import ESPEAK

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_END_MARKS = ".!?…。！？"
_TIE = "^"
_MERGED = {
    "a^ɪ": "I",
    "a^ʊ": "W",
    "d^z": "ʣ",
    "d^ʒ": "ʤ",
    "e^ɪ": "A",
    "o^ʊ": "O",
    "s^s": "S",
    "t^s": "ʦ",
    "t^ʃ": "ʧ",
    "ɔ^ø": "Y",
    "ɔ^ɪ": "Y",
    "ə^ʊ": "Q",
    _TIE: "",
}
"""Diphthongs and affricates, which the model knows as one sign each."""
_NEAREST = str.maketrans({"ɫ": "l", "ɭ": "l", "ɵ": "ø", "ʉ": "u", "ʑ": "ʒ", "ε": "ɛ"})
"""Sounds of other languages that the model does not know, as the nearest ones that it does."""
SLOWEST, FASTEST = 0.5, 2.0
"""The speeds that the model accepts."""


class KokoroVoices:
    """The model with its voices, loaded once a process."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from kokoro_onnx import Kokoro

        options = onnxruntime.SessionOptions()
        # One core a line: several lines at once scale better than one line on several cores.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            str(folder / "kokoro.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._kokoro = Kokoro.from_session(session, str(folder / "voices.npz"))

    def speak(self, text: str, speaker: str, code: str, speed: float) -> tuple[NDArray[np.float32], int]:
        """Return samples in [-1, 1] with their rate, for a text in the language that espeak calls `code`."""
        # Without a final mark the model swallows the last syllable now and then.
        closed = text if text.endswith(tuple(_END_MARKS)) else f"{text}."
        samples, rate = self._kokoro.create(
            self._phonemes(closed, code),
            voice=speaker,
            speed=min(FASTEST, max(SLOWEST, speed)),
            lang=code,
            is_phonemes=True,
        )
        return np.asarray(samples, dtype=np.float32), int(rate)

    def _phonemes(self, text: str, code: str) -> str:
        with ESPEAK:
            spoken = _phonemizer(code).phonemize([text])[0].translate(_NEAREST)
        for pair, sign in _MERGED.items():
            spoken = spoken.replace(pair, sign)
        known = self._kokoro.tokenizer.vocab
        return "".join(mark for mark in spoken if mark in known).strip()


@lru_cache(maxsize=16)
def _phonemizer(code: str) -> Any:
    from phonemizer.backend import EspeakBackend

    # Words that espeak-ng reads in another language are marked by it, and the marks would be read aloud.
    return EspeakBackend(
        code, preserve_punctuation=True, with_stress=True, language_switch="remove-flags", tie=_TIE
    )
