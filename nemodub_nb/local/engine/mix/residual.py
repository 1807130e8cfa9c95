"""What is left of a mix once its voice is taken away, with the traces of the voice smoothed out."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from nemodub_nb.local.engine.media.audio import RATE, Samples

_WINDOW: Final = 2048
_HOP: Final = 512

_STEADY_STEP: Final = 6
"""Whether a frequency is held is looked for every so many frames, among every so many others."""
CONTEXT_S: Final = 20 * _STEADY_STEP * _HOP / RATE
"""Sound on both sides of a stretch that its residual depends on; a whole number of steps, so that blocks agree where they meet."""

_LEVEL_FRAMES: Final = RATE // _HOP
"""The level of the background is looked for this many frames around."""

# Found by trying on speech over synthetic music at -4 to -30 dB: the background keeps its level within 1 dB (down to
# -22 dB) and a recogniser hears no word. Plain subtraction leaves whole sentences in quiet beds.
_LEAK: Final = 0.3
"""How much of the estimated voice's power is feared to be left."""
_TRUST: Final = 4
"""How steeply bins with voice lose their say about the background's level."""
_BOOST: Final = 2.5
"""The most that a hole torn by the voice is filled up."""
_LOG_TO_MEAN: Final = 1.5
"""A mean of logarithms lies below the mean; this makes up for it."""
_SELDOM, _OFTEN = 0.1, 0.4
"""Shares of the time around: the power that a frequency seldom falls below, and that which it often does."""
_MOVING, _STEADY = 0.2, 0.45
"""The former over the latter. Voices and noise have less than the first, a held tone more than the second."""

_Spectrum = npt.NDArray[np.complex64]
_Power = npt.NDArray[np.float64]

_SHAPE: Final = np.sqrt(np.hanning(_WINDOW + 1)[:-1]).astype(np.float32)
_EVEN: Final = 0.2
"""A voice this near to the middle is taken as in the middle."""


def without_voice(mix: Samples, voice: Samples) -> Samples:
    """Return `mix` (n, channels) less the mono `voice` (n,), at 48 kHz.

    Where voice dominated, what is left is brought to the level that the background has around it in that frequency:
    a remainder that follows the voice would still be understood, a level one is not.
    """
    voice_spectrum = _spectrum(voice)
    power = _widened(np.abs(voice_spectrum).astype(np.float64) ** 2)
    channels = [
        _cleaned(_spectrum(mix[:, c]), voice_spectrum, power, mix.shape[1]) for c in range(mix.shape[1])
    ]
    return np.stack([_sound(spectrum, len(mix)) for spectrum in channels], axis=1)


def _cleaned(mix: _Spectrum, voice: _Spectrum, power: _Power, channels: int) -> _Spectrum:
    gain = _side(mix, voice) if channels > 1 else 1.0
    rest = mix - (gain * voice).astype(np.complex64)
    rest_power = np.abs(rest).astype(np.float64) ** 2 + 1e-12
    doubt = _LEAK * power / (rest_power + _LEAK * power)
    trust = (1.0 - doubt) ** _TRUST + 1e-9
    level = np.exp(_around(trust * np.log(rest_power) / 2.0) / _around(trust)) * _LOG_TO_MEAN
    evened = np.clip(level / np.sqrt(rest_power), 0.0, _BOOST)
    rest = rest * (1.0 - doubt + doubt * evened)
    # A hum or a held tone that was taken for voice comes back out of the mix, where it has its own phase.
    amplitude = np.abs(mix).astype(np.float64) + 1e-6
    held = _held(amplitude**2)
    missing = np.maximum(np.maximum(np.minimum(held, amplitude), doubt * held) - np.abs(rest), 0.0)
    cleaned: _Spectrum = (rest + mix * (missing / amplitude)).astype(np.complex64)
    return cleaned


def _side(mix: _Spectrum, voice: _Spectrum) -> npt.NDArray[np.float32]:
    """Return how loud the voice stands in this channel against the middle, frame by frame: 0 to 2."""
    together = _around(np.sum((mix * voice.conj()).real, axis=1, keepdims=True, dtype=np.float64))
    alone = _around(np.sum(np.abs(voice) ** 2, axis=1, keepdims=True, dtype=np.float64))
    gain = np.clip(together / (alone + 1e-9), 0.0, 2.0)
    return np.where(np.abs(gain - 1.0) < _EVEN, 1.0, gain).astype(np.float32)


def _spectrum(samples: Samples) -> _Spectrum:
    edge = np.zeros(_WINDOW, np.float32)
    padded = np.concatenate([edge, samples.astype(np.float32), edge])
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    return np.fft.rfft(frames * _SHAPE, axis=1).astype(np.complex64)


def _sound(spectrum: _Spectrum, length: int) -> Samples:
    frames = np.fft.irfft(spectrum, axis=1).astype(np.float32) * _SHAPE
    overlap = _WINDOW // _HOP
    out = np.zeros((len(frames) + overlap, _HOP), np.float32)
    for part in range(overlap):
        out[part : part + len(frames)] += frames[:, part * _HOP : (part + 1) * _HOP]
    whole: Samples = out.reshape(-1)[_WINDOW : _WINDOW + length] / (overlap / 2)
    return whole


def _widened(power: _Power) -> _Power:
    """Let every bin reach to its neighbours in time and frequency: estimates blur there."""
    padded = np.pad(power, 1, mode="edge")
    in_time = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    return np.maximum(np.maximum(in_time[:, :-2], in_time[:, 1:-1]), in_time[:, 2:])


def _held(power: _Power) -> _Power:
    """Return the amplitude that each frequency holds around each frame; none where it moves, as a voice does."""
    reach = _LEVEL_FRAMES // _STEADY_STEP
    # Single precision, sorted: several times as fast as looking for the two shares alone.
    padded = np.pad(power[::_STEADY_STEP].astype(np.float32), ((reach, reach), (0, 0)), mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0)
    seldom, often = (int(share * around.shape[2]) for share in (_SELDOM, _OFTEN))
    ranked = np.sort(around, axis=2)
    steadiness = ranked[:, :, seldom] / ranked[:, :, often]
    held = np.sqrt(ranked[:, :, often]) * np.clip((steadiness - _MOVING) / (_STEADY - _MOVING), 0.0, 1.0)
    return np.repeat(held, _STEADY_STEP, axis=0)[: len(power)]


def _around(values: _Power) -> _Power:
    """Sum each frequency over the frames around."""
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    index = np.arange(len(values))
    after = np.minimum(index + _LEVEL_FRAMES + 1, len(values))
    return np.asarray(sums[after] - sums[np.maximum(index - _LEVEL_FRAMES, 0)])
