"""A draft as lanes and lines: what the Timeline panel draws, reads out and plays."""

from __future__ import annotations

import gzip
import json
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from nemodub_nb import timeline
from nemodub_nb.contract import TOKEN_PREFIX
from nemodub_nb.project.safe import plain
from nemodub_nb.timeline.draft import number_of

from . import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nemodub_nb.timeline import Draft, Segment, Track

LONGEST_TEXT: Final = 2_000
"""Longer texts are cut."""
MOST_LINES: Final = 50_000
"""Further lines, and further segments of a lane, are left out."""
_SAME_MS: Final = 500
"""A line that nothing names belongs to the source line that begins this close."""
_LABEL: Final = 40
_WAVES: Final = 500
TONES: Final = {"good": "ok", "look": "warn", "bad": "bad", "waiting": "waiting", "": ""}
"""The colour of each verdict; a dub of which no report is known has none."""


class Row(NamedTuple):
    """A line in one language."""

    start_ms: int
    end_ms: int
    in_ms: int
    """Where it is found in the language's voice."""
    text: str
    stretch: float | None = None
    fill: float | None = None
    over_ms: int = 0
    """How far it runs on past its place."""
    label: int = 0
    """Its place in Sheet.labels."""


@dataclass(slots=True)
class Line:
    """A line of the source with what became of it."""

    start_ms: int
    end_ms: int
    text: str = ""
    rows: dict[str, Row] = field(default_factory=dict)


class Label(NamedTuple):
    """What is said of a line's fit."""

    verdict: str
    """good, look, bad, waiting; empty where nobody judged it."""
    word: str
    hint: str

    @property
    def tone(self) -> str:
        """The colour."""
        return TONES[self.verdict]


@dataclass(slots=True)
class Lane:
    """A row of the drawing."""

    kind: str
    """picture, source, sound, dub, title or subtitles."""
    label: str
    language: str | None = None
    note: str = ""
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    line: list[int] = field(default_factory=list)
    """The line that each segment belongs to; empty where they belong to none."""
    text: list[str] = field(default_factory=list)
    """What each segment says, where no line says it."""
    waves: list[tuple[int, int, int]] = field(default_factory=list)
    """Start, end and place in the clip of each piece of its own sound."""


@dataclass(slots=True)
class Sheet:
    """Everything that is drawn of a draft."""

    length_ms: int = 0
    source: str | None = None
    """The spoken language, if it is known."""
    languages: tuple[str, ...] = ()
    lanes: list[Lane] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    cut: int = 0
    """How many texts were cut."""
    left_out: int = 0
    """How many lines were left out."""

    def packed(self) -> bytes:
        """Return it by the column, as compressed JSON."""
        return gzip.compress(json.dumps(self._columns(), separators=(",", ":")).encode(), 2)

    def in_clip(self, moment_ms: int) -> int:
        """Return where in the clip a moment of the timeline is found."""
        pieces = [piece for lane in self.lanes for piece in lane.waves]
        return next(
            (at + moment_ms - start for start, end, at in pieces if start <= moment_ms < end), moment_ms
        )

    def _columns(self) -> dict[str, Any]:
        lines = self.lines
        return {
            "length": self.length_ms,
            "labels": [(label.word, label.tone, label.hint, label.verdict) for label in self.labels],
            "lanes": [
                {
                    "kind": lane.kind,
                    "label": lane.label,
                    "tag": lane.language,
                    "note": lane.note,
                    "s": lane.start,
                    "e": lane.end,
                    "line": lane.line,
                    "text": lane.text,
                    "waves": lane.waves,
                }
                for lane in self.lanes
            ],
            "s": [line.start_ms for line in lines],
            "e": [line.end_ms for line in lines],
            "text": [line.text for line in lines],
            "dubs": {tag: _dub_columns([line.rows.get(tag) for line in lines]) for tag in self.languages},
        }


def _dub_columns(rows: Sequence[Row | None]) -> dict[str, list[Any]]:
    """Spread one language over columns; a line that waits has the label 0."""
    return {
        "text": [row.text if row else "" for row in rows],
        "stretch": [row.stretch if row else None for row in rows],
        "fill": [row.fill if row else None for row in rows],
        "over": [row.over_ms if row else 0 for row in rows],
        "label": [row.label if row else 0 for row in rows],
    }


def sheet(draft: object, clip: str | None = None, waiting: Iterable[str] = ()) -> Sheet:
    """Read a draft of any shape, of one clip where it holds several. `waiting`: languages that are being dubbed."""
    decoded = timeline.decode(draft)
    several = len(timeline.clips(decoded)) > 1
    tracks = [
        _tame(track)
        for track in decoded.tracks
        if track.segments and (not several or clip is None or track.clip in (None, clip))
    ]
    return _Reader(decoded, tracks).read(tuple(waiting))


