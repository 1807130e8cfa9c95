"""The draft of a session, derived from its clips, their plans and their dubs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nemodub_nb.contract import TrackType
from nemodub_nb.fitting import SlowedTime
from nemodub_nb.languages import english_name
from nemodub_nb.local.agent import ranges

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nemodub_nb.local.agent.plan import ClipPlan
    from nemodub_nb.local.agent.ranges import Ranges
    from nemodub_nb.local.store import Clip

Json = dict[str, Any]
IMAGE_S = 5.0
"""How long a still image stands."""


@dataclass(frozen=True)
class ClipView:
    """One clip with all that its tracks come from."""

    clip: Clip
    """The file."""
    plan: ClipPlan
    """What is wanted of it."""
    analysis: Mapping[str, Any] | None = None
    """What was heard, and the bed's asset id."""
    dubs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Language -> the engine's result, its stem as an asset id."""
    scripts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Language -> its script, for those that are to be reviewed."""

    @property
    def parts(self) -> Ranges:
        """The kept parts of the source."""
        return self.plan.parts(self.clip.duration_s or IMAGE_S)

    @property
    def dubbed(self) -> tuple[str, ...]:
        """The languages that are wanted and there."""
        return tuple(tag for tag in self.plan.languages if tag in self.dubs)


def build(task_name: str, views: Sequence[ClipView], current: str | None = None) -> Json:
    """Return the draft; `current` names the clip whose picture gives the canvas. Pure."""
    tracks = [track for view in views for track in _tracks(view)]
    total_ms = max((_ms(ranges.length(view.parts)) for view in views), default=0)
    shown = next((view for view in views if view.clip.name == current), views[-1] if views else None)
    width, height = canvas(shown) if shown else (0, 0)
    return {"t": tracks, "d": total_ms, "m": {"title": task_name, "width": width, "height": height}}


def canvas(view: ClipView) -> tuple[int, int]:
    """Return the size of the picture that an export of the clip has, in pixels; zeros without a picture."""
    width, height = view.clip.width, view.clip.height
    if not view.plan.aspect or not width or not height:
        return width, height
    across, down = (int(part) for part in view.plan.aspect.split(":"))
    short = min(width, height)
    if across >= down:
        return _even(short * across / down), _even(short)
    return _even(short), _even(short * down / across)


def _even(value: float) -> int:
    return max(2, round(value / 2) * 2)


def _ms(value_s: float) -> int:
    return round(value_s * 1000)


def _tracks(view: ClipView) -> Iterable[Json]:
    clip, plan = view.clip, view.plan
    if clip.kind != "audio":
        picture: Json = {"role": "picture", "name": clip.name}
        if plan.aspect:
            picture["aspect"] = plan.aspect
        yield _track(view, TrackType.VIDEO, picture, _source_segments(view, clip.file.asset_id))
    if clip.has_audio:
        yield _sound(view)
    for language in view.dubbed:
        yield _dub(view, language)
    if view.analysis is not None:
        heard = view.analysis["transcript"]
        meta = {"role": "transcript", "language": view.analysis["source_language"], "name": "Transcript"}
        yield _track(view, TrackType.TEXT, meta, _text_segments(view, heard, number="index"))
    for language, script in view.scripts.items():
        meta = {"role": "script", "language": language, "name": f"{english_name(language)} script"}
        yield _track(view, TrackType.TEXT, meta, _script_segments(view, script["lines"]))
    for language in view.dubbed:
        meta = {
            "role": "subtitles",
            "language": language,
            "name": f"{english_name(language)} subtitles",
            "mode": plan.subtitles,
        }
        yield _track(view, TrackType.TEXT, meta, _text_segments(view, view.dubs[language]["cues"]))
    if plan.titles:
        titles = [{"start_s": t.start_s, "end_s": t.end_s, "text": t.text} for t in plan.titles]
        yield _track(view, TrackType.TEXT, {"role": "title", "name": "Titles"}, _text_segments(view, titles))


def _track(view: ClipView, kind: TrackType, meta: Json, segments: list[Json]) -> Json:
    return {"tt": int(kind), "sg": segments, "m": {**meta, "clip": view.clip.name}}


def _sound(view: ClipView) -> Json:
    """Return the track of what is heard besides the dub: the bed where the voice is out, else the clip's own sound."""
    plan = view.plan
    bed = view.analysis and view.analysis.get("bed")
    if not view.dubbed:
        meta: Json = {"role": "original", "name": "Original sound", "volume": plan.background}
        source = view.clip.file.asset_id
    elif plan.original == "remove" and bed:
        meta = {"role": "bed", "name": "Music and effects", "volume": plan.background}
        meta["original"] = view.clip.file.asset_id
        source = bed
    else:
        meta = {"role": "original", "name": "Original sound", "volume": plan.background}
        source = view.clip.file.asset_id
        if plan.original != "keep":
            meta["duck"] = True
    meta |= {"source": source, **_loudness(plan)}
    return _track(view, TrackType.AUDIO, meta, _source_segments(view, source))


