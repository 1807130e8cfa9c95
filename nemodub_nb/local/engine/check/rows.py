"""The rows of an export's report, as far as a check can use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nemodub_nb.conformance import number
from nemodub_nb.local.engine.check.stretches import Stretch, merged


@dataclass(frozen=True)
class DubbedLine:
    """A line as the report says that it was dubbed."""

    index: int
    start_s: float
    end_s: float
    text: str
    source_start_s: float | None
    source_end_s: float | None
    source_text: str
    due_s: float | None
    """When it should begin: where its source line does, or where a person put it."""
    natural_s: float | None
    stretch: float | None


def dubbed_lines(rows: Iterable[Mapping[str, Any]]) -> list[DubbedLine]:
    """Return the lines that somebody should be heard to speak, in order of time.

    What has no words or no time, such as a line that was silenced, is left out, and so is what the original speaker says.
    """
    found = []
    for position, row in enumerate(rows):
        start_s, end_s, text = number(row.get("start_s")), number(row.get("end_s")), row.get("text")
        if (
            start_s is None
            or end_s is None
            or end_s <= start_s
            or not isinstance(text, str)
            or not text.strip()
        ):
            continue
        if row.get("sound") == "original":
            continue
        own, source_text = row.get("index"), row.get("source_text")
        found.append(
            DubbedLine(
                index=own if type(own) is int else position,
                start_s=start_s,
                end_s=end_s,
                text=text,
                source_start_s=number(row.get("source_start_s")),
                source_end_s=number(row.get("source_end_s")),
                source_text=source_text if isinstance(source_text, str) else "",
                due_s=_due_s(row, start_s),
                natural_s=number(row.get("natural_s")),
                stretch=number(row.get("stretch")),
            )
        )
    return sorted(found, key=lambda line: line.start_s)


def kept_originals(rows: Iterable[Mapping[str, Any]]) -> list[Stretch]:
    """Return the time of the lines in which the original speaker was kept."""
    times = [
        (number(row.get("source_start_s")), number(row.get("source_end_s")))
        for row in rows
        if row.get("sound") == "original"
    ]
    return merged((start, end) for start, end in times if start is not None and end is not None)


def _due_s(row: Mapping[str, Any], start_s: float) -> float | None:
    error_s = number(row.get("onset_error_s"))
    return number(row.get("source_start_s")) if error_s is None else round(start_s - error_s, 3)
