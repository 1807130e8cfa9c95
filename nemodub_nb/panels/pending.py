"""Changes of lines that a person has made and not sent yet: plain values, so that a reloaded page has them again.

A table of tables: language (empty for the transcript) -> number of the line -> what is decided. A decision of None takes an
earlier one back.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from nemodub_nb.project import BadInputError
from nemodub_nb.project.safe import plain
from nemodub_nb.timeline.lines import TRANSCRIPT_EDITABLE

from . import edit_words as words
from .timeline_sheet import SOUNDS

if TYPE_CHECKING:
    from .timeline_sheet import Line, Sheet

Pending = dict[str, dict[str, dict[str, Any]]]
MOST: Final = 500
"""So many lines are collected."""
LONGEST_TEXT: Final = 2_000
_LONGEST_VOICE: Final = 200
_SAME_S: Final = 0.0011
_SHORTEST_S: Final = 0.05
"""No line of the source is shorter."""
_MOVED_S: Final = 0.2
"""A voice begins within this of where it is wanted."""
_OF_LANGUAGE: Final = ("text", "voice", "start_s", "sound", "approved")
_OF_TRANSCRIPT: Final = TRANSCRIPT_EDITABLE
_SEEN: Final = {"text", "sound", "approved"}
"""Decisions that can be read on a timeline exactly as they were taken."""


def decide(pending: Pending, sheet: Sheet, tag: str, number: int, said: Mapping[str, Any]) -> Pending:
    """Return the changes with some decisions about a line; what is there already is no change. Raises BadInputError."""
    line = sheet.numbered.get(number)
    row = line.rows.get(tag) if line and tag else None
    if line is None or (tag and row is None):
        raise BadInputError(words.NO_SUCH_LINE, words.CHOOSE_ANOTHER)
    known = _OF_LANGUAGE if tag else _OF_TRANSCRIPT
    wanted = {name: _checked(name, value, sheet, tag) for name, value in said.items() if name in known}
    if "text" in wanted and len((row or line).text) >= LONGEST_TEXT:
        raise BadInputError(words.CUT_TEXT, words.CHANGE_IN_CODE)
    before = pending.get(tag, {}).get(str(number), {})
    after = _different({**before, **wanted}, line, tag, sheet)
    if not tag:
        _must_end_after_it_begins(after, line, sheet)
    found = {one: dict(lines) for one, lines in pending.items()}
    found.setdefault(tag, {}).pop(str(number), None)
    if after:
        found[tag][str(number)] = after
    if count(found) > MOST:
        raise BadInputError(words.TOO_MANY, words.SPEAK_THESE)
    return {one: lines for one, lines in found.items() if lines}


def still_open(pending: Pending, sheet: Sheet) -> Pending:
    """Return the changes that are not on the timeline yet; lines and languages that are gone take theirs along."""
    found: Pending = {}
    for tag, number, said in each(pending):
        line = sheet.numbered.get(number)
        if line is None or (tag and tag not in line.rows):
            continue
        if after := _different(said, line, tag, sheet):
            found.setdefault(tag, {})[str(number)] = after
    return found


def came_to_nothing(sent: Pending, sheet: Sheet, failed: Container[str]) -> Pending:
    """Return the changes that were sent and are not on the timeline; `failed`: languages that could not be made.

    Where exactly a voice begins and which one there is, the backend may decide otherwise: that alone is no failure.
    """
    left = still_open(sent, sheet)
    return {
        tag: kept
        for tag, lines in left.items()
        if (kept := {no: said for no, said in lines.items() if tag in failed or said.keys() & _SEEN})
    }


def without(pending: Pending, sent: Pending) -> Pending:
    """Return the changes that are others than those that were sent."""
    found: Pending = {}
    for tag, number, said in each(pending):
        if not said.items() <= sent.get(tag, {}).get(str(number), {}).items():
            found.setdefault(tag, {})[str(number)] = said
    return found


def joined(one: Pending, other: Pending) -> Pending:
    """Return both; where they are about the same line, the other."""
    return {tag: {**one.get(tag, {}), **other.get(tag, {})} for tag in {**one, **other}}


def count(pending: Pending) -> int:
    """Return how many lines are changed; one in two languages counts twice."""
    return sum(len(lines) for lines in pending.values())


def each(pending: Pending) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Go through the changes: language, line, decisions."""
    for tag, lines in pending.items():
        for number, said in lines.items():
            yield tag, int(number), said


