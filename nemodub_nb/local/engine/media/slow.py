"""Sound made longer without a change of pitch, as it passes: for a picture that is slowed down."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph

from nemodub_nb.local.engine.media.audio import RATE, Samples, audio_writer, decode_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def slowed(blocks: Iterable[Samples], factor: float) -> Iterator[Samples]:
    """Yield stereo blocks (n, 2) at `factor` times their length; who reads sees to the last few samples.

    By the `rubberband` program when it is on PATH (best on music), else by FFmpeg's `atempo`.
    """
    program = shutil.which("rubberband")
    if program is None:
        yield from _atempo(blocks, factor)
        return
    with tempfile.TemporaryDirectory(prefix="nemodub-") as folder:
        before, after = Path(folder) / "in.wav", Path(folder) / "out.wav"
        with audio_writer(before, channels=2) as writer:
            for block in blocks:
                writer.write(block)
        command = [program, "--fine", "--quiet", "--time", f"{factor:.6f}", str(before), str(after)]
        done = subprocess.run(command, capture_output=True, check=False, timeout=3600)
        if done.returncode or not after.exists():
            yield from _atempo(decode_blocks(before, block_s=1.0), factor)
        else:
            yield from decode_blocks(after, block_s=1.0)


def _atempo(blocks: Iterable[Samples], factor: float) -> Iterator[Samples]:
    """Stretch by overlap and add."""
    graph = Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="flt", layout="stereo", time_base=Fraction(1, RATE))
    graph.link_nodes(source, graph.add("atempo", f"{1 / factor:.9f}"), graph.add("abuffersink"))
    graph.configure()
    at = 0
    for block in blocks:
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(block, np.float32).reshape(1, -1), "flt", "stereo"
        )
        frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
        at += len(block)
        graph.push(frame)
        yield from _pulled(graph)
    graph.push(None)
    yield from _pulled(graph)


def _pulled(graph: Graph) -> Iterator[Samples]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(frame, AudioFrame)
        yield frame.to_ndarray().reshape(-1, 2).astype(np.float32)
