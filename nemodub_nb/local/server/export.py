"""Turns a submitted draft into the engine's render job; whatever cannot be meant is refused."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemodub_nb.contract import TrackType
from nemodub_nb.local.server.answers import bad_request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MOST_SECONDS = 24 * 3600.0
_MOST_SEGMENTS = 100_000
_MOST_TEXT = 2000
_MOST_VOLUME = 4.0
_SLACK_S = 0.1
"""A segment may reach this far beyond its file: containers round their lengths."""
_MOST_ASPECT = 10_000
_TOUCHING_S = 0.002
_FORMATS = ("mp4",)
_QUALITIES = ("high", "medium", "low")
_MODES = ("track", "burned", "off")

Asset = tuple[Path, float | None]
"""Where a file is, and its seconds when they are known."""


@dataclass(frozen=True)
class _Segment:
    """A segment with the figures that matter, in seconds."""

    start_s: float
    length_s: float
    in_s: float
    meta: Mapping[str, Any]


@dataclass(frozen=True)
class _Track:
    """A track of a draft, checked."""

    kind: int
    role: str
    meta: Mapping[str, Any]
    segments: tuple[_Segment, ...]


def compile_draft(
    draft: Any, output: Mapping[str, Any], assets: Mapping[str, Asset]
) -> tuple[dict[str, Any], str]:
    """Return `(render job without output and home, name of the file)`.

    `output` may name a `clip` and a `language`, for a draft that holds several. Raises Refusal (400).
    """
    tracks = _chosen(_tracks(draft), output)
    picture = [_picture(s, t, assets) for t in tracks if t.role == "picture" for s in t.segments]
    sounds = [t for t in tracks if t.kind == TrackType.AUDIO]
    audio = [window for track in sounds for window in _windows(track, assets)]
    if not picture and not audio:
        raise bad_request("The draft has nothing to show or to hear. Upload a clip first.")
    length = sum(p["out_s"] - p["in_s"] for p in picture) or max(
        w["start_s"] + w["out_s"] - w["in_s"] for w in audio
    )
    dub = next((t for t in sounds if t.role == "dub"), None)
    language = dub.meta.get("language") if dub else None
    job = {
        "kind": "render",
        "picture": picture,
        "duration_s": round(length, 3),
        "audio": [window for window in audio if window["start_s"] < length],
        "titles": [
            {"text": text, "start_s": s.start_s, "end_s": min(s.start_s + s.length_s, length)}
            for t in tracks
            if t.role == "title"
            for s in t.segments
            if (text := _text(s)) and s.start_s < length
        ],
        "subtitles": _subtitles(tracks, length),
        "aspect": _aspect(tracks, draft),
        "format": _one_of("format", output.get("format", "mp4"), _FORMATS),
        "quality": _one_of("quality", output.get("quality", "high"), _QUALITIES),
        "audio_language": language,
        "loudness_lufs": -16.0,
    }
    return job, _name(tracks, draft, language)


def _tracks(draft: Any) -> list[_Track]:
    if not isinstance(draft, dict) or not isinstance(draft.get("t"), list):
        raise bad_request(
            "The draft is not an object with a list of tracks. Send the draft of the session's state."
        )
    tracks: list[_Track] = []
    count = 0
    for track in draft["t"]:
        segments = track.get("sg") if isinstance(track, dict) else None
        if not isinstance(segments, list):
            raise bad_request("A track of the draft has no list of segments.")
        count += len(segments)
        if count > _MOST_SEGMENTS:
            raise bad_request(f"The draft has more than {_MOST_SEGMENTS} segments.")
        meta = _meta(track)
        kind = track.get("tt")
        tracks.append(_Track(kind, _role(kind, meta), meta, tuple(_segments(segments))))
    return tracks


def _meta(part: Mapping[str, Any]) -> dict[str, Any]:
    meta = part.get("m")
    return meta if isinstance(meta, dict) else {}


def _role(kind: Any, meta: Mapping[str, Any]) -> str:
    usual = {TrackType.VIDEO: "picture", TrackType.AUDIO: "original", TrackType.TEXT: "title"}
    if kind not in usual:
        raise bad_request("A track of the draft is neither video (0), audio (1) nor text (7).")
    return str(meta.get("role") or usual[kind])


def _segments(segments: list[Any]) -> Iterator[_Segment]:
    after = 0.0
    for segment in segments:
        if not isinstance(segment, dict):
            raise bad_request("A segment of the draft is not an object.")
        meta = _meta(segment)
        start = _seconds(meta["start_ms"]) if "start_ms" in meta else after
        length = _seconds(segment.get("d"))
        after = start + length
        if after > _MOST_SECONDS:
            raise bad_request("The draft is longer than a day.")
        yield _Segment(start, length, _seconds(meta.get("in_ms", 0)), meta)


def _seconds(value_ms: Any) -> float:
    """Return milliseconds of a draft in seconds. Raises Refusal for anything but a number from 0 to a day."""
    is_number = (
        isinstance(value_ms, int | float) and not isinstance(value_ms, bool) and math.isfinite(value_ms)
    )
    if not is_number or not 0 <= value_ms <= _MOST_SECONDS * 1000:
        raise bad_request("A time in the draft is not a number of milliseconds between 0 and a day.")
    return float(value_ms) / 1000


def _chosen(tracks: list[_Track], output: Mapping[str, Any]) -> list[_Track]:
    """Keep the tracks of one clip and of one language."""
    if clip := output.get("clip"):
        tracks = [t for t in tracks if t.meta.get("clip") in (None, clip)]
    if language := output.get("language"):
        tracks = [
            t for t in tracks if t.role not in ("dub", "subtitles") or t.meta.get("language") == language
        ]
    clips = {str(t.meta["clip"]) for t in tracks if t.meta.get("clip")}
    if len(clips) > 1:
        raise bad_request(
            f"The draft holds {len(clips)} clips, and an export is of one. Send the tracks of one clip, "
            "or name it in output.clip."
        )
    dubs = [str(t.meta.get("language")) for t in tracks if t.role == "dub"]
    if len(dubs) > 1:
        raise bad_request(
            f"The draft holds {len(dubs)} dubs ({', '.join(dubs)}), and an export speaks one language. Send the tracks "
            "of one, or name it in output.language."
        )
    return tracks


def _source(segment: _Segment, track: _Track, assets: Mapping[str, Asset]) -> Asset:
    asset = assets.get(str(segment.meta.get("source") or track.meta.get("source")))
    if asset is None:
        raise bad_request(
            "The draft uses a file that is not part of this session. Send the draft of the session's state."
        )
    return asset


def _cut(segment: _Segment, asset: Asset) -> tuple[str, float, float]:
    """Return `(path, in_s, out_s)` inside the file."""
    path, duration = asset
    out = segment.in_s + segment.length_s
    if duration:
        if segment.in_s >= duration:
            raise bad_request("A segment of the draft starts after the end of its file.")
        if out > duration + _SLACK_S:
            raise bad_request("A segment of the draft reaches beyond the end of its file.")
        out = min(out, duration)
    return str(path), round(segment.in_s, 4), round(out, 4)


def _picture(segment: _Segment, track: _Track, assets: Mapping[str, Asset]) -> dict[str, Any]:
    path, first, last = _cut(segment, _source(segment, track, assets))
    return {"source": path, "in_s": first, "out_s": last}


def _windows(track: _Track, assets: Mapping[str, Asset]) -> list[dict[str, Any]]:
    """Return the stretches of sound of a track; those that go on in the same file become one.

    A dub's lines lie in one stem: where two of them meet or overlap, playing both windows would double the sound.
    """
    windows: list[dict[str, Any]] = []
    for segment in sorted(track.segments, key=lambda s: s.start_s):
        path, first, last = _cut(segment, _source(segment, track, assets))
        volume = _volume(segment.meta.get("volume", track.meta.get("volume", 1.0)))
        window: dict[str, Any] = {
            "source": path,
            "start_s": segment.start_s,
            "in_s": first,
            "out_s": last,
            "volume": volume,
            "role": track.role if track.role in ("bed", "dub") else "original",
            "duck": bool(track.meta.get("duck", False)),
        }
        if windows and _goes_on(windows[-1], window):
            windows[-1]["out_s"] = max(windows[-1]["out_s"], last)
        elif last > first and volume > 0:
            windows.append(window)
    return windows


def _goes_on(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    same = all(before[key] == after[key] for key in ("source", "volume"))
    aligned = abs((before["start_s"] - before["in_s"]) - (after["start_s"] - after["in_s"])) <= _TOUCHING_S
    return same and aligned and bool(after["in_s"] <= before["out_s"] + _TOUCHING_S)


def _volume(value: Any) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= _MOST_VOLUME:
        raise bad_request(f"A volume in the draft is not a number from 0 to {_MOST_VOLUME:g}.")
    return float(value)


def _text(segment: _Segment) -> str:
    text = segment.meta.get("text", "")
    if not isinstance(text, str) or len(text) > _MOST_TEXT:
        raise bad_request(f"A text in the draft is not a string of at most {_MOST_TEXT} characters.")
    return text.strip()


def _subtitles(tracks: list[_Track], length: float) -> dict[str, Any] | None:
    track = next((t for t in tracks if t.role == "subtitles"), None)
    if track is None:
        return None
    return {
        "language": track.meta.get("language"),
        "mode": _one_of("subtitle mode", track.meta.get("mode", "track"), _MODES),
        "cues": [
            {"start_s": s.start_s, "end_s": min(s.start_s + s.length_s, length), "text": text}
            for s in track.segments
            if (text := _text(s)) and s.start_s < length
        ],
    }


def _aspect(tracks: list[_Track], draft: Mapping[str, Any]) -> str | None:
    meta = _meta(draft)
    aspect = next(
        (t.meta["aspect"] for t in tracks if t.role == "picture" and t.meta.get("aspect")), meta.get("aspect")
    )
    if aspect is None:
        return None
    across, colon, down = str(aspect).partition(":")
    if (
        not colon
        or not across.isdecimal()
        or not down.isdecimal()
        or not 0 < int(across) * int(down) < _MOST_ASPECT
    ):
        raise bad_request("The aspect ratio in the draft is not of the form 9:16.")
    return str(aspect)


def _one_of(what: str, value: Any, known: tuple[str, ...]) -> str:
    if value not in known:
        raise bad_request(f"The {what} “{str(value)[:40]}” is not known here. Use {' or '.join(known)}.")
    return str(value)


def _name(tracks: list[_Track], draft: Mapping[str, Any], language: str | None) -> str:
    meta = _meta(draft)
    clip = next(
        (str(t.meta["clip"]) for t in tracks if t.meta.get("clip")), str(meta.get("title") or "video")
    )
    stem = Path(clip).stem.replace("/", " ") or "video"
    return f"{stem}.{language}.mp4" if language else f"{stem}.mp4"
