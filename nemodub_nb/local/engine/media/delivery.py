"""What each format of an export is made of: container, codecs, and the pictures that can be passed on as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nemodub_nb.local.engine.media.sound_encode import AAC, MP3, OPUS, PCM, SoundCodec


@dataclass(frozen=True)
class PictureCodec:
    """How a picture is encoded."""

    encoder: str
    rate_factors: dict[str, int]
    """Constant rate factor by quality."""
    options: dict[str, str]
    threads: int
    """Fixed: with as many threads as a machine has cores, each machine would make another file."""


H264: Final = PictureCodec(
    "libx264",
    {"high": 20, "medium": 23, "low": 28},
    # Without frames that refer to later ones: a variable frame rate with them ends too early in some players.
    {"preset": "veryfast", "bf": "0", "x264-params": "lookahead-threads=1"},
    threads=4,
)
AV1: Final = PictureCodec(
    "libsvtav1",
    {"high": 28, "medium": 34, "low": 42},
    {"preset": "10", "svtav1-params": "lp=2"},
    threads=2,
)


@dataclass(frozen=True)
class Delivery:
    """One format of an export."""

    container: str
    """FFmpeg's name for it."""
    sound: SoundCodec
    picture: PictureCodec | None = None
    copied: frozenset[str] = frozenset()
    """Codecs of pictures that play everywhere in it."""
    turned: bool = True
    """Whether players heed a picture's rotation."""
    options: tuple[tuple[str, str], ...] = ()
    """Of the container."""
    alone: bool = False
    """The file is the encoder's own: one track and nothing else."""


DELIVERIES: Final = {
    "mp4": Delivery("mp4", AAC, H264, frozenset({"h264"}), options=(("movflags", "+faststart"),)),
    "webm": Delivery("webm", OPUS, AV1, frozenset({"vp8", "vp9", "av1"}), turned=False),
    "m4a": Delivery("ipod", AAC, options=(("movflags", "+faststart"),)),
    "mp3": Delivery("mp3", MP3, alone=True),
    "wav": Delivery("wav", PCM, alone=True),
    "opus": Delivery("ogg", OPUS, alone=True),
}
