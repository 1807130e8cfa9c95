"""What a command of `%nemodub` takes, and the reading of a line by it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NoReturn

from IPython.core.error import UsageError
from IPython.utils.process import arg_split

from nemodub_nb.project import Project

Kind = Literal["language", "file", "folder", "clip", "project", "command", "word"]
"""What a value is, for completion; a `word` may be anything or one of the choices."""
Choose = Callable[[], Project]
"""Finds the project, or opens one, when it is called."""


@dataclass(frozen=True)
class Option:
    """An option such as `--to DIR`."""

    flag: str
    does: str
    value: str = ""
    """How the help calls its value; empty when it takes none."""
    kind: Kind = "word"
    choices: tuple[str, ...] = ()
    keyword: str = ""
    """The keyword of the project's method, where the flag is called differently."""
    number: bool = False

    @property
    def name(self) -> str:
        """The keyword that it stands for."""
        return self.keyword or self.flag.removeprefix("--")

    @property
    def usage(self) -> str:
        """The option as the help writes it."""
        return f"{self.flag} {'|'.join(self.choices) or self.value}".rstrip()


@dataclass(frozen=True)
class Command:
    """One command of the magic."""

    name: str
    does: str
    """What it does, in a few words."""
    example: str
    """What may follow its name."""
    run: Callable[[Choose, Given], object]
    takes: str = ""
    """How the help calls its words, such as `LANG`; empty when it takes none."""
    kind: Kind = "word"
    least: int = 0
    """How many words it needs."""
    options: tuple[Option, ...] = ()

    @property
    def every_option(self) -> tuple[Option, ...]:
        """Its own options, then the one that all have."""
        return (*self.options, PROJECT)

    @property
    def usage(self) -> str:
        """The command as the help writes it."""
        words = self.takes and (f"{self.takes} …" if self.least else f"[{self.takes} …]")
        return f"{self.name} {words}".rstrip()


@dataclass(frozen=True)
class Given:
    """What a line gives to a command."""

    words: Sequence[str]
    project: str | None
    """The variable that holds the project; None when the line names none."""
    options: Mapping[str, Any]
    """Keywords for the project's method: only those that were given."""


PROJECT: Final = Option("--project", "the variable that holds the project", "NAME", "project")
CLIP: Final = Option("--clip", "which clip, where there are several", "NAME", "clip")


def split(line: str) -> list[str]:
    """Return the words of a line; quotes hold words together. Raises UsageError."""
    try:
        return [str(word) for word in arg_split(line, posix=os.name == "posix")]
    except ValueError:
        raise UsageError("A quotation mark is not closed. Add the other one.") from None


def read(words: Sequence[str], command: Command) -> Given:
    """Read what follows the name of a command. Raises UsageError."""
    given = _options(words, f"%nemodub {command.name}", command.every_option, command.name)
    if given.words and not command.takes:
        raise _refusal(f"%nemodub {command.name} takes nothing like {given.words[0]}.", command.name)
    if len(given.words) < command.least:
        raise _refusal(f"%nemodub {command.name} needs {command.takes}.", command.name)
    return given


def read_cell(words: Sequence[str]) -> Given:
    """Read what follows `%%nemodub` on its line. Raises UsageError."""
    given = _options(words, "%%nemodub", (CLIP, PROJECT))
    if given.words:
        raise _refusal(
            f"The line of %%nemodub takes nothing like {given.words[0]}: the sentence stands below it."
        )
    return given


def _options(words: Sequence[str], called: str, options: Sequence[Option], command: str = "") -> Given:
    parser = _Parser(called, command)
    parser.add_argument("words", nargs="*")
    for option in options:
        if not option.value and not option.choices:
            parser.add_argument(option.flag, dest=option.name, action="store_true")
        else:
            kind = float if option.number else str
            parser.add_argument(option.flag, dest=option.name, type=kind, choices=option.choices or None)
    given = vars(parser.parse_intermixed_args(words))
    return Given(given.pop("words", []), given.pop(PROJECT.name, None), given)


def _refusal(cause: str, command: str = "") -> UsageError:
    return UsageError(f"{cause} See: {f'%nemodub help {command}'.rstrip()}")


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are a magic's: two sentences and no exit."""

    def __init__(self, called: str, command: str) -> None:
        super().__init__(prog=called, add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS)
        self._command = command

    def error(self, message: str) -> NoReturn:
        raise _refusal(f"{self.prog}: {message}.", self._command)
