"""Translates by Apertium where it is installed, and tells which pairs it has and what they lack to run."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nemodub_nb import languages
from nemodub_nb.local.engine.errors import HopFailedError

LIMIT_S = 120

_PACKAGES = {
    "apertium-anaphora": "apertium-anaphora",
    "cg-proc": "cg3",
    "hfst-proc": "hfst",
    "lrx-proc": "apertium-lex-tools",
    "lsx-proc": "apertium-separable",
    "lt-proc": "lttoolbox",
    "rtx-proc": "apertium-recursive",
}
"""The Debian package of each program that a mode may run. Packages of pairs do not ask for all that they need."""


class ProgramMissingError(HopFailedError):
    """Apertium has the pair, but not a program that it runs."""


@dataclass(frozen=True)
class Lack:
    """What keeps a mode from running."""

    mode: str
    """Such as `ita-spa`."""
    programs: tuple[str, ...]
    """The programs that are not here."""

    @property
    def command(self) -> str:
        """The command that brings the programs; empty where it is not known."""
        packages = [_PACKAGES.get(program, "") for program in self.programs]
        return f"apt install {' '.join(packages)}" if all(packages) else ""

    def __str__(self) -> str:
        """Say which pair needs what, and how to get it."""
        said = f"{self.mode} needs {' and '.join(self.programs)}"
        return f"{said} (`{self.command}`)" if self.command else said


def pairs() -> tuple[tuple[str, str], ...]:
    """Return the pairs that an installed Apertium offers; none when it is not on PATH."""
    return tuple(sorted(_modes()))


def lack(source: str, target: str) -> Lack | None:
    """Return what a pair that Apertium offers lacks to run; None when it runs, or is not offered."""
    mode = _modes().get((source, target))
    programs = _missing(mode) if mode else ()
    return Lack(mode, programs) if mode and programs else None


def lacks() -> list[Lack]:
    """Return what every pair that Apertium offers lacks to run."""
    return [found for pair in pairs() if (found := lack(*pair))]


def translate(texts: Sequence[str], source: str, target: str) -> list[str]:
    """Return translations in order.

    Raises ProgramMissingError when the pair needs a program that is not here, HopFailedError when Apertium does not do it.
    """
    mode = _modes().get((source, target), f"{source}-{target}")
    if found := lack(source, target):
        raise ProgramMissingError(
            f"Apertium cannot run {mode} without {' and '.join(found.programs)}.",
            f"Run `{found.command}`."
            if found.command
            else "Install what is missing with your package manager.",
        )
    asked = "\n\n".join(" ".join(text.split()) for text in texts)
    try:
        done = subprocess.run(
            ["apertium", "-u", mode], input=asked, capture_output=True, text=True, timeout=LIMIT_S, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise HopFailedError(
            f"Apertium could not translate {mode} ({error}).", "Try `apertium " + mode + "` in a terminal."
        ) from error
    answers = [" ".join(part.split()) for part in done.stdout.split("\n\n")]
    if len(answers) != len(texts):
        raise HopFailedError(
            f"Apertium answered {len(answers)} lines for {len(texts)}.", "Report this clip's text."
        )
    return answers


def _modes() -> dict[tuple[str, str], str]:
    """Return the mode of every pair, as its package spells it: two or three letters a language."""
    program = shutil.which("apertium")
    return _listed(program) if program else {}


@lru_cache(maxsize=1)
def _listed(program: str) -> dict[tuple[str, str], str]:
    listed = subprocess.run(
        [program, "-l"], capture_output=True, text=True, timeout=LIMIT_S, check=False
    )  # fmt: skip
    modes: dict[tuple[str, str], str] = {}
    for mode in listed.stdout.split():
        source, _, target = mode.partition("-")
        if target and "-" not in target:
            modes.setdefault((_two_letters(source), _two_letters(target)), mode)
    return modes


def _two_letters(code: str) -> str:
    try:
        return languages.base(languages.parse(code))
    except languages.UnknownLanguageError:
        return code


def _missing(mode: str) -> tuple[str, ...]:
    """Return the programs of a mode that are not where Apertium looks for them."""
    program = Path(shutil.which("apertium") or "apertium")
    beside = os.environ.get("APERTIUM_PATH") or str(program.parent)
    data = os.environ.get("APERTIUM_DATADIR") or program.resolve().parent.parent / "share" / "apertium"
    try:
        pipeline = Path(data, "modes", f"{mode}.mode").read_text(encoding="utf-8")
    except OSError:  # kept elsewhere by this Apertium: it will say itself what is wrong
        return ()
    searched = os.pathsep.join([beside, os.environ.get("PATH", "")])
    return tuple(one for one in _programs(pipeline) if shutil.which(one, path=searched) is None)


def _programs(pipeline: str) -> list[str]:
    """Return what a pipeline of the shell runs, each program once."""
    words = shlex.shlex(pipeline, posix=True, punctuation_chars="|")
    words.whitespace_split = True
    programs: list[str] = []
    first = True
    for word in words:
        if first:
            programs.append(word)
        first = word == "|"
    return list(dict.fromkeys(programs))
