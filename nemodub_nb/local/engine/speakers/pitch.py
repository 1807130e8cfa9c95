"""How high a voice speaks, and what that says of whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from nemodub_nb.local.engine.transcribe.voice_activity import RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

Gender = Literal["female", "male"]

LOWEST_HZ: Final = 65.0
HIGHEST_HZ: Final = 400.0
MALE_BELOW_HZ: Final = 155.0
FEMALE_ABOVE_HZ: Final = 175.0
"""Men speak at 85 to 155 Hz on average and women at 165 to 255 (Baken and Orlikoff, Clinical Measurement of Speech and
Voice, 2nd ed., 2000; Titze, Principles of Voice Production, 1994). Between the two nothing is claimed."""
LEAST_VOICED: Final = 25
"""Fewer voiced frames (half a second) say nothing."""

_FRAME: Final = RATE * 64 // 1000
_HOP: Final = RATE * 20 // 1000
_LONGEST: Final = int(RATE / LOWEST_HZ)
_SHORTEST: Final = int(RATE / HIGHEST_HZ)
_DIP: Final = 0.15
"""How far the difference function must fall for a frame to count as voiced (YIN's absolute threshold)."""
_QUIET_DB: Final = 25.0
"""Frames this far below the loudest say nothing of a voice."""


def voiced_hz(samples: Floats) -> NDArray[np.float64]:
    """Return the pitch of every voiced frame of mono samples at 16 kHz (YIN, de Cheveigné and Kawahara, 2002)."""
    if len(samples) < _FRAME + _HOP:
        return np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FRAME)[::_HOP].astype(np.float64)
    energy = np.mean(frames**2, axis=1)
    frames = frames[energy > max(energy.max() * 10 ** (-_QUIET_DB / 10), 1e-9)]
    if not len(frames):
        return np.zeros(0)
    dips = _normalised_difference(frames)
    lags = np.array([lag for lag in map(_first_dip, dips) if lag > 0], dtype=np.float64)
    return np.asarray(RATE / lags, np.float64)


def median_hz(pitches: NDArray[np.float64]) -> float | None:
    """Return the middle of a voice's pitches, None when there are too few to say."""
    return float(np.median(pitches)) if len(pitches) >= LEAST_VOICED else None


def gender_of(hz: float | None) -> Gender | None:
    """Return what a median pitch says, None where it does not say."""
    if hz is None or MALE_BELOW_HZ <= hz <= FEMALE_ABOVE_HZ:
        return None
    return "male" if hz < MALE_BELOW_HZ else "female"


def _normalised_difference(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each frame's difference from itself by lag, over the mean of the shorter lags: 1 is no likeness."""
    width = _FRAME - _LONGEST
    size = 1 << int(np.ceil(np.log2(_FRAME + width)))
    spectrum = np.fft.rfft(frames, size)
    still = np.fft.rfft(frames[:, :width][:, ::-1], size)
    products = np.fft.irfft(spectrum * still, size)[:, width - 1 : width + _LONGEST]
    squares = np.concatenate([np.zeros((len(frames), 1)), np.cumsum(frames**2, axis=1)], axis=1)
    powers = squares[:, width : width + _LONGEST + 1] - squares[:, : _LONGEST + 1]
    difference = np.maximum(powers[:, :1] + powers - 2 * products, 0.0)
    lags = np.arange(1, _LONGEST + 1)
    sums = np.cumsum(difference[:, 1:], axis=1)
    normal = np.ones_like(difference)
    normal[:, 1:] = difference[:, 1:] * lags / np.maximum(sums, 1e-12)
    return np.asarray(normal, np.float64)


def _first_dip(normal: NDArray[np.float64]) -> float:
    """Return the lag of the first dip that is deep enough, between samples; 0 when the frame is not voiced."""
    under = np.flatnonzero(normal[_SHORTEST:] < _DIP)
    if not len(under):
        return 0.0
    lag = int(under[0]) + _SHORTEST
    while lag + 1 < len(normal) and normal[lag + 1] < normal[lag]:
        lag += 1
    if not _SHORTEST <= lag < _LONGEST:
        return 0.0
    before, here, after = normal[lag - 1 : lag + 2]
    bend = before - 2 * here + after
    return lag + (0.5 * (before - after) / bend if bend > 0 else 0.0)
