"""Regular expressions whose alternatives may name the same thing."""

from __future__ import annotations

import re
from collections import Counter

_NAME = re.compile(r"\(\?P<(\w+)>")


def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern, in any case; a group's name may occur in several alternatives."""
    seen: Counter[str] = Counter()

    def numbered(match: re.Match[str]) -> str:
        seen[match[1]] += 1
        return f"(?P<{match[1]}__{seen[match[1]]}>"

    return re.compile(_NAME.sub(numbered, pattern), re.IGNORECASE)


def said(match: re.Match[str]) -> dict[str, str]:
    """Return the named groups that took part in a match."""
    return {name.partition("__")[0]: value for name, value in match.groupdict().items() if value}