def _tame(track: Track) -> Track:
    """Return a track whose language can be a key and a heading, whatever the server put there."""
    shown = plain(track.language or "", _LABEL)
    return track if shown == (track.language or "") else replace(track, language=shown or None)


class _Reader:
    """Reads the tracks of one draft; holds what was found so far."""

    def __init__(self, draft: Draft, tracks: list[Track]) -> None:
        self.tracks = tracks
        self.sheet = Sheet(length_ms=round(max([0.0, draft.end_ms, *(track.end_ms for track in tracks)])))
        self.labels: dict[tuple[str, tuple[str, ...]], int] = {}
        self.base: list[Line] = []
        self.starts: list[int] = []
        self.tags: dict[int, str] = {}
        self._label("waiting", ())

    def read(self, waiting: tuple[str, ...]) -> Sheet:
        found = self.sheet
        self._source_lines()
        for track in self.tracks:
            if track.role == "dub" and track.language:
                self._dub(track)
        dubbed = list(
            dict.fromkeys(track.language for track in self.tracks if track.role == "dub" and track.language)
        )
        self._subtitles_alone(dubbed)
        found.lines.sort(key=attrgetter("start_ms"))
        found.left_out = max(0, len(found.lines) - MOST_LINES)
        del found.lines[MOST_LINES:]
        found.languages = tuple(dict.fromkeys([*dubbed, *self.tags.values(), *waiting]))
        found.lanes = [*self._lanes(waiting)]
        return found

    def _source_lines(self) -> None:
        found = self.sheet
        transcript = next((track for track in self.tracks if track.role == "transcript"), None)
        original = next((track for track in self.tracks if track.role == "original" and track.language), None)
        found.source = next((track.language for track in (transcript, original) if track), None)
        if transcript:
            self.base = [
                Line(round(segment.start_ms), round(segment.end_ms), self._text(segment.text))
                for segment in transcript.segments
            ]
            self.base.sort(key=attrgetter("start_ms"))
            self.starts = [line.start_ms for line in self.base]
            found.lines = [*self.base]

    def _dub(self, track: Track) -> None:
        tag = track.language or ""
        for segment in track.segments:
            found = segment.meta.get("report")
            report = found if isinstance(found, dict) else {}
            self._line(segment, report, tag).rows[tag] = self._row(segment, report)
        if not self.base:  # without a transcript, the first language says where lines begin
            self.base = sorted(self.sheet.lines, key=attrgetter("start_ms"))
            self.starts = [line.start_ms for line in self.base]

    def _subtitles_alone(self, dubbed: list[str]) -> None:
        """Take the lines of a language that has subtitles and no dub from these."""
        for track in self.tracks:
            tag = track.language
            if track.role != "subtitles" or not tag or tag in dubbed:
                continue
            self.tags[track.number] = tag
            for segment in track.segments:
                self._line(segment, {}, tag).rows[tag] = self._row(segment, {})

    def _row(self, segment: Segment, report: dict[str, Any]) -> Row:
        verdict, flags = report.get("verdict"), report.get("flags")
        known = verdict if verdict in ("good", "look", "bad") else ""
        in_ms = number_of(segment.meta.get("in_ms"))
        over = number_of(report.get("overflow_s"))
        return Row(
            round(segment.start_ms),
            round(segment.end_ms),
            round(segment.start_ms if in_ms is None else in_ms),
            self._text(segment.text),
            number_of(report.get("stretch")),
            number_of(report.get("fill")),
            round(over * 1000) if over and over > 0 else 0,
            self._label(
                known,
                tuple(flag for flag in flags if isinstance(flag, str)) if isinstance(flags, list) else (),
            ),
        )

    def _line(self, segment: Segment, report: dict[str, Any], tag: str) -> Line:
        """Find the source line that a dubbed one belongs to, or make one."""
        said, index = report.get("source_text"), report.get("index")
        text = self._text(said) if isinstance(said, str) else ""
        line = None
        if isinstance(index, int) and 0 <= index < len(self.base) and self.base[index].text == text:
            line = self.base[index]
        elif self.base:
            line = self._near(segment.start_ms)
        if line is None or tag in line.rows:
            begin, end = (number_of(report.get(key)) for key in ("source_start_s", "source_end_s"))
            length_ms = segment.duration_ms if begin is None or end is None else max(0, end - begin) * 1000
            start_ms = round(segment.start_ms)
            line = Line(start_ms, start_ms + round(length_ms), text)
            self.sheet.lines.append(line)
        return line

    def _near(self, start_ms: float) -> Line | None:
        at = bisect_left(self.starts, start_ms)
        near = [index for index in (at - 1, at) if 0 <= index < len(self.starts)]
        best = min(near, key=lambda index: abs(self.starts[index] - start_ms))
        return self.base[best] if abs(self.starts[best] - start_ms) <= _SAME_MS else None

    def _label(self, verdict: str, flags: tuple[str, ...]) -> int:
        known = self.labels.get((verdict, flags))
        if known is None:
            known = self.labels[verdict, flags] = len(self.labels)
            self.sheet.labels.append(
                Label(verdict, *words.fit(verdict, [plain(flag, _LABEL) for flag in flags]))
            )
        return known

    def _text(self, text: str | None) -> str:
        if not text:
            return ""
        if len(text) <= LONGEST_TEXT and text.isprintable() and TOKEN_PREFIX not in text:
            return text
        self.sheet.cut += len(text) > LONGEST_TEXT
        return " ".join(plain(text, LONGEST_TEXT).split())

    def _lanes(self, waiting: tuple[str, ...]) -> Iterator[Lane]:
        of_kind = {"picture": [], "sound": [], "title": [], "subtitles": []}  # type: dict[str, list[Track]]
        for track in self.tracks:
            if (kind := _kind(track)) in of_kind:
                of_kind[kind].append(track)
        for track in of_kind["picture"]:
            yield self._plain_lane("picture", words.PICTURE, track)
        yield from self._source_lane()
        for track in of_kind["sound"]:
            yield self._plain_lane(
                "sound", words.MUSIC if track.role == "bed" else track.name or words.MUSIC, track
            )
        for tag in self.sheet.languages:
            if tag not in self.tags.values():
                yield self._dub_lane(tag, due=tag in waiting or bool(self.base))
        for track in of_kind["title"]:
            yield self._plain_lane("title", words.TITLES, track)
        for track in of_kind["subtitles"]:
            name = words.subtitles(plain(track.language, _LABEL)) if track.language else track.name or ""
            yield self._plain_lane("subtitles", name, track)

    def _source_lane(self) -> Iterator[Lane]:
        """Draw the clip's own sound, with what is said in it; also when only its music is left on the timeline."""
        original = [track for track in self.tracks if track.role == "original"]
        pieces = original or [track for track in self.tracks if _kind(track) == "picture"]
        numbers = [at for at, line in enumerate(self.sheet.lines) if line.text]
        lines = [self.sheet.lines[at] for at in numbers]
        if not pieces and not lines:
            return
        yield Lane(
            "source",
            own_name(self.sheet.source) if self.sheet.source else words.ORIGINAL,
            self.sheet.source,
            _note(original[0]) if original else "",
            [line.start_ms for line in lines],
            [line.end_ms for line in lines],
            numbers,
            waves=[
                (
                    round(segment.start_ms),
                    round(segment.end_ms),
                    round(number_of(segment.meta.get("in_ms")) or 0),
                )
                for track in pieces
                for segment in track.segments[:_WAVES]
            ],
        )

    def _dub_lane(self, tag: str, *, due: bool) -> Lane:
        """One language; lines of the source that it does not have yet wait in their places."""
        track = next((track for track in self.tracks if track.role == "dub" and track.language == tag), None)
        lane = Lane("dub", own_name(tag), tag, _note(track) if track else words.WAITING)
        for at, line in enumerate(self.sheet.lines):
            row = line.rows.get(tag)
            if row or (due and line.text):
                lane.start.append(row.start_ms if row else line.start_ms)
                lane.end.append(row.end_ms if row else line.end_ms)
                lane.line.append(at)
        return _in_order(lane)

    def _plain_lane(self, kind: str, label: str, track: Track) -> Lane:
        segments = track.segments[:MOST_LINES]
        names = [segment.text or segment.meta.get("name") for segment in segments]
        lane = Lane(kind, plain(label, _LABEL), track.language, _note(track))
        lane.start = [round(segment.start_ms) for segment in segments]
        lane.end = [round(segment.end_ms) for segment in segments]
        lane.text = [self._text(name) if isinstance(name, str) else "" for name in names]
        return _in_order(lane)


def own_name(tag: str) -> str:
    """Return a language's name in itself, or the tag where it has none."""
    return words.own_name(tag)


def _kind(track: Track) -> str:
    """Return the kind of lane a track is drawn on; empty for one that is drawn in another way."""
    if track.role in ("original", "transcript", "script") or (track.role == "dub" and track.language):
        return ""
    if track.role == "subtitles":
        return "subtitles"
    return {"video": "picture", "text": "title"}.get(track.kind, "sound")


def _note(track: Track) -> str:
    notes = [f"{track.volume:.0%}"] if track.volume is not None and track.volume != 1 else []
    if track.duck:
        notes.append(words.LOW)
    if track.mode and track.mode != "track":
        notes.append(plain(track.mode, _LABEL))
    return ", ".join(notes)


def _in_order(lane: Lane) -> Lane:
    """Sort a lane's segments by their start, so that the page finds the ones it shows."""
    if all(a <= b for a, b in zip(lane.start, lane.start[1:], strict=False)):
        return lane
    order = sorted(range(len(lane.start)), key=lane.start.__getitem__)
    for name in ("start", "end", "line", "text"):
        values = getattr(lane, name)
        if values:
            setattr(lane, name, [values[at] for at in order])
    return lane
