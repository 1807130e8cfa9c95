"""Speech made shorter or longer without a change of pitch."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph

from nemodub_nb.local.engine.media.audio import Samples, read_audio, write_audio

MIN_FACTOR: Final = 0.5
MAX_FACTOR: Final = 2.0

_CHUNK: Final = 48_000
_PAD_S: Final = 0.2
"""Silence after the speech, so that the filter gives out its last window."""


def stretch(samples: Samples, rate: int, factor: float) -> Samples:
    """Return mono `samples` (n,) at `factor` times their length, to the sample; 0.8 is shorter and faster.

    By the `rubberband` program when it is on PATH (best on speech), else by FFmpeg's `atempo`.
    Raises ValueError beyond 0.5-2.
    """
    if not MIN_FACTOR <= factor <= MAX_FACTOR:
        raise ValueError(f"A stretch of {factor:.2f} is beyond {MIN_FACTOR}-{MAX_FACTOR}.")
    length = round(len(samples) * factor)
    if length == len(samples) or not len(samples):
        return samples.astype(np.float32, copy=True)
    program = shutil.which("rubberband")
    out = _rubberband(program, samples, rate, factor) if program else None
    return _exactly(_atempo(samples, rate, factor) if out is None else out, length)


def _exactly(samples: Samples, length: int) -> Samples:
    out: Samples = np.zeros(length, np.float32)
    out[: min(length, len(samples))] = samples[:length]
    return out


def _rubberband(program: str, samples: Samples, rate: int, factor: float) -> Samples | None:
    """Stretch in a process of its own (the program is GPL); None when it fails, so that atempo takes over."""
    with tempfile.TemporaryDirectory(prefix="nemodub-") as folder:
        before, after = Path(folder) / "in.wav", Path(folder) / "out.wav"
        write_audio(before, samples, rate=rate)
        command = [program, "--fine", "--quiet", "--time", f"{factor:.6f}", str(before), str(after)]
        done = subprocess.run(command, capture_output=True, check=False, timeout=600)
        if done.returncode or not after.exists():
            return None
        return read_audio(after, rate=rate)


def _atempo(samples: Samples, rate: int, factor: float) -> Samples:
    """Stretch by overlap and add."""
    pad = round(_PAD_S * rate)
    padded = np.concatenate([samples, np.zeros(pad, np.float32)]).astype(np.float32)
    graph = Graph()
    source = graph.add_abuffer(sample_rate=rate, format="flt", layout="mono", time_base=Fraction(1, rate))
    tempo = graph.add("atempo", f"{1 / factor:.9f}")
    sink = graph.add("abuffersink")
    graph.link_nodes(source, tempo, sink)
    graph.configure()
    out: list[Samples] = []
    for at in range(0, len(padded), _CHUNK):
        piece = padded[at : at + _CHUNK]
        frame = AudioFrame.from_ndarray(piece[None], format="flt", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
        graph.push(frame)
        out += _pulled(graph)
    graph.push(None)
    out += _pulled(graph)
    return np.concatenate(out) if out else padded[:0]


def _pulled(graph: Graph) -> list[Samples]:
    pulled: list[Samples] = []
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return pulled
        assert isinstance(frame, AudioFrame)
        pulled.append(frame.to_ndarray()[0].astype(np.float32))
