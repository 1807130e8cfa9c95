"""Times as people write them: `5`, `2.5 seconds`, `1 min`, `0:05`, `1:02:03`, `ten seconds`."""

from __future__ import annotations

import re

_NUMERALS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
"""
_NUMBER_WORDS = {word: number for number, word in enumerate(_NUMERALS.split())} | {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "sixty": 60,
    "half a": 0.5,
    "a": 1,
    "an": 1,
}
_UNIT = r"(?:milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|秒钟?|分钟?)"
_WORDS = "|".join(sorted((w for w in _NUMBER_WORDS if w not in ("a", "an")), key=len, reverse=True))
TIME = rf"(?:\d+:\d{{1,2}}(?::\d{{1,2}})?(?:\.\d+)?|(?:\d+(?:\.\d+)?|{_WORDS})\s*-?\s*{_UNIT}(?!\w)|\d+(?:\.\d+)?(?![\d%:]))"
"""Matches a time; a bare number is in seconds."""
DURATION = rf"(?:\d+:\d{{1,2}}(?::\d{{1,2}})?(?:\.\d+)?|(?:\d+(?:\.\d+)?|{_WORDS}|an?)\s*-?\s*{_UNIT}(?!\w))"
"""Matches a time that says its unit."""
_PARTS = re.compile(rf"(?P<number>[\d.]+|{_WORDS}|an?)\s*-?\s*(?P<unit>{_UNIT})?", re.IGNORECASE)


def seconds_of(text: str) -> float:
    """Return the seconds that a text matched by TIME or DURATION means."""
    if ":" in text:
        value = 0.0
        for part in text.split(":"):
            value = value * 60 + float(part)
        return value
    match = _PARTS.match(text.strip())
    assert match is not None, text
    number = match["number"].casefold()
    value = float(_NUMBER_WORDS[number]) if number in _NUMBER_WORDS else float(number)
    unit = (match["unit"] or "s").casefold()
    if (unit.startswith("m") and not unit.startswith(("ms", "milli"))) or unit.startswith("分"):
        return value * 60
    return value / 1000 if unit.startswith("m") else value
