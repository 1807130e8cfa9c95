"""The lines of a clip as tables that go both ways: read from a draft, changed by a person, and compared."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from .draft import decode

if TYPE_CHECKING:
    import pandas as pd

    from .draft import Track

_STRING: Final = "string[python]"
TRANSCRIPT_COLUMNS: Final[dict[str, Any]] = {
    "line": "int64",
    "start_s": "float64",
    "end_s": "float64",
    "text": _STRING,
    "speaker": _STRING,
}
"""What the transcript says, a row a line. Times are seconds of the clip."""
LINE_COLUMNS: Final[dict[str, Any]] = {
    "line": "int64",
    "language": _STRING,
    "source_start_s": "float64",
    "source_end_s": "float64",
    "source_text": _STRING,
    "speaker": _STRING,
    "start_s": "float64",
    "text": _STRING,
    "voice": _STRING,
    "sound": _STRING,
    "approved": "boolean",
    "end_s": "float64",
    "slot_s": "float64",
    "rate": "float64",
    "stretch": "float64",
    "fill": "float64",
    "chars_ratio": "float64",
    "numbers_kept": "boolean",
    "names_kept": "boolean",
    "glossary_kept": "boolean",
    "lost": _STRING,
    "verdict": _STRING,
    "flags": _STRING,
    "route": _STRING,
}
"""A row a line of one language, spoken or as a script. Times are seconds of the clip; `sound` is dub, mute or original.

