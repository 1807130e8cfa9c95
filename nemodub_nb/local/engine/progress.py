"""How a step tells how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Progress:
    """One report of a step under way."""

    step: str
    """probe, models, transcribe, separate, translate, speak, fit, mix or render."""
    done: float
    """Work done so far, in the unit of `total` (lines, seconds or bytes)."""
    total: float
    language: str | None = None
    """Target language, or None for work on the source."""
    message: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        return asdict(self)


Report = Callable[[Progress], None]
"""Takes a report; called from several threads."""


def silent(_: Progress) -> None:
    """Take a report and do nothing."""


def fetching(report: Report, name: str) -> Callable[[int, int], None]:
    """Return a function that reports the bytes of a model on its way."""

    def tell(done_bytes: int, total_bytes: int) -> None:
        report(Progress("models", done_bytes, total_bytes, message=f"Fetching {name}"))

    return tell
