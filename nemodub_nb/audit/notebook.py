"""Looks into a notebook, and takes out what can be taken out without touching its code."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from nemodub_nb import secrecy

from . import blobs, state
from .finding import NEW_TOKEN, Finding
from .strings import rewritten, strings

_SOURCES: Final = ("source", "input", "prompt_number", "execution_count", "cell_type", "id")
"""What a fix leaves alone in a cell: its text, in all versions of the format, and what identifies it."""
_CLEAR: Final = "Run nemodub audit --fix on it, and save without widget state (Settings, Save Widget State Automatically)."
_REDACT: Final = f"Run nemodub audit --fix on it. {NEW_TOKEN}"
_CODE: Final = f"Take it out of the cell, and set NEMO_TOKEN outside of the notebook. {NEW_TOKEN}"
_OUTPUT: Final = "Clear the cell's output, and show a link to the file instead."


def look(document: Mapping[str, Any], known: Collection[str]) -> Iterator[Finding]:
    """Yield what is in a notebook, cell by cell, then what is outside of the cells."""
    for number, cell in enumerate(_cells(document), 1):
        yield from _in_cell(number, cell, known)
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    for kept in _states(metadata):
        yield from state.look(kept, _CLEAR)
    for what in _secrets(metadata, known):
        yield Finding("notebook metadata", what, _REDACT)


def clean(document: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """Return a notebook without widget state, and without secrets everywhere but in the cells' own text."""
    cleaned: dict[str, Any] = copy.deepcopy(dict(document))
    if isinstance(metadata := document.get("metadata"), Mapping):
        kept = {key: value for key, value in metadata.items() if key != "widgets"}
        cleaned["metadata"] = _redacted(kept, known)
    for holder in (cleaned, *_sheets(cleaned)):
        if isinstance(cells := holder.get("cells"), list):
            holder["cells"] = [_cleaned(cell, known) for cell in cells]
    return cleaned


def _in_cell(number: int, cell: Mapping[str, Any], known: Collection[str]) -> Iterator[Finding]:
    for what in _secrets([cell.get("source", ""), cell.get("input", "")], known):
        yield Finding(f"cell {number}, text", what, _CODE, number)
    for what in _secrets(cell.get("outputs", []), known):
        yield Finding(f"cell {number}, output", what, _REDACT, number)
    for what in _secrets([cell.get("metadata", {}), cell.get("attachments", {})], known):
        yield Finding(f"cell {number}, metadata", what, _REDACT, number)
    size = max((blobs.largest(text, _mime(key)) for key, text in strings(cell.get("outputs", []))), default=0)
    if size:
        yield Finding(f"cell {number}, output", f"{blobs.said(size)} of encoded bytes", _OUTPUT, number)


def _cells(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    lists = [holder.get("cells") for holder in (document, *_sheets(document))]
    return [cell for cells in lists if isinstance(cells, list) for cell in cells if isinstance(cell, Mapping)]


def _sheets(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the sheets that hold the cells in the format of before 2015; none in later ones."""
    sheets = document.get("worksheets")
    return [sheet for sheet in sheets if isinstance(sheet, dict)] if isinstance(sheets, list) else []


def _states(metadata: Mapping[str, Any]) -> list[Any]:
    widgets = metadata.get("widgets")
    if not isinstance(widgets, Mapping):
        return []
    # Old notebooks keep the models without a type above them.
    return [widgets[state.MIME]] if state.MIME in widgets else [widgets]


def _secrets(node: Any, known: Collection[str]) -> list[str]:
    """Return what kinds of secrets are in a part of the document, each once."""
    found = (secret.what for _, text in strings(node) for secret in secrecy.find(text, known))
    return list(dict.fromkeys(found))


def _mime(key: str) -> str:
    return key if "/" in key or key in {"png", "jpeg"} else ""


def _cleaned(cell: Any, known: Collection[str]) -> Any:
    if not isinstance(cell, Mapping):
        return cell
    return {key: value if key in _SOURCES else _redacted(value, known) for key, value in cell.items()}


def _redacted(node: Any, known: Collection[str]) -> Any:
    return rewritten(node, lambda text: secrecy.redact(text, known))
