"""Cuts a long recording into windows at quiet places, so that memory does not grow with its length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WINDOW_S = 120.0
"""The most that is recognised in one go."""
SEARCHED = 0.25
"""The quietest place is looked for in this last share of a window."""
FRAME_S = 0.2
"""Length of what counts as a place."""


def windows(
    blocks: Iterable[NDArray[np.float32]], rate: int, window_s: float = WINDOW_S
) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """Yield (start_s, samples) from blocks of mono float32 samples at `rate` a second, in order and without gaps."""
    held: list[NDArray[np.float32]] = []
    held_samples, start = 0, 0
    limit = int(window_s * rate)
    for block in blocks:
        held.append(block)
        held_samples += len(block)
        while held_samples >= limit:
            whole = np.concatenate(held)
            cut = _quietest(whole[:limit], rate)
            yield start / rate, whole[:cut]
            start += cut
            held, held_samples = [whole[cut:]], len(whole) - cut
    if held_samples:
        yield start / rate, np.concatenate(held)


def _quietest(samples: NDArray[np.float32], rate: int) -> int:
    """Return the middle of the quietest place near the end."""
    frame = int(FRAME_S * rate)
    first = len(samples) - int(len(samples) * SEARCHED)
    tail = samples[first:]
    frames = tail[: len(tail) // frame * frame].reshape(-1, frame)
    energy = np.einsum("ij,ij->i", frames, frames)
    return first + int(energy.argmin()) * frame + frame // 2