def rows(pending: Pending) -> list[dict[str, Any]]:
    """Return the changes as `project.edit` takes them."""
    return [
        {"line": number, **({"language": tag} if tag else {}), **said}
        for tag, number, said in sorted(each(pending), key=lambda one: one[:2])
    ]


def effect(pending: Pending, sheet: Sheet) -> Literal["approve", "keep", "speak"]:
    """Return what sending the changes does: lines are only approved, only written down, or spoken anew."""
    if pending and all(said.keys() == {"approved"} and said["approved"] for _, _, said in each(pending)):
        return "approve"
    return "speak" if any(_is_spoken(sheet, tag, number) for tag, number, _ in each(pending)) else "keep"


def _is_spoken(sheet: Sheet, tag: str, number: int) -> bool:
    """Tell whether a line is dubbed; one of the transcript is where some language has it."""
    line = sheet.numbered.get(number)
    rows_ = [] if line is None else [line.rows[tag]] if tag in line.rows else [*line.rows.values()]
    return any(not row.facts.script for row in rows_)


def _different(said: Mapping[str, Any], line: Line, tag: str, sheet: Sheet) -> dict[str, Any]:
    """Return the decisions that change something."""
    row = line.rows.get(tag)
    if row is None:
        return _other_source(said, line, sheet)
    facts, found = row.facts, {}
    if "text" in said and said["text"] != row.text and (said["text"] is not None or facts.edited):
        found["text"] = said["text"]
    if "voice" in said and said["voice"] not in _same_voices(facts.voice, sheet.voices.get(tag, "")):
        found["voice"] = said["voice"]
    if "sound" in said and said["sound"] != (None if facts.sound == "dub" else facts.sound):
        found["sound"] = said["sound"]
    if "start_s" in said and not _starts(said["start_s"], line, facts.start_ms / 1000, sheet):
        found["start_s"] = said["start_s"]
    # Every other change takes an approval back.
    if "approved" in said and said["approved"] != (facts.approved and not found):
        found["approved"] = said["approved"]
    return found


def _other_source(said: Mapping[str, Any], line: Line, sheet: Sheet) -> dict[str, Any]:
    """Return the decisions that change a line of the transcript; a time of None leaves the one that it has."""
    start_s, end_s = sheet.times_s(line)
    now = {"text": line.text, "start_s": start_s, "end_s": end_s}
    return {
        name: value
        for name, value in said.items()
        if (value != now[name] if name == "text" else value is not None and abs(value - now[name]) > _SAME_S)
    }


def _must_end_after_it_begins(said: Mapping[str, Any], line: Line, sheet: Sheet) -> None:
    start_s, end_s = sheet.times_s(line)
    if said.get("end_s", end_s) - said.get("start_s", start_s) < _SHORTEST_S:
        raise BadInputError(words.ENDS_TOO_SOON, words.MOVE_OTHER_END)


def _same_voices(now: str, usual: str) -> tuple[str | None, ...]:
    """Return what stands for the voice that a line has; None is the usual one of its language."""
    return (None, now) if now in ("", usual) else (now,)


def _starts(wanted: float | None, line: Line, now_s: float, sheet: Sheet) -> bool:
    """Tell whether a line begins where it is wanted; None is where the speaker begins."""
    if wanted is None:
        return abs(sheet.in_clip(line.start_ms) / 1000 - now_s) <= _MOVED_S
    return abs(wanted - now_s) <= _SAME_S


def _checked(name: str, value: Any, sheet: Sheet, tag: str) -> Any:
    """Return a value of the page as it is sent. Raises BadInputError."""
    if name == "text":
        return _text(value, tag)
    if name == "voice":
        return plain(value, _LONGEST_VOICE) if isinstance(value, str) and value else None
    if name == "sound":
        return value if value in SOUNDS and value != "dub" else None
    if name == "approved":
        return value is True
    if value is None:
        return None
    usable = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not usable or not 0 <= value <= sheet.clip_s:
        raise BadInputError(words.NO_MOMENT, words.GIVE_SECONDS)
    return round(float(value), 3)


def _text(value: Any, tag: str) -> str | None:
    """Return words on one line. Without any, a dubbed line is translated again, and a source line is no speech."""
    if not isinstance(value, str):
        return None if tag else ""
    if len(value) > LONGEST_TEXT:
        raise BadInputError(words.TEXT_TOO_LONG, words.SAY_SHORTER)
    said = " ".join(plain(value, LONGEST_TEXT).split())
    return said or (None if tag else "")
