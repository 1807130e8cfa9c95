"""Writes the help of `%nemodub` from its table of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from IPython.core.error import UsageError

from .grammar import CLIP, PROJECT
from .page import Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .grammar import Command, Option

_SAY: Final = f"%%nemodub [{CLIP.usage}]"


def overview(commands: Mapping[str, Command]) -> str:
    """Return the page of all commands."""
    width = max(len(one.usage) for one in commands.values())
    listed = [line for one in commands.values() for line in _entry(one, width)]
    examples = [f"%nemodub {one.name} {one.example}" for one in commands.values() if one.example]
    return "\n".join(
        [
            "Dub videos from a notebook cell.",
            "",
            *(f"  {line}" for line in listed),
            "",
            "A whole cell is a sentence for the agent, in any words:",
            "",
            f"  {_SAY}",
            "  Make the music quieter and add a title that says Welcome",
            "",
            "Examples:",
            "",
            *(f"  {example}" for example in examples),
            "  table = %nemodub timeline",
            "",
            f"All take {PROJECT.usage}: {PROJECT.does}. Without it, it is the variable `project`,",
            "else the project made last, else a new one.",
        ]
    )


def _entry(command: Command, width: int) -> list[str]:
    """Return the command's line, and its options below it."""
    lines = [f"%nemodub {command.usage:{width}}  {command.does}"]
    if command.options:
        lines.append(f"    {' '.join(f'[{option.usage}]' for option in command.options)}")
    return lines


def help_page(commands: Mapping[str, Command], names: Sequence[str]) -> Page:
    """Return the page of all commands, or of those named. Raises UsageError."""
    if not names:
        return Page(overview(commands))
    for name in names:
        if name not in commands:
            raise UsageError(f"There is no command {name}. There are: {', '.join(commands)}.")
    return Page("\n\n".join(detail(commands[name]) for name in names))


def detail(command: Command) -> str:
    """Return the page of one command."""
    width = max(len(option.usage) for option in command.every_option)
    lines = [f"%nemodub {command.usage}", f"  {command.does}", ""]
    lines += [_line(option, width) for option in command.every_option]
    if command.example:
        lines += ["", f"Example: %nemodub {command.name} {command.example}"]
    return "\n".join(lines)


def _line(option: Option, width: int) -> str:
    return f"  {option.usage:{width}}  {option.does}"
