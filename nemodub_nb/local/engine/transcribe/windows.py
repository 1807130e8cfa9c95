"""Cuts a long recording into windows at quiet places, so that memory does not grow with its length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from nemodub_nb.local.engine.transcribe.voice_activity import RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

WINDOW_S = 240.0
"""The most that is recognised in one go."""
SEARCH_S = 40.0
"""The quietest place is looked for in the last so many seconds of a window."""
_FRAME = RATE // 5


def windows(blocks: Iterable[NDArray[np.float32]]) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """Yield (start_s, samples) from blocks of mono float32 samples at 16 kHz, in order and without gaps."""
    held: list[NDArray[np.float32]] = []
    held_samples, start = 0, 0
    limit = int(WINDOW_S * RATE)
    for block in blocks:
        held.append(block)
        held_samples += len(block)
        while held_samples >= limit:
            whole = np.concatenate(held)
            cut = _quietest(whole[:limit])
            yield start / RATE, whole[:cut]
            start += cut
            held, held_samples = [whole[cut:]], len(whole) - cut
    if held_samples:
        yield start / RATE, np.concatenate(held)


def _quietest(samples: NDArray[np.float32]) -> int:
    """Return the middle of the quietest fifth of a second near the end."""
    first = len(samples) - int(SEARCH_S * RATE)
    tail = samples[first:]
    frames = tail[: len(tail) // _FRAME * _FRAME].reshape(-1, _FRAME)
    energy = np.einsum("ij,ij->i", frames, frames)
    return first + int(energy.argmin()) * _FRAME + _FRAME // 2
