"""Speech by Kokoro through kokoro-onnx; for worker processes only."""

from __future__ import annotations

import re
import threading
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from nemodub_nb.local.engine.speak.espeak import ESPEAK

if TYPE_CHECKING:
    from pathlib import Path

    from kokoro_onnx import Kokoro
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
_NEAREST = str.maketrans({"ɫ": "l", "ɭ": "l", "ɵ": "ø", "ʉ": "u", "ʏ": "y", "ʑ": "ʒ", "ε": "ɛ"})
"""Sounds of other languages that the model does not know, as the nearest ones that it does."""
_GERMAN = (
    (re.compile("ɑ(?!\u0303)"), "a"),
    (re.compile(r"\bf([ˌˈ]?)ɔ(?=[ɾr](?!\w|[ˌˈ]))"), r"f\1oː"),
)
"""German sounds that are heard as others: its long a is not that of “father”, which makes “toll” of Tal (the nasal one of
Restaurant stays), and the vowel of vor is long, else it is heard as für."""
SLOWEST, FASTEST = 0.5, 2.0
"""The speeds that the model accepts."""

_TYPES = {"tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(float)": np.float32}
"""What onnxruntime calls the kinds of numbers that the model takes."""


class KokoroVoices:
    """The model with its voices, loaded once a process; a line sounds the same whichever session makes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # One core a line: several lines at once scale better than one line on several cores.
        self._narrow = self._open(1)
        self._wide: Kokoro | None = None
        self._widening = threading.Lock()

    def speak(
        self, text: str, speaker: str, code: str, speed: float, *, alone: bool = False
    ) -> tuple[NDArray[np.float32], int]:
        """Return samples in [-1, 1] with their rate, for a text in the language that espeak calls `code`.

        A line that is `alone` has all cores once that was made ready.
        """
        # Without a final mark the model swallows the last syllable now and then.
        closed = text if text.endswith(tuple(_END_MARKS)) else f"{text}."
        kokoro = self._wide if alone and self._wide else self._narrow
        samples, rate = kokoro.create(
            self._phonemes(closed, code),
            voice=speaker,
            speed=min(FASTEST, max(SLOWEST, speed)),
            lang=code,
            is_phonemes=True,
        )
        return np.asarray(samples, dtype=np.float32), int(rate)

    def widen(self, cores: int) -> None:
        """Make ready to speak one line on several cores; lines that come meanwhile do not wait for it.

        That takes half a second of one core and 100 MB.
        """
        with self._widening:
            if self._wide is None and cores > 1:
                self._wide = self._open(cores)

    def give_back(self) -> None:
        """Free the room that lines took, which happens at the end of a run: a very short one."""
        import onnxruntime

        options = onnxruntime.RunOptions()
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        session = self._narrow.sess
        nothing = {
            wanted.name: np.ones(
                [size if isinstance(size, int) else 1 for size in wanted.shape], _TYPES[wanted.type]
            )
            for wanted in session.get_inputs()
        }
        session.run(None, nothing, options)

    def _open(self, threads: int) -> Kokoro:
        import onnxruntime
        from kokoro_onnx import Kokoro

        _share_room()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.use_env_allocators", "1")
        # A thread that waits for work by spinning takes a core from the other lines.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(
            str(self._folder / "kokoro.onnx"), options, providers=["CPUExecutionProvider"]
        )
        return Kokoro.from_session(session, str(self._folder / "voices.npz"))

    def _phonemes(self, text: str, code: str) -> str:
        with ESPEAK:
            spoken = _phonemizer(code).phonemize([text])[0].translate(_NEAREST)
        for pair, sign in _MERGED.items():
            spoken = spoken.replace(pair, sign)
        for sound, nearer in _GERMAN if code == "de" else ():
            spoken = sound.sub(nearer, spoken)
        known = self._narrow.tokenizer.vocab
        return "".join(mark for mark in spoken if mark in known).strip()


@cache
def _share_room() -> None:
    """Let all sessions of this process work in the same memory: two hold little more than one."""
    import onnxruntime

    place = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    onnxruntime.create_and_register_allocator(place, None)


@lru_cache(maxsize=16)
def _phonemizer(code: str) -> Any:
    from phonemizer.backend import EspeakBackend

    # Words that espeak-ng reads in another language are marked by it, and the marks would be read aloud.
    return EspeakBackend(
        code, preserve_punctuation=True, with_stress=True, language_switch="remove-flags", tie=_TIE
    )
