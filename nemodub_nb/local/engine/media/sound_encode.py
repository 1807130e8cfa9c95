"""The sound of an export: encoded in a file of its own, from which it is measured and muxed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final, cast

import av
import numpy as np
from av.audio.frame import AudioFrame

from nemodub_nb.local.engine.media.audio import RATE, Samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from av.audio.stream import AudioStream

MUXING: Final = {"fflags": "+bitexact"}
"""Nothing of chance in a container: ids that are drawn, and the day it was made."""


@dataclass(frozen=True)
class SoundCodec:
    """How sound is encoded, and in which container it can stand alone."""

    encoder: str
    container: str
    sample_format: str
    bit_rate: int | None = None
    options: tuple[tuple[str, str], ...] = ()
    """The encoder's own."""


# The other search of this encoder shifts noise between distant places: one changed line was heard (at -26 dB) in all that came
# after it. This one stays below -50 dB there, and 11 dB nearer to what was to be encoded at the same bit rate.
AAC: Final = SoundCodec("aac", "mp4", "fltp", 192_000, (("aac_coder", "fast"),))
OPUS: Final = SoundCodec("libopus", "ogg", "flt", 160_000)
MP3: Final = SoundCodec("libmp3lame", "mp3", "fltp", 192_000)
PCM: Final = SoundCodec("pcm_s16le", "wav", "s16")


def encode_sound(
    blocks: Iterable[Samples], path: Path, codec: SoundCodec, tags: Mapping[str, str] | None = None
) -> int:
    """Write stereo blocks (n, 2) at 48 kHz and return the number of samples.

    The encoder's delay is noted in the file, so that sample 0 is heard at time 0. `tags` are the file's, and the
    track's where the container knows such.
    """
    at = 0
    options = {**MUXING, "rf64": "auto"} if codec is PCM else MUXING
    with av.open(str(path), "w", format=codec.container, options=options) as container:
        container.metadata.update(tags or {})
        stream = cast(
            "AudioStream", container.add_stream(codec.encoder, rate=RATE, options=dict(codec.options))
        )
        stream.metadata.update(tags or {})
        stream.layout, stream.format = "stereo", codec.sample_format
        if codec.bit_rate is not None:
            stream.bit_rate = codec.bit_rate
        for block in blocks:
            frame = _frame(np.clip(block, -1.0, 1.0), codec.sample_format)
            frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
            at += len(block)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return at


def _frame(block: Samples, sample_format: str) -> AudioFrame:
    if sample_format == "fltp":
        return AudioFrame.from_ndarray(np.ascontiguousarray(block.T, np.float32), "fltp", "stereo")
    if sample_format == "flt":
        return AudioFrame.from_ndarray(
            np.ascontiguousarray(block, np.float32).reshape(1, -1), "flt", "stereo"
        )
    whole = np.clip(np.rint(block * 32768.0), -32768, 32767).astype(np.int16)
    return AudioFrame.from_ndarray(whole.reshape(1, -1), "s16", "stereo")
