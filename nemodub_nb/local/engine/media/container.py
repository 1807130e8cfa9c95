"""Opening media files: only real media formats, only from this disk, with errors that a person can act on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
from av.stream import Disposition

from nemodub_nb.local.engine.errors import NotMediaError

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.stream import VideoStream

_FORMATS: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,mxf,dv,ogg,mp3,wav,w64,flac,aac,ac3,eac3,aiff,au,caf,"
    "amr,gif,jpeg_pipe,png_pipe,webp_pipe,image2"
)
"""Formats that hold media themselves. Playlists and scripts, which name other files, are left out on purpose."""

OPTIONS: Final = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
"""How media are opened."""

_LEAD_S: Final = 0.1
"""Sound may start this much before the picture (encoder delay) without counting as a part of the clip."""

ADVICE: Final = "Choose a video or audio file that plays in an ordinary player, such as MP4, MOV, MKV, WebM, AVI, MP3 or WAV."


def open_media(path: str | Path) -> InputContainer:
    """Open a media file for reading. Raises NotMediaError."""
    file = Path(path)
    name = file.name
    try:
        size = file.stat().st_size
    except OSError as error:
        raise NotMediaError(
            f"There is no readable file at {file}.", "Check the path and its spelling."
        ) from error
    if file.is_dir():
        raise NotMediaError(f"{name} is a folder.", "Choose a file in it.")
    if size == 0:
        raise NotMediaError(f"{name} is empty (0 bytes).", "Copy or download it again.")
    try:
        return av.open(str(file.absolute()), "r", options=OPTIONS, metadata_errors="replace")
    except PermissionError as error:
        raise NotMediaError(
            f"{name} cannot be read.", "Change its permissions or choose another file."
        ) from error
    except (av.FFmpegError, OSError, ValueError) as error:
        raise NotMediaError(_not_media(file), ADVICE) from error


def _not_media(file: Path) -> str:
    """Tell an unfinished file and a text file from other things that are no media."""
    with file.open("rb") as opened:
        head = opened.read(4096)
    if head[4:8] in {b"ftyp", b"mdat", b"moov", b"wide", b"free"}:
        return f"{file.name} is cut off: the index of the video is missing."
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return f"{file.name} is cut off or damaged: it has no readable tracks."
    try:
        head[:-4].decode()
    except UnicodeDecodeError:
        return f"{file.name} is neither video nor audio that can be read."
    return (
        f"{file.name} is a text file, not video or audio."
        if b"\0" not in head
        else f"{file.name} holds no media."
    )


def picture_stream(container: InputContainer) -> VideoStream | None:
    """Return the moving picture, never a cover image that is attached to a song."""
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    marked = [s for s in streams if s.disposition & Disposition.default]
    return next(iter(marked or streams), None)


def audio_stream(container: InputContainer, track: int | None = None) -> AudioStream | None:
    """Return audio track number `track` (0 is the first), or the default one."""
    streams = [s for s in container.streams.audio if s.codec_context is not None]
    if track is not None:
        return streams[track] if 0 <= track < len(streams) else None
    marked = [s for s in streams if s.disposition & Disposition.default]
    return next(iter(marked or streams), None)


def origin_s(container: InputContainer) -> float:
    """Return the container's time, in seconds, that is 0 for everything else here: where the picture starts.

    Sound that clearly starts before the picture is a part of the clip; then that is where the clip starts.
    """
    general = container.start_time / av.time_base if container.start_time is not None else 0.0
    picture = picture_stream(container)
    if picture is None:
        return general
    start = stream_start_s(picture)
    if start is None:
        return general
    sounds = [s for stream in container.streams.audio if (s := stream_start_s(stream)) is not None]
    lead = min(sounds, default=start)
    return lead if start - lead > _LEAD_S else start


def stream_start_s(stream: AudioStream | VideoStream) -> float | None:
    """Return the time of a stream's first frame in seconds, None when the container does not say."""
    if stream.start_time is None or stream.time_base is None:
        return None
    return float(stream.start_time * stream.time_base)
