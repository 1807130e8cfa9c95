"""A picture passed on packet by packet, as it is, when that is possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nemodub_nb.local.engine.media.container import open_media, origin_s, picture_stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

    from nemodub_nb.local.engine.media.probe import MediaInfo
    from nemodub_nb.local.engine.render_job import Part

_FORMATS: Final = frozenset({"yuv420p", "yuvj420p"})


@dataclass(frozen=True)
class CopyRange:
    """Which packets of a source to pass on, by their times on the clip's clock."""

    source: str
    start_s: float
    """Time of the first frame to pass on; becomes 0, or stays when the whole picture is passed on."""
    end_s: float
    """Frames from here on are left out."""
    origin_s: float


def copy_range(part: Part, info: MediaInfo) -> CopyRange | None:
    """Return what to copy for this part, None when its picture must be encoded.

    Only 8-bit 4:2:0 H.264 plays everywhere. A cut must fall on a keyframe at the beginning, and at the end on a place
    after which no earlier frame comes.
    """
    if info.video_codec != "h264" or info.pixel_format not in _FORMATS:
        return None
    frame_s = 1.0 / info.fps if info.fps > 0 else 0.04
    whole_start = part.in_s < frame_s / 2
    end = float("inf") if part.out_s > info.duration_s - 1.5 * frame_s else part.out_s - frame_s / 100
    start: float | None = None
    past_end = False
    with open_media(part.source) as container:
        stream = picture_stream(container)
        if stream is None:
            return None
        origin = origin_s(container)
        last_dts: int | None = None
        for packet in container.demux(stream):
            if not packet.size:
                continue
            time = _time_s(packet, origin)
            if time is None or packet.dts is None or packet.is_discard or packet.is_corrupt:
                return None
            if start is None:
                if not packet.is_keyframe or not (whole_start or abs(time - part.in_s) < frame_s / 2):
                    if whole_start:
                        return None
                    continue
                start = time
            if (not whole_start and time < start) or (past_end and time < end):
                return None
            if last_dts is not None and packet.dts <= last_dts:
                return None
            past_end = past_end or time >= end
            last_dts = packet.dts
    return None if start is None else CopyRange(part.source, 0.0 if whole_start else start, end, origin)


def copied_packets(
    container: InputContainer, stream: VideoStream, copy: CopyRange
) -> Iterator[Packet[VideoStream]]:
    """Yield the packets of the range, their times moved so that the range starts at 0."""
    assert stream.time_base is not None
    shift = round((copy.start_s + copy.origin_s) / stream.time_base)
    begun = copy.start_s == 0.0
    for packet in container.demux(stream):
        time = _time_s(packet, copy.origin_s)
        if not packet.size or time is None:
            continue
        begun = begun or (packet.is_keyframe and time >= copy.start_s - 1e-6)
        if time >= copy.end_s:
            return
        if begun:
            assert packet.pts is not None
            assert packet.dts is not None
            packet.pts -= shift
            packet.dts -= shift
            yield packet


def _time_s(packet: Packet[VideoStream], origin: float) -> float | None:
    if packet.pts is None or packet.time_base is None:
        return None
    return float(packet.pts * packet.time_base) - origin
