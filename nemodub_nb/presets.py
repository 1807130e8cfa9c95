"""What a finished file may be: formats, shapes and the presets of platforms; a leaf, so that every room means the same.

| preset | shape | loudness | true peak | format |
|---|---|---|---|---|
| `youtube` | 16:9, at most 1920 × 1080 | −14 LUFS | −1 dBTP | mp4 |
| `youtube-shorts` | 9:16, at most 1080 × 1920 | −14 LUFS | −1 dBTP | mp4 |
| `tiktok` | 9:16, at most 1080 × 1920 | −14 LUFS | −1 dBTP | mp4 |
| `instagram-reel` | 9:16, at most 1080 × 1920 | −14 LUFS | −1 dBTP | mp4 |
| `instagram-feed` | 1:1, at most 1080 × 1080 | −14 LUFS | −1 dBTP | mp4 |
| `linkedin` | its own | −14 LUFS | −1 dBTP | mp4 |
| `podcast` | no picture | −16 LUFS | −1 dBTP | mp3 |
| `broadcast` | 16:9, at most 1920 × 1080 | −23 LUFS (EBU R128) | −1 dBTP | mp4 |

The whole picture is always kept: where its shape is another, what is left over shows the picture blurred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

ASPECTS: Final[Mapping[str, tuple[int, int]]] = {
    "16:9": (1920, 1080),
    "9:16": (1080, 1920),
    "1:1": (1080, 1080),
    "4:5": (1080, 1350),
    "4:3": (1440, 1080),
}
"""Shapes and the largest picture of each."""

QUALITIES: Final = ("high", "medium", "low")

TOGETHER: Final = "mul"
"""What stands in a file's name for several languages: ISO 639's word for them."""

DUB_LUFS: Final = -16.0
"""Where no other loudness is asked for."""
STREAMING_LUFS: Final = -14.0
"""What the large platforms play at: louder is turned down there, quieter mostly stays quiet."""
PODCAST_LUFS: Final = -16.0
BROADCAST_LUFS: Final = -23.0
"""EBU R128."""
LOUDNESS_RANGE_LUFS: Final = (-36.0, -6.0)
"""Targets beyond are a slip of the tongue."""


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file."""

    name: str
    """Also the ending of its files."""
    title: str
    """What people call it."""
    holds: str
    """Its codecs, in words."""
    picture: bool = True
    """Whether it has one; the others are sound alone."""
    tracks: bool = True
    """Whether it can hold several languages."""


FORMATS: Final[Mapping[str, Format]] = {
    one.name: one
    for one in (
        Format("mp4", "MP4", "H.264 and AAC"),
        Format("webm", "WebM", "AV1 and Opus"),
        Format("m4a", "M4A", "AAC, sound alone", picture=False),
        Format("mp3", "MP3", "sound alone", picture=False, tracks=False),
        Format("wav", "WAV", "16-bit PCM, sound alone", picture=False, tracks=False),
        Format("opus", "Opus", "sound alone", picture=False, tracks=False),
    )
}


@dataclass(frozen=True, slots=True)
class Preset:
    """What a platform wants of a file."""

    name: str
    title: str
    """What people call it."""
    loudness_lufs: float
    aspect: str | None = None
    """One of ASPECTS; None keeps the picture's own."""
    format: str = "mp4"

    @property
    def facts(self) -> str:
        """What it stands for, in a few words."""
        shape = self.aspect or ("own shape" if FORMATS[self.format].picture else "sound alone")
        return f"{shape}, {lufs(self.loudness_lufs)}, {FORMATS[self.format].title}"


PRESETS: Final[Mapping[str, Preset]] = {
    one.name: one
    for one in (
        Preset("youtube", "YouTube", STREAMING_LUFS, "16:9"),
        Preset("youtube-shorts", "YouTube Shorts", STREAMING_LUFS, "9:16"),
        Preset("tiktok", "TikTok", STREAMING_LUFS, "9:16"),
        Preset("instagram-reel", "Instagram Reel", STREAMING_LUFS, "9:16"),
        Preset("instagram-feed", "Instagram feed", STREAMING_LUFS, "1:1"),
        Preset("linkedin", "LinkedIn", STREAMING_LUFS),
        Preset("podcast", "Podcast", PODCAST_LUFS, format="mp3"),
        Preset("broadcast", "Broadcast", BROADCAST_LUFS, "16:9"),
    )
}


def lufs(value: float) -> str:
    """Return a loudness as people read it."""
    return f"{value:g} LUFS".replace("-", "−")
