"""Looks into the text of a file by what kind of file it is."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from nemodub_nb import secrecy

from . import blobs, notebook, state
from .finding import NEW_TOKEN, Finding

_LINE_FIX: Final = f"Take it out, and set NEMO_TOKEN outside of the file. {NEW_TOKEN}"
_PAGE_FIX: Final = "Make the page again from the notebook, after nemodub audit --fix on that."
_PAGES: Final = (".html", ".htm")
_STATE: Final = re.compile(
    rf"<script[^>]*type=[\"']?{re.escape(state.MIME)}[\"']?[^>]*>(.*?)</script", re.DOTALL | re.IGNORECASE
)
_DEEPEST: Final = 200
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>")


def scan(name: str, text: str, known: Collection[str] = ()) -> list[Finding]:
    """Return what is in a file of this name, each thing once. `known` are secrets to look for besides what looks like one."""
    document = as_notebook(name, text)
    if document is not None:
        found = notebook.look(document, known)
    elif name.lower().endswith(_PAGES):
        found = _page(text, known)
    else:
        found = _lines(text, known, _LINE_FIX)
    return list(dict.fromkeys(found))


def as_notebook(name: str, text: str) -> dict[str, Any] | None:
    """Return the notebook that a file holds, None when it holds none or is broken."""
    if not name.lower().endswith(".ipynb"):
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and _is_shallow(document) else None


def _is_shallow(document: dict[str, Any]) -> bool:
    """Tell whether a document can be walked: no notebook is hundreds of levels deep."""
    level: list[Any] = [document]
    for _ in range(_DEEPEST):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return True
    return False


def _page(text: str, known: Collection[str]) -> Iterator[Finding]:
    yield from _lines(text, known, f"{_PAGE_FIX} {NEW_TOKEN}")
    # Coloured code has tags between a name and its value.
    bare = html.unescape(_TAG.sub(lambda tag: "\n" * tag.group().count("\n"), text))
    yield from _lines(bare, known, f"{_PAGE_FIX} {NEW_TOKEN}")
    for script in _STATE.findall(text):
        try:
            yield from state.look(json.loads(script), _PAGE_FIX)
        except (ValueError, RecursionError):
            yield Finding("widget state", "the state of widgets", _PAGE_FIX)
    if size := blobs.largest(_STATE.sub("", text)):
        yield Finding("page", f"{blobs.said(size)} of encoded bytes", _PAGE_FIX)


def _lines(text: str, known: Collection[str], fix: str) -> Iterator[Finding]:
    line, counted = 1, 0
    for secret in secrecy.find(text, known):
        line += text.count("\n", counted, secret.start)
        counted = secret.start
        yield Finding(f"line {line}", secret.what, fix, line=line)
