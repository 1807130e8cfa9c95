"""A clip's lines × languages as a map of verdicts, in blocks that fit a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from nemodub_nb.conformance import FLAGS, LINE_METRICS, VERDICTS, LineMetric
from nemodub_nb.project.safe import markup

from .lines import rank
from .pieces import SIGNS, amount, words

if TYPE_CHECKING:
    from .reports import Report

_BLOCK: Final = 30
"""Lines side by side."""
_MOST_CELLS: Final = 6000
_MOST_CLIPS: Final = 12


def heatmaps(report: Report) -> tuple[str, int]:
    """Return the maps of the clips that need most attention, and how many clips have none for want of room."""
    segments = report.segments.assign(rank=rank(report.segments["verdict"]))
    ranked = segments.groupby("clip", sort=False, dropna=False)["rank"]
    order = (
        pd.DataFrame({"worst": ranked.max(), "mean": ranked.mean()})
        .sort_values(["worst", "mean"], ascending=False, kind="stable")
        .index
    )
    sizes = ranked.size()
    shown: list[str] = []
    cells = 0
    for clip in order[:_MOST_CLIPS]:
        cells += int(sizes[clip])
        if shown and cells > _MOST_CELLS:
            break
        mine = segments["clip"].isna() if pd.isna(clip) else segments["clip"] == clip
        shown.append(_map(clip, segments[mine].head(_MOST_CELLS)))
    return f'<div class="maps">{"".join(shown)}</div>', len(order) - len(shown)


def _map(clip: Any, lines: pd.DataFrame) -> str:
    last = int(lines["line"].max())
    by_language = {
        tag: {int(row["line"]): row for row in group.to_dict("records")}
        for tag, group in lines.fillna({"language": "—"}).groupby("language", sort=False)
    }
    first = int(lines["line"].min())
    wanted = sorted({int(number) for number in lines["line"]})
    blocks = [wanted[at : at + _BLOCK] for at in range(0, len(wanted), _BLOCK)]
    title = "The whole" if pd.isna(clip) else words(clip)
    tables = "".join(_block(block, by_language) for block in blocks)
    return (
        f'<div><h3><bdi>{title}</bdi></h3><div class="scroll" tabindex="0" role="group" '
        f'aria-label="Lines {first + 1} to {last + 1} by language">{tables}</div>'
        f"{''.join(_figures(metric, blocks, by_language) for metric in LINE_METRICS)}</div>"
    )


def _figures(
    metric: LineMetric, blocks: list[list[int]], by_language: dict[Any, dict[int, dict[Any, Any]]]
) -> str:
    """Return the map of one figure, folded away; nothing where no line has it."""
    if not any(
        metric.value(_plain(line)) is not None for lines in by_language.values() for line in lines.values()
    ):
        return ""
    tables = "".join(_block(block, by_language, metric) for block in blocks)
    unit = f", {metric.unit}" if metric.unit else ""
    return (
        f"<details><summary>{markup(metric.title + unit)}</summary>"
        f'<div class="scroll" tabindex="0" role="group" aria-label="{markup(metric.title)}">{tables}</div></details>'
    )


def _block(
    numbers: list[int], by_language: dict[Any, dict[int, dict[Any, Any]]], metric: LineMetric | None = None
) -> str:
    heads = "".join(f'<th scope="col">{number + 1}</th>' for number in numbers)
    body = "".join(
        f'<tr><th scope="row">{words(tag, 30)}</th>{"".join(_cell(lines.get(number), metric) for number in numbers)}</tr>'
        for tag, lines in by_language.items()
    )
    kind = "heat" if metric is None else "figures-map"
    return f'<table class="{kind}"><thead><tr><td></td>{heads}</tr></thead><tbody>{body}</tbody></table>'


def _cell(line: dict[Any, Any] | None, metric: LineMetric | None) -> str:
    if line is None:
        return "<td></td>"
    if metric is not None:
        return _figure(line, metric)
    verdict = line["verdict"]
    if verdict not in VERDICTS:
        return '<td class="unknown" title="not measured">·</td>'
    return f'<td class="{verdict}" title="{markup(why(line))}">{SIGNS[verdict]}</td>'


def _figure(line: dict[Any, Any], metric: LineMetric) -> str:
    value = metric.value(_plain(line))
    if value is None:
        return '<td class="unknown" title="not measured">·</td>'
    shown = amount(value * 100, 0) if metric.unit == "%" else amount(value, 2)
    return f'<td class="{metric.verdict(value)}" title="{markup(amount(value, 2, metric.unit))}">{shown}</td>'


def _plain(line: dict[Any, Any]) -> dict[Any, Any]:
    """Return a row of a table as rows of a report are: what is missing is None."""
    return {name: None if pd.isna(value) else value for name, value in line.items()}


def why(line: dict[Any, Any]) -> str:
    """Return in words what is to be said of a line."""
    flags = "" if pd.isna(line["flags"]) else str(line["flags"])
    said = [_with_figure(flag, line) for flag in flags.split()]
    return "; ".join(said) or str(line["verdict"])


def _with_figure(flag: str, line: dict[Any, Any]) -> str:
    figures = {
        "fast": ("stretch", "×"),
        "slowed": ("slow", "×"),
        "overflow": ("overflow_s", " s"),
        "overlap": ("overlap_s", " s"),
        "late": ("onset_error_s", " s"),
        "early": ("onset_error_s", " s"),
        "off": ("onset_heard_s", " s"),
    }
    said = FLAGS.get(flag, flag)
    if flag == "misheard" and not pd.isna(line["wer"]):
        return f"{said} ({line['wer']:.0%} of them)"
    column, unit = figures.get(flag, ("", ""))
    return f"{said} ({line[column]:.2f}{unit})" if column and not pd.isna(line[column]) else said
