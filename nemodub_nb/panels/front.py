"""Joins a panel's front-end files into the one module and the one style sheet that its widget carries."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

_STATIC: Final = Path(__file__).parent / "static"
_IMPORT: Final = re.compile(r'^import\s*\{[^}]*\}\s*from\s*"\./([\w-]+)\.js";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?!default)", re.MULTILINE)


@cache
def esm(name: str) -> str:
    """Return `static/<name>.js` with what it imports from its neighbours put before it, each once.

    A widget's module has no address that a relative import could start from, so the files become one. Their top-level
    names share one scope.
    """
    found: dict[str, str] = {}
    _collect(name, found)
    return "\n".join(found.values())


@cache
def css(name: str) -> str:
    """Return the styles that all panels share, and the panel's own where it has some."""
    files = [_STATIC / "ui.css", _STATIC / f"{name}.css"]
    return "\n".join(file.read_text("utf-8") for file in files if file.is_file())


def _collect(name: str, found: dict[str, str]) -> None:
    text = (_STATIC / f"{name}.js").read_text("utf-8")
    for neighbour in _IMPORT.findall(text):
        if neighbour not in found:
            _collect(neighbour, found)
    found[name] = _EXPORT.sub("", _IMPORT.sub("", text))
