"""A picture passed on packet by packet, as it is, when that is possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nemodub_nb.local.engine.media.container import open_media, origin_s, picture_stream

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

    from nemodub_nb.local.engine.media.probe import MediaInfo
    from nemodub_nb.local.engine.render_job import Part

_FORMATS: Final = frozenset({"yuv420p", "yuvj420p"})
_REORDERED: Final = 32
"""H.264 reorders at most 16 frames."""


@dataclass(frozen=True)
class CopyRange:
    """Which packets of a source to pass on, by their times on the clip's clock."""

    source: str
    start_s: float
    """Time of the first frame to pass on; becomes 0, or stays when the whole picture is passed on."""
    end_s: float
    """Frames from here on are left out."""
    origin_s: float


def copy_range(part: Part, info: MediaInfo, codecs: Collection[str]) -> CopyRange | None:
    """Return what to copy for this part, None when its picture must be encoded.

    Only 8-bit 4:2:0 in one of the format's own `codecs` plays everywhere. A cut must fall on a keyframe at the beginning, and at the end on a place
    after which no earlier frame comes.
    """
    if info.video_codec not in codecs or info.pixel_format not in _FORMATS:
        return None
    frame_s = 1.0 / info.fps if info.fps > 0 else 0.04
    wanted = None if part.in_s < frame_s / 2 else part.in_s
    end = float("inf") if part.out_s > info.duration_s - 1.5 * frame_s else part.out_s - frame_s / 100
    with open_media(part.source) as container:
        stream = picture_stream(container)
        if stream is None or not keeps_display_times(container):
            return None
        origin = origin_s(container)
        check = _Check(wanted, end, frame_s / 2)
        packets = _with_decoding_times(container.demux(stream))
        if not all(check.passes(packet, _time_s(packet, origin)) for packet in packets):
            return None
    if check.start_s is None:
        return None
    return CopyRange(part.source, 0.0 if wanted is None else check.start_s, end, origin)


@dataclass
class _Check:
    """Looks at the packets in their order, and finds out whether a range of them can stand alone."""

    wanted_s: float | None
    """Where the range starts; None is the very beginning."""
    end_s: float
    tolerance_s: float
    start_s: float | None = None
    past_end: bool = False
    last_dts: int | None = None

    def passes(self, packet: Packet[VideoStream], time_s: float | None) -> bool:
        """Take the next packet; False when it makes copying impossible."""
        if time_s is None or packet.dts is None or packet.is_discard or packet.is_corrupt:
            return False
        if self.start_s is None:
            if self.wanted_s is not None and not (
                packet.is_keyframe and abs(time_s - self.wanted_s) < self.tolerance_s
            ):
                return True  # still before the range
            if not packet.is_keyframe:
                return False
            self.start_s = time_s
        shown_before_start = self.wanted_s is not None and time_s < self.start_s
        shown_before_end = self.past_end and time_s < self.end_s
        in_order = self.last_dts is None or packet.dts > self.last_dts
        self.past_end = self.past_end or time_s >= self.end_s
        self.last_dts = packet.dts
        return in_order and not shown_before_start and not shown_before_end


def copied_packets(
    container: InputContainer, stream: VideoStream, copy: CopyRange
) -> Iterator[Packet[VideoStream]]:
    """Yield the packets of the range, their times moved so that the range starts at 0."""
    assert stream.time_base is not None
    shift = round((copy.start_s + copy.origin_s) / stream.time_base)
    begun = copy.start_s == 0.0
    for packet in _with_decoding_times(container.demux(stream)):
        time = _time_s(packet, copy.origin_s)
        if time is None:
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


def keeps_display_times(container: InputContainer) -> bool:
    """Tell whether the container knows when frames are shown. AVI only knows their order of decoding."""
    return container.format.name != "avi"


def _with_decoding_times(packets: Iterable[Packet[VideoStream]]) -> Iterator[Packet[VideoStream]]:
    """Give the first packets the decoding times that Matroska leaves out: just before the first known one."""
    waiting: list[Packet[VideoStream]] = []
    known = False
    for packet in packets:
        if not packet.size:
            continue
        if not known and packet.dts is None and len(waiting) < _REORDERED:
            waiting.append(packet)
            continue
        if not known and packet.dts is not None:
            for back, earlier in enumerate(reversed(waiting), start=1):
                earlier.dts = packet.dts - back * max(1, packet.duration or 0)
        known = True
        yield from waiting
        waiting.clear()
        yield packet
    yield from waiting


def _time_s(packet: Packet[VideoStream], origin: float) -> float | None:
    if packet.pts is None or packet.time_base is None:
        return None
    return float(packet.pts * packet.time_base) - origin
