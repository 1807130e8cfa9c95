"""Server text made safe to show in one line of a terminal, a log or an error."""

from __future__ import annotations

import re
from typing import Final

from nemodub_nb.contract import TOKEN_PREFIX

MAX_SHOWN: Final = 500

_TOKEN = re.compile(re.escape(TOKEN_PREFIX) + r"[^\s\"'<>,;)]+")
# Escape sequences, control characters, and marks that turn the reading direction.
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.?", re.DOTALL)
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)


def clean(text: str, limit: int = MAX_SHOWN) -> str:
    """Return `text` as one line of at most `limit` characters, without tokens, escapes or direction marks."""
    # What is cut away anyway is not worth scanning; escapes may hide in the part that is kept.
    head = text[: limit * 8]
    plain = _INVISIBLE.sub("", _ESCAPES.sub("", head))
    line = " ".join(_TOKEN.sub(TOKEN_PREFIX + "•••", plain).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
