"""The timeline for where there is no live page: a small drawing and a table of the first lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nemodub_nb.project.safe import markup, plain

from . import edit_words, timeline_words, words
from .timeline_lines import own_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .timeline_sheet import Lane, Line, Row, Sheet

FIRST: Final = 50
"""So many lines are told."""
_LANGUAGES: Final = 6
_CELL: Final = 300
_RECTS: Final = 300
_LANES: Final = 24
_WIDTH, _LEFT, _ROW = 900, 110, 20
# Shades that can be read on white and on black: a story does not know its page.
_COLORS: Final = {
    "ok": "#2f9e73",
    "warn": "#c98a1b",
    "bad": "#d9453f",
    "waiting": "none",
    "": "#6f8fd0",
    "quiet": "#9aa0a8",
}
_SEVERITY: Final = ("quiet", "waiting", "", "ok", "warn", "bad")


def html(sheet: Sheet) -> str:
    """Return the drawing and the table."""
    return f"{_drawing(sheet)}{_table(sheet)}" if sheet.lanes else ""


def text(sheet: Sheet) -> str:
    """Return one text line a line."""
    lines = []
    for at, line in enumerate(sheet.lines[:FIRST]):
        dubs = [
            f"{tag}: {plain(row.text, _CELL)}{_judged(sheet, row)}"
            for tag, row in list(line.rows.items())[:_LANGUAGES]
        ]
        begin = f"{_number(line, at):>4} {line.start_ms / 1000:>9.2f}"
        lines.append("  ".join([begin, plain(line.text, _CELL), *dubs]).rstrip())
    return "\n".join(
        [*lines, *([timeline_words.more_lines(more)] if (more := len(sheet.lines) - FIRST) > 0 else [])]
    )


def _number(line: Line, at: int) -> int:
    """Return the number of a line in tables and sentences, its place where it has none."""
    return at if line.number is None else line.number


def _judged(sheet: Sheet, row: Row) -> str:
    word = sheet.labels[row.label].word
    said = ", ".join(filter(None, [word, *_marks(row)]))
    return f" [{said}]" if said else ""


def _marks(row: Row) -> list[str]:
    return edit_words.marks(row.facts.sound, edited=row.facts.edited, approved=row.facts.approved)


def _table(sheet: Sheet) -> str:
    if not sheet.lines:
        return ""
    tags = sheet.languages[:_LANGUAGES]
    source = own_name(sheet.source) if sheet.source else words.ORIGINAL
    heads = "".join(
        f"<th>{markup(name)}</th>" for name in ["#", timeline_words.START, source, *map(own_name, tags)]
    )
    body = "".join(_row(sheet, at, tags) for at in range(min(FIRST, len(sheet.lines))))
    more = len(sheet.lines) - FIRST
    rest = f"<p>{timeline_words.more_lines(more)}</p>" if more > 0 else ""
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{rest}"


def _row(sheet: Sheet, at: int, tags: Sequence[str]) -> str:
    line = sheet.lines[at]
    cells = [f"<td>{_number(line, at)}</td><td>{line.start_ms / 1000:.2f}</td>", _cell(line.text)]
    for tag in tags:
        row = line.rows.get(tag)
        label = sheet.labels[row.label if row else 0]
        judged = [] if label.verdict in ("good", "") else [label.word]
        said = ", ".join([*judged, *(_marks(row) if row else [])])
        word = f" <small>({markup(said)})</small>" if said else ""
        cells.append(_cell(row.text if row else "", word))
    return f"<tr>{''.join(cells)}</tr>"


def _cell(said: str, more: str = "") -> str:
    return f'<td dir="auto" style="text-align:start">{markup(plain(said, _CELL))}{more}</td>'


def _drawing(sheet: Sheet) -> str:
    lanes = sheet.lanes[:_LANES]
    if not sheet.length_ms:
        return ""
    share = max(1, _RECTS // len(lanes))
    shapes = "".join(_lane(sheet, lane, at, share) for at, lane in enumerate(lanes))
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_ROW * len(lanes) + 4}" width="100%" role="img" aria-label="{timeline_words.DRAWN}" '
        f'style="display:block;max-width:{_WIDTH}px;margin:.4em 0">{shapes}</svg>'
    )


def _lane(sheet: Sheet, lane: Lane, at: int, share: int) -> str:
    top = at * _ROW + 3
    label = markup(plain(lane.label, 16))
    name = f'<text x="0" y="{top + 11}" font-size="11" fill="currentColor" opacity=".75">{label}</text>'
    return name + "".join(_rect(x, width, top, tone) for x, width, tone in _pieces(sheet, lane, share))


def _rect(x: float, width: float, top: int, tone: str) -> str:
    dashed = ' stroke-dasharray="3 3" stroke="#888"' if tone == "waiting" else ""
    return (
        f'<rect x="{x:.1f}" y="{top}" width="{width:.1f}" height="14" rx="2" fill="{_COLORS[tone]}" '
        f'fill-opacity=".55"{dashed}/>'
    )


def _pieces(sheet: Sheet, lane: Lane, share: int) -> Iterator[tuple[float, float, str]]:
    """Return left, width and colour of what is drawn; a full lane is drawn in `share` pieces, each as bad as its worst."""
    scale = (_WIDTH - _LEFT) / sheet.length_ms
    found: dict[int, tuple[float, float, str]] = {}
    few = len(lane.start) <= share
    for at, (start, end) in enumerate(zip(lane.start, lane.end, strict=True)):
        tone = _tone(sheet, lane, at)
        left, right = start * scale, end * scale
        key = at if few else int(start * share / sheet.length_ms)
        if key in found:
            was_left, was_right, was = found[key]
            left, right, tone = (
                min(left, was_left),
                max(right, was_right),
                max(was, tone, key=_SEVERITY.index),
            )
        found[key] = (left, right, tone)
    for left, right, tone in list(found.values())[: share + 1]:
        begin = max(0.0, left)
        yield _LEFT + begin, max(1.0, min(right, _WIDTH - _LEFT) - begin), tone


def _tone(sheet: Sheet, lane: Lane, at: int) -> str:
    if lane.kind != "dub" or lane.language is None:
        return "quiet" if lane.kind in ("sound", "subtitles") else ""
    row = sheet.lines[lane.line[at]].rows.get(lane.language)
    return sheet.labels[row.label if row else 0].tone
