"""The table of a batch: one row a clip and language, with columns that always have the same types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

    from .work import Clip

COLUMNS: Final = {
    "clip": "string",
    "source": "string",
    "language": "string",
    "status": "string",
    "seconds": "Float64",
    "cost": "Float64",
    "output": "string",
    "subtitles": "string",
    "report": "string",
    "format": "string",
    "preset": "string",
    "measured": "boolean",
    "verdict": "string",
    "lines": "Int64",
    "good": "Int64",
    "look": "Int64",
    "bad": "Int64",
    "slowed": "Int64",
    "error": "string",
    "advice": "string",
    "backend": "string",
    "attempts": "Int64",
    "started": "datetime64[ns, UTC]",
    "finished": "datetime64[ns, UTC]",
    "key": "string",
}
"""Columns and their types.

clip: stem of the files made of it. source: path or URL. language: BCP 47. status: see STATUSES. seconds: the work on this
language, without what is done once a clip. cost: credits. output, subtitles, report: path or URL of the video, the SRT and
the JSON with a row a line. format, preset: what kind of file it is, and for which platform. measured: whether the finished file
was measured; what could not be told, and why, is in its report. verdict: the worst of the lines' (good, look, bad). lines, good, look, bad: how many. slowed: under
how many of them the picture is slowed. error, advice: why it is not done, and what to do. attempts: in how many runs it was tried. key: of the content it was made from.
"""

STATUSES: Final = ("queued", "running", "done", "failed", "refused", "skipped")
"""queued: not begun. refused: what was given cannot be dubbed, nothing was tried. skipped: not begun, because the budget or
the credits were used up."""


def row(clip: Clip, language: str, *, status: str, backend: str = "local", **fields: Any) -> dict[str, Any]:
    """Return a row about one language of a clip, as it crosses process borders; it has ended now unless it says when."""
    ended = {} if status in {"queued", "running"} else {"finished": now()}
    return {
        "clip": clip.name,
        "source": clip.source,
        "language": language,
        "format": clip.choices.format,
        "preset": clip.choices.preset,
        "backend": backend,
        "status": status,
        **ended,
        **fields,
    }


def now() -> str:
    """Return the time as rows have it."""
    return datetime.now(UTC).isoformat()


def frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a table with COLUMNS; what a row does not say is <NA>."""
    import pandas as pd

    kept = list(rows)
    made = {}
    for name, kind in COLUMNS.items():
        values = [row.get(name) for row in kept]
        if kind.startswith("datetime"):
            read = pd.to_datetime(pd.Series(values, dtype="string"), utc=True, format="ISO8601")
            made[name] = read.astype("datetime64[ns, UTC]")
        else:
            made[name] = pd.Series(values, dtype=kind)
    return pd.DataFrame(made, columns=list(COLUMNS))
