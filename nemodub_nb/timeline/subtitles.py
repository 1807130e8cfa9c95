"""Subtitle files in SRT and WebVTT from a draft's subtitle tracks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nemodub_nb.fitting import SlowedTime

from .draft import decode, number_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .draft import Track

# A cue ends at an empty line, and players split on more than \n.
_BREAKS: Final = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_TAG_START: Final = re.compile(r"([<{])(?=[A-Za-z/\\])")
_WORD_JOINER: Final = "\u2060"
_SHORTEST_S: Final = 0.001


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle: when it is shown and what it says."""

    start_s: float
    end_s: float
    text: str


def cues(draft: object, language: str | None = None, clip: str | None = None) -> list[Cue]:
    """Return the subtitles of one language and clip in order of time, that of the exported video.

    Where the draft has a dub but no subtitle track, its lines are the subtitles. A track that was switched off
    (mode `off`) gives none.
    """
    tracks = [
        track
        for track in decode(draft).tracks
        if track.language == language and (clip is None or track.clip in (None, clip))
    ]
    chosen = [track for track in tracks if track.role == "subtitles"] or [
        t for t in tracks if t.role == "dub"
    ]
    time = _slowed_time(tracks)
    return sorted(
        (cue for track in chosen if track.mode != "off" for cue in _cues(track, time)),
        key=lambda cue: (cue.start_s, cue.end_s),
    )


def srt(subtitles: Iterable[Cue]) -> str:
    r"""Return the cues as an SRT file.

    SRT has no escapes: a word joiner keeps players from reading `<i>` or `{\an8}` in a text as markup, and `-->`
    becomes an arrow, so that a text can never pass for a time line.
    """
    blocks = []
    for number, cue in enumerate(_shown(subtitles), start=1):
        text = _TAG_START.sub(rf"\1{_WORD_JOINER}", cue.text.replace("-->", "→"))
        blocks.append(f"{number}\n{_time(cue.start_s, ',')} --> {_time(cue.end_s, ',')}\n{text}\n")
    return "\n".join(blocks)


def vtt(subtitles: Iterable[Cue]) -> str:
    """Return the cues as a WebVTT file."""
    blocks = ["WEBVTT\n"]
    for cue in _shown(subtitles):
        text = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_time(cue.start_s, '.')} --> {_time(cue.end_s, '.')}\n{text}\n")
    return "\n".join(blocks)


def _slowed_time(tracks: Iterable[Track]) -> SlowedTime:
    """Return the time of a video whose picture is slowed under lines of its dub."""
    return SlowedTime.of(
        (segment.start_ms / 1000, segment.end_ms / 1000, number_of(segment.meta.get("slow")) or 1.0)
        for track in tracks
        if track.role == "dub"
        for segment in track.segments
    )


def _cues(track: Track, time: SlowedTime) -> Iterable[Cue]:
    for segment in track.segments:
        if segment.text:
            start_s, end_s = segment.start_ms / 1000, segment.end_ms / 1000
            yield Cue(time.shown_s(start_s), time.shown_s(end_s), segment.text)


def _shown(subtitles: Iterable[Cue]) -> Iterable[Cue]:
    """Leave out what has no visible text; end each cue after its start; keep its lines together."""
    for cue in subtitles:
        lines = (_CONTROLS.sub("", line).strip() for line in _BREAKS.split(cue.text))
        text = "\n".join(line for line in lines if line)
        if text:
            start = max(cue.start_s, 0.0)
            yield Cue(start, max(cue.end_s, start + _SHORTEST_S), text)


def _time(at_s: float, separator: str) -> str:
    ms = round(at_s * 1000)
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}{separator}{ms % 1000:03d}"
