"""How a command ends when it cannot do what was asked: one line and an exit code."""

from __future__ import annotations

import sqlite3
from typing import Final

OK: Final = 0
FAILED: Final = 1
BAD_INPUT: Final = 2
SOME_FAILED: Final = 3
INTERRUPTED: Final = 130
"""What a shell expects of a program that Ctrl-C ended."""


class CommandError(Exception):
    """A command cannot go on. `message` says why, `advice` what to do; each one sentence."""

    def __init__(self, message: str, advice: str = "", exit_code: int = FAILED) -> None:
        super().__init__(one_line(f"{message} {advice}"))
        self.exit_code = exit_code


class BadInputError(CommandError):
    """What was given cannot be used; nothing has been started."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message, advice, BAD_INPUT)


def one_line(text: str) -> str:
    """Return text without line breaks and without what could move a terminal's cursor."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def cause(error: Exception) -> str:
    """Return a sentence for an error that no command expected."""
    if isinstance(error, ModuleNotFoundError):
        return f'the package {error.name} is missing. Install it with: pip install "nemodub_nb[local,lab]"'
    if isinstance(error, sqlite3.Error):
        return (
            f"the home folder cannot be written ({error}). Free some space there, or set NEMODUB_HOME to another folder. "
            "What was finished is kept."
        )
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'The system said'}: {error.strerror}."
    text = one_line(str(error)) or type(error).__name__
    return f"{text.rstrip('.')}. Set NEMODUB_DEBUG=1 to see where."
