"""A draft as a tidy DataFrame with one row a segment and the same dtypes whatever it holds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from .draft import SEGMENT_KEYS, SEGMENT_META, decode, number_of, unknown_in

if TYPE_CHECKING:
    import pandas as pd

    from .draft import Track

_STRING: Final = "string[python]"
_REPORT_TEXTS: Final = ("verdict", "route", "source_text")
_REPORT_NUMBERS: Final = (
    "stretch",
    "slow",
    "fill",
    "onset_error_s",
    "overflow_s",
    "overlap_s",
    "slot_s",
    "natural_s",
    "chars_ratio",
)
_REPORT_TRUTHS: Final = ("numbers_kept", "names_kept", "glossary_kept")
_NO_REPORT: Final[dict[str, Any]] = {}
COLUMNS: Final[dict[str, Any]] = {
    "clip": _STRING,
    "track": "int64",
    "type": _STRING,
    "role": _STRING,
    "language": _STRING,
    "start_s": "float64",
    "end_s": "float64",
    "text": _STRING,
    "name": _STRING,
    "source": _STRING,
    "in_s": "float64",
    "volume": "float64",
    "duck": "boolean",
    "mode": _STRING,
    "verdict": _STRING,
    **dict.fromkeys(_REPORT_NUMBERS, "float64"),
    **dict.fromkeys(_REPORT_TRUTHS, "boolean"),
    "route": _STRING,
    "source_text": _STRING,
    "flags": "object",
    "extra": "object",
    "track_extra": "object",
}
"""The columns in their order, with their dtypes. Times are seconds on the timeline; `in_s` is the offset into the source."""


def frame(draft: object) -> pd.DataFrame:
    """Return a draft's segments as a DataFrame; an empty or XML draft gives no rows.

    Columns and dtypes are those of COLUMNS. `extra` and `track_extra` hold the keys that nobody has documented.
    """
    import pandas as pd

    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for track in decode(draft).tracks:
        if track.segments:
            _add_track(columns, track)
    return pd.DataFrame({name: _array(columns[name], dtype) for name, dtype in COLUMNS.items()}, copy=False)


def _array(values: list[Any], dtype: Any) -> Any:
    """Make a column; one without a single value is repeated, not checked row by row."""
    import pandas as pd

    if dtype == "object":
        return pd.Series(values, dtype="object")  # an array of texts alone would become a column of strings
    if values and values.count(None) == len(values):
        return pd.array([None], dtype=dtype).repeat(len(values))
    return pd.array(values, dtype=dtype)


def _add_track(columns: dict[str, list[Any]], track: Track) -> None:
    segments = track.segments
    count = len(segments)
    for name, value in {
        "clip": track.clip,
        "track": track.number,
        "type": track.kind,
        "role": track.role,
        "language": track.language,
        "duck": track.duck,
        "mode": track.mode,
    }.items():
        columns[name].extend([value] * count)
    columns["track_extra"].extend([track.extra] * count)
    columns["start_s"].extend([segment[0] / 1000 for segment in segments])
    columns["end_s"].extend([(segment[0] + segment[1]) / 1000 for segment in segments])
    metas = _Rows([segment[2] for segment in segments])
    columns["text"].extend(metas.strings("text"))
    columns["name"].extend(metas.strings("name", track.name))
    columns["source"].extend(metas.strings("source", track.source))
    columns["in_s"].extend([value / 1000 for value in metas.numbers("in_ms")])
    columns["volume"].extend(metas.numbers("volume", math.nan if track.volume is None else track.volume))
    columns["extra"].extend(_extras(metas, _Rows([segment[3] for segment in segments])))
    _add_reports(columns, metas)


def _extras(metas: _Rows, raws: _Rows) -> list[dict[str, Any]]:
    """Return each segment's unknown keys; where the whole track has none, no segment is looked at."""
    if raws.keys <= SEGMENT_KEYS and metas.keys <= SEGMENT_META and all(metas.rows):
        return [{} for _ in raws.rows]
    return [unknown_in(raw, SEGMENT_KEYS, SEGMENT_META) for raw in raws.rows]


def _add_reports(columns: dict[str, list[Any]], metas: _Rows) -> None:
    """Spread what the dub says of each line over its own columns; other tracks have none."""
    found = metas.values("report")
    reports = _Rows([report if isinstance(report, dict) else _NO_REPORT for report in found])
    for name in _REPORT_TEXTS:
        columns[name].extend(reports.strings(name))
    for name in _REPORT_NUMBERS:
        columns[name].extend(reports.numbers(name))
    for name in _REPORT_TRUTHS:
        columns[name].extend([kept if isinstance(kept, bool) else None for kept in reports.values(name)])
    columns["flags"].extend(reports.values("flags"))


class _Rows:
    """The objects of one track's segments, read by the column; a key that none has costs nothing a row."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        self.keys: set[str] = set().union(*rows)

    def values(self, key: str) -> list[Any]:
        if key not in self.keys:
            return [None] * len(self.rows)
        return [row.get(key) for row in self.rows]

    def strings(self, key: str, default: str | None = None) -> list[str | None]:
        if key not in self.keys:
            return [default] * len(self.rows)
        return [value if isinstance(value, str) else default for value in self.values(key)]

    def numbers(self, key: str, default: float = math.nan) -> list[float]:
        if key not in self.keys:
            return [default] * len(self.rows)
        return [default if value is None else _number(value) for value in self.values(key)]


def _number(value: object) -> float:
    number = number_of(value)
    return math.nan if number is None else number
