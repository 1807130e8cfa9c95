"""Turns a submitted draft into the engine's render job; whatever cannot be meant is refused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemodub_nb.contract import TrackType
from nemodub_nb.fitting import slowed_pieces
from nemodub_nb.local.server.answers import bad_request
from nemodub_nb.local.server.export_slowed import slow_of, slowed_time
from nemodub_nb.local.server.export_sounds import compile_sounds, cut, source_of
from nemodub_nb.local.server.export_tracks import Asset, Segment, Track
from nemodub_nb.local.server.output import Output, one_of, read_output
from nemodub_nb.presets import TOGETHER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nemodub_nb.fitting import SlowedTime

_MOST_SECONDS = 24 * 3600.0
_MOST_SEGMENTS = 100_000
_MOST_TEXT = 2000
_MOST_ASPECT = 10_000
_MODES = ("track", "burned", "off")
_OF_LANGUAGES = frozenset({"dub", "subtitles"})


def compile_draft(
    draft: Any, output: Mapping[str, Any], assets: Mapping[str, Asset]
) -> tuple[dict[str, Any], str]:
    """Return `(render job without output and home, name of the file)`.

    `output` may name a `clip` and a `language`, for a draft that holds several; see Output. Raises Refusal (400).
    """
    wanted = read_output(output)
    tracks = _chosen(_tracks(draft), wanted)
    time = slowed_time(tracks, wanted)
    picture = [_picture(s, t, assets) for t in tracks if t.role == "picture" for s in t.segments]
    sounds = compile_sounds(tracks, wanted, time, assets)
    windows = [window for sound in sounds for window in sound["audio"]]
    if not windows and not (picture and wanted.format.picture):
        raise bad_request("The draft has nothing to show or to hear. Upload a clip first.")
    shown = sum(p["out_s"] - p["in_s"] for p in picture)
    length = time.shown_s(shown) or max(_end_s(window) for window in windows)
    for sound in sounds:
        sound["audio"] = [window for window in sound["audio"] if window["start_s"] < length]
    texts = [_subtitles(t, length, wanted, time) for t in tracks if t.role == "subtitles"]
    job = {
        "kind": "render",
        "picture": [piece for part, at_s in _in_turn(picture) for piece in slowed_pieces(part, at_s, time)],
        "duration_s": round(length, 3),
        "titles": [cue for t in tracks if t.role == "title" for cue in _cues(t, length, time)],
        "aspect": wanted.aspect or _aspect(tracks, draft),
        "format": wanted.format.name,
        "quality": wanted.quality,
    }
    if wanted.together:
        return {**job, "sounds": sounds, "subtitles": texts}, _name(tracks, draft, TOGETHER, wanted)
    (sound,) = sounds
    job |= {
        "audio": sound["audio"],
        "audio_language": sound["language"],
        "loudness_lufs": sound["loudness_lufs"],
        "subtitles": texts[0] if texts else None,
    }
    return job, _name(tracks, draft, sound["language"], wanted)


def _tracks(draft: Any) -> list[Track]:
    if not isinstance(draft, dict) or not isinstance(draft.get("t"), list):
        raise bad_request(
            "The draft is not an object with a list of tracks. Send the draft of the session's state."
        )
    tracks: list[Track] = []
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
        role = _role(kind, meta)
        tracks.append(Track(kind, role, meta, tuple(_segments(segments, role))))
    return tracks


def _meta(part: Mapping[str, Any]) -> dict[str, Any]:
    meta = part.get("m")
    return meta if isinstance(meta, dict) else {}


def _role(kind: Any, meta: Mapping[str, Any]) -> str:
    usual = {TrackType.VIDEO: "picture", TrackType.AUDIO: "original", TrackType.TEXT: "title"}
    if kind not in usual:
        raise bad_request("A track of the draft is neither video (0), audio (1) nor text (7).")
    return str(meta.get("role") or usual[kind])


def _segments(segments: list[Any], role: str) -> Iterator[Segment]:
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
        slow = slow_of(meta.get("slow", 1.0)) if role == "dub" else 1.0
        yield Segment(start, length, _seconds(meta.get("in_ms", 0)), meta, slow)


def _seconds(value_ms: Any) -> float:
    """Return milliseconds of a draft in seconds. Raises Refusal for anything but a number from 0 to a day."""
    is_number = (
        isinstance(value_ms, int | float) and not isinstance(value_ms, bool) and math.isfinite(value_ms)
    )
    if not is_number or not 0 <= value_ms <= _MOST_SECONDS * 1000:
        raise bad_request("A time in the draft is not a number of milliseconds between 0 and a day.")
    return float(value_ms) / 1000


def _chosen(tracks: list[Track], wanted: Output) -> list[Track]:
    """Keep the tracks of one clip and of the languages that are asked for, those in the order that is asked for."""
    if wanted.clip:
        tracks = [t for t in tracks if t.meta.get("clip") in (None, wanted.clip)]
    asked = wanted.languages if wanted.together else ((wanted.language,) if wanted.language else ())
    if asked:
        tracks = [t for t in tracks if t.role not in _OF_LANGUAGES or t.meta.get("language") in asked]
    if wanted.together:
        place = {tag: number for number, tag in enumerate(asked)}
        tracks.sort(key=lambda t: place.get(str(t.meta.get("language")), 0) if t.role in _OF_LANGUAGES else 0)
    clips = {str(t.meta["clip"]) for t in tracks if t.meta.get("clip")}
    if len(clips) > 1:
        raise bad_request(
            f"The draft holds {len(clips)} clips, and an export is of one. Send the tracks of one clip, "
            "or name it in output.clip."
        )
    dubs = [str(t.meta.get("language")) for t in tracks if t.role == "dub"]
    if missing := set(wanted.languages).difference(dubs):
        raise bad_request(f"The draft holds no dub into {', '.join(sorted(missing))}.")
    if len(dubs) > 1 and not wanted.together:
        raise bad_request(
            f"The draft holds {len(dubs)} dubs ({', '.join(dubs)}), and an export speaks one language. Send the tracks "
            "of one, name it in output.language, or ask for all in one file with output.together."
        )
    return tracks


def _picture(segment: Segment, track: Track, assets: Mapping[str, Asset]) -> dict[str, Any]:
    path, first, last = cut(segment, source_of(segment, track, assets))
    return {"source": path, "in_s": first, "out_s": last}


def _in_turn(picture: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], float]]:
    """Give each part of the picture with its place on the timeline."""
    at_s = 0.0
    for part in picture:
        yield part, at_s
        at_s += part["out_s"] - part["in_s"]


def _end_s(window: Mapping[str, Any]) -> float:
    seconds: float = (window["out_s"] - window["in_s"]) * window.get("slow", 1.0)
    return float(window["start_s"]) + seconds


def _text(segment: Segment) -> str:
    text = segment.meta.get("text", "")
    if not isinstance(text, str) or len(text) > _MOST_TEXT:
        raise bad_request(f"A text in the draft is not a string of at most {_MOST_TEXT} characters.")
    return text.strip()


def _subtitles(track: Track, length: float, wanted: Output, time: SlowedTime) -> dict[str, Any]:
    mode = one_of("subtitle mode", track.meta.get("mode", "track"), _MODES)
    return {
        "language": track.meta.get("language"),
        # One picture cannot have the words of several languages upon it.
        "mode": "track" if wanted.together and mode == "burned" else mode,
        "cues": _cues(track, length, time),
    }


def _cues(track: Track, length: float, time: SlowedTime) -> list[dict[str, Any]]:
    """Return the texts of a track that are shown, on the video's time."""
    return [
        {"start_s": start_s, "end_s": min(time.shown_s(s.start_s + s.length_s), length), "text": text}
        for s in track.segments
        if (text := _text(s)) and (start_s := time.shown_s(s.start_s)) < length
    ]


def _aspect(tracks: list[Track], draft: Mapping[str, Any]) -> str | None:
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


def _name(tracks: list[Track], draft: Mapping[str, Any], language: str | None, wanted: Output) -> str:
    meta = _meta(draft)
    clip = next(
        (str(t.meta["clip"]) for t in tracks if t.meta.get("clip")), str(meta.get("title") or "video")
    )
    stem = Path(clip).stem.replace("/", " ") or "video"
    ending = wanted.format.name
    return f"{stem}.{language}.{ending}" if language else f"{stem}.{ending}"
