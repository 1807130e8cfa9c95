"""Turns a moment of speech into a direction in space: near for one person, apart for two."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from nemodub_nb.local.engine.speakers import checkpoint
from nemodub_nb.local.engine.transcribe.voice_activity import RATE

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

MODEL: Final = "speakers"
"""Name of the model's weights."""
FILE: Final = "encoder.pt"

FRAMES: Final = 160
MOMENT: Final = FRAMES * RATE // 100
"""Samples that are heard at once: 1.6 s."""
_LAYERS: Final = 3
_HIDDEN: Final = 256
_BANDS: Final = 40
_WINDOW: Final = 400
_HOP: Final = 160
_LEAST_RMS: Final = 10 ** (-30 / 20)
"""Quieter moments are brought up to here, as the model was taught."""
_BATCH: Final = 64


class VoiceEncoder:
    """The network that Resemblyzer carries (three LSTM layers, GE2E), in plain matrices: it needs no framework."""

    def __init__(self, folder: Path) -> None:
        weights = checkpoint.read(folder / FILE, "model_state")
        self._layers = [
            (
                np.ascontiguousarray(weights[f"lstm.weight_ih_l{n}"].T),
                np.ascontiguousarray(weights[f"lstm.weight_hh_l{n}"].T),
                weights[f"lstm.bias_ih_l{n}"] + weights[f"lstm.bias_hh_l{n}"],
            )
            for n in range(_LAYERS)
        ]
        self._linear = np.ascontiguousarray(weights["linear.weight"].T), weights["linear.bias"]

    def embed(self, moments: Floats) -> Floats:
        """Return unit vectors (n, 256) for moments (n, MOMENT) of mono speech at 16 kHz."""
        parts = [self._embed(moments[at : at + _BATCH]) for at in range(0, len(moments), _BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, _HIDDEN), np.float32)

    def _embed(self, moments: Floats) -> Floats:
        heard = np.stack([_mel(moment) for moment in moments], axis=1)  # (frames, n, bands)
        for layer in self._layers:
            heard = _lstm(heard, *layer)
        weight, bias = self._linear
        raw = np.maximum(heard[-1] @ weight + bias, 0.0)
        return np.asarray(raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-6), np.float32)


def _lstm(inputs: Floats, from_input: Floats, from_state: Floats, bias: Floats) -> Floats:
    """Run a layer over (frames, n, features); the gates lie in PyTorch's order: input, forget, cell, output."""
    ahead = inputs @ from_input + bias
    state = np.zeros((inputs.shape[1], _HIDDEN), np.float32)
    cell = np.zeros_like(state)
    out = np.empty((len(inputs), *state.shape), np.float32)
    for frame, given in enumerate(ahead):
        gates = given + state @ from_state
        opened = _sigmoid(gates)
        cell = opened[:, _HIDDEN : 2 * _HIDDEN] * cell + opened[:, :_HIDDEN] * np.tanh(
            gates[:, 2 * _HIDDEN : 3 * _HIDDEN]
        )
        state = opened[:, 3 * _HIDDEN :] * np.tanh(cell)
        out[frame] = state
    return out


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(0.5 * (np.tanh(0.5 * values) + 1.0), np.float32)


def _mel(moment: Floats) -> Floats:
    """Return the energy in bands, (FRAMES, bands)."""
    rms = float(np.sqrt(np.mean(np.square(moment))))
    louder = moment * (max(1.0, _LEAST_RMS / rms) if rms > 0 else 1.0)
    padded = np.pad(louder, _WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP][:FRAMES]
    window, filters = _tables()
    power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    return (power @ filters).astype(np.float32)


@lru_cache(maxsize=1)
def _tables() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the window and the triangular filters (bins, bands) on Slaney's scale, each of one area."""
    window = np.hanning(_WINDOW + 1)[:-1]
    edges = _hertz(np.linspace(0.0, _mels(RATE / 2), _BANDS + 2))
    bins = np.linspace(0.0, RATE / 2, _WINDOW // 2 + 1)[:, None]
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rise, fall = (bins - low) / (middle - low), (high - bins) / (high - middle)
    filters = np.maximum(0.0, np.minimum(rise, fall)) * (2.0 / (high - low))
    return window, filters


_LINEAR_HZ: Final = 200.0 / 3
_KNEE_HZ: Final = 1000.0
_KNEE_MEL: Final = _KNEE_HZ / _LINEAR_HZ
_LOG_STEP: Final = float(np.log(6.4)) / 27.0


def _mels(hertz: float) -> float:
    """Return Slaney's mel of a frequency above the knee."""
    return _KNEE_MEL + float(np.log(hertz / _KNEE_HZ)) / _LOG_STEP


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mels < _KNEE_MEL, mels * _LINEAR_HZ, _KNEE_HZ * np.exp(_LOG_STEP * (mels - _KNEE_MEL)))
