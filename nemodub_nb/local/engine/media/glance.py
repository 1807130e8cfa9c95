"""Looks into a media file that lies elsewhere, of which no more is read than its headers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

import av

from nemodub_nb.local.engine.errors import NotMediaError
from nemodub_nb.local.engine.media.container import ADVICE, OPTIONS, picture_stream


@dataclass(frozen=True)
class Glance:
    """What the headers of a file say."""

    duration_s: float
    """As stated, or as the bit rate lets expect."""
    has_sound: bool


def glance(file: IO[bytes], name: str) -> Glance:
    """Look into an opened file that can be read anywhere in it. Raises NotMediaError; OSError where reading fails."""
    try:
        container = av.open(file, "r", options=OPTIONS, metadata_errors="replace")
    except (av.FFmpegError, ValueError) as error:
        raise NotMediaError(f"{name} is neither video nor audio that can be read.", ADVICE) from error
    with container:
        sounds = [stream for stream in container.streams.audio if stream.codec_context is not None]
        if container.format.name == "tty" or (picture_stream(container) is None and not sounds):
            raise NotMediaError(f"{name} holds neither a picture nor sound.", ADVICE)
        return Glance((container.duration or 0) / av.time_base, bool(sounds))
