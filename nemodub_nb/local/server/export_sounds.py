"""The sound tracks of an export: what each language hears, and the clip's own sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nemodub_nb.contract import TrackType
from nemodub_nb.fitting import SlowedTime, slowed_pieces
from nemodub_nb.languages import own_name
from nemodub_nb.local.server.answers import bad_request
from nemodub_nb.local.server.export_tracks import Asset, Segment, Track
from nemodub_nb.local.server.output import Output, loudness
from nemodub_nb.presets import DUB_LUFS

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_VOLUME = 4.0
_SLACK_S = 0.1
"""A segment may reach this far beyond its file: containers round their lengths."""
_TOUCHING_S = 0.002


def compile_sounds(
    tracks: Sequence[Track], wanted: Output, time: SlowedTime, assets: Mapping[str, Asset]
) -> list[dict[str, Any]]:
    """Return the sound tracks on the video's time: one, or one a language with the clip's own at the end.

    Raises Refusal.
    """
    sounds = [track for track in tracks if track.kind == TrackType.AUDIO]
    dubs = [track for track in sounds if track.role == "dub"]
    under = [track for track in sounds if track.role != "dub"]
    if not wanted.together:
        return [_sound(sounds, dubs[0] if dubs else None, wanted, assets, time)]
    made = [_sound([*under, dub], dub, wanted, assets, time) for dub in dubs]
    if wanted.original:
        made.append(_original(tracks, under, wanted, assets))
    return made


def _sound(
    tracks: Sequence[Track],
    dub: Track | None,
    wanted: Output,
    assets: Mapping[str, Asset],
    time: SlowedTime,
) -> dict[str, Any]:
    return {
        "language": dub.meta.get("language") if dub else None,
        "loudness_lufs": _level(tracks, wanted, DUB_LUFS if dub else None),
        "audio": [window for track in tracks for window in _windows(track, assets, time)],
    }


def _original(
    tracks: Sequence[Track], under: Sequence[Track], wanted: Output, assets: Mapping[str, Asset]
) -> dict[str, Any]:
    """Return the clip's own sound as it came, as loud as the dubs beside it."""
    language = next((t.meta.get("language") for t in tracks if t.role == "transcript"), None)
    own = [track for one in under if (track := _as_it_came(one)) is not None]
    if not own:
        raise bad_request("The draft does not hold the clip's own sound.")
    return {
        **_sound(own, None, wanted, assets, SlowedTime()),
        "language": language,
        "title": f"{own_name(language).capitalize()} (original)" if language else "Original",
        "loudness_lufs": _level(under, wanted, DUB_LUFS),
    }


def _as_it_came(track: Track) -> Track | None:
    """Return a track of what is heard under a dub as the clip's own sound; None when it does not say where that is."""
    source = track.meta.get("source") if track.role == "original" else track.meta.get("original")
    if track.role == "original" and source is None:
        return replace(track, meta={**track.meta, "volume": 1.0, "duck": False})
    if source is None:
        return None
    segments = tuple(
        replace(s, meta={key: value for key, value in s.meta.items() if key not in ("source", "volume")})
        for s in track.segments
    )
    meta = {**track.meta, "source": source, "volume": 1.0, "duck": False}
    return Track(track.kind, "original", meta, segments)


def _level(tracks: Sequence[Track], wanted: Output, usual: float | None) -> float | None:
    """Return the loudness that is asked for: by the export, else by the draft, else the usual one."""
    if wanted.loudness_lufs is not None:
        return wanted.loudness_lufs
    said = (level for track in tracks if (level := loudness(track.meta.get("loudness_lufs"))) is not None)
    return next(said, usual)


def source_of(segment: Segment, track: Track, assets: Mapping[str, Asset]) -> Asset:
    """Return the file that a segment shows or plays. Raises Refusal."""
    asset = assets.get(str(segment.meta.get("source") or track.meta.get("source")))
    if asset is None:
        raise bad_request(
            "The draft uses a file that is not part of this session. Send the draft of the session's state."
        )
    return asset


def cut(segment: Segment, asset: Asset) -> tuple[str, float, float]:
    """Return `(path, in_s, out_s)` inside the file. Raises Refusal."""
    path, duration = asset
    out = segment.in_s + segment.length_s * segment.slow
    if duration:
        if segment.in_s >= duration:
            raise bad_request("A segment of the draft starts after the end of its file.")
        if out > duration + _SLACK_S:
            raise bad_request("A segment of the draft reaches beyond the end of its file.")
        out = min(out, duration)
    return str(path), round(segment.in_s, 4), round(out, 4)


def _windows(track: Track, assets: Mapping[str, Asset], time: SlowedTime) -> list[dict[str, Any]]:
    """Return the stretches of sound of a track; those that go on in the same file become one.

    A dub's lines lie in one stem: where two of them meet or overlap, playing both windows would double the sound. What
    is not the dub's is slowed with the picture.
    """
    windows: list[dict[str, Any]] = []
    for segment in sorted(track.segments, key=lambda s: s.start_s):
        path, first, last = cut(segment, source_of(segment, track, assets))
        volume = _volume(segment.meta.get("volume", track.meta.get("volume", 1.0)))
        window: dict[str, Any] = {
            "source": path,
            "start_s": time.shown_s(segment.start_s) if track.role == "dub" else segment.start_s,
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
    if track.role == "dub":
        return windows
    return [piece for window in windows for piece in slowed_pieces(window, window["start_s"], time)]


def _goes_on(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    same = all(before[key] == after[key] for key in ("source", "volume"))
    aligned = abs((before["start_s"] - before["in_s"]) - (after["start_s"] - after["in_s"])) <= _TOUCHING_S
    return same and aligned and bool(after["in_s"] <= before["out_s"] + _TOUCHING_S)


def _volume(value: Any) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= _MOST_VOLUME:
        raise bad_request(f"A volume in the draft is not a number from 0 to {_MOST_VOLUME:g}.")
    return float(value)
