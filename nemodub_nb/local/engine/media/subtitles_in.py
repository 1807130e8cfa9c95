"""The subtitles that a clip brings along inside its own file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import av

from nemodub_nb.local.engine.media.container import open_media, origin_s

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import InputContainer
    from av.packet import Packet
    from av.subtitles.stream import SubtitleStream

_TEXT: Final = frozenset({"mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "text"})
_ASS_FIELDS_BEFORE_TEXT: Final = 8
_LONGEST_S: Final = 8.0
"""How long a cue without a stated end stays at most."""


@dataclass(frozen=True)
class EmbeddedSubtitles:
    """The first text subtitle track of a clip."""

    language: str | None
    """As the container names it, None when it does not say."""
    cues: tuple[tuple[float, float, str], ...]
    """(start_s, end_s, text), in order; lines of a cue are joined by a newline."""


def embedded_subtitles(path: str | Path, language: str | None = None) -> EmbeddedSubtitles | None:
    """Read the first text subtitle track that has any text, None when there is none. Raises NotMediaError.

    language: only a track that the container names so.
    """
    with open_media(path) as container:
        names = [
            (s.codec_context.name if s.codec_context else "", s.language) for s in container.streams.subtitles
        ]
    for index, (name, named) in enumerate(names):
        if name not in _TEXT or language not in {None, named}:
            continue
        with open_media(path) as container:
            stream = container.streams.subtitles[index]
            cues = _cues(container, stream)
            if cues:
                language = None if stream.language in {None, "", "und"} else stream.language
                return EmbeddedSubtitles(language, tuple(cues))
    return None


def _cues(container: InputContainer, stream: SubtitleStream) -> list[tuple[float, float, str]]:
    """Read the cues on the clip's own clock."""
    origin = origin_s(container)
    found: list[tuple[float, float, str]] = []
    for packet in container.demux(stream):
        if packet.pts is None or packet.time_base is None:
            continue
        start = float(packet.pts * packet.time_base) - origin
        end = start + float((packet.duration or 0) * packet.time_base)
        if text := _text(packet):
            found.append((max(0.0, start), end, text))
    found.sort(key=lambda cue: cue[0])
    following = [cue[0] for cue in found[1:]] + [float("inf")]
    return [
        (start, end if end > start else min(then, start + _LONGEST_S), text)
        for (start, end, text), then in zip(found, following, strict=True)
        if end > start or then > start
    ]


def _text(packet: Packet[SubtitleStream]) -> str:
    """Return the words of one packet without its styling."""
    try:
        rects = packet.decode()
    except av.FFmpegError:
        return ""
    lines = []
    for rect in rects:
        dialogue = getattr(rect, "ass", b"")
        text = dialogue.decode("utf-8", "replace") if isinstance(dialogue, bytes) else str(dialogue)
        fields = text.split(",", _ASS_FIELDS_BEFORE_TEXT)
        lines.append(fields[-1] if len(fields) > _ASS_FIELDS_BEFORE_TEXT else text)
    joined = re.sub(r"\\[Nn]", "\n", "\n".join(lines)).replace("\\h", " ")
    plain = re.sub(r"\{[^}]*\}|<[^>]*>", "", joined)
    return "\n".join(line.strip() for line in plain.splitlines() if line.strip())
