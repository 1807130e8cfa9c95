"""The speaker of the clip alone, for lines that keep the original voice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemodub_nb.local.engine.media.audio import Samples, read_window

if TYPE_CHECKING:
    from pathlib import Path


def original_voice(source: Path, bed: Path | None, start_s: float, end_s: float) -> Samples:
    """Return the voice between two moments, mono at 48 kHz: the clip's sound less its bed, so that both add up to the clip.

    Without a bed it is the clip's whole sound there.
    """
    sound = read_window(source, start_s, end_s, channels=2).mean(axis=1)
    if bed is not None:
        sound = sound - read_window(bed, start_s, end_s, channels=2).mean(axis=1)
    voice: Samples = sound.astype("float32")
    return voice
