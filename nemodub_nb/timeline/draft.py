"""Decodes a session's draft, whose format is only partly known, without ever refusing one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from nemodub_nb.contract import TrackType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KINDS: Final = {TrackType.VIDEO: "video", TrackType.AUDIO: "audio", TrackType.TEXT: "text"}
_DRAFT_KEYS: Final = frozenset({"t", "d", "m"})
_TRACK_KEYS: Final = frozenset({"tt", "sg", "m"})
_TRACK_META: Final = frozenset(
    {"role", "language", "name", "volume", "clip", "source", "mode", "duck"},
)
SEGMENT_KEYS: Final = frozenset({"d", "m"})
SEGMENT_META: Final = frozenset(
    {"start_ms", "in_ms", "text", "name", "source", "volume", "slow", "report", "line"}
)
_NOTHING: Final[dict[str, Any]] = {}
_SAFE: Final = 2**53
"""Integers below it are floats without a loss, and need no further look."""
_ABSURD: Final = 1e300
"""Numbers from here on could add up to infinity."""
_NUMBERS: Final = (int, float)  # a tuple: `int | float` is built anew at each of thousands of calls


class Segment(NamedTuple):
    """One piece of a track. A tuple, because drafts hold thousands of them."""

    start_ms: float
    duration_ms: float
    meta: dict[str, Any]
    """The segment's `m` as it came, unknown keys included."""
    raw: dict[str, Any]
    """The whole segment as it came."""

    @property
    def end_ms(self) -> float:
        """The position on the timeline where the segment ends, in milliseconds."""
        return self.start_ms + self.duration_ms

    @property
    def text(self) -> str | None:
        """The words of a title, a subtitle or a dubbed line."""
        return text_of(self.meta.get("text"))


@dataclass(frozen=True, slots=True)
class Track:
    """One track of a draft. What the server did not say is None."""

    number: int
    """The position in the draft, from 1."""
    type: int | None
    """The `tt` of the draft: 0 video, 1 audio, 7 text."""
    role: str | None = None
    language: str | None = None
    name: str | None = None
    volume: float | None = None
    """Linear: 1.0 is unchanged."""
    clip: str | None = None
    """The clip that the track belongs to, as the server named it."""
    source: str | None = None
    mode: str | None = None
    """For subtitles: track, burned or off."""
    duck: bool | None = None
    """True when the track is lowered under the dub."""
    segments: tuple[Segment, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Unknown keys of the track; those of its `m` under "m"."""

    @property
    def kind(self) -> str:
        """The type in a word: video, audio, text or `type N`."""
        return kind(self.type)

    @property
    def start_ms(self) -> float:
        """Where the first segment starts, in milliseconds."""
        return min((segment.start_ms for segment in self.segments), default=0.0)

    @property
    def end_ms(self) -> float:
        """Where the last segment ends, in milliseconds."""
        return max((segment.end_ms for segment in self.segments), default=0.0)


@dataclass(frozen=True, slots=True)
class Draft:
    """A decoded draft: tracks, length and whatever else the server said."""

    tracks: tuple[Track, ...] = ()
    duration_ms: float | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    """The draft's `m` as it came: title, width, height and unknown keys."""
    xml: str | None = None
    """The text of a draft in the newer XML format, which is shown and not parsed."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Unknown keys of the draft."""

    @property
    def end_ms(self) -> float:
        """The length that the draft states, else where its last track ends, in milliseconds."""
        if self.duration_ms is not None:
            return self.duration_ms
        return max((track.end_ms for track in self.tracks), default=0.0)


def decode(draft: object) -> Draft:
    """Decode a draft of any shape: a dict, XML text or nothing. Never raises."""
    if isinstance(draft, Draft):
        return draft
    if isinstance(draft, str):
        return Draft(xml=draft)
    if not isinstance(draft, dict):
        return Draft()
    tracks = tuple(_track(number, raw) for number, raw in enumerate(raw_tracks(draft), start=1))
    meta = draft.get("m")
    return Draft(
        tracks=tracks,
        duration_ms=number_of(draft.get("d")),
        meta=meta if isinstance(meta, dict) else _NOTHING,
        extra=unknown(draft, _DRAFT_KEYS),
    )


def raw_tracks(draft: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the tracks of a dict draft as they came; what is no object is left out."""
    tracks = draft.get("t")
    return [track for track in tracks if isinstance(track, dict)] if isinstance(tracks, list) else []


def kind(type_: int | None) -> str:
    """Return a track type in a word."""
    if type_ is None:
        return "unknown"
    return KINDS.get(TrackType(type_), "") if type_ in KINDS else f"type {type_}"


def number_of(value: object) -> float | None:
    """Return a number as a float; None for anything else, NaN and infinity included."""
    if isinstance(value, bool) or not isinstance(value, _NUMBERS):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if abs(number) < _ABSURD else None


def text_of(value: object) -> str | None:
    """Return a string as it is, anything else as None."""
    return value if isinstance(value, str) else None


def unknown(raw: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """Return the keys of a raw object that this module does not know."""
    return {} if raw.keys() <= known else {key: value for key, value in raw.items() if key not in known}


def unknown_in(raw: Mapping[str, Any], keys: frozenset[str], meta_keys: frozenset[str]) -> dict[str, Any]:
    """Return the unknown keys of a track or segment; those of its `m` under "m"."""
    found = unknown(raw, keys)
    meta = raw.get("m")
    if isinstance(meta, dict):
        if rest := unknown(meta, meta_keys):
            found["m"] = rest
    elif meta is not None:
        found["m"] = meta
    return found


def _track(number: int, raw: dict[str, Any]) -> Track:
    meta = raw.get("m")
    known = meta if isinstance(meta, dict) else _NOTHING
    type_ = raw.get("tt")
    duck = known.get("duck")
    return Track(
        number=number,
        type=type_ if isinstance(type_, int) and not isinstance(type_, bool) else None,
        role=text_of(known.get("role")),
        language=text_of(known.get("language")),
        name=text_of(known.get("name")),
        volume=number_of(known.get("volume")),
        clip=text_of(known.get("clip")),
        source=text_of(known.get("source")),
        mode=text_of(known.get("mode")),
        duck=duck if isinstance(duck, bool) else None,
        segments=tuple(_segments(raw.get("sg"))),
        extra=unknown_in(raw, _TRACK_KEYS, _TRACK_META),
    )


def _segments(raw_segments: object) -> Iterator[Segment]:
    """Place the segments: by their own start, else one after the other from 0."""
    cursor: float = 0
    make = (
        tuple.__new__
    )  # a draft has thousands of segments: the named tuple's own constructor costs twice as much
    for raw in raw_segments if isinstance(raw_segments, list) else ():
        if not isinstance(raw, dict):
            continue
        meta = raw.get("m")
        if not isinstance(meta, dict):
            meta = _NOTHING
        start = meta.get("start_ms")
        if type(start) is not int or not -_SAFE < start < _SAFE:
            start = number_of(start)
            if start is None:
                start = cursor
        duration = raw.get("d")
        if type(duration) is not int or not -_SAFE < duration < _SAFE:
            duration = number_of(duration) or 0
        yield make(Segment, (start, duration, meta, raw))
        cursor = start + duration
