"""The page of a report: what is wrong first, then the figures, then everything by name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from nemodub_nb import conformance

from . import lines as scoring
from .figures import figures
from .heatmap import heatmaps, why
from .material import FAILED, MADE
from .pieces import Cell, amount, badge, figure, judged, name, quiet, section, shell, table, text, words
from .snippets import snippets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .reports import Report

_MOST_REASONS: Final = 10
_MOST: Final = 200
"""Rows of any table of the page; the worst come first, and all are in the other files."""


def report_page(report: Report, *, sound: bool) -> str:
    """Return a report as one page. Raises MissingPackageError without matplotlib."""
    body = [
        _head(report),
        section("What is not there", _failures(report)),
        section("Against the targets", _checks(report)),
        section("In figures", figures(report)),
        section("Lines by language", _heat(report)),
        section("Lines to look at, the worst first", _lines(report, sound=sound)),
        section("Languages", _languages(report)),
        section("Clips", _clips(report)),
        section("Videos", _exports(report)),
        section("Work and credits", _ledger(report)),
        quiet(f"Made by nemodub on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC."),
    ]
    return shell(f"{report.title}: report", "".join(body))


def report_card(report: Report) -> str:
    """Return a report as a small table for a notebook."""
    return (
        f"<p><b>{words(report.title)}</b> {badge(report.verdict)}<br>{words(report.summary().split(': ', 1)[-1])}</p>"
        f"{_languages(report)}"
    )


def _head(report: Report) -> str:
    exports = report.exports
    made = int(exports["status"].isin(MADE).sum())
    cost = exports["cost"].sum(min_count=1)
    cards = [
        (f"{made} of {len(exports)}", "videos made"),
        (f"{len(report.clips)} × {len(report.languages)}", "clips × languages"),
        (f"{int(exports['lines'].sum()):,}", "dubbed lines"),
        (f"{int(exports['look'].sum()):,}", "lines to look at"),
        (f"{int(exports['bad'].sum()):,}", "bad lines"),
        (amount(_minutes(exports), 1), "minutes of video"),
        *([(amount(cost, 2), "credits")] if not pd.isna(cost) and cost else []),
    ]
    shown = "".join(f"<li><b>{words(value)}</b>{words(label)}</li>" for value, label in cards)
    return f'<h1><bdi>{words(report.title)}</bdi> {badge(report.verdict)}</h1><ul class="cards">{shown}</ul>'


def _minutes(exports: pd.DataFrame) -> float:
    return float(exports.loc[exports["status"].isin(MADE), "duration_s"].sum() / 60)


def _failures(report: Report) -> str:
    failed = report.exports[report.exports["status"].isin(FAILED)]
    if failed.empty:
        return ""
    rows = [
        [
            name(row["clip"]),
            name(row["language"]),
            name(row["status"]),
            text(row["error"]),
            text(row["advice"]),
        ]
        for row in failed.head(_MOST).to_dict("records")
    ]
    return table(
        ("Clip", "Language", "Status", "Why", "What to do"), rows, "Videos that are not there"
    ) + _rest(len(failed))


def _checks(report: Report) -> str:
    """Return metrics × languages: the worst figure of each, with its verdict."""
    checks = report.targets()
    if checks.empty:
        return quiet("Nothing was measured.") if len(report.exports) else ""
    checks = checks.fillna({"language": "—"})
    found = {(row["language"], row["metric"]): row for row in checks.to_dict("records")}
    tags = list(dict.fromkeys(report.languages["language"].fillna("—")))
    tags = [tag for tag in tags if (checks["language"] == tag).any()]
    rows = []
    for metric in conformance.METRICS:
        cells = [_check(found.get((tag, metric.name)), metric.unit) for tag in tags]
        if any(cell.html != "—" for cell in cells):
            rows.append([Cell(words(metric.title)), Cell(words(metric.target)), *cells])
    missing = [metric.title for metric in conformance.METRICS if not (checks["metric"] == metric.name).any()]
    note = quiet(f"Not measured here: {'; '.join(missing)}.") if missing else ""
    note += _reasons(report)
    return table(("Metric", "Target", *tags), rows, "The worst figure of each language over all clips") + note


def _reasons(report: Report) -> str:
    """Return why something was not measured, each reason once."""
    reasons = report.exports["not_measured"].dropna().str.split("\n").explode().value_counts()
    shown = "".join(
        f"<li>{words(reason)}{f' ({count} videos)' if count > 1 else ''}</li>"
        for reason, count in reasons.head(_MOST_REASONS).items()
    )
    return f'<ul class="quiet">{shown}</ul>' if shown else ""


def _check(row: dict[Any, Any] | None, unit: str) -> Cell:
    return judged(None, unit, None) if row is None else judged(row["value"], unit, row["verdict"])


def _heat(report: Report) -> str:
    if report.segments.empty:
        return ""
    maps, left = heatmaps(report)
    key = "".join(f"{badge(verdict)} " for verdict in conformance.VERDICTS)
    note = quiet(f"{left:,} more clips are in the table of segments.") if left else ""
    return f"<p>{key} Point at a line to see why.</p>{maps}{note}"


def _lines(report: Report, *, sound: bool) -> str:
    worst = scoring.worst_first(report.segments)
    if worst.empty:
        return (
            quiet("All lines that were measured are good.")
            if report.segments["verdict"].notna().any()
            else ""
        )
    shown = worst.head(_MOST)
    heard, note = snippets(shown, report.exports) if sound else ({}, "")
    heads = [
        "Clip",
        "Language",
        "Line",
        "At",
        "Verdict",
        *(["Sound"] if heard else []),
        "Why",
        "Source",
        "Dub",
    ]
    rows = [
        _line(row, heard.get(index), with_sound=bool(heard))
        for index, row in zip(shown.index, shown.to_dict("records"), strict=True)
    ]
    return (quiet(note) if note else "") + table(heads, rows, "Lines that are not good") + _rest(len(worst))


def _line(row: dict[Any, Any], sound: str | None, *, with_sound: bool) -> list[Cell]:
    player = (
        f'<audio controls preload="none" src="{sound}" aria-label="line {row["line"] + 1}"></audio>'
        if sound
        else "—"
    )
    return [
        name(row["clip"]),
        name(row["language"]),
        figure(row["line"] + 1, 0),
        Cell(_clock(row["start_s"]), "figure"),
        Cell(badge(row["verdict"])),
        *([Cell(player, "sound")] if with_sound else []),
        text(why(row)),
        text(row["source_text"]),
        _said(row),
    ]


def _said(row: dict[Any, Any]) -> Cell:
    """Return what a line says and, where it was measured and is something else, what is heard of it."""
    said = text(row["text"], row["language"])
    if pd.isna(row["heard"]) or not row["wer"]:
        return said
    heard = words(row["heard"]) if row["heard"] else "nothing"
    return Cell(f'{said.html}<br><span class="quiet">heard: {heard}</span>', said.kind, said.language)


def _clock(at_s: Any) -> str:
    return "—" if pd.isna(at_s) else f"{int(at_s // 60)}:{at_s % 60:04.1f}"


def _languages(report: Report) -> str:
    rows = [
        [
            name(row["name"]),
            Cell(badge(row["verdict"])),
            Cell(f"{row['made']} of {row['clips']}", "figure"),
            *_tally(row),
            figure(row["onset_error_p95_s"], 2, "s"),
            figure(row["stretch_median"], 2, "×"),
            figure(row["stretch_p95"], 2, "×"),
            figure(row["wer"], 2, "%"),
            figure(row["loudness_lufs"], 1),
            figure(row["seconds_per_minute"], 1),
            figure(row["cost_per_minute"]),
        ]
        for row in report.languages.to_dict("records")
    ]
    heads = ("Language", "Verdict", "Made", "Lines", "Good", "Look", "Bad", "Onset error p95", "Stretch median",
             "Stretch p95", "Misheard", "LUFS", "s / minute", "Credits / minute")  # fmt: skip
    return table(heads, rows, "One row a language, over all clips") if rows else ""


def _clips(report: Report) -> str:
    ranked = _worst(report.clips)
    rows = [
        [
            name(row["clip"]),
            Cell(badge(row["verdict"])),
            Cell(f"{row['made']} of {row['languages']}", "figure"),
            *_tally(row),
            figure(row["duration_s"], 1, "s"),
            figure(row["seconds"], 1, "s"),
            figure(row["cost"]),
        ]
        for row in ranked.head(_MOST).to_dict("records")
    ]
    heads = ("Clip", "Verdict", "Made", "Lines", "Good", "Look", "Bad", "Length", "Work", "Credits")
    return (
        table(heads, rows, "One row a clip, over all languages, the worst first") + _rest(len(ranked))
        if rows
        else ""
    )


def _exports(report: Report) -> str:
    ranked = _worst(report.exports)
    rows = [
        [
            name(row["clip"]),
            name(row["language"]),
            name(row["status"]),
            Cell(badge(row["verdict"])),
            *_tally(row),
            figure(row["duration_s"], 1, "s"),
            figure(row["loudness_lufs"], 1),
            figure(row["true_peak_dbtp"], 1),
            figure(row["seconds"], 1, "s"),
            figure(row["cost"]),
            name(_file(row["video"])),
        ]
        for row in ranked.head(_MOST).to_dict("records")
    ]
    heads = ("Clip", "Language", "Status", "Verdict", "Lines", "Good", "Look", "Bad", "Length", "LUFS", "dBTP", "Work",
             "Credits", "File")  # fmt: skip
    return table(heads, rows, "One row a video, the worst first") + _rest(len(ranked)) if rows else ""


def _file(video: Any) -> str | None:
    return None if pd.isna(video) else str(video).replace("\\", "/").rpartition("/")[2]


def _ledger(report: Report) -> str:
    ledger = report.ledger
    if ledger.empty:
        return ""
    rows = [
        [
            Cell("—" if pd.isna(row["when"]) else f"{row['when']:%Y-%m-%d %H:%M}"),
            text(row["step"]),
            name(row["backend"]),
            figure(row["seconds"], 1, "s"),
            figure(row["cost"]),
            figure(row["left"]),
        ]
        for row in ledger.tail(_MOST).to_dict("records")
    ]
    seconds, cost = ledger["seconds"].sum(), ledger["cost"].sum()
    total = f"In all: {amount(seconds, 0)} s of work, {amount(cost, 2)} credits."
    heads = ("When (UTC)", "What", "Backend", "Took", "Credits", "Left")
    return quiet(total) + table(heads, rows, "What was done") + _rest(len(ledger))


def _tally(row: dict[Any, Any]) -> Sequence[Cell]:
    return [figure(row[column], 0) for column in ("lines", "good", "look", "bad")]


def _worst(table_: pd.DataFrame) -> pd.DataFrame:
    if len(table_) <= 1:
        return table_
    return table_.assign(_rank=scoring.rank(table_["verdict"])).sort_values(
        "_rank", ascending=False, kind="stable"
    )


def _rest(count: int) -> str:
    """Say how many rows are left out."""
    if count <= _MOST:
        return ""
    return quiet(f"{count - _MOST:,} more are in the Parquet, CSV and Excel files of this report.")
