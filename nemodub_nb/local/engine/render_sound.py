"""One sound track of an export: mixed, brought to its loudness and encoded, then measured as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nemodub_nb.local.engine.media.audio import RATE
from nemodub_nb.local.engine.media.sound_encode import SoundCodec, encode_sound
from nemodub_nb.local.engine.mix.loudness import (
    CEILING_DBTP,
    Loudness,
    gain_db,
    limited,
    measure,
    measure_file,
)
from nemodub_nb.local.engine.mix.mixdown import ducking_for, mixed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from nemodub_nb.local.engine.media.audio import Samples
    from nemodub_nb.local.engine.render_job import Sound

_LOUDNESS_TOLERANCE: Final = 0.5
_HEADROOM_DB: Final = 0.8
"""Peaks are held this much below the ceiling at first: encoding raises them a little."""
_STEP_DB: Final = 0.5
"""Gains come in steps, so that a line that was changed leaves the level of all others as it was."""
_TRIES: Final = 3


def make_sound(
    sound: Sound,
    duration_s: float,
    path: Path,
    codec: SoundCodec,
    tags: Mapping[str, str],
    tell: Callable[[float], None],
) -> Loudness:
    """Write a track to a file of its own and return what was measured on it; `tell` hears of each stretch, in seconds."""
    ducking = ducking_for(sound.entries, duration_s)

    def mix() -> Iterator[Samples]:
        for block in mixed(sound.entries, duration_s, ducking):
            tell(len(block) / RATE)
            yield block

    before = measure(mix())
    level = sound.loudness_lufs
    wanted = gain_db(before, level) if level is not None else 0.0
    capped = (
        level is not None and before.integrated_lufs is not None and wanted < level - before.integrated_lufs
    )
    gain = _stepped(wanted)
    ceiling = CEILING_DBTP - _HEADROOM_DB
    made = before
    for _ in range(_TRIES):
        linear = 10 ** (gain / 20)
        loudest = (before.true_peak_dbtp or 0.0) + gain
        blocks = limited(mix(), linear, ceiling) if loudest > ceiling else (b * linear for b in mix())
        encode_sound(blocks, path, codec, tags)
        made = measure_file(path)
        over = (made.true_peak_dbtp or -100.0) - CEILING_DBTP
        short = 0.0 if level is None or made.integrated_lufs is None else level - made.integrated_lufs
        if over <= 0 and (abs(short) <= _LOUDNESS_TOLERANCE or capped):
            break
        ceiling -= max(0.0, over + 0.1) if over > 0 else 0.0
        gain += 0.0 if capped else _stepped(short)
    return made


def _stepped(gain: float) -> float:
    return round(gain / _STEP_DB) * _STEP_DB
