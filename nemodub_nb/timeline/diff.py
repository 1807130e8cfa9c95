"""Finds what changed between two drafts."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

from .changes import Change, Changes
from .draft import SEGMENT_KEYS, SEGMENT_META, decode, unknown_in
from .select import clips
from .summary import counted, describe, label, percent, seconds, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .draft import Draft, Segment, Track

_Key = tuple[str | None, str | None, str | None, int]
_SETTINGS: Final = ("name", "volume", "duck", "source", "mode", "extra")
_SEGMENT_WORDS: Final = {"text": "reworded", "timing": "moved", "other": "changed in other ways"}
_FEW: Final = 3
"""Up to this many new or removed texts are quoted; more are counted."""


def diff(before: object, after: object) -> Changes:
    """Compare two drafts of any shape."""
    old, new = decode(before), decode(after)
    if old.xml is not None or new.xml is not None:
        return _xml_diff(old, new)
    was, now = _keyed(old), _keyed(new)
    several = len({*clips(old), *clips(new)}) > 1
    words: list[str] = []
    rows: list[Change] = []
    for key in dict.fromkeys([*now, *was]):
        for word, row in _track_diff(was.get(key), now.get(key), name_clip=several):
            words.extend([word] if word else [])
            rows.extend([row] if row else [])
    for word, row in _whole_diff(old, new):
        words.append(word)
        rows.append(row)
    return Changes(tuple(words), tuple(rows))


def _xml_diff(old: Draft, new: Draft) -> Changes:
    """Compare as text where one of the two is XML: its meaning is not known."""
    if old == new:
        return Changes()
    row = Change("changed", None, None, None, None, None, "draft", old.xml, new.xml)
    return Changes(("The timeline changed (an XML draft, shown but not read).",), (row,))


def _keyed(draft: Draft) -> dict[_Key, Track]:
    """Index tracks by what they are, so that one keeps its identity when others come and go."""
    seen: Counter[tuple[str | None, str | None, str | None]] = Counter()
    found: dict[_Key, Track] = {}
    for track in draft.tracks:
        what = (track.clip, track.role or track.kind, track.language)
        found[(*what, seen[what])] = track
        seen[what] += 1
    return found


_Finding = tuple[str, Change | None]
"""A sentence (empty when another one tells it) and the row that says the same."""


def _track_diff(was: Track | None, now: Track | None, *, name_clip: bool) -> Iterator[_Finding]:
    track = now or was
    assert track is not None
    if was is None or now is None:
        verb, change = ("Added", "added") if was is None else ("Removed", "removed")
        said = describe(track, name_clip=name_clip)
        before, after = (None, said) if was is None else (said, None)
        yield f"{verb} {said}.", _row(change, track, None, "track", before, after)
        return
    name = f"{label(track)} of {track.clip}" if name_clip and track.clip else label(track)
    for setting in _SETTINGS:
        before, after = getattr(was, setting), getattr(now, setting)
        if before != after:
            yield (
                f"{name}: {_setting_words(setting, before, after)}.",
                _row("changed", now, None, setting, before, after),
            )
    rows = list(_segment_rows(was, now))
    yield from (("", row) for row in rows)
    if rows:
        yield f"{name}: {_segment_words(rows)}.", None


def _row(change: str, track: Track, start_ms: float | None, what: str, before: Any, after: Any) -> Change:
    start_s = None if start_ms is None else start_ms / 1000
    return Change(change, track.clip, label(track), track.role, track.language, start_s, what, before, after)


def _setting_words(setting: str, before: Any, after: Any) -> str:
    if setting == "volume":
        return f"volume {_volume(before)} → {_volume(after)}"
    if setting == "duck":
        return "now low under the dub" if after else "no longer lowered under the dub"
    if setting == "mode":
        return f"{before or 'track'} → {after or 'track'}"
    if setting == "name":
        return f"renamed from “{short(before or '')}” to “{short(after or '')}”"
    return "has a new source" if setting == "source" else "other settings changed"


def _volume(value: float | None) -> str:
    return "unset" if value is None else percent(value)


def _segment_rows(was: Track, now: Track) -> Iterator[Change]:
    """Pair segments by where they start, then by what they hold; the rest came or went."""
    if was.segments == now.segments:
        return
    old, new, pairs = _pair(was.segments, now.segments, lambda segment: segment.start_ms)
    old, new, moved = _pair(old, new, lambda segment: (segment.text, segment.meta.get("name")))
    for before, after in [*pairs, *moved]:
        yield from _changed(now, before, after)
    for segment in old:
        yield _row("removed", now, segment.start_ms, "segment", _said(segment), None)
    for segment in new:
        yield _row("added", now, segment.start_ms, "segment", None, _said(segment))


def _pair(
    old: Iterable[Segment],
    new: Iterable[Segment],
    key: Any,
) -> tuple[list[Segment], list[Segment], list[tuple[Segment, Segment]]]:
    """Return what is only old, what is only new and the pairs that share a key, in order."""
    waiting: defaultdict[Any, list[Segment]] = defaultdict(list)
    for segment in reversed(list(old)):
        waiting[key(segment)].append(segment)
    pairs, added = [], []
    for segment in new:
        if waiting[key(segment)]:
            pairs.append((waiting[key(segment)].pop(), segment))
        else:
            added.append(segment)
    left = [segment for segments in waiting.values() for segment in reversed(segments)]
    return sorted(left, key=lambda segment: segment.start_ms), added, pairs


def _changed(track: Track, before: Segment, after: Segment) -> Iterator[Change]:
    if before == after:
        return
    start = after.start_ms
    if before.text != after.text:
        yield _row("changed", track, start, "text", before.text, after.text)
    times = [(round(s.start_ms) / 1000, round(s.end_ms) / 1000) for s in (before, after)]
    if times[0] != times[1]:
        yield _row("changed", track, start, "timing", *times)
    others = [_other(segment) for segment in (before, after)]
    if others[0] != others[1]:
        yield _row("changed", track, start, "other", *others)


def _other(segment: Segment) -> dict[str, Any]:
    """Return everything of a segment but its text and its place."""
    rest = unknown_in(segment.raw, SEGMENT_KEYS, SEGMENT_META)
    known = {key: segment.meta[key] for key in SEGMENT_META - {"text", "start_ms"} if key in segment.meta}
    return {**known, **rest}


def _said(segment: Segment) -> str | None:
    name = segment.meta.get("name")
    return segment.text or (name if isinstance(name, str) else None)


def _segment_words(rows: list[Change]) -> str:
    parts = []
    for change in ("added", "removed"):
        found = [row for row in rows if row.change == change]
        texts = [short(text) for row in found if (text := row.after or row.before)]
        if found and len(texts) == len(found) <= _FEW:
            quoted = ", ".join(f"“{text}”" for text in texts)
            parts.append(f"{quoted} {change}")
        elif found:
            parts.append(f"{counted(len(found), 'segment')} {change}")
    changed = Counter(row.what for row in rows if row.change == "changed")
    parts += [f"{counted(number, 'segment')} {_SEGMENT_WORDS[what]}" for what, number in changed.items()]
    return ", ".join(parts)


def _whole_diff(old: Draft, new: Draft) -> Iterator[tuple[str, Change]]:
    """Compare length, picture size and title of the whole draft."""

    def row(what: str, before: Any, after: Any) -> Change:
        return Change("changed", None, None, None, None, None, what, before, after)

    if not old.tracks or not new.tracks:
        return  # what came or went has been told track by track
    if old.end_ms != new.end_ms:
        words = f"Length {seconds(old.end_ms)}s → {seconds(new.end_ms)}s."
        yield words, row("length", old.end_ms / 1000, new.end_ms / 1000)
    sizes = [(draft.meta.get("width"), draft.meta.get("height")) for draft in (old, new)]
    if sizes[0] != sizes[1]:
        words = f"Picture {sizes[0][0]}x{sizes[0][1]} → {sizes[1][0]}x{sizes[1][1]}."
        yield words, row("picture", *sizes)
    for key in sorted({*old.meta, *new.meta} - {"width", "height"}, key=str):
        if _differs(old.meta.get(key), new.meta.get(key)):
            yield (
                f"{str(key).capitalize()} of the timeline changed.",
                row(key, old.meta.get(key), new.meta.get(key)),
            )
    if old.extra != new.extra:
        yield "Other settings of the timeline changed.", row("extra", old.extra, new.extra)


def _differs(before: Any, after: Any) -> bool:
    """Tell whether a value is another one; a server's NaN is no change, though it never equals itself."""
    nothing = all(isinstance(value, float) and math.isnan(value) for value in (before, after))
    return not nothing and bool(before != after)
