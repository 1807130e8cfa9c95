"""The differences between two looks at a timeline, for people and for programs."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

_STRING: Final = "string[python]"
_COLUMNS: Final[dict[str, Any]] = {
    "change": _STRING,
    "clip": _STRING,
    "track": _STRING,
    "role": _STRING,
    "language": _STRING,
    "start_s": "float64",
    "what": _STRING,
    "before": "object",
    "after": "object",
}


class Change(NamedTuple):
    """One difference: a row of the frame."""

    change: str
    """added, removed or changed."""
    clip: str | None
    track: str | None
    role: str | None
    language: str | None
    start_s: float | None
    """Where on the timeline; None for a whole track or the whole draft."""
    what: str
    """track, segment, text, timing, volume …"""
    before: Any
    after: Any


@dataclass(frozen=True)
class Changes:
    """What is different between two looks at a timeline; empty (false) when nothing is."""

    words: tuple[str, ...] = ()
    """One sentence a change, for people."""
    rows: tuple[Change, ...] = ()
    """One row a difference, for programs."""

    @property
    def frame(self) -> pd.DataFrame:
        """The rows as a DataFrame, with the same dtypes also when nothing changed."""
        import pandas as pd

        columns: list[tuple[Any, ...]] = list(zip(*self.rows, strict=True)) or [()] * len(_COLUMNS)
        return pd.DataFrame(
            {
                name: pd.Series(list(column), dtype=dtype)
                for (name, dtype), column in zip(_COLUMNS.items(), columns, strict=True)
            },
        )

    def __bool__(self) -> bool:
        return bool(self.rows)

    def __str__(self) -> str:
        return "\n".join(self.words) or "Nothing changed."

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if not self.words:
            return "<p>Nothing changed.</p>"
        return f"<ul>{''.join(f'<li>{html.escape(word)}</li>' for word in self.words)}</ul>"
