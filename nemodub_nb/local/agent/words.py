"""How figures and lists are written in a reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MINUTE_S = 60


def listed(items: Sequence[str], last: str = "and") -> str:
    """Return `a`, `a and b` or `a, b and c`."""
    if len(items) < 2:  # noqa: PLR2004 - two make a pair
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def count(number: int, noun: str) -> str:
    """Return `1 line`, `14 lines`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def percent(level: float) -> str:
    """Return a linear level as `35%`."""
    return f"{level * 100:.0f}%"


def seconds(value: float) -> str:
    """Return `12.5 s`, or `2:05` from a minute on."""
    if value < _MINUTE_S:
        return f"{value:.4g} s" if value >= 1 else f"{value:.2g} s"
    minutes, rest = divmod(round(value), _MINUTE_S)
    return f"{minutes}:{rest:02d}"
