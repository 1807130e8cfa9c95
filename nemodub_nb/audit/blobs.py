"""Finds encoded bytes in text: what a notebook carries of a clip."""

from __future__ import annotations

import re
from typing import Final

LARGE: Final = 64 * 1024
"""Characters from which on encoded bytes are more than an icon."""
LARGE_SHOWN: Final = 1024 * 1024
"""A plot, or the sound of a line that a cell has played, is smaller."""
_FONT: Final = re.compile(r"font|woff|opentype|truetype")
# The look-behind lets a run be tried once only, and the possessive repeat keeps what it has: linear in any text.
_RUN: Final = re.compile(rf"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{{{LARGE},}}+")
_DATA_URL: Final = re.compile(r"data:([\w.+/-]+)[\w;=.+-]*;base64,$")


def largest(text: str, mime: str = "") -> int:
    """Return the length of the largest run of base64 that is too large for its type; 0 when there is none."""
    if not mime.startswith(("text/", "application/json")) and mime != "":
        plain = text.replace("\n", "")
        return len(plain) if len(plain) >= _limit(mime) and _RUN.fullmatch(plain.rstrip("=")) else 0
    sizes = [0]
    for run in _RUN.finditer(text):
        url = _DATA_URL.search(text[max(0, run.start() - 200) : run.start()])
        size = run.end() - run.start()
        if size >= _limit(url[1] if url else ""):
            sizes.append(size)
    return max(sizes)


def said(characters: int) -> str:
    """Return the size of the bytes that so many characters of base64 hold, as people read it."""
    size = characters * 3 // 4
    return f"{size / 1024**2:.1f} MB" if size >= 1024**2 else f"{size / 1024:.0f} kB"


def _limit(mime: str) -> float:
    if _FONT.search(mime):
        return float("inf")
    return LARGE_SHOWN if mime.startswith(("image/", "audio/")) or mime in {"png", "jpeg"} else LARGE
