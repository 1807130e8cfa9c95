"""Which clips and languages a draft holds, as the drafts that one render of each takes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from .draft import decode, raw_tracks

LANGUAGE_ROLES: Final = frozenset({"dub", "subtitles"})
"""Tracks of which each language has its own."""


def ready_to_export(draft: object) -> bool:
    """Tell whether some track has a segment; XML drafts count when they hold a clip."""
    decoded = decode(draft)
    if decoded.xml is not None:
        return "<clip" in decoded.xml
    return any(track.segments for track in decoded.tracks)


def clips(draft: object) -> list[str]:
    """Return the names of the clips whose tracks the draft holds, in its order."""
    return list(dict.fromkeys(track.clip for track in decode(draft).tracks if track.clip and track.segments))


def languages(draft: object, clip: str | None = None) -> list[str]:
    """Return the languages that the draft dubs or subtitles into, dubbed ones first, for one clip or for all."""
    tracks = [
        track
        for track in decode(draft).tracks
        if track.language and track.role in LANGUAGE_ROLES and track.segments and clip in (None, track.clip)
    ]
    tracks.sort(key=lambda track: track.role != "dub")
    return list(dict.fromkeys(track.language for track in tracks if track.language))


def select(
    draft: dict[str, Any], clip: str | None = None, language: str | Collection[str] | None = None
) -> dict[str, Any]:
    """Return the draft that renders one clip in one language, or in those of a collection.

    Tracks of other clips and the dubs and subtitles of other languages are left out; everything else, unknown keys
    included, stays as it is. The length is measured again when another clip's tracks went. The input is not changed.
    """
    wanted = {None, language} if language is None or isinstance(language, str) else {None, *language}
    kept = [
        raw
        for raw, track in zip(raw_tracks(draft), decode(draft).tracks, strict=True)
        if (clip is None or track.clip in (None, clip))
        and (language is None or track.role not in LANGUAGE_ROLES or track.language in wanted)
    ]
    selected = {**draft, "t": kept}
    if clip is not None and "d" in draft and set(clips(draft)) - {clip}:
        selected["d"] = round(max((track.end_ms for track in decode({"t": kept}).tracks), default=0.0))
    return selected
