"""Speech by espeak-ng, from its wheel's library or from the program on PATH; for worker processes only."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
import threading
import wave
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORDS_A_MINUTE = 175
"""The speed that espeak-ng calls normal."""

_SYNCHRONOUS = 2
"""Speech is made in the calling thread; the asynchronous mode of 1.52 crashes now and then."""
_CHARS_UTF8 = 1
_RATE = 1
_POSITION_CHARACTER = 1
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


ESPEAK = threading.Lock()
"""Held by whoever calls espeak-ng, for speech or for phonemes: it keeps its state in globals."""


class Espeak:
    """The library, loaded once a process: it keeps its state in globals."""

    def __init__(self) -> None:
        import espeakng_loader

        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path()
        # Started once: this version of the library does not survive a second start.
        self._rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), 0))
        if self._rate <= 0:
            raise OSError(f"espeak-ng did not accept its data folder {data}")
        self._heard: list[NDArray[np.int16]] = []
        # Kept on the object: the library calls it for as long as it lives.
        self._callback = _Callback(self._hear)
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(self, text: str, code: str, speed: float) -> tuple[NDArray[np.float32], int]:
        """Return samples in [-1, 1] with their rate, for a text in the language that espeak calls `code`."""
        # A region that is the language's default, such as fr-fr, has no voice of its own.
        plain, plus, variant = code.partition("+")
        names = (code, f"{plain.partition('-')[0]}{plus}{variant}")
        if all(self._library.espeak_SetVoiceByName(name.encode()) for name in names):
            raise ValueError(f"espeak-ng has no voice {code}")
        self._library.espeak_SetParameter(_RATE, round(WORDS_A_MINUTE * speed), 0)
        self._heard.clear()
        data = text.encode()
        self._library.espeak_Synth(
            data, ctypes.c_size_t(len(data) + 1), 0, _POSITION_CHARACTER, 0, _CHARS_UTF8, None, None
        )
        self._library.espeak_Synchronize()
        samples = np.concatenate(self._heard) if self._heard else np.zeros(0, np.int16)
        return samples.astype(np.float32) / np.float32(32768), self._rate

    def _hear(self, samples: ctypes._Pointer[ctypes.c_short], count: int, _events: int | None) -> int:
        if samples and count > 0:
            self._heard.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0


@lru_cache(maxsize=1)
def _library() -> Espeak | None:
    try:
        return Espeak()
    except (ImportError, OSError, RuntimeError):
        return None


def speak(text: str, code: str, speed: float) -> tuple[NDArray[np.float32], int]:
    """Return samples and their rate, by the library or else by the program.

    Raises OSError or ValueError when neither can.
    """
    library = _library()
    return library.speak(text, code, speed) if library else _by_program(text, code, speed)


def _by_program(text: str, code: str, speed: float) -> tuple[NDArray[np.float32], int]:
    program = shutil.which("espeak-ng")
    if program is None:
        raise OSError("espeak-ng is neither installed as a wheel nor on PATH")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "speech.wav"
        subprocess.run(
            [program, "-v", code, "-s", str(round(WORDS_A_MINUTE * speed)), "-w", str(out), "--stdin"],
            input=text.encode(),
            check=True,
            capture_output=True,
        )
        with wave.open(str(out), "rb") as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            return samples.astype(np.float32) / np.float32(32768), file.getframerate()
