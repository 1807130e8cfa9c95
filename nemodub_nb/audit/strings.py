"""Walks the texts of a JSON document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


def strings(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text with the key that it stands under; a list of lines is one text."""
    if isinstance(node, str):
        yield key, node
    elif isinstance(node, Mapping):
        for name, value in node.items():
            yield key, str(name)
            yield from strings(value, str(name))
    elif isinstance(node, list):
        if node and all(isinstance(item, str) for item in node):
            yield key, "".join(node)
        else:
            for item in node:
                yield from strings(item, key)


def rewritten(node: Any, change: Callable[[str], str]) -> Any:
    """Return a copy whose texts have been changed."""
    if isinstance(node, str):
        return change(node)
    if isinstance(node, Mapping):
        return {change(str(name)): rewritten(value, change) for name, value in node.items()}
    if isinstance(node, list):
        return [rewritten(item, change) for item in node]
    return node
