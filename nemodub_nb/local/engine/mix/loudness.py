"""Loudness after EBU R128: measured, and brought to a target without letting peaks through."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph

from nemodub_nb.local.engine.media.audio import RATE, Samples, decode_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SILENCE_LUFS: Final = -69.0
"""The gate of R128 is at -70; below this nothing was measured."""

CEILING_DBTP: Final = -1.0
"""No true peak may be above this."""

_MAX_GAIN_DB: Final = 30.0
"""More than this would only lift hiss."""

_LOOK: Final = round(0.015 * RATE)
"""The limiter turns down this many samples before a peak, and up again as slowly."""

_PHASES: Final = 4
_TAPS: Final = 16


@dataclass(frozen=True)
class Loudness:
    """A measurement of a whole programme."""

    integrated_lufs: float | None
    """None for silence, or for less than 0.4 s."""
    true_peak_dbtp: float | None
    """None for digital silence."""


def measure(blocks: Iterable[Samples]) -> Loudness:
    """Measure stereo blocks (n, 2) at 48 kHz as they pass."""
    graph = Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="flt", layout="stereo", time_base=Fraction(1, RATE))
    graph.link_nodes(source, graph.add("ebur128", "peak=true:metadata=1"), graph.add("abuffersink"))
    graph.configure()
    at = 0
    seen: dict[str, str] = {}
    for block in blocks:
        for piece in np.split(block, range(RATE, len(block), RATE)):
            if not len(piece):
                continue
            graph.push(_meter_frame(piece, at))
            at += len(piece)
            seen = _pulled(graph) or seen
    # The meter speaks every 100 ms once it has heard 400: silence fills up what is missing, and the gate ignores it.
    missing = max(-at % (RATE // 10), RATE * 2 // 5 - at)
    if missing:
        graph.push(_meter_frame(np.zeros((missing, 2), np.float32), at))
    graph.push(None)
    seen = _pulled(graph) or seen
    return Loudness(
        _above(seen.get("lavfi.r128.I"), SILENCE_LUFS),
        _above(seen.get("lavfi.r128.true_peak"), -200.0, decibel=False),
    )


def measure_file(path: str | Path, track: int | None = None) -> Loudness:
    """Measure a file's sound, mixed to stereo."""
    return measure(decode_blocks(path, track=track, block_s=5.0))


def gain_db(measured: Loudness, target_lufs: float) -> float:
    """Return the gain that brings a programme to the target; 0 for silence."""
    if measured.integrated_lufs is None:
        return 0.0
    return min(_MAX_GAIN_DB, target_lufs - measured.integrated_lufs)


def limited(blocks: Iterable[Samples], gain: float, ceiling_dbtp: float) -> Iterator[Samples]:
    """Yield the same samples times `gain` (linear), turned down smoothly around true peaks above the ceiling."""
    ceiling = 10 ** (ceiling_dbtp / 20)
    for segment, before, count in _with_context(blocks, 2 * _LOOK + _TAPS):
        louder = segment * np.float32(gain)
        peaks = _true_peaks(louder, ceiling)
        if peaks.max(initial=0.0) > ceiling:
            louder = louder * _reduction(peaks, ceiling)[:, None]
        yield louder[before : before + count].astype(np.float32, copy=False)


def _meter_frame(samples: Samples, at: int) -> AudioFrame:
    packed = np.ascontiguousarray(samples, np.float32).reshape(1, -1)
    frame = AudioFrame.from_ndarray(packed, format="flt", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
    return frame


def _pulled(graph: Graph) -> dict[str, str]:
    """Take out what has been measured and return the latest figures."""
    seen: dict[str, str] = {}
    while True:
        try:
            seen = graph.pull().metadata or seen
        except (av.error.BlockingIOError, av.error.EOFError):
            return seen


def _above(text: str | None, floor: float, *, decibel: bool = True) -> float | None:
    """Read a figure of the meter, None when it is missing, endless or below the floor."""
    value = float(text) if text is not None else -np.inf
    if not decibel:
        value = 20 * np.log10(value) if value > 0 else -np.inf
    return float(value) if np.isfinite(value) and value > floor else None


def _with_context(blocks: Iterable[Samples], context: int) -> Iterator[tuple[Samples, int, int]]:
    """Yield (segment, before, count): `count` samples of interest after `before` of the past, with some future."""
    past: Samples | None = None
    held: Samples | None = None
    for block in blocks:
        joined = block if held is None else np.concatenate([held, block])
        past = joined[:0] if past is None else past
        count = len(joined) - context
        if count <= 0:
            held = joined
            continue
        yield np.concatenate([past, joined]), len(past), count
        past = np.concatenate([past, joined[:count]])[-context:]
        held = joined[count:]
    if held is not None and past is not None and len(held):
        yield np.concatenate([past, held]), len(past), len(held)


def _interpolators() -> list[Samples]:
    """Return the filters that find the values between samples, one for each phase but the first."""
    places = np.arange(-_TAPS // 2 + 1, _TAPS // 2 + 1)
    filters = []
    for phase in range(1, _PHASES):
        at = places - phase / _PHASES
        filters.append((np.sinc(at) * np.cos(np.pi * at / (_TAPS + 1)) ** 2).astype(np.float32))
    return filters


_FILTERS: Final = _interpolators()
_HIGHEST: Final = max(float(np.abs(taps).sum()) for taps in _FILTERS)
"""No value between samples is more times as high as the highest of the samples around it."""
_APART: Final = RATE // 100
"""Loud places nearer to each other than this are looked at together."""


def _true_peaks(samples: Samples, ceiling: float) -> Samples:
    """Return for each sample the highest level at and after it, between samples too, over all channels.

    Where nothing can be above the ceiling, which is nearly everywhere, that between samples is not looked for.
    """
    peaks: Samples = np.abs(samples).max(axis=1)
    loud = np.flatnonzero(peaks > ceiling / _HIGHEST)
    for places in np.split(loud, np.flatnonzero(np.diff(loud) > _APART) + 1) if len(loud) else ():
        near = slice(max(0, places[0] - _TAPS), places[-1] + _TAPS)
        for channel in samples[near].T:
            for taps in _FILTERS:
                between = np.abs(np.convolve(channel, taps[::-1], "full"))[_TAPS // 2 :][: len(channel)]
                peaks[near] = np.maximum(peaks[near], between)
    return peaks


def _reduction(peaks: Samples, ceiling: float) -> Samples:
    """Return gains that never exceed what a peak needs and move slowly."""
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    lowest = _running_minimum(needed, _LOOK)
    padded = np.concatenate([np.full(_LOOK, lowest[0]), lowest, np.full(_LOOK, lowest[-1])])
    sums = np.concatenate([[0.0], np.cumsum(padded, dtype=np.float64)])
    width = 2 * _LOOK + 1
    smooth: Samples = ((sums[width:] - sums[:-width]) / width).astype(np.float32)
    return smooth


def _running_minimum(values: Samples, reach: int) -> Samples:
    """Return the minimum of the values up to `reach` on both sides (after van Herk: a few passes, any reach)."""
    width = 2 * reach + 1
    length = len(values)
    total = -(-(length + 2 * reach) // width) * width
    padded = np.ones(total, values.dtype)
    padded[reach : reach + length] = values
    rows = padded.reshape(-1, width)
    forward = np.minimum.accumulate(rows, axis=1).reshape(-1)
    backward = np.minimum.accumulate(rows[:, ::-1], axis=1)[:, ::-1].reshape(-1)
    out: Samples = np.minimum(backward[:length], forward[width - 1 : width - 1 + length])
    return out
