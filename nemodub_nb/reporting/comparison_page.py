"""The page of a comparison: what became worse first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from .pieces import Cell, amount, badge, figure, name, quiet, section, shell, table, text, words

if TYPE_CHECKING:
    from .comparing import Comparison

_MOST: Final = 200
_KINDS: Final = {"better": "good", "worse": "bad"}
_SIGNS: Final = {"better": "▲", "worse": "▼"}
_ORDER: Final = {"worse": 0, "only a": 1, "only b": 2, "better": 3, "same": 4}


def comparison_page(found: Comparison) -> str:
    """Return a comparison as one page."""
    title = f"{found.b} against {found.a}"
    body = [
        f"<h1><bdi>{words(title)}</bdi> {_outcome(found.verdict)}</h1>",
        quiet(
            f"“Better” and “worse” speak of {found.b}. Penalty is the distance from the ideal: 0 is perfect."
        ),
        section("Lines by language", _summary(found)),
        section("Checks that changed", _checks(found)),
        section("Videos", _exports(found)),
        section("Lines that changed", _lines(found)),
    ]
    return shell(title, "".join(body))


def comparison_card(found: Comparison) -> str:
    """Return a comparison as a small table for a notebook."""
    return f"<p>{words(found)}</p>{_summary(found)}"


def _summary(found: Comparison) -> str:
    heads = ["Language", "Lines", "Better", "Worse", "Same", f"Only {found.a}", f"Only {found.b}"]
    rows = [
        [name(row["language"]), *(figure(row[key], 0) for key in list(row)[1:])]
        for row in found.summary.to_dict("records")
    ]
    return table(heads, rows, "What became of the lines") if rows else quiet("Neither has lines.")


def _checks(found: Comparison) -> str:
    changed = _ranked(found.checks[found.checks["outcome"].isin(_KINDS)])
    rows = [
        [
            name(row["clip"]),
            name(row["language"]),
            name(row["metric"]),
            _pair(row, "value", row["unit"], "a"),
            _pair(row, "value", row["unit"], "b"),
            Cell(badge(row["verdict_a"])),
            Cell(badge(row["verdict_b"])),
            Cell(_outcome(row["outcome"])),
        ]
        for row in changed.head(_MOST).to_dict("records")
    ]
    heads = [
        "Clip",
        "Language",
        "Metric",
        found.a,
        found.b,
        f"Verdict {found.a}",
        f"Verdict {found.b}",
        "Outcome",
    ]
    return (
        table(heads, rows, "Metrics whose verdict changed") + _rest(len(changed))
        if rows
        else quiet("No verdict changed.")
    )


def _exports(found: Comparison) -> str:
    ranked = _ranked(found.exports)
    rows = [
        [
            name(row["clip"]),
            name(row["language"]),
            name(row["status_a"]),
            name(row["status_b"]),
            Cell(badge(row["verdict_a"])),
            Cell(badge(row["verdict_b"])),
            *(_pair(row, column, unit, end) for column, unit in (("seconds", "s"), ("cost", ""), ("loudness_lufs", "LUFS")) for end in "ab"),
            Cell(_outcome(row["outcome"])),
        ]
        for row in ranked.head(_MOST).to_dict("records")
    ]  # fmt: skip
    both = [
        f"{what} {one}"
        for what in ("Status", "Verdict", "Work", "Credits", "Loudness")
        for one in (found.a, found.b)
    ]
    return (
        table(["Clip", "Language", *both, "Outcome"], rows, "One row a video") + _rest(len(ranked))
        if rows
        else ""
    )


def _lines(found: Comparison) -> str:
    changed = _changed(found.lines)
    rows = [
        [
            name(row["clip"]),
            name(row["language"]),
            figure(row["line"] + 1, 0),
            Cell(_outcome(row["outcome"])),
            text(row["text_a"], row["language"]),
            text(row["text_b"], row["language"]),
            *(_pair(row, column, unit, end) for column, unit in (("stretch", "×"), ("onset_error_s", "s"), ("penalty", "")) for end in "ab"),
        ]
        for row in changed.head(_MOST).to_dict("records")
    ]  # fmt: skip
    heads = [
        f"{what} {one}" for what in ("Text", "Stretch", "Onset", "Penalty") for one in (found.a, found.b)
    ]
    shown = table(["Clip", "Language", "Line", "Outcome", *heads], rows, "What became worse first")
    return shown + _rest(len(changed)) if rows else quiet("No line changed.")


def _changed(table_: pd.DataFrame) -> pd.DataFrame:
    return _ranked(table_[table_["outcome"] != "same"])


def _ranked(table_: pd.DataFrame) -> pd.DataFrame:
    worse = -table_["penalty_delta"].abs() if "penalty_delta" in table_ else 0.0
    ranked = table_.assign(_rank=table_["outcome"].map(_ORDER), _worse=worse)
    return ranked.sort_values(["_rank", "_worse"], kind="stable")


def _pair(row: dict[Any, Any], column: str, unit: Any, end: str) -> Cell:
    return Cell(amount(row[f"{column}_{end}"], 2, "" if pd.isna(unit) else unit), "figure")


def _outcome(said: str) -> str:
    return f'<span class="badge {_KINDS.get(said, "unknown")}">{_SIGNS.get(said, "")} {words(said)}</span>'


def _rest(count: int) -> str:
    return quiet(f"{count - _MOST:,} more are in the tables of the comparison.") if count > _MOST else ""