numbers_kept, names_kept, glossary_kept: whether those of the source line are in the dubbed line; glossary_kept is missing where
the line has no term of a glossary. `lost` names what is not there, parted by commas.
"""
EDITABLE: Final = ("text", "voice", "start_s", "sound", "approved")
"""Columns of LINE_COLUMNS that a person decides."""
TRANSCRIPT_EDITABLE: Final = ("text", "start_s", "end_s")
_LINE_ROLES: Final = ("dub", "script")
_SAME_S: Final = 0.0011
"""Times this close are the same: tables are written with three decimals."""


class ReadOnlyError(ValueError):
    """A table changes what follows from something else, or names lines that are not there."""


def lines(draft: object, language: str, clip: str | None = None) -> pd.DataFrame:
    """Return the lines of a language, one row each, with the columns and dtypes of LINE_COLUMNS; empty when there are none."""
    return _frame(_rows(draft, language, clip), LINE_COLUMNS)


def transcript(draft: object, clip: str | None = None) -> pd.DataFrame:
    """Return the lines of the transcript, with the columns and dtypes of TRANSCRIPT_COLUMNS; empty when there are none."""
    rows: dict[int, dict[str, Any]] = {}
    for track in _tracks(draft, clip):
        if track.role != "transcript":
            continue
        for number, segment in enumerate(track.segments):
            said = segment.meta.get("line")
            line = said if isinstance(said, int) else number
            known = rows.setdefault(
                line,
                {
                    "line": line,
                    "start_s": segment.start_ms / 1000,
                    "text": segment.text,
                    "speaker": segment.meta.get("speaker"),
                },
            )
            known["end_s"] = segment.end_ms / 1000
    return _frame(list(rows.values()), TRANSCRIPT_COLUMNS)


def changes(before: pd.DataFrame, after: pd.DataFrame) -> list[dict[str, Any]]:
    """Return what a changed table decides: `{"line", column: value}` a line, None where a decision is taken back.

    `before` comes from `lines` or `transcript`; `after` may be any part of it, with other columns besides. Raises
    ReadOnlyError when it has no column `line`, a line twice, a line that is not there, or a column changed that cannot be set.
    """
    if "line" not in after.columns:
        raise ReadOnlyError("The table has no column “line”.")
    old = {int(row["line"]): row for row in _records(before)}
    of_transcript = "source_text" not in before.columns
    editable = TRANSCRIPT_EDITABLE if of_transcript else EDITABLE
    columns = TRANSCRIPT_COLUMNS if of_transcript else LINE_COLUMNS
    found: list[dict[str, Any]] = []
    seen: set[int] = set()
    for row in _records(after):
        line = _line(row["line"])
        if line not in old:
            raise ReadOnlyError(f"There is no line {row['line']}.")
        if line in seen:
            raise ReadOnlyError(f"Line {line} stands in the table twice.")
        seen.add(line)
        different = [
            name
            for name in columns
            if name in row and name != "line" and not _same(old[line][name], row[name], columns[name])
        ]
        # What is not known yet, such as the fit of a line that is not spoken, cannot have been changed.
        if fixed := [name for name in different if name not in editable and old[line][name] is not None]:
            raise ReadOnlyError(f"Line {line}: {' and '.join(fixed)} cannot be set.")
        if decided := {name: _value(name, row[name]) for name in different if name in editable}:
            found.append({"line": line, **decided})
    return found


def _line(value: object) -> int | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return int(number) if number.is_integer() else None


def _records(frame: pd.DataFrame) -> Iterator[Mapping[str, Any]]:
    plain = frame.astype("object").where(frame.notna(), None)
    for row in plain.to_dict("records"):
        yield {str(name): value for name, value in row.items()}


def _same(one: Any, other: Any, dtype: Any) -> bool:
    if dtype == "boolean":
        return _truth(one) == _truth(other)
    if dtype == _STRING or one is None or other is None:
        return ("" if one is None else str(one).strip()) == ("" if other is None else str(other).strip())
    try:
        return abs(float(one) - float(other)) <= _SAME_S
    except (TypeError, ValueError):
        return False


def _truth(value: Any) -> bool:
    return str(value).strip().casefold() in {"true", "1", "1.0", "yes", "x"}


def _value(name: str, value: Any) -> Any:
    """Return a cell as it is sent; empty cells take a decision back."""
    if name == "approved":
        return _truth(value)
    if value is None or not str(value).strip():
        return "" if value == "" else None
    if name not in ("start_s", "end_s"):
        return str(value).strip()
    try:
        return float(value)
    except ValueError:
        raise ReadOnlyError(f"“{value}” is not a time in seconds.") from None


def _tracks(draft: object, clip: str | None) -> Iterator[Track]:
    return (track for track in decode(draft).tracks if clip is None or track.clip in (None, clip))


def _rows(draft: object, language: str, clip: str | None) -> list[dict[str, Any]]:
    """Return the reports of a language's lines; a line that a trim has cut in two is one."""
    rows: dict[int, dict[str, Any]] = {}
    for track in _tracks(draft, clip):
        if track.role not in _LINE_ROLES or track.language != language:
            continue
        for number, segment in enumerate(track.segments):
            given = segment.meta.get("report")
            report = given if isinstance(given, dict) else {}
            index = report.get("index")
            line = index if isinstance(index, int) else number
            rows.setdefault(line, _row(line, language, report, segment.text))
    return list(rows.values())


def _row(line: int, language: str, report: Mapping[str, Any], text: str | None) -> dict[str, Any]:
    flags, lost = report.get("flags"), report.get("lost")
    return {
        **report,
        "line": line,
        "language": language,
        "text": report.get("text", text),
        "sound": report.get("sound") or "dub",
        "approved": report.get("approved") is True,
        "flags": " ".join(map(str, flags)) if isinstance(flags, list) else None,
        "lost": ", ".join(map(str, lost)) if isinstance(lost, list) else None,
    }


def _frame(rows: list[dict[str, Any]], columns: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            name: pd.array([_cell(row.get(name), dtype) for row in rows], dtype=dtype)
            for name, dtype in columns.items()
        }
    )


def _cell(value: Any, dtype: Any) -> Any:
    """Return a value that its column takes; what is of another kind is missing."""
    if dtype == "float64":
        usable = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if usable else math.nan
    if dtype == "boolean":
        return value if isinstance(value, bool) else None
    if dtype == _STRING:
        return value if isinstance(value, str) and value else None
    return value
