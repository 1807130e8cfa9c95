"""The power of sound as the ear weighs it: two voices of the same such power seem equally loud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nemodub_nb.local.engine.media.audio import RATE, Samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

HIGHEST_HZ: Final = 8_000.0
"""Voices are compared up to here, as far as the sound reaches that a detector of voices listens to."""

# The two filters of ITU-R BS.1770-5 at 48 kHz: a shelf for the head, and a high-pass.
_SHELF: Final = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
_HIGH_PASS: Final = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))


def k_weights(hz: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Return the power by which BS.1770 weighs each frequency."""
    back = np.exp(-2j * np.pi * hz / RATE)
    response = np.ones(len(hz), np.complex128)
    for above, below in (_SHELF, _HIGH_PASS):
        response = response * np.polyval(above[::-1], back) / np.polyval(below[::-1], back)
    return np.asarray(np.abs(response) ** 2)


def loud_power(samples: Samples, rate: int) -> float:
    """Return the mean square of mono samples (n,) after weighting, up to HIGHEST_HZ; 0 for none."""
    if not len(samples):
        return 0.0
    powers = np.abs(np.fft.rfft(samples.astype(np.float64))) ** 2
    powers[1 : (len(samples) + 1) // 2] *= 2  # every frequency but the first and the last stands for two
    hz = np.arange(len(powers)) * (rate / len(samples))
    return float((powers * k_weights(hz))[hz <= HIGHEST_HZ].sum()) / len(samples) ** 2
