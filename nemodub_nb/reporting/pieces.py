"""Small pieces of a page: badges, tables and figures in words, with every text escaped."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from nemodub_nb.conformance import VERDICTS
from nemodub_nb.project.safe import markup, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SIGNS: Final = {"good": "✓", "look": "!", "bad": "✕"}
"""So that no verdict is told by its colour alone."""
_WORDS: Final = {"good": "good", "look": "to look at", "bad": "bad"}
_LONGEST: Final = 400


@dataclass(frozen=True)
class Cell:
    """One cell of a table: its HTML, and what it is."""

    html: str
    kind: str = ""
    """CSS classes."""
    language: str | None = None
    """Of a text, so that the browser picks its letters; None where it is not in one language."""


def text(value: object, language: object = None) -> Cell:
    """Return a cell with a text in a language; it runs in the direction that its letters ask for."""
    return Cell(
        "" if _missing(value) else words(value), "text", language if isinstance(language, str) else None
    )


def name(value: object) -> Cell:
    """Return a cell with a name."""
    return Cell("—" if _missing(value) else words(value), "name")


def figure(value: Any, digits: int = 2, unit: str = "") -> Cell:
    """Return a cell with a figure; a share becomes a percentage."""
    return Cell(amount(value, digits, unit), "figure")


def judged(value: Any, unit: str, verdict: object) -> Cell:
    """Return a cell with a figure and its verdict."""
    if _missing(verdict):
        return Cell("—", "figure unknown")
    sign = f'<span aria-hidden="true">{SIGNS[str(verdict)]}</span>'
    return Cell(
        f"{amount(value, 2 if unit else 0, unit)} {sign}<span hidden> {_WORDS[str(verdict)]}</span>",
        f"figure {verdict}",
    )


def amount(value: Any, digits: int = 2, unit: str = "") -> str:
    """Return a figure with its unit; a dash where there is none."""
    if _missing(value) or not math.isfinite(value):
        return "—"
    if unit == "yes":
        return "yes" if value >= 1 else "no"
    if unit == "%":
        return f"{value:.1%}".replace(".0%", "%").replace("%", " %")
    shown = f"{round(value, digits) + 0.0:,.{digits}f}" if digits else f"{value:,.0f}"
    shown = shown.replace("-", "−")
    return f"{shown} {unit}".strip()


def badge(verdict: object) -> str:
    """Return a verdict as a coloured word."""
    if verdict not in VERDICTS:
        return '<span class="badge unknown">not measured</span>'
    return f'<span class="badge {verdict}">{SIGNS[str(verdict)]} {_WORDS[str(verdict)]}</span>'


def words(value: object, limit: int = _LONGEST) -> str:
    """Return any text as HTML, at most so long."""
    return markup(plain(str(value), limit))


def table(heads: Sequence[str], rows: Iterable[Sequence[Cell]], caption: str = "") -> str:
    """Return a table; the first cell of each row is its heading."""
    head = "".join(f'<th scope="col">{markup(one)}</th>' for one in heads)
    body = "".join(f"<tr>{_first(row[0])}{''.join(map(_cell, row[1:]))}</tr>" for row in rows)
    title = f"<caption>{markup(caption)}</caption>" if caption else ""
    # A region that scrolls is reached by the keyboard only when it can have the focus.
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{markup(caption or "Table")}">'
        f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def shell(title: str, body: str) -> str:
    """Return a whole page that needs nothing but itself."""
    style = _kept("theme.css") + _kept("page.css")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # Nothing is fetched, and nothing that a text might smuggle in is run.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:; media-src data:">'
        f"<title>{words(title, 200)}</title><style>{style}</style></head><body><main>{body}</main></body></html>\n"
    )


def fragment(html: str) -> str:
    """Return a part of a page as it can stand inside of another page, in its own colours on its own ground."""
    theme = _kept("theme.css").replace(":root", ".nemodub-report")
    layout = "padding:.8em;background:var(--paper);color:var(--ink)"
    columns = "display:grid;gap:1.2em;grid-template-columns:repeat(auto-fit,minmax(min(100%,26em),1fr))"
    return (
        f"<style>{theme}.nemodub-report .figures{{{columns}}}.nemodub-report figure{{margin:0}}"
        f'.nemodub-report svg{{width:100%;height:auto}}</style><div class="nemodub-report" style="{layout}">{html}</div>'
    )


def section(title: str, *parts: str) -> str:
    """Return a part of a page under its heading; empty when it holds nothing."""
    held = "".join(parts)
    return f"<section><h2>{markup(title)}</h2>{held}</section>" if held else ""


def quiet(words_: str) -> str:
    """Return a remark."""
    return f'<p class="quiet">{markup(words_)}</p>'


def _kept(name_: str) -> str:
    return files("nemodub_nb.reporting").joinpath(name_).read_text("utf-8")


def _missing(value: object) -> bool:
    return (
        value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))
    )


def _first(cell: Cell) -> str:
    return f'<th scope="row" class="{cell.kind}"><bdi>{cell.html}</bdi></th>'


def _cell(cell: Cell) -> str:
    language = f' lang="{markup(cell.language)}"' if cell.language else ""
    direction = ' dir="auto"' if "text" in cell.kind or "name" in cell.kind else ""
    return f'<td class="{cell.kind}"{direction}{language}>{cell.html}</td>'
