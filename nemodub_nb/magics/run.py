"""Runs a line of `%nemodub`, or a cell of `%%nemodub`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from IPython.core.error import UsageError

from .grammar import read, read_cell, split
from .help import help_page
from .table import COMMANDS

if TYPE_CHECKING:
    from .choose import Chooser

_HELP: Final = frozenset({"-h", "--help"})


def run(line: str, chooser: Chooser) -> object:
    """Run a command and return what it returns; nothing where the line ends with a semicolon.

    Raises UsageError, and what the project's method raises.
    """
    shown = not line.rstrip().endswith(";")
    name, *words = split(line.rstrip().rstrip(";")) or ["help"]
    if name in _HELP:
        return help_page(COMMANDS, words)
    command = COMMANDS.get(name)
    if command is None:
        raise UsageError(
            f"There is no command {name}. There are: {', '.join(COMMANDS)}. A sentence goes into a cell that begins with %%nemodub."
        )
    if _HELP & set(words):
        return help_page(COMMANDS, [name])
    given = read(words, command)
    found = command.run(lambda: chooser.choose(given.project), given)
    return found if shown else None


def say(line: str, cell: str, chooser: Chooser) -> object:
    """Say a cell's text to the project and return the Reply. Raises UsageError, and what `ask` raises."""
    words = split(line)
    if words and words[0] in COMMANDS:
        raise UsageError(f"A cell is one sentence. For the command {words[0]}, write %nemodub with one %.")
    given = read_cell(words)
    sentence = cell.strip()
    if not sentence:
        raise UsageError("The cell says nothing. Write below %%nemodub what is to be done.")
    return chooser.choose(given.project).ask(sentence, **given.options)
