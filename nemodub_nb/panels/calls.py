"""Writes what was chosen for a dub as the call of a project that does the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .workflow import Choices

_WIDE: Final = 88
"""Characters after which a call is written on several lines."""


def dub(chosen: Choices, clip: str | None) -> str:
    """Return the call with the options that are not the usual ones; empty where no language is chosen.

    A sentence edited by hand is asked instead. `clip` is named where there are several.
    """
    about = [f"clip={_quoted(clip)}"] if clip else []
    if chosen.sentence is not None:
        return _call("ask", [_quoted(chosen.sentence), *about])
    if not chosen.to:
        return ""
    voices = {tag: voice for tag, voice in chosen.voices.items() if tag in chosen.to}
    options = [
        f"to={_quoted(list(chosen.to))}",
        *about,
        f"source={_quoted(chosen.source)}" if chosen.source else "",
        f"original={_quoted(chosen.original)}" if chosen.original != "replace" else "",
        "" if chosen.background is None else f"background={chosen.background:g}",
        f"subtitles={_quoted(chosen.subtitles)}" if chosen.subtitles != "track" else "",
        f"voices={_quoted(voices)}" if voices else "",
    ]
    return _call("dub", [option for option in options if option])


def _quoted(value: object) -> str:
    """Return strings, and lists and tables of them, as Python writes them."""
    return json.dumps(value, ensure_ascii=False)


def _call(name: str, arguments: Sequence[str]) -> str:
    line = f"project.{name}({', '.join(arguments)})"
    if len(line) <= _WIDE or len(arguments) == 1:
        return line
    lines = "".join(f"    {argument},\n" for argument in arguments)
    return f"project.{name}(\n{lines})"
