"""Writes what was chosen for a dub as the call of a project that does the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .choices import Choices

_WIDE: Final = 88
"""Characters after which a call is written on several lines."""


def dub(chosen: Choices, clip: str | None) -> str:
    """Return the call with the options that are not the usual ones; empty where no language is chosen.

    A sentence edited by hand is asked instead. `clip` is named where there are several.
    """
    about = [f"clip={quoted(clip)}"] if clip else []
    if chosen.sentence is not None:
        return _call("ask", [quoted(chosen.sentence), *about])
    if not chosen.to:
        return ""
    if chosen.look:
        return review(chosen, clip)
    voices = chosen.voices_used()
    glossary = chosen.glossary.given()
    options = [
        f"to={quoted(list(chosen.to))}",
        *about,
        f"source={quoted(chosen.source)}" if chosen.source else "",
        f"original={quoted(chosen.original)}" if chosen.original != "replace" else "",
        "" if chosen.background is None else f"background={chosen.background:g}",
        f"subtitles={quoted(chosen.subtitles)}" if chosen.subtitles != "track" else "",
        "slow_video=True" if chosen.slow_video else "",
        f"memory={quoted(chosen.memory)}" if chosen.memory else "",
        "" if glossary is None else f"glossary={quoted(glossary)}",
        f"voices={quoted(voices)}" if voices else "",
    ]
    return _call("dub", [option for option in options if option])


def review(chosen: Choices, clip: str | None) -> str:
    """Return the call that writes what is chosen and speaks nothing."""
    glossary = chosen.glossary.given()
    options = [
        f"to={quoted(list(chosen.to))}",
        f"clip={quoted(clip)}" if clip else "",
        f"source={quoted(chosen.source)}" if chosen.source else "",
        f"memory={quoted(chosen.memory)}" if chosen.memory else "",
        "" if glossary is None else f"glossary={quoted(glossary)}",
    ]
    return _call("review", [option for option in options if option])


def edit(rows: Sequence[Mapping[str, object]], clip: str | None) -> str:
    """Return the call that changes lines, a row on each line where they are many."""
    about = f", clip={quoted(clip)}" if clip else ""
    line = f"project.edit({quoted(list(rows))}{about})"
    if len(line) <= _WIDE:
        return line
    return f"project.edit([\n{''.join(f'    {quoted(row)},{chr(10)}' for row in rows)}]{about})"


def quoted(value: object) -> str:
    """Return a string, or a list or table of them, as Python in double quotes; what cannot be seen is escaped."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if value.isprintable() else repr(value)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{quoted(key)}: {quoted(one)}' for key, one in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(quoted(one) for one in value)}]"
    return repr(value)


def _call(name: str, arguments: Sequence[str]) -> str:
    line = f"project.{name}({', '.join(arguments)})"
    if len(line) <= _WIDE or len(arguments) == 1:
        return line
    lines = "".join(f"    {argument},\n" for argument in arguments)
    return f"project.{name}(\n{lines})"
