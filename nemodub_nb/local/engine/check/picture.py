"""Whether a file's picture is the source's own, packet by packet, and how long its picture and its sound are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.local.engine.media.container import audio_stream, open_media, origin_s, picture_stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from av.packet import Packet
    from av.stream import Stream

    from nemodub_nb.fitting import SlowedTime
    from nemodub_nb.local.engine.check.stretches import Stretch

_PADDING_S: Final = 0.06
"""An encoder's last packet is padded: the sound that is stated may end this much before its packets do."""
_START_CODE: Final = b"\0\0\1"
_PARAMETERS: Final = frozenset({7, 8, 9})
"""H.264 units that repeat what the header of an MP4 holds, or mark a picture's beginning."""


@dataclass(frozen=True)
class Streams:
    """A file's picture and sound as they are in the file."""

    picture: str | None
    """Hash of all the picture's packets in order; None without a picture."""
    video_s: float | None
    audio_s: float | None
    """Where each ends, from the clip's start: by its packets, and by what the file states where that is less."""
    fps: float

    def of_length(self, length_s: float) -> Streams:
        """Return them as long as the parts of them that a video shows."""
        return replace(
            self,
            video_s=None if self.video_s is None else length_s,
            audio_s=None if self.audio_s is None else length_s,
        )

    def shown(self, time: SlowedTime) -> Streams:
        """Return them as long as a video takes to show them whose picture is slowed in places."""
        video_s, audio_s = (
            None if end_s is None else time.shown_s(end_s) for end_s in (self.video_s, self.audio_s)
        )
        return replace(self, video_s=video_s, audio_s=audio_s)


def streams(path: Path, track: int | None = None, within: Stretch | None = None) -> Streams:
    """Read a file's packets once; of the picture only those `within` a stretch that stands alone. Raises NotMediaError."""
    with open_media(path) as container:
        picture, sound = picture_stream(container), audio_stream(container, track)
        origin = origin_s(container)
        wanted_s = _within(within, picture, origin)
        annexed = not (picture.codec_context.extradata or b"\1").startswith(b"\1") if picture else False
        whole = hashlib.sha256()
        ends: dict[int, float] = {}
        wanted = [stream for stream in (picture, sound) if stream is not None]
        for packet in container.demux(wanted) if wanted else ():
            if not packet.size:
                continue
            if picture is not None and packet.stream_index == picture.index and wanted_s(packet):
                for unit in _units(bytes(packet), picture.codec_context.name, annexed=annexed):
                    whole.update(len(unit).to_bytes(8, "big") + unit)
            ends[packet.stream_index] = max(ends.get(packet.stream_index, 0.0), _end_s(packet))
        return Streams(
            picture=whole.hexdigest() if picture is not None else None,
            video_s=_length_s(picture, ends, origin),
            audio_s=_length_s(sound, ends, origin),
            fps=float(picture.average_rate or picture.guessed_rate or 0) if picture is not None else 0.0,
        )


def _within(within: Stretch | None, picture: Stream | None, origin: float) -> Callable[[Packet[Any]], bool]:
    """Return what tells the packets of a stretch: from the keyframe where it begins, as they are passed on."""
    if within is None or picture is None:
        return lambda _: True
    frame_s = 1 / float(getattr(picture, "average_rate", None) or 25)
    begun = False

    def wanted(packet: Packet[Any]) -> bool:
        nonlocal begun
        shown_s = float((packet.pts or 0) * (packet.time_base or 0)) - origin
        begun = begun or (packet.is_keyframe and shown_s > within[0] - frame_s / 2)
        return begun and shown_s < within[1] - frame_s / 100

    return wanted


def _units(data: bytes, codec: str, *, annexed: bool) -> Iterator[bytes]:
    """Yield what a packet holds. H.264 is written in two ways: what comes between the marks is the same."""
    if codec != "h264":
        yield data
        return
    for unit in _marked(data) if annexed else _counted(data):
        if unit and unit[0] & 31 not in _PARAMETERS:
            yield unit


def _marked(data: bytes) -> Iterator[bytes]:
    for unit in data.split(_START_CODE)[1:]:
        yield unit.rstrip(b"\0")


def _counted(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + 4 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 4 + size].rstrip(b"\0")
        at += 4 + size


def _end_s(packet: Packet[Any]) -> float:
    stamp = packet.pts if packet.pts is not None else packet.dts
    return float(((stamp or 0) + (packet.duration or 0)) * (packet.time_base or 0))


def _length_s(stream: Stream | None, ends: dict[int, float], origin: float) -> float | None:
    if stream is None or stream.index not in ends:
        return None
    read = ends[stream.index] - origin
    if stream.duration is None or not stream.time_base:
        return read
    stated = float(((stream.start_time or 0) + stream.duration) * stream.time_base) - origin
    # What is stated beyond the packets is not there.
    return stated if stated <= read + _PADDING_S else read


def length_error_frames(source: Streams, made: Streams) -> float | None:
    """Return how many frames the picture or the sound is longer (or, below 0, shorter) than it should be: the worse one.

    The picture is held against the source's. The sound may be as long as the source's sound or as its picture.
    """
    frame_s = 1 / source.fps if source.fps > 0 else 1 / 25
    errors: list[float] = []
    if source.video_s is not None and made.video_s is not None:
        errors.append(made.video_s - source.video_s)
    lengths = [length for length in (source.audio_s, source.video_s) if length is not None]
    if made.audio_s is None:
        errors += [-length for length in lengths[:1]]
    else:
        sound_s = made.audio_s
        errors += sorted((sound_s - length for length in lengths), key=abs)[:1]
    return max(errors, key=abs) / frame_s if errors else None
