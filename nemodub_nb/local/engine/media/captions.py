"""Subtitles as a track: 3GPP timed text in an MP4, WebVTT in a WebM."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from av.container import OutputContainer
from av.packet import Packet

from nemodub_nb.languages import iso639_3

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from av.stream import Stream
    from av.subtitles.stream import SubtitleStream

    from nemodub_nb.local.engine.render_job import Cue

_UNIT: Final = Fraction(1, 1000)
_LONGEST_BYTES: Final = 65_535

_STYLE: Final = (
    b"[Script Info]\nScriptType: v4.00+\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, "
    b"OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, "
    b"Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\nStyle: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,"
    b"100,100,0,0,1,1,0,2,10,10,10,1\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, "
    b"Text\n"
)
"""The encoder takes its sample description from a style in this form."""


def add_captions(out: OutputContainer, language: str, title: str) -> SubtitleStream:
    """Add a subtitle track in a language (BCP 47)."""
    stream = out.add_stream("webvtt" if _is_webm(out) else "mov_text")
    stream.codec_context.subtitle_header = _STYLE
    stream.time_base = _UNIT
    name_track(stream, language, title)
    return stream


def name_track(stream: Stream, language: str | None, title: str) -> None:
    """Say of a track which language it is and what players call it."""
    stream.metadata["language"] = iso639_3(language) if language else "und"
    if title:
        stream.metadata["title"] = title
        out = stream.container
        if isinstance(out, OutputContainer) and not _is_webm(out):
            stream.metadata["handler_name"] = title  # what most players of MP4 show


def caption_packets(
    stream: SubtitleStream, cues: Sequence[Cue], duration_s: float
) -> Iterator[Packet[SubtitleStream]]:
    """Yield the cues as packets; in an MP4 with empty ones between them: there a text stays until the next one comes."""
    webm = isinstance(stream.container, OutputContainer) and _is_webm(stream.container)
    at, end = 0, round(duration_s * 1000)
    for cue in cues:
        start, stop = max(at, round(cue.start_s * 1000)), min(end, round(cue.end_s * 1000))
        if stop <= start:
            continue
        if webm:
            yield _packet(stream, start, stop, _vtt(cue.text))
        else:
            if start > at:
                yield _packet(stream, at, start, _sample(""))
            yield _packet(stream, start, stop, _sample(cue.text))
        at = stop
    if at < end and not webm:
        yield _packet(stream, at, end, _sample(""))


def _is_webm(out: OutputContainer) -> bool:
    return "webm" in out.format.name


def _sample(text: str) -> bytes:
    data = text.encode()[:_LONGEST_BYTES].decode(errors="ignore").encode()
    return len(data).to_bytes(2, "big") + data


def _vtt(text: str) -> bytes:
    """Return a text as WebVTT writes it: what looks like markup is none, and no line is empty."""
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "\n".join(line for line in shown.splitlines() if line.strip()).encode()


def _packet(stream: SubtitleStream, start: int, end: int, data: bytes) -> Packet[Any]:
    packet = Packet(data)
    packet.pts = packet.dts = start
    packet.duration = end - start
    packet.time_base = _UNIT
    packet.stream = stream
    return packet
