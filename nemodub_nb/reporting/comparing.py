"""Two reports on the same clips, row by row: what became better, what became worse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from . import lines as scoring
from .reports import Report, report

if TYPE_CHECKING:
    import os
    from pathlib import Path

    Place = str | os.PathLike[str]

_LINE: Final = ("clip", "language", "line")
_CHECK: Final = ("clip", "language", "metric")
_EXPORT: Final = ("clip", "language")
_FIGURES: Final = ("stretch", "fill", "onset_error_s", "overflow_s", "overlap_s", "wer", "penalty")
_WORK: Final = ("seconds", "cost", "loudness_lufs", "true_peak_dbtp", "size_bytes", "duration_s")
_NOTICED: Final = 0.1
"""A penalty that changes by less is the same: a tenth of what one metric may be off."""
_RANKS: Final = {"good": 0, "look": 1, "bad": 2}
OUTCOMES: Final = ("better", "worse", "same", "only a", "only b")


@dataclass(frozen=True, repr=False, eq=False)
class Comparison:
    """What is different between a run `a` and a run `b`: where b is better, worse or the same."""

    a: str
    """The name of the first run."""
    b: str
    """The name of the second one, which the outcomes speak of."""
    lines: pd.DataFrame
    """One row a line: clip, language, line, text_a, text_b, verdict_a, verdict_b, then each figure as `_a`, `_b` and `_delta`
    (b less a), and outcome. `penalty` is the distance from the ideal, 0 is perfect."""
    checks: pd.DataFrame
    """One row a metric of a clip and language: value_a, value_b, value_delta, verdict_a, verdict_b, outcome."""
    exports: pd.DataFrame
    """One row a clip and language: status, seconds, cost, loudness, peak, size and length of both, with their deltas; outcome."""
    summary: pd.DataFrame
    """One row a language: lines, and how many are better, worse, the same, or only in one of the two."""

    @property
    def verdict(self) -> str:
        """`better`, `worse`, `same` or `mixed`, over all lines and all videos that are in both."""
        counted = [set(table["outcome"]) for table in (self.lines, self.exports)]
        found = set().union(*counted)
        if {"better", "worse"} <= found:
            return "mixed"
        return "better" if "better" in found else "worse" if "worse" in found else "same"

    def to_html(self, path: Place) -> Path:
        """Write one page that needs no network. Raises BadInputError when it cannot be written."""
        from .comparison_page import comparison_page
        from .writing import write_text

        return write_text(path, comparison_page(self))

    def __str__(self) -> str:
        counts = self.lines["outcome"].value_counts()
        said = ", ".join(f"{counts[name]} {name}" for name in OUTCOMES if name in counts)
        return f"{self.b} against {self.a}: {self.verdict}. Lines: {said or 'none'}."

    def __repr__(self) -> str:
        return f"<Comparison {self}>"

    def _repr_html_(self) -> str:
        from .comparison_page import comparison_card

        return comparison_card(self)


def compare(a: Any, b: Any, *, names: tuple[str, str] = ("a", "b")) -> Comparison:
    """Compare two runs on the same clips: two backends, two voices, before and after an edit.

    a, b: reports, or whatever `report` takes. Rows are joined by clip, language and line. names: what the runs are called.
    """
    first, second = (one if isinstance(one, Report) else report(one) for one in (a, b))
    lines = _lines(first.segments, second.segments)
    return Comparison(
        a=names[0],
        b=names[1],
        lines=lines,
        checks=_checks(first.checks, second.checks),
        exports=_exports(first.exports, second.exports),
        summary=_summary(lines),
    )


def _lines(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    texts = ("text", "verdict")
    before, after = (one.assign(penalty=scoring.penalty(one)) for one in (a, b))
    both = _with_deltas(_joined(before, after, _LINE, (*texts, *_FIGURES)), _FIGURES)
    both["outcome"] = _outcome(both, both["penalty_delta"], _NOTICED)
    deltas = [f"{name}_{end}" for name in _FIGURES for end in ("a", "b", "delta")]
    return both[[*_LINE, *(f"{name}_{end}" for name in texts for end in "ab"), *deltas, "outcome"]]


def _checks(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    both = _with_deltas(_joined(a, b, _CHECK, ("value", "verdict", "unit")), ("value",))
    both["outcome"] = _outcome(both, None, 0)
    return both[[*_CHECK, "unit", "value_a", "value_b", "value_delta", "verdict_a", "verdict_b", "outcome"]]


def _exports(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    both = _with_deltas(_joined(a, b, _EXPORT, ("status", "verdict", *_WORK)), _WORK)
    both["outcome"] = _outcome(both, None, 0)
    deltas = [f"{name}_{end}" for name in _WORK for end in ("a", "b", "delta")]
    return both[[*_EXPORT, "status_a", "status_b", "verdict_a", "verdict_b", *deltas, "outcome"]]


def _joined(
    a: pd.DataFrame, b: pd.DataFrame, keys: tuple[str, ...], columns: tuple[str, ...]
) -> pd.DataFrame:
    """Return the rows of both side by side: what a has by its keys, then what only b has."""
    # The same key twice is told apart by its turn: else each would be joined with each.
    turns = [
        one[[*keys, *columns]].assign(_turn=one.groupby(list(keys), dropna=False).cumcount())
        for one in (a, b)
    ]
    both = turns[0].merge(
        turns[1], on=[*keys, "_turn"], how="outer", suffixes=("_a", "_b"), indicator="_side", sort=False
    )
    order = both["_side"].map({"both": 0, "left_only": 0, "right_only": 1}).astype("int64")
    both = both.assign(_order=order).sort_values("_order", kind="stable").reset_index(drop=True)
    if "unit" in columns:
        both["unit"] = both["unit_a"].fillna(both["unit_b"])
    return both


def _with_deltas(both: pd.DataFrame, figures: tuple[str, ...]) -> pd.DataFrame:
    return both.assign(**{f"{name}_delta": both[f"{name}_b"] - both[f"{name}_a"] for name in figures})


def _outcome(both: pd.DataFrame, delta: pd.Series[Any] | None, noticed: float) -> pd.Series[Any]:
    """Say what became of each row: by its verdict first, then by its distance from the ideal."""
    before, after = (both[f"verdict_{end}"].map(_RANKS).astype("float64") for end in "ab")
    # A verdict that one side lacks says nothing about which is better.
    change = (after - before).fillna(0)
    if delta is not None:
        change = change.where(change != 0, delta.where(delta.abs() > noticed, 0).fillna(0))
    said = pd.Series("same", index=both.index, dtype="object")
    said[change < 0] = "better"
    said[change > 0] = "worse"
    said[both["_side"] == "left_only"] = "only a"
    said[both["_side"] == "right_only"] = "only b"
    return said.astype(both["clip"].dtype)


def _summary(lines: pd.DataFrame) -> pd.DataFrame:
    counts = pd.crosstab(lines["language"].fillna("—"), lines["outcome"]) if len(lines) else pd.DataFrame()
    counts = counts.reindex(columns=["better", "worse", "same", "only a", "only b"], fill_value=0).astype(
        "int64"
    )
    counts.insert(0, "lines", counts.sum(axis="columns"))
    counts.columns.name = None
    return counts.rename_axis("language").reset_index().astype({"language": pd.StringDtype("python")})
