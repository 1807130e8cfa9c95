"""Speech by espeak-ng, from its wheel's library or from the program on PATH; for worker processes only."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import threading
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORDS_A_MINUTE = 175
"""The speed that espeak-ng calls normal."""

ESPEAK = threading.Lock()
"""Held by whoever has the library make phonemes in this process: it keeps its state in globals."""


def speak(text: str, code: str, speed: float) -> tuple[NDArray[np.float32], int]:
    """Return samples in [-1, 1] with their rate, for a text in the language that espeak calls `code`; always the same.

    Raises OSError or ValueError when neither library nor program can.
    """
    words_a_minute = str(round(WORDS_A_MINUTE * speed))
    try:
        import espeakng_loader

        library = [espeakng_loader.get_library_path(), espeakng_loader.get_data_path()]
    except (ImportError, OSError, RuntimeError):
        return _by_program(text, code, words_a_minute)
    alone = Path(__file__).with_name("espeak_alone.py")
    # Isolated and without site packages: it starts much faster.
    command = [sys.executable, "-I", "-S", str(alone), *library, code, words_a_minute]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise ValueError(said or f"espeak-ng ended with {done.returncode}")
    rate, _, samples = done.stdout.partition(b"\n")
    return np.frombuffer(samples, "<i2").astype(np.float32) / np.float32(32768), int(rate)


def _by_program(text: str, code: str, words_a_minute: str) -> tuple[NDArray[np.float32], int]:
    program = shutil.which("espeak-ng")
    if program is None:
        raise OSError("espeak-ng is neither installed as a wheel nor on PATH")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "speech.wav"
        subprocess.run(
            [program, "-v", code, "-s", words_a_minute, "-w", str(out), "--stdin"],
            input=text.encode(),
            check=True,
            capture_output=True,
        )
        with wave.open(str(out), "rb") as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            return samples.astype(np.float32) / np.float32(32768), file.getframerate()
