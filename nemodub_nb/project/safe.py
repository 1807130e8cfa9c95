"""Makes server text safe to show and to name files with."""

from __future__ import annotations

import html
import re
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final

from nemodub_nb.contract import TOKEN_PREFIX

# Escape sequences of terminals, control characters but line breaks and tabs, and marks that turn the reading direction.
_ESCAPES: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.?", re.DOTALL)
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]",
)
_TOKEN: Final = re.compile(rf"{TOKEN_PREFIX}[^\s\"'<>,;)]+")
_NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED: Final = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")
_LONGEST_NAME: Final = 120
_LONGEST_TEXT: Final = 20_000


def plain(text: str, limit: int = _LONGEST_TEXT) -> str:
    """Return text without escape sequences, control and direction marks or tokens, at most `limit` characters long."""
    shown = _TOKEN.sub(f"{TOKEN_PREFIX}•••", _INVISIBLE.sub("", _ESCAPES.sub("", text[: limit * 4])))
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def markup(text: object) -> str:
    """Return any text as HTML that shows it and does nothing else."""
    return html.escape(plain(str(text)))


def file_stem(name: str) -> str:
    """Return the part of a server's name for a clip that is fit to name files with, without its extension."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    return file_part(PurePosixPath(last).stem) or "video"


def file_part(text: str) -> str:
    """Return text that may be part of a file name on every system; empty when nothing of it may."""
    shown = _NOT_IN_NAMES.sub("_", plain(text)).strip(" .")[:_LONGEST_NAME].strip(" .")
    return f"_{shown}" if _RESERVED.match(shown) else shown
