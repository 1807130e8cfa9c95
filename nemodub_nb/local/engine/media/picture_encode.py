"""A picture decoded, cut, turned upright, fitted, written upon and encoded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Final, cast

import av
from av.codec.codec import UnknownCodecError
from av.filter import Graph

from nemodub_nb.local.engine.errors import BadJobError, NotMediaError
from nemodub_nb.local.engine.media.container import ADVICE, open_media, origin_s, picture_stream
from nemodub_nb.local.engine.media.picture_copy import keeps_display_times
from nemodub_nb.presets import ASPECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from av.container import OutputContainer
    from av.filter.context import FilterContext
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from nemodub_nb.local.engine.media.delivery import PictureCodec
    from nemodub_nb.local.engine.media.probe import MediaInfo
    from nemodub_nb.local.engine.render_job import Part

_TICKS: Final = 90_000
_TURNS: Final = {-90: "clock", 90: "cclock"}
_LONG, _SHORT = 1920, 1080
_MAX_FPS: Final = 120
_BLUR_AT: Final = 8
"""The background is blurred at an eighth of the size: it looks the same and costs little."""

Paint = "Callable[[VideoFrame, float], VideoFrame]"
"""Writes upon an upright yuv420p frame what belongs there at a time in seconds."""


@dataclass(frozen=True)
class Canvas:
    """The size of the encoded picture, and of the source's picture upon it."""

    width: int
    height: int
    inner_width: int
    inner_height: int

    @property
    def padded(self) -> bool:
        """Tell whether there is background to be seen."""
        return (self.width, self.height) != (self.inner_width, self.inner_height)


def canvas_for(info: MediaInfo, aspect: str | None) -> Canvas:
    """Return the largest even size, not larger than the source's nor than 1080p, with the source fitted upon it."""
    if aspect is None:
        scale = min(1.0, _LONG / max(info.width, info.height), _SHORT / min(info.width, info.height))
        width, height = _even(info.width * scale), _even(info.height * scale)
        return Canvas(width, height, width, height)
    most_width, most_height = ASPECTS[aspect]
    ratio = most_width / most_height
    widest = max(float(info.width), info.height * ratio)
    scale = min(1.0, most_width / widest)
    inner_width, inner_height = _even(info.width * scale), _even(info.height * scale)
    return Canvas(_even(widest * scale), _even(widest * scale / ratio), inner_width, inner_height)


def has_aspect(info: MediaInfo, aspect: str | None) -> bool:
    """Tell whether the source already has the aspect ratio asked for."""
    if aspect is None:
        return True
    width, height = ASPECTS[aspect]
    return abs(info.width / info.height - width / height) < 0.01 * width / height


def add_encoder(
    out: OutputContainer, canvas: Canvas, fps: float, codec: PictureCodec, quality: str
) -> VideoStream:
    """Add a stream that keeps the times of its frames, and is the same whatever machine encodes it."""
    rate = Fraction(min(_MAX_FPS, fps or 25.0)).limit_denominator(1001)
    try:
        stream = cast("VideoStream", out.add_stream(codec.encoder, rate=rate))
    except UnknownCodecError as error:
        raise BadJobError(
            f"The FFmpeg here lacks {codec.encoder}, which this format needs.",
            "Export as mp4, or install PyAV's own wheel: pip install --force-reinstall av.",
        ) from error
    stream.width, stream.height, stream.pix_fmt = canvas.width, canvas.height, "yuv420p"
    stream.codec_context.time_base = Fraction(1, _TICKS)
    stream.codec_context.gop_size = max(1, round(float(rate) * 2))
    stream.codec_context.thread_count = codec.threads
    stream.codec_context.thread_type = "FRAME"  # in slices a picture would compress worse
    stream.codec_context.bit_rate = 0
    stream.options = {**codec.options, "crf": str(codec.rate_factors[quality])}
    # The encoder of AV1 tells much about itself; only its errors are of use.
    os.environ.setdefault("SVT_LOG", "1")
    return stream


def encoded_packets(
    stream: VideoStream,
    parts: Sequence[Part],
    canvas: Canvas,
    paint: Callable[[VideoFrame, float], VideoFrame] | None,
) -> Iterator[Packet[VideoStream]]:
    """Yield the packets of all parts, one after the other."""
    first = True
    for frame, start_s, end_s in _timeline(parts, canvas):
        shown = frame if paint is None else paint(frame, start_s)
        if first:
            # Known only now; the header is written with the first packet.
            context = stream.codec_context
            context.color_range, context.colorspace = shown.color_range, shown.colorspace
            context.color_primaries, context.color_trc = shown.color_primaries, shown.color_trc
            first = False
        shown.time_base = Fraction(1, _TICKS)
        shown.pts = round(start_s * _TICKS)
        shown.duration = max(1, round(end_s * _TICKS) - shown.pts)
        shown.pict_type = 0
        yield from stream.encode(shown)
    yield from stream.encode(None)


