"""How a foreseen fit looks in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.fitting import OUTCOMES, TROUBLED

from .safe import markup

if TYPE_CHECKING:
    import pandas as pd
    from pandas.io.formats.style import Styler

    from .foreseen import Fit

TONES: Final = {
    **dict.fromkeys(("fits", "faster voice", "stretched"), ("ok", "✓", "#1a7f37")),
    **dict.fromkeys(
        ("flagged", "late", "early", "runs on", "slow picture", "short"), ("warn", "!", "#9a6700")
    ),
    "overflow": ("bad", "✗", "#cf222e"),
    "not spoken": ("", "–", "#57606a"),
}
"""Tone, sign and colour of each outcome: never told by the colour alone."""
_MOST: Final = 200
_WIDEST: Final = 1.6
"""The tempo that fills a bar."""
_CELL: Final = "text-align:left;vertical-align:top;padding:.2em .6em"
_NUMBER: Final = "text-align:right;vertical-align:top;padding:.2em .6em"


def as_html(fit: Fit) -> str:
    """Return the summary, the lines that need a look and the table of limits."""
    troubled = fit.troubled()
    shown = troubled.head(_MOST)
    parts = [f"<p><b>{markup(fit.summary())}</b><br><small>{markup(fit.known_by())}</small></p>"]
    parts.append(
        lines_table(shown)
        if len(shown)
        else "<p>Every line that can be spoken fits without anybody noticing.</p>"
    )
    if len(troubled) > len(shown):
        parts.append(f"<p>{len(troubled) - len(shown)} more: <code>.troubled()</code></p>")
    parts.append(
        f"<details><summary>What each limit would change</summary>{what_if_table(fit.what_if())}</details>"
    )
    return "".join(parts)


def lines_table(lines: pd.DataFrame) -> str:
    """Return lines as a table with a bar for how much faster than natural each would have to be."""
    heads = ("line", "at", "outcome", "tempo", "stretch", "what it would take", "text")
    head = "".join(f"<th scope='col' style='{_CELL}'>{name}</th>" for name in heads)
    body = "".join(_line(row) for row in lines.to_dict("records"))
    return f"<table><caption>Lines that need a look</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _line(row: dict[Any, Any]) -> str:
    _, sign, colour = TONES[row["outcome"]]
    width = max(0.0, min(1.0, row["tempo"] / _WIDEST))
    bar = f"<div style='height:3px;width:{width:.0%};background:{colour};min-width:2px' aria-hidden='true'></div>"
    at = f"{int(row['start_s']) // 60}:{row['start_s'] % 60:04.1f}"
    told = f"<span style='color:{colour}' title='{markup(OUTCOMES[row['outcome']])}'>{sign} {row['outcome']}</span>"
    cells = (
        (_NUMBER, str(row["line"])),
        (_NUMBER, at),
        (_CELL, told),
        (_NUMBER, f"{row['tempo']:.2f} ×{bar}"),
        (_NUMBER, f"{row['stretch']:.2f} ×"),
        (_CELL, markup(row["takes"])),
        (_CELL, f"<bdi>{markup(row['text'])}</bdi>"),
    )
    return "<tr>" + "".join(f"<td style='{style}'>{cell}</td>" for style, cell in cells) + "</tr>"


def what_if_table(table: pd.DataFrame) -> str:
    """Return the limits as a table; outcomes that no limit brings are left out."""
    kept = table[[name for name in table.columns if name not in TROUBLED or table[name].any()]]
    head = "".join(f"<th scope='col' style='{_NUMBER}'>{markup(name)}</th>" for name in kept.columns)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td style='{_CELL if name == 'if' else _NUMBER}'>{markup(value)}</td>"
            for name, value in row.items()
        )
        + "</tr>"
        for row in kept.to_dict("records")
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def as_styler(fit: Fit) -> Styler:
    """Return the lines with their outcomes in colour and a bar for the tempo."""
    columns = [
        "line",
        "start_s",
        "text",
        "slot_s",
        "natural_s",
        "tempo",
        "rate",
        "stretch",
        "outcome",
        "over",
        "takes",
    ]
    shown = fit.lines[columns]
    return (
        shown.style.format(precision=2, escape="html")
        .map(lambda outcome: f"color: {TONES[outcome][2]}", subset=["outcome"])
        .bar(subset=["tempo"], vmin=0, vmax=_WIDEST, color="#d0d7de")
        .hide(axis="index")
        .set_caption(fit.summary())
    )
