"""The bed of a clip by Demucs: heavier than the default and better where people speak over dense music."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from nemodub_nb.local.engine.errors import SeparationUnavailableError
from nemodub_nb.local.engine.media.audio import RATE, Samples, decode_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

MODEL: Final = "demucs"
"""Name of the weights."""
FILE: Final = "vocals.onnx"
_RATE: Final = 44_100
_STEMS: Final = 4
_VOCALS: Final = 3
"""Drums, bass, other, vocals."""
_OVERLAP: Final = 0.25
"""The share of a segment that the next one covers again."""


class Demucs:
    """An exported HT-Demucs: segments of one length in, four stems out."""

    def __init__(self, folder: Path) -> None:
        """Load the model in a folder. Raises SeparationUnavailableError when it is not one."""
        import onnxruntime

        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / FILE), providers=["CPUExecutionProvider"]
            )
            (given,), (made, *_) = self._session.get_inputs(), self._session.get_outputs()
            (_, channels, self.segment), (_, stems, *_) = given.shape, made.shape
        except Exception as error:  # the runtime's errors have no common base
            raise _unusable(folder, str(error)) from error
        self._names: tuple[str, str] = (given.name, made.name)
        if (channels, stems) != (2, _STEMS) or not isinstance(self.segment, int):
            raise _unusable(folder, f"its input is {given.shape} and its output {made.shape}")

    def vocals(self, segment: Samples) -> Samples:
        """Return the voice in one segment (n, 2) of `self.segment` samples at 44.1 kHz."""
        given, made = self._names
        stems: list[Any] = self._session.run([made], {given: segment.T[None].astype(np.float32)})
        return np.asarray(stems[0][0, _VOCALS].T, np.float32)


def _unusable(folder: Path, why: str) -> SeparationUnavailableError:
    return SeparationUnavailableError(
        f"The voice cannot be taken out by Demucs: the model in {folder} cannot be used ({why[:200]}).",
        f"Remove that folder and run `nemodub models get {MODEL}`, or take the voice out with DeepFilterNet.",
    )


def voices(
    path: str | Path, track: int | None, model: Demucs, touched: Callable[[float, float], bool]
) -> Iterator[Samples]:
    """Yield the voice of a clip as stereo blocks at 48 kHz, from the beginning on, without gaps.

    `touched(start_s, end_s)` tells whether any voice is of interest there; elsewhere the voice is silence.
    Never more than a few segments are in memory.
    """
    blocks = decode_blocks(path, rate=_RATE, channels=2, track=track, block_s=1.0)
    yield from _resampled(separated(blocks, model, touched))


def separated(
    blocks: Iterable[Samples], model: Demucs, touched: Callable[[float, float], bool]
) -> Iterator[Samples]:
    """Yield the voice at 44.1 kHz, as long as the blocks together: segments overlap and fade into each other."""
    size = model.segment
    step = size - round(size * _OVERLAP)
    fade = _fades(size)
    held = np.zeros((0, 2), np.float32)
    total = np.zeros((size, 2), np.float32)
    weight = np.zeros((size, 1), np.float32)
    at = 0
    source = iter(blocks)
    while True:
        while (
            len(held) <= size and (block := next(source, None)) is not None
        ):  # to know whether it is the last
            held = np.concatenate([held, block])
        if not len(held):
            return
        segment = np.pad(held[:size], ((0, max(0, size - len(held))), (0, 0)))
        if touched(at / _RATE, (at + size) / _RATE):
            total += model.vocals(segment) * fade
        weight += fade
        last = len(held) <= size
        count = min(len(held), size) if last else step
        yield np.asarray(total[:count] / np.maximum(weight[:count], 1e-6), np.float32)
        if last:
            return
        held, at = held[step:], at + step
        total = np.concatenate([total[step:], np.zeros((step, 2), np.float32)])
        weight = np.concatenate([weight[step:], np.zeros((step, 1), np.float32)])


def _fades(size: int) -> Samples:
    ramp = max(1, round(size * _OVERLAP))
    rise = (np.arange(size) + 1) / ramp
    return np.asarray(np.clip(np.minimum(rise, rise[::-1]), 0.0, 1.0)[:, None], np.float32)


def _resampled(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """Yield the same sound at 48 kHz."""
    resampler = AudioResampler(format="flt", layout="stereo", rate=RATE)
    at = 0
    for block in blocks:
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(block, np.float32).reshape(1, -1), format="flt", layout="stereo"
        )
        frame.sample_rate, frame.pts, frame.time_base = _RATE, at, Fraction(1, _RATE)
        at += len(block)
        yield from (_samples(each) for each in resampler.resample(frame))
    yield from (_samples(each) for each in resampler.resample(None))


def _samples(frame: AudioFrame) -> Samples:
    return np.asarray(frame.to_ndarray().reshape(-1, 2), np.float32)
