"""What a media file holds: its length, picture, sound and subtitles."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av

from nemodub_nb.local.engine.errors import NotMediaError
from nemodub_nb.local.engine.media.container import ADVICE, open_media, origin_s, picture_stream

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_EXACT: Final = frozenset({"mov", "matroska", "avi", "wav", "flac", "ogg", "w64", "aiff", "mxf"})
"""Formats whose stated duration is exact. Others guess it from the bit rate."""

_PROBE_PACKETS: Final = 600
"""A picture that shows no frame in so many packets cannot be decoded."""


@dataclass(frozen=True)
class AudioTrack:
    """One sound track."""

    index: int
    """Position among the audio tracks, from 0."""
    codec: str
    rate: int
    channels: int
    language: str | None
    """As the container names it, usually ISO 639-2; None when it does not say."""
    duration_s: float


@dataclass(frozen=True)
class SubtitleTrack:
    """One subtitle track."""

    index: int
    """Position among the subtitle tracks, from 0."""
    codec: str
    language: str | None


@dataclass(frozen=True)
class MediaInfo:
    """A media file at a glance."""

    duration_s: float
    width: int
    """As it is shown: rotated and with square pixels. 0 without a picture."""
    height: int
    fps: float
    """Mean frames a second; 0.0 without a picture."""
    rotation: int
    """Degrees counterclockwise that a player turns the picture by: 0, 90, 180 or -90."""
    has_video: bool
    video_codec: str | None
    pixel_format: str | None
    audio_tracks: tuple[AudioTrack, ...]
    subtitle_tracks: tuple[SubtitleTrack, ...]
    size_bytes: int
    origin_s: float
    """The container's own time at which the clip starts; all other times count from there."""


def probe(path: str | Path) -> MediaInfo:
    """Look into a media file. Raises NotMediaError when it is not one, or is cut off."""
    file = Path(path)
    with open_media(file) as container:
        picture = picture_stream(container)
        sounds = [s for s in container.streams.audio if s.codec_context is not None]
        if container.format.name == "tty" or (picture is None and not sounds):
            raise NotMediaError(f"{file.name} holds neither a picture nor sound.", ADVICE)
        size = file.stat().st_size
        if _cut_off(container, size):
            raise NotMediaError(
                f"{file.name} is cut off: its index names data beyond its end.",
                "Copy or download the file again.",
            )
        origin = origin_s(container)
        ends = _stated_ends(container) or _scanned_ends(file)
        duration = max(ends.values(), default=origin) - origin
        if duration <= 0:
            raise NotMediaError(f"{file.name} has no content: its length is 0 seconds.", ADVICE)
        first = _first_frame(container, picture, file.name) if picture is not None else None
        width, height, rotation = _display(first, picture)
        return MediaInfo(
            duration_s=duration,
            width=width,
            height=height,
            fps=float(picture.average_rate or picture.guessed_rate or 0) if picture is not None else 0.0,
            rotation=rotation,
            has_video=picture is not None,
            video_codec=picture.codec_context.name if picture is not None else None,
            pixel_format=first.format.name if first is not None else None,
            audio_tracks=tuple(
                AudioTrack(
                    index,
                    stream.codec_context.name,
                    stream.rate or 0,
                    stream.channels,
                    _language(stream),
                    max(0.0, ends.get(stream.index, origin + duration) - origin),
                )
                for index, stream in enumerate(sounds)
            ),
            subtitle_tracks=tuple(
                SubtitleTrack(
                    index, stream.codec_context.name if stream.codec_context else "unknown", _language(stream)
                )
                for index, stream in enumerate(container.streams.subtitles)
            ),
            size_bytes=size,
            origin_s=origin,
        )


def _language(stream: Stream) -> str | None:
    language = stream.language
    return None if language in {None, "", "und", "unk", "mis"} else language


def _cut_off(container: InputContainer, size: int) -> bool:
    """Tell whether the index points beyond the end of the file, as in a download that broke."""
    for stream in container.streams:
        entries = stream.index_entries
        if len(entries) and entries[len(entries) - 1].pos + entries[len(entries) - 1].size > size:
            return True
    return False


def _stated_ends(container: InputContainer) -> dict[int, float]:
    """Return the end of each stream (index: seconds) as the container states it, empty when it does not."""
    if not _EXACT & set(container.format.name.split(",")) or not container.duration:
        return {}
    start = (container.start_time or 0) / av.time_base
    whole = start + container.duration / av.time_base
    ends: dict[int, float] = {}
    for stream in (*container.streams.video, *container.streams.audio):
        if stream.duration is None or stream.time_base is None:
            ends[stream.index] = whole
        else:
            ends[stream.index] = float(((stream.start_time or 0) + stream.duration) * stream.time_base)
    picture = picture_stream(container)
    return {index: end for index, end in ends.items() if picture is None or not _is_cover(container, index)}


def _is_cover(container: InputContainer, index: int) -> bool:
    picture = picture_stream(container)
    stream = container.streams[index]
    return stream.type == "video" and (picture is None or index != picture.index)


def _scanned_ends(file: Path) -> dict[int, float]:
    """Return the end of each stream (index: seconds) by reading all packets, without decoding."""
    ends: dict[int, float] = {}
    with open_media(file) as container:
        wanted = [
            s
            for s in (*container.streams.video, *container.streams.audio)
            if not _is_cover(container, s.index)
        ]
        for packet in container.demux(wanted):
            stamp = packet.pts if packet.pts is not None else packet.dts
            if stamp is None or packet.time_base is None:
                continue
            end = float((stamp + (packet.duration or 0)) * packet.time_base)
            ends[packet.stream.index] = max(end, ends.get(packet.stream.index, end))
    return ends


def _first_frame(container: InputContainer, picture: VideoStream, name: str) -> VideoFrame:
    """Decode one frame: it proves that the picture can be read, and carries the rotation."""
    try:
        for count, packet in enumerate(container.demux(picture)):
            for frame in packet.decode():
                return frame
            if count > _PROBE_PACKETS:
                break
    except av.FFmpegError as error:
        raise NotMediaError(f"The picture of {name} cannot be decoded ({error.strerror}).", ADVICE) from error
    raise NotMediaError(f"The picture of {name} holds no frame that can be decoded.", ADVICE)


def _display(frame: VideoFrame | None, picture: VideoStream | None) -> tuple[int, int, int]:
    """Return (width, height, rotation) as a player shows the picture."""
    if frame is None or picture is None:
        return 0, 0, 0
    aspect = picture.sample_aspect_ratio or picture.codec_context.sample_aspect_ratio
    width, height = frame.width, frame.height
    if aspect and aspect > 0:
        width = round(width * aspect)
    rotation = round(frame.rotation / 90) * 90
    rotation = {-180: 180, 270: -90, -270: 90}.get(rotation, rotation)
    return (height, width, rotation) if abs(rotation) == 90 else (width, height, rotation)  # noqa: PLR2004 - a quarter turn
