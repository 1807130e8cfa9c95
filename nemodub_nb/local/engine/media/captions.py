"""Subtitles as a track of an MP4 (3GPP timed text)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from av.packet import Packet

from nemodub_nb.languages import iso639_3

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from av.container import OutputContainer
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


def add_captions(out: OutputContainer, language: str) -> SubtitleStream:
    """Add a subtitle track in a language (BCP 47)."""
    stream = out.add_stream("mov_text")
    stream.codec_context.subtitle_header = _STYLE
    stream.time_base = _UNIT
    stream.metadata["language"] = iso639_3(language)
    return stream


def caption_packets(
    stream: SubtitleStream, cues: Sequence[Cue], duration_s: float
) -> Iterator[Packet[SubtitleStream]]:
    """Yield the cues as samples, with empty ones between them: in an MP4 a text stays until the next one comes."""
    at, end = 0, round(duration_s * 1000)
    for cue in cues:
        start, stop = max(at, round(cue.start_s * 1000)), min(end, round(cue.end_s * 1000))
        if stop <= start:
            continue
        if start > at:
            yield _packet(stream, at, start, "")
        yield _packet(stream, start, stop, cue.text)
        at = stop
    if at < end:
        yield _packet(stream, at, end, "")


def _packet(stream: SubtitleStream, start: int, end: int, text: str) -> Packet[Any]:
    data = text.encode()[:_LONGEST_BYTES].decode(errors="ignore").encode()
    packet = Packet(len(data).to_bytes(2, "big") + data)
    packet.pts = packet.dts = start
    packet.duration = end - start
    packet.time_base = _UNIT
    packet.stream = stream
    return packet
