"""The figures of a report, drawn by matplotlib as SVG in the colours of the page."""

from __future__ import annotations

import io
import re
import warnings
from typing import TYPE_CHECKING, Any, Final, cast

import pandas as pd

from nemodub_nb import conformance
from nemodub_nb.project.safe import markup, plain

from .errors import need
from .material import FAILED

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from .reports import Report

_INKS: Final = {
    "ink": "#010203",
    "quiet": "#010204",
    "line": "#010205",
    "good": "#010206",
    "look": "#010207",
    "bad": "#010208",
    "one": "#010209",
    "two": "#01020a",
    "unknown-back": "#01020b",
    "paper": "#01020c",
}
"""Colours that no drawing has by chance; each becomes the page's own, which follows its theme."""
_STYLE: Final = {
    "svg.fonttype": "none",  # texts stay texts: the browser has the letters that matplotlib's font lacks
    "svg.hashsalt": "nemodub",
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.color": _INKS["ink"],
    "axes.labelcolor": _INKS["quiet"],
    "axes.edgecolor": _INKS["line"],
    "xtick.color": _INKS["quiet"],
    "ytick.color": _INKS["ink"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "x",
    "axes.axisbelow": True,
    "grid.color": _INKS["line"],
    "grid.linewidth": 0.6,
    "legend.frameon": False,
}
_MOST_BARS: Final = 30
_MOST_CAUSES: Final = 15
_MOST_DOTS: Final = 1000
_SHORT: Final = 34


def figures(report: Report) -> str:
    """Return the figures that have something to show, as HTML. Raises MissingPackageError without matplotlib."""
    need("matplotlib")
    drawn = [
        _verdicts(report),
        _stretch(report),
        _loudness(report),
        _time(report),
        _cost(report),
        _causes(report),
    ]
    return f'<div class="figures">{"".join(drawn)}</div>' if any(drawn) else ""


def _verdicts(report: Report) -> str:
    """Show how the lines of each language fit."""
    shown = _few(report.languages[report.languages["lines"].fillna(0) > 0])
    if shown.empty:
        return ""

    def draw(axes: Axes) -> None:
        whole = shown["lines"].astype("float64")
        left = pd.Series(0.0, index=shown.index)
        for verdict, label in (("good", "good"), ("look", "to look at"), ("bad", "bad")):
            share = shown[verdict].astype("float64").fillna(0) / whole * 100
            axes.barh(
                _labels(shown), share, left=left, color=_INKS[verdict], label=label, edgecolor=_INKS["paper"]
            )
            left = left + share
        axes.set_xlim(0, 100)
        axes.set_xlabel("% of the lines")
        axes.legend(ncols=3, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)

    fine = shown["good"].sum() / shown["lines"].sum()
    return _figure("Fit by language", f"{fine:.0%} of all lines are good.", draw, len(shown))


def _stretch(report: Report) -> str:
    """Show how much the lines of each language were sped up."""
    shown = _few(report.languages[report.languages["stretch_median"].notna()])
    if shown.empty:
        return ""
    by_language = {
        key: group["stretch"].dropna() for key, group in report.segments.groupby("language", dropna=False)
    }
    values = [
        by_language.get(language, pd.Series(dtype="float64")).to_numpy() for language in shown["language"]
    ]

    def draw(axes: Axes) -> None:
        axes.boxplot(
            values,
            orientation="horizontal",
            whis=(5, 95),
            widths=0.55,
            patch_artist=True,
            showfliers=False,
            boxprops={"facecolor": _INKS["one"], "edgecolor": _INKS["one"], "alpha": 0.55},
            medianprops={"color": _INKS["ink"], "linewidth": 2},
            whiskerprops={"color": _INKS["one"]},
            capprops={"color": _INKS["one"]},
        )
        axes.set_yticks(range(1, len(shown) + 1), _labels(shown))
        for limit, verdict in ((conformance.CLEAN_STRETCH, "look"), (conformance.FLAGGED_STRETCH, "bad")):
            axes.axvline(limit, color=_INKS[verdict], linestyle="--", linewidth=1.2)
        left, right = axes.get_xlim()
        axes.set_xlim(min(left, 0.95), max(right, 1.35))
        axes.set_xlabel("stretch: 1 is untouched, above it is sped up")

    said = "Boxes hold the middle half of the lines, whiskers all but the outer 5 %. Dashed: 1.15 goes unnoticed, 1.30 is the limit."
    return _figure("Stretch by language", said, draw, len(shown))


def _loudness(report: Report) -> str:
    """Show how loud the videos are."""
    shown = report.exports[report.exports["loudness_lufs"].notna()]
    tags = list(dict.fromkeys(shown["language"].fillna("—")))[:_MOST_BARS]
    shown = shown[shown["language"].fillna("—").isin(tags)]
    if shown.empty:
        return ""
    names = dict(
        zip(report.languages["language"].fillna("—"), report.languages["name"].fillna("—"), strict=True)
    )
    places = shown["language"].fillna("—").map({tag: number for number, tag in enumerate(tags)})

    def draw(axes: Axes) -> None:
        target = conformance.LOUDNESS_LUFS
        axes.axvspan(target - 1, target + 1, color=_INKS["good"], alpha=0.18, linewidth=0)
        peaks = shown["true_peak_dbtp"]
        # A drawing of 10,000 dots is no figure: what is many is one mark a language and half a unit.
        for values, mark, ink, label in (
            (shown["loudness_lufs"], "o", "one", "loudness, LUFS"),
            (peaks, "D", "two", "true peak, dBTP"),
        ):
            dots = pd.DataFrame({"x": values.round(1), "y": places}).dropna().drop_duplicates()
            dots = (
                dots
                if len(dots) <= _MOST_DOTS
                else dots.assign(x=(dots["x"] * 2).round() / 2).drop_duplicates()
            )
            axes.scatter(dots["x"], dots["y"], marker=mark, color=_INKS[ink], label=label, s=34, alpha=0.8)
        axes.axvline(conformance.TRUE_PEAK_DBTP, color=_INKS["bad"], linestyle="--", linewidth=1.2)
        axes.set_yticks(range(len(tags)), [_short(names.get(tag, tag)) for tag in tags])
        axes.set_ylim(-0.6, len(tags) - 0.4)
        axes.legend(ncols=2, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
        axes.set_xlabel("dB")

    return _figure(
        "Loudness", "Green: within 1 LU of −16 LUFS. Dashed: no peak may be above −1 dBTP.", draw, len(tags)
    )


def _time(report: Report) -> str:
    """Show how long a minute of video takes."""
    return _bars(report, "seconds_per_minute", "Time", "seconds of work for a minute of video", "one")


def _cost(report: Report) -> str:
    """Show what a minute of video costs."""
    if not (report.languages["cost_per_minute"].fillna(0) > 0).any():
        return ""
    return _bars(report, "cost_per_minute", "Cost", "credits for a minute of video", "two")


def _bars(report: Report, column: str, title: str, unit: str, ink: str) -> str:
    shown = _few(report.languages[report.languages[column].notna()])
    if shown.empty:
        return ""

    def draw(axes: Axes) -> None:
        drawn = axes.barh(_labels(shown), shown[column], color=_INKS[ink], height=0.6)
        axes.bar_label(drawn, fmt="%.3g", padding=4, color=_INKS["ink"])
        axes.margins(x=0.15)
        axes.set_xlabel(unit)

    return _figure(f"{title} by language", f"{title} as {unit}.", draw, len(shown))


def _causes(report: Report) -> str:
    """Show what went wrong, by how often."""
    failed = report.exports[report.exports["status"].isin(FAILED)]
    causes = (
        failed["error"]
        .fillna("no reason was given")
        .map(lambda said: _short(re.sub(r"\d+", "#", said.split(". ")[0]), 60))
    )
    flags = (
        report.segments.loc[report.segments["verdict"].isin(["look", "bad"]), "flags"]
        .dropna()
        .str.split()
        .explode()
    )
    flags = flags[flags.isin([name for name in conformance.FLAGS if name != "merged"])]
    counts = [
        (f"line {conformance.FLAGS[str(name)]}", count, "look")
        for name, count in flags.value_counts().items()
    ]
    counts += [(f"failed: {cause}", count, "bad") for cause, count in causes.value_counts().items()]
    if not counts:
        return ""
    shown = sorted(counts, key=lambda one: one[1], reverse=True)[:_MOST_CAUSES]

    def draw(axes: Axes) -> None:
        drawn = axes.barh([str(n) for n in range(len(shown))], [count for _, count, _ in shown],
                          color=[_INKS[ink] for *_, ink in shown], height=0.6)  # fmt: skip
        axes.set_yticks(range(len(shown)), [label for label, *_ in shown])
        axes.bar_label(drawn, padding=4, color=_INKS["ink"])
        axes.margins(x=0.12)
        axes.set_xlabel("how often")

    said = f"{len(failed):,} videos failed; {len(flags):,} remarks on lines that are not good."
    return _figure("What went wrong", said, draw, len(shown))


def _figure(title: str, said: str, draw: Callable[[Axes], None], rows: int) -> str:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    # A glyph that the font lacks is the browser's to draw.
    with rc_context(cast("Any", _STYLE)), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        figure = Figure(figsize=(6.4, 1.3 + 0.34 * max(rows, 2)), layout="constrained")
        figure.patch.set_visible(False)
        axes: Any = figure.subplots()
        axes.patch.set_visible(False)
        axes.tick_params(axis="y", length=0)
        draw(axes)
        axes.invert_yaxis()
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None})
    return f"<figure><h3>{markup(title)}</h3>{_inline(written.getvalue(), title)}<figcaption>{markup(said)}</figcaption></figure>"


def _inline(svg: str, title: str) -> str:
    """Return a drawing fit to stand inside of a page beside others."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' id="(?!p[0-9a-f]{8,}|m[0-9a-f]{8,}|h[0-9a-f]{8,})[^"]*"', "", svg)
    prefix = re.sub(r"\W+", "-", title.lower())
    svg = re.sub(r'( id="|url\(#|href="#)', rf"\1{prefix}-", svg)
    for name, ink in _INKS.items():
        svg = svg.replace(ink, f"var(--{name})")
    svg = svg.replace("'DejaVu Sans'", "system-ui, sans-serif")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{markup(title)}" ', 1)


def _few(languages: pd.DataFrame) -> pd.DataFrame:
    """Return the languages with the most lines, as many as a figure can show."""
    return languages.nlargest(_MOST_BARS, "lines") if len(languages) > _MOST_BARS else languages


def _labels(languages: pd.DataFrame) -> list[str]:
    names = languages["name"].fillna("—")
    return [
        _short(name)
        for name in names.where(~names.duplicated(keep=False), names + " " + languages["language"].fillna(""))
    ]


def _short(text: str, limit: int = _SHORT) -> str:
    return plain(text, limit).replace("\n", " ")
