"""One thing found in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NEW_TOKEN: Final = "A token that others may have seen is no secret: get a new one."  # noqa: S105 - advice, not a token


@dataclass(frozen=True)
class Finding:
    """What was found, where, and what to do; never the secret itself."""

    where: str
    """Such as `cell 3, output` or `line 12`."""
    what: str
    fix: str
    """What to do, in a sentence or two."""
    cell: int | None = None
    """The cell's number, from 1, as it stands in the notebook; None outside of cells."""
    line: int | None = None
    """The line's number, from 1, in a file that is no notebook."""
