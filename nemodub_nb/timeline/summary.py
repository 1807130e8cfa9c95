"""A draft in one line, such as `Timeline (3 tracks): 1. Video: city timelapse (0-10s) …`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nemodub_nb import languages

from .draft import decode
from .select import clips

if TYPE_CHECKING:
    from .draft import Track

_LABELS: Final = {
    "picture": "Video",
    "original": "Original sound",
    "bed": "Background",
    "dub": "Dub",
    "title": "Title",
    "subtitles": "Subtitles",
    "transcript": "Transcript",
    "script": "Script",
}
_KIND_LABELS: Final = {"video": "Video", "audio": "BGM", "text": "Title"}
_LINE_ROLES: Final = frozenset({"dub", "script", "subtitles", "transcript"})
_MOST_TEXT: Final = 60
_MOST_TITLES: Final = 3


def summary(draft: object) -> str:
    """Return what is on the timeline in one line."""
    decoded = decode(draft)
    if decoded.xml is not None:
        return f"Timeline (an XML draft of {len(decoded.xml)} characters)"
    tracks = [track for track in decoded.tracks if track.segments]
    if not tracks:
        return "Timeline: empty"
    several = len(clips(decoded)) > 1
    parts = [
        f"{number}. {describe(track, name_clip=several)}" for number, track in enumerate(tracks, start=1)
    ]
    return f"Timeline ({counted(len(tracks), 'track')}): {' '.join(parts)}"


def describe(track: Track, *, name_clip: bool = False) -> str:
    """Return one track in words, such as `Dub Spanish: 6 lines (0-31s)`."""
    content = _content(track)
    head = f"{label(track)}: {content}" if content else label(track)
    if name_clip and track.clip and track.clip not in head:
        head += f" [{track.clip}]"
    return f"{head} ({', '.join([span(track), *_settings(track)])})"


def label(track: Track) -> str:
    """Return what kind of track it is, with its language."""
    base = _LABELS.get(track.role or "") or (track.role and track.role.capitalize())
    base = base or _KIND_LABELS.get(track.kind, track.kind.capitalize())
    return f"{base} {language_name(track.language)}" if track.language else base


def language_name(tag: str) -> str:
    """Return a language's English name, or the tag itself when it is none."""
    try:
        return languages.english_name(tag)
    except ValueError:
        return tag


def span(track: Track) -> str:
    """Return from when to when a track has segments, such as `0-10s`."""
    return f"{seconds(track.start_ms)}-{seconds(track.end_ms)}s"


def seconds(ms: float) -> str:
    """Return milliseconds as seconds with at most one decimal."""
    return f"{round(ms / 1000, 1):.1f}".removesuffix(".0")


def percent(volume: float) -> str:
    """Return a linear volume as a percentage."""
    return f"{volume:.0%}"


def counted(number: int, noun: str) -> str:
    """Return `1 line`, `2 lines`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def short(text: str) -> str:
    """Return a text on one line, cut to a readable length."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _MOST_TEXT else f"{flat[: _MOST_TEXT - 1]}…"


def _content(track: Track) -> str:
    if track.role in _LINE_ROLES:
        return counted(len(track.segments), "line")
    texts = [f'"{short(segment.text)}"' for segment in track.segments if segment.text]
    if track.kind == "text" and texts:
        more = len(texts) - _MOST_TITLES
        return ", ".join(texts[:_MOST_TITLES]) + (f" and {more} more" if more > 0 else "")
    names = [name for segment in track.segments if isinstance(name := segment.meta.get("name"), str)]
    named = track.name or ", ".join(short(name) for name in dict.fromkeys(names[:_MOST_TITLES]))
    return short(track.clip or "" if named == label(track) else named or track.clip or "")


def _settings(track: Track) -> list[str]:
    volume = track.volume
    if volume is None and len(track.segments) == 1:
        single = track.segments[0].meta.get("volume")
        volume = single if isinstance(single, float | int) and not isinstance(single, bool) else None
    found = [] if volume is None else [percent(volume)]
    if track.duck:
        found.append("low under the dub")
    if track.mode and track.mode != "track":
        found.append(track.mode)
    return found
