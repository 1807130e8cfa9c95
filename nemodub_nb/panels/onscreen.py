"""What the timeline says of one clip's picture and words, as a player and an export need it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb import languages, timeline
from nemodub_nb.project.recovery import fingerprint
from nemodub_nb.project.safe import plain
from nemodub_nb.timeline.draft import number_of, raw_tracks

if TYPE_CHECKING:
    from nemodub_nb.project import Clip, Export

_SAME_LENGTH_S: Final = 0.5
_LONGEST: Final = 40


def aspect(draft: Any, clip: Clip | None) -> str | None:
    """Return the shape that the timeline gives the picture, None where it says nothing."""
    metas = (track.extra.get("m") for track in _tracks(draft, clip, "picture"))
    return next(
        (
            plain(str(meta["aspect"]), _LONGEST)
            for meta in metas
            if isinstance(meta, dict) and "aspect" in meta
        ),
        None,
    )


def loudness(draft: Any, clip: Clip | None) -> float | None:
    """Return what the timeline says an export is brought to, None where it says nothing."""
    metas = (
        track.extra.get("m") for role in ("dub", "bed", "original") for track in _tracks(draft, clip, role)
    )
    said = (number_of(meta.get("loudness_lufs")) for meta in metas if isinstance(meta, dict))
    return next((value for value in said if value is not None), None)


def burned(draft: Any, clip: Clip | None, language: str) -> bool:
    """Tell whether the subtitles of a language are part of the picture."""
    return any(t.mode == "burned" and t.language == language for t in _tracks(draft, clip, "subtitles"))


def spoken(draft: Any, clip: Clip | None) -> str | None:
    """Return the language that the clip itself speaks."""
    named = next((track.language for track in _tracks(draft, clip, "transcript")), None)
    return named and plain(named, _LONGEST)


def language(draft: Any, clip: Clip | None) -> str | None:
    """Return the language that was heard in a clip; read often, so the draft is not decoded for it."""
    if clip is None or not isinstance(draft, Mapping):
        return None
    for meta in (track.get("m") for track in raw_tracks(draft)):
        if isinstance(meta, Mapping) and meta.get("role") == "transcript" and meta.get("clip") == clip.name:
            try:
                return languages.parse(str(meta.get("language")))
            except languages.UnknownLanguageError:
                return None
    return None


def scripts(draft: Any, clip: Clip | None) -> list[str]:
    """Return the languages whose lines are written and not spoken."""
    return [track.language for track in _tracks(draft, clip, "script") if track.language and track.segments]


def heard(draft: Any, clip: Clip | None) -> list[timeline.Cue]:
    """Return what the clip itself says; nothing once the timeline is cut, for its times are no longer the clip's."""
    if clip is None or clip.duration_s is None:
        return []
    ends_s = max((track.end_ms for track in _tracks(draft, clip, "picture")), default=0) / 1000
    if abs(ends_s - clip.duration_s) > _SAME_LENGTH_S:
        return []
    return [
        timeline.Cue(segment.start_ms / 1000, segment.end_ms / 1000, segment.text)
        for track in _tracks(draft, clip, "transcript")
        for segment in track.segments
        if segment.text
    ]


def mark(draft: Any, export: Export) -> str:
    """Return what an export shows of the timeline, as something to compare."""
    holds = export.language or export.languages or None
    chosen = timeline.select(draft, export.clip, holds) if isinstance(draft, dict) else draft
    return hashlib.sha256(fingerprint(chosen).encode(errors="replace")).hexdigest()


def _tracks(draft: Any, clip: Clip | None, role: str) -> list[timeline.Track]:
    name = clip.name if clip else None
    return [
        track for track in timeline.decode(draft).tracks if track.role == role and name in (None, track.clip)
    ]
