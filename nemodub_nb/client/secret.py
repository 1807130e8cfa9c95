"""A value that must never be shown: absent from repr, logs, tracebacks and pickles."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Final, NoReturn

HIDDEN: Final = "•••"
_LEAST: Final = 8
"""Shorter ones occur in ordinary words, and protect nothing."""


class Secret:
    """Holds one secret string; `reveal()` is the only way to read it."""

    __slots__ = ("_reveal",)

    def __init__(self, value: str) -> None:
        # A closure instead of an attribute: debuggers and rich tracebacks print attributes.
        self._reveal: Callable[[], str] = lambda: value

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._reveal()

    def hide_in(self, text: str) -> str:
        """Return `text` with every occurrence of the secret masked."""
        value = self._reveal()
        return text.replace(value, HIDDEN) if len(value) >= _LEAST else text

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"

    def __str__(self) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._reveal().encode(), other.reveal().encode())

    def __hash__(self) -> int:
        return hash(self._reveal())

    def __reduce__(self) -> NoReturn:
        raise TypeError("A token is never pickled. Set NEMO_TOKEN in the other process instead.")
