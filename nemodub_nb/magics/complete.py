"""What may stand at the cursor in a line of `%nemodub`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb import languages
from nemodub_nb.contract import ACCEPTED_TYPES
from nemodub_nb.project import Project

from .choose import projects
from .grammar import CLIP, PROJECT
from .table import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .grammar import Kind, Option

_LINE: Final = re.compile(
    r"^\s*(?:[\w.\[\]\"', ]+=\s*)?(?P<percent>%%?)nemodub[ \t]+(?P<rest>.*)$", re.DOTALL
)
_WORD: Final = re.compile(r"\"[^\"]*(?:\"|$)|'[^']*(?:'|$)|[^\s\"']+")


@dataclass(frozen=True)
class Suggestions:
    """What may replace the fragment before the cursor."""

    fragment: str
    texts: Sequence[str]
    kind: str
    """What they are, as a notebook shows it beside each."""


def suggest(text: str, cursor_line: int, before: str, namespace: dict[str, Any]) -> Suggestions | None:
    """Return what may stand at the cursor; None where the line is not of the magic.

    text: the cell. cursor_line: the cursor's line in it, from 0. before: that line up to the cursor.
    """
    found = _LINE.match(before)
    if found is None or _in_a_cell_magic(text, cursor_line):
        return None
    *words, fragment = _words(found["rest"])
    if found["percent"] == "%%":
        return _after((CLIP, PROJECT), "word", words, fragment, namespace)
    if not words:
        return Suggestions(fragment, _beginning(COMMANDS, fragment), "command")
    command = COMMANDS.get(words[0])
    if command is None:
        return Suggestions(fragment, (), "command")
    return _after(command.every_option, command.kind, words[1:], fragment, namespace)


def _in_a_cell_magic(text: str, cursor_line: int) -> bool:
    """Tell whether the cursor is below the first line of a cell magic: its body is no code."""
    return cursor_line > 0 and text.lstrip().startswith("%%")


def _words(rest: str) -> list[str]:
    """Return the words of a line, the last one being what the cursor stands in: empty after a space."""
    words = [match.group() for match in _WORD.finditer(rest)]
    is_open = bool(words) and not rest.endswith((" ", "\t"))
    # A space inside an open quotation belongs to the word.
    is_open = is_open or bool(
        words and words[-1][0] in "\"'" and (len(words[-1]) == 1 or words[-1][-1] != words[-1][0])
    )
    return words if is_open else [*words, ""]


def _after(
    options: Sequence[Option], kind: Kind, words: Sequence[str], fragment: str, namespace: dict[str, Any]
) -> Suggestions:
    """Return what may follow these words: an option's value, an option, or what the command takes."""
    if words and (option := next((one for one in options if one.flag == words[-1]), None)):
        if option.choices:
            return Suggestions(fragment, _beginning(option.choices, fragment), "choice")
        if option.value:
            return _values(option.kind, fragment, _project(words, namespace), namespace)
    if fragment.startswith("-"):
        fresh = (one.flag for one in options if one.flag not in words)
        return Suggestions(fragment, _beginning(fresh, fragment), "option")
    return _values(kind, fragment, None, namespace)


def _values(kind: Kind, fragment: str, project: Project | None, namespace: dict[str, Any]) -> Suggestions:
    if kind == "language":
        last = fragment.rpartition(",")[2]
        return Suggestions(last, _languages(last), "language")
    if kind in {"file", "folder"}:
        return Suggestions(fragment, _paths(fragment, folders_only=kind == "folder"), "path")
    if kind == "clip":
        names = [_quoted(clip.name) for clip in project.clips] if project else []
        return Suggestions(fragment, _beginning(names, fragment), "clip")
    if kind == "project":
        return Suggestions(fragment, _beginning(projects(namespace), fragment), "instance")
    if kind == "command":
        return Suggestions(fragment, _beginning(COMMANDS, fragment), "command")
    return Suggestions(fragment, (), kind)


def _project(words: Sequence[str], namespace: dict[str, Any]) -> Project | None:
    """Return the project that the line is about, as far as there is one: completing opens none."""
    named = [after for flag, after in pairwise(words) if flag == PROJECT.flag]
    names = [*named, "project", *reversed(projects(namespace))]
    found = (namespace.get(name) for name in names)
    return next((one for one in found if isinstance(one, Project)), None)


def _beginning(texts: Iterable[str], fragment: str) -> list[str]:
    start = fragment.strip("\"'").casefold()
    return [text for text in texts if text.strip('"').casefold().startswith(start)]


def _languages(fragment: str) -> list[str]:
    """Return tags and names that begin so; names in the languages themselves only where they are being typed."""
    tags = [*languages.COMMON, "pt-BR", "zh-Hans", "zh-Hant"]
    names = [languages.english_name(tag) for tag in tags]
    own = [languages.own_name(tag) for tag in tags] if fragment else []
    return list(dict.fromkeys(_beginning([*tags, *map(_quoted, [*names, *own])], fragment)))


def _paths(fragment: str, *, folders_only: bool) -> list[str]:
    """Return the paths that begin so: folders, and clips where a file is wanted."""
    bare = fragment.strip("\"'")
    head, _, start = bare.rpartition("/")
    folder = Path(f"{head}/" if "/" in bare else ".").expanduser()
    found = []
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return []
    for entry in entries:
        if not entry.name.startswith(start) or (entry.name.startswith(".") and not start):
            continue
        path = f"{head}/{entry.name}" if "/" in bare else entry.name
        if entry.is_dir():
            found.append(_quoted(f"{path}/", still_open=True))
        elif not folders_only and entry.name.lower().endswith(tuple(f".{kind}" for kind in ACCEPTED_TYPES)):
            found.append(_quoted(path))
    return found


def _quoted(text: str, *, still_open: bool = False) -> str:
    """Return a word as the line must hold it."""
    if not re.search(r"[\s'();&]", text):
        return text
    return f'"{text}' if still_open else f'"{text}"'
