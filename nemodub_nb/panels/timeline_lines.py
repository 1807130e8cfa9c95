"""Reads a draft of any shape into lanes and lines."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb import timeline
from nemodub_nb.contract import TOKEN_PREFIX
from nemodub_nb.fitting import SLOW_VIDEO_MOST
from nemodub_nb.project.safe import plain
from nemodub_nb.timeline.draft import number_of

from . import edit_words, timeline_words, words
from .timeline_sheet import SOUNDS, Facts, Label, Lane, Line, Row, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nemodub_nb.timeline import Draft, Segment, Track

LONGEST_TEXT: Final = 2_000
"""Longer texts are cut."""
MOST_LINES: Final = 50_000
"""Further lines, and further segments of a lane, are left out."""
_SAME_MS: Final = 500
"""A line that nothing names belongs to the source line that begins this close."""
_LABEL: Final = 40
_WAVES: Final = 500
_VOICE: Final = 200
_EDITED: Final = "edited"
"""The route of a line whose words a person wrote."""
_SPEAKS: Final = ("dub", "script")
"""Tracks that hold the lines of a language."""
_LONGEST_MS: Final = 1e12


def sheet(
    draft: object,
    clip: str | None = None,
    waiting: Iterable[str] = (),
    foreseen: Mapping[str, Mapping[int, Label]] | None = None,
) -> Sheet:
    """Read a draft of any shape, of one clip where it holds several.

    waiting: languages that are being dubbed. foreseen: by language and number, how lines will fit that are not spoken yet.
    """
    decoded = timeline.decode(draft)
    several = len(timeline.clips(decoded)) > 1
    tracks = [
        _tame(track)
        for track in decoded.tracks
        if track.segments and (not several or clip is None or track.clip in (None, clip))
    ]
    return _Reader(decoded, tracks, foreseen or {}).read(tuple(waiting))


def _tame(track: Track) -> Track:
    """Return a track whose language can be a key and a heading, whatever the server put there."""
    shown = plain(track.language or "", _LABEL)
    return track if shown == (track.language or "") else replace(track, language=shown or None)


class _Reader:
    """Reads the tracks of one draft; holds what was found so far."""

    def __init__(
        self, draft: Draft, tracks: list[Track], foreseen: Mapping[str, Mapping[int, Label]]
    ) -> None:
        self.tracks = tracks
        self.foreseen = foreseen
        self.sheet = Sheet(length_ms=round(max([0.0, draft.end_ms, *(track.end_ms for track in tracks)])))
        self.labels: dict[tuple[str, ...], int] = {}
        self.base: list[Line] = []
        self.starts: list[int] = []
        self.tags: dict[int, str] = {}
        self._label("waiting", ())

    def read(self, waiting: tuple[str, ...]) -> Sheet:
        found = self.sheet
        self._source_lines()
        speaking = sorted(
            (track for track in self.tracks if track.role in _SPEAKS and track.language),
            key=lambda track: track.role != "dub",
        )
        for track in speaking:
            self._dub(track)
        dubbed = list(dict.fromkeys(track.language for track in speaking if track.language))
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
                Line(
                    round(segment.start_ms),
                    round(segment.end_ms),
                    self._text(segment.text),
                    number=_number(segment.meta.get("line", at)),
                )
                for at, segment in enumerate(transcript.segments)
            ]
            self.base.sort(key=attrgetter("start_ms"))
            for line in self.base:
                if line.number is not None:
                    found.numbered.setdefault(line.number, line)
            self.starts = [line.start_ms for line in self.base]
            found.lines = [*self.base]

    def _dub(self, track: Track) -> None:
        tag, script = track.language or "", track.role == "script"
        meta = track.extra.get("m")
        voice = meta.get("voice") if isinstance(meta, dict) else None
        if isinstance(voice, str):
            self.sheet.voices.setdefault(tag, plain(voice, _VOICE))
        for segment in track.segments:
            found = segment.meta.get("report")
            report = found if isinstance(found, dict) else {}
            judged = self._foreseen(report, tag) if script else self._judged(report)
            self._line(segment, report, tag).rows[tag] = self._row(segment, report, judged, script=script)
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
                self._line(segment, {}, tag).rows[tag] = self._row(segment, {}, self._judged({}))

    def _row(self, segment: Segment, report: dict[str, Any], judged: int, *, script: bool = False) -> Row:
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
            judged,
            _facts(segment, report, script=script),
            min(max(number_of(report.get("slow")) or 1.0, 1.0), SLOW_VIDEO_MOST),
        )

    def _judged(self, report: dict[str, Any]) -> int:
        verdict, flags = report.get("verdict"), report.get("flags")
        known = verdict if verdict in ("good", "look", "bad") else ""
        return self._label(
            known, tuple(flag for flag in flags if isinstance(flag, str)) if isinstance(flags, list) else ()
        )

    def _foreseen(self, report: dict[str, Any], tag: str) -> int:
        """Judge a line that nobody has spoken yet: as its fit is foreseen, else by its length."""
        if report.get("numbers_kept") is False:
            label = Label(*edit_words.numbers_lost())
        else:
            number = _number(report.get("index"))
            known = None if number is None else self.foreseen.get(tag, {}).get(number)
            label = known or Label(*edit_words.by_length(_pace(report)))
        return self._labelled(("script", *label), label)

    def _line(self, segment: Segment, report: dict[str, Any], tag: str) -> Line:
        """Find the source line that a dubbed one belongs to, or make one."""
        said, index = report.get("source_text"), report.get("index")
        text = self._text(said) if isinstance(said, str) else ""
        line = None
        number = _number(index)
        known = self.sheet.numbered.get(number) if number is not None else None
        if known is not None and text in ("", known.text):
            line = known
        elif self.base:
            line = self._near(segment.start_ms)
        if line is None or tag in line.rows:
            begin, end = (number_of(report.get(key)) for key in ("source_start_s", "source_end_s"))
            length_ms = segment.duration_ms if begin is None or end is None else max(0, end - begin) * 1000
            start_ms = round(segment.start_ms)
            line = Line(start_ms, start_ms + round(length_ms), text)
            self.sheet.lines.append(line)
        if line.number is None and number is not None:
            line.number = number
            self.sheet.numbered.setdefault(number, line)
        return line

    def _near(self, start_ms: float) -> Line | None:
        at = bisect_left(self.starts, start_ms)
        near = [index for index in (at - 1, at) if 0 <= index < len(self.starts)]
        best = min(near, key=lambda index: abs(self.starts[index] - start_ms))
        return self.base[best] if abs(self.starts[best] - start_ms) <= _SAME_MS else None

    def _label(self, verdict: str, flags: tuple[str, ...]) -> int:
        known = self.labels.get((verdict, *flags))
        if known is not None:
            return known
        return self._labelled(
            (verdict, *flags),
            Label(verdict, *timeline_words.fit(verdict, [plain(flag, _LABEL) for flag in flags])),
        )

    def _labelled(self, key: tuple[str, ...], label: Label) -> int:
        if key not in self.labels:
            self.labels[key] = len(self.labels)
            self.sheet.labels.append(label)
        return self.labels[key]

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
            yield self._plain_lane("picture", timeline_words.PICTURE, track)
        yield from self._source_lane()
        for track in of_kind["sound"]:
            yield self._plain_lane(
                "sound",
                timeline_words.MUSIC if track.role == "bed" else track.name or timeline_words.MUSIC,
                track,
            )
        for tag in self.sheet.languages:
            if tag not in self.tags.values():
                yield self._dub_lane(tag, due=tag in waiting or bool(self.base))
        for track in of_kind["title"]:
            yield self._plain_lane("title", timeline_words.TITLES, track)
        for track in of_kind["subtitles"]:
            name = (
                timeline_words.subtitles(plain(track.language, _LABEL))
                if track.language
                else track.name or ""
            )
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
        tracks = {track.role: track for track in reversed(self.tracks) if track.language == tag}
        track, script = tracks.get("dub"), "script" in tracks
        note = _note(track) if track else edit_words.SCRIPT if script else timeline_words.WAITING
        lane = Lane("dub", own_name(tag), tag, note)
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


def _number(value: object) -> int | None:
    """Return what can be the number of a line."""
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST_LINES
    return value if isinstance(value, int) and usable else None


def _pace(report: dict[str, Any]) -> float | None:
    """Return how much faster than its speaker a line has to be said, by its length; None where that is not known."""
    ratio, slot_s, start_s, end_s = (
        number_of(report.get(name)) for name in ("chars_ratio", "slot_s", "source_start_s", "source_end_s")
    )
    if not ratio or not slot_s or slot_s < 0 or start_s is None or end_s is None:
        return None
    return ratio * (end_s - start_s) / slot_s


def _facts(segment: Segment, report: dict[str, Any], *, script: bool) -> Facts:
    voice, sound, start_s = report.get("voice"), report.get("sound"), number_of(report.get("start_s"))
    return Facts(
        voice=plain(voice, _VOICE) if isinstance(voice, str) else "",
        sound=sound if sound in SOUNDS else "dub",
        approved=report.get("approved") is True,
        edited=report.get("route") == _EDITED,
        script=script,
        start_ms=_ms(segment.start_ms if start_s is None else start_s * 1000),
        slot_ms=_ms((number_of(report.get("slot_s")) or 0) * 1000),
    )


def _ms(value: float) -> int:
    return round(min(max(value, 0), _LONGEST_MS))


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
        notes.append(timeline_words.LOW)
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