def _loudness(plan: ClipPlan) -> Json:
    """Return what an export is brought to, where something was said about it."""
    return {} if plan.loudness_lufs is None else {"loudness_lufs": plan.loudness_lufs}


def _source_segments(view: ClipView, source: str) -> list[Json]:
    return [
        _segment(at, first, last, {"name": view.clip.name, "source": source})
        for at, first, last in ranges.windows(view.parts, 0.0, math.inf)
    ]


def _segment(at: float, first: float, last: float, meta: Json) -> Json:
    # Rounded outwards, so that a word's last millisecond is not lost.
    start_ms, in_ms = _floor_ms(at), _floor_ms(first)
    return {"d": math.ceil(last * 1000 - 1e-6) - in_ms, "m": {"start_ms": start_ms, "in_ms": in_ms, **meta}}


def _floor_ms(value_s: float) -> int:
    return math.floor(value_s * 1000 + 1e-6)


def _dub(view: ClipView, language: str) -> Json:
    """Return a language's voice. All times are the clip's own, cut as the others are; only `in_ms` is the stem's.

    A segment's `slow` says that an export in this language shows what lies under it so many times as long.
    """
    dub = view.dubs[language]
    meta = {
        "role": "dub",
        "language": language,
        "name": f"{english_name(language)} dub",
        "volume": view.plan.dub_volume,
        "source": dub["stem"],
        "voice": dub["voice"],
        **_loudness(view.plan),
    }
    time = SlowedTime.of((row["start_s"], row["end_s"], row.get("slow", 1.0)) for row in dub["lines"])
    segments = [
        _segment(
            at,
            first,
            last,
            {
                "text": row["text"],
                "source": dub["stem"],
                "in_ms": _floor_ms(time.shown_s(first)),
                **({"slow": row["slow"]} if row.get("slow", 1.0) > 1 else {}),
                "report": row,
            },
        )
        for row in dub["lines"]
        for at, first, last in _heard(view, row)
    ]
    return _track(view, TrackType.AUDIO, meta, segments)


def _heard(view: ClipView, row: Mapping[str, Any]) -> Iterable[tuple[float, float, float]]:
    """Return where a line of a dub is heard; one that nobody speaks stays on the timeline at its source's place."""
    silent = row["end_s"] <= row["start_s"] and "source_start_s" in row
    start_s, end_s = (row[f"source_{edge}"] if silent else row[edge] for edge in ("start_s", "end_s"))
    return ranges.windows(view.parts, start_s, end_s)


def _text_segments(view: ClipView, lines: Iterable[Mapping[str, Any]], number: str = "") -> list[Json]:
    """Return segments of texts; `number` names the field that holds a line's number, where lines have one."""
    return [
        {
            "d": max(1, _ms(at + last - first) - _ms(at)),
            "m": {
                "start_ms": _ms(at),
                "text": line["text"],
                **({"line": line[number]} if number else {}),
                **({"speaker": line["speaker"]} if line.get("speaker") else {}),
            },
        }
        for line in lines
        for at, first, last in ranges.windows(view.parts, line["start_s"], line["end_s"])
    ]


def _script_segments(view: ClipView, rows: Iterable[Mapping[str, Any]]) -> list[Json]:
    return [
        {
            "d": max(1, _ms(at + last - first) - _ms(at)),
            "m": {"start_ms": _ms(at), "text": row["text"], "report": row},
        }
        for row in rows
        for at, first, last in ranges.windows(view.parts, row["source_start_s"], row["source_end_s"])
    ]