def _timeline(parts: Sequence[Part], canvas: Canvas) -> Iterator[tuple[VideoFrame, float, float]]:
    """Yield (frame, start_s, end_s) on the timeline, in order and without gaps inside a part."""
    base = 0.0
    for part in parts:
        held: tuple[VideoFrame, float] | None = None
        for frame, time in _frames(part, canvas):
            at = base + max(0.0, time - part.in_s) * part.slow
            if held is not None:
                if at <= held[1] + 1 / _TICKS:
                    held = (frame, held[1])
                    continue
                yield held[0], held[1], at
            held = (frame, at)
        if held is not None:
            duration = (float((held[0].duration or 0) * (held[0].time_base or 0)) or 0.04) * part.slow
            yield held[0], held[1], max(held[1] + 1 / _TICKS, min(base + part.length_s, held[1] + duration))
        base += part.length_s


def _frames(part: Part, canvas: Canvas) -> Iterator[tuple[VideoFrame, float]]:
    """Yield the fitted frames seen from `in_s` to `out_s` with their times in the source.

    The first is the one on the screen at `in_s`, though it came earlier.
    """
    with open_media(part.source) as container:
        source = picture_stream(container)
        if source is None or source.time_base is None:
            raise NotMediaError(f"{part.source} has no picture.", ADVICE)
        source.thread_type = "AUTO"
        origin = origin_s(container)
        has_times = keeps_display_times(container)
        if part.in_s > 1 and has_times:
            container.seek(int((part.in_s - 0.5 + origin) / source.time_base), stream=source)
        fitter = _Fitter(canvas)
        before: tuple[VideoFrame, float] | None = None
        for frame, stamp in _stamped(container.demux(source), has_times=has_times):
            time = stamp - origin
            if time < part.in_s - 1e-4:
                before = (frame, time)
                continue
            if time >= part.out_s - 1e-4:
                break
            if before is not None:
                if time > part.in_s + 1e-4:
                    yield fitter.fit(before[0]), part.in_s
                before = None
            yield fitter.fit(frame), time
        if before is not None:
            yield fitter.fit(before[0]), part.in_s


def _stamped(
    packets: Iterator[Packet[VideoStream]], *, has_times: bool
) -> Iterator[tuple[VideoFrame, float]]:
    """Decode, leaving out what is damaged, and yield the frames with their times.

    Where the container only knows the order of decoding, frames come out in that order a fixed while later.
    """
    delay: int | None = None
    last = 0
    for packet in packets:
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            if frame.time_base is None:
                continue
            if has_times:
                if frame.pts is not None:
                    yield frame, float(frame.pts * frame.time_base)
                continue
            # The last frames come without a time, one tick after the other.
            stamp = frame.dts if frame.dts is not None else last + 1
            delay = stamp if delay is None else delay
            last = stamp
            yield frame, float((stamp - delay) * frame.time_base)


class _Fitter:
    """Turns, scales and pads frames with FFmpeg's filters; made anew when the source changes its size."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._key: tuple[int, int, str, int] | None = None
        self._graph: Graph | None = None
        self._count = 0

    def fit(self, frame: VideoFrame) -> VideoFrame:
        """Return the frame as it goes to the encoder: upright, of the canvas' size, yuv420p."""
        rotation = round(frame.rotation / 90) * 90
        key = (frame.width, frame.height, frame.format.name, rotation)
        if key != self._key or self._graph is None:
            self._graph, self._key = self._build(frame, rotation), key
        # The filters want times that grow; the real ones are kept by the caller.
        frame.pts, self._count = self._count, self._count + 1
        self._graph.vpush(frame)
        fitted = self._graph.vpull()
        fitted.duration, fitted.time_base = frame.duration, frame.time_base or Fraction(1, _TICKS)
        return fitted

    def _build(self, frame: VideoFrame, rotation: int) -> Graph:
        canvas = self._canvas
        graph = Graph()
        chain: list[FilterContext] = [
            graph.add_buffer(
                width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
            )
        ]
        if rotation in _TURNS:
            chain.append(graph.add("transpose", _TURNS[rotation]))
        elif abs(rotation) == 180:  # noqa: PLR2004 - upside down
            chain += [graph.add("hflip"), graph.add("vflip")]
        inner = f"{canvas.inner_width}:{canvas.inner_height}:flags=bicubic"
        if canvas.padded:
            split = graph.add("split", "2")
            _link([*chain, split])
            cover = f"{_even(canvas.width / _BLUR_AT)}:{_even(canvas.height / _BLUR_AT)}:force_original_aspect_ratio=increase"
            small = graph.add("scale", cover)
            split.link_to(small, 0, 0)
            crop = graph.add("crop", f"{_even(canvas.width / _BLUR_AT)}:{_even(canvas.height / _BLUR_AT)}")
            back = graph.add("scale", f"{canvas.width}:{canvas.height}:flags=bilinear")
            _link([small, crop, graph.add("gblur", "sigma=4"), back])
            front = graph.add("scale", inner)
            split.link_to(front, 1, 0)
            overlay = graph.add("overlay", "(W-w)/2:(H-h)/2")
            back.link_to(overlay, 0, 0)
            front.link_to(overlay, 0, 1)
            chain = [overlay]
        else:
            chain.append(graph.add("scale", inner))
        _link([*chain, graph.add("setsar", "1"), graph.add("format", "yuv420p"), graph.add("buffersink")])
        graph.configure()
        return graph


def _link(chain: Sequence[FilterContext]) -> None:
    for one, following in pairwise(chain):
        one.link_to(following)


def _even(length: float) -> int:
    return max(2, int(length) // 2 * 2)
