"""Reads the languages of a line, where `Brazilian Portuguese French` are two and no quotes are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemodub_nb.languages import UnknownLanguageError, parse

if TYPE_CHECKING:
    from collections.abc import Sequence


def read_languages(words: Sequence[str]) -> list[str]:
    """Return the tags of the languages, which spaces or commas part. Raises UnknownLanguageError."""
    found: list[str] = []
    for piece in " ".join(words).split(","):
        rest = piece.split()
        while rest:
            tag, length = _longest(rest)
            found.append(tag)
            rest = rest[length:]
    return list(dict.fromkeys(found))


def _longest(words: Sequence[str]) -> tuple[str, int]:
    """Return the language that the most words from the first on name, and how many these are."""
    for length in range(len(words), 1, -1):
        try:
            return parse(" ".join(words[:length])), length
        except UnknownLanguageError:
            continue
    return parse(words[0]), 1
