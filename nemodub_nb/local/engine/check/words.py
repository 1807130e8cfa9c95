"""Words as they are compared: without case, punctuation and ways of writing numbers."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.languages import base

if TYPE_CHECKING:
    from collections.abc import Sequence

UNSPACED: Final = frozenset({"zh", "yue", "ja", "th", "lo", "km", "my"})
"""Languages that are written without spaces: they are compared by characters."""

_VOCALISED: Final = frozenset({"ar", "he", "fa", "ur"})
"""Languages whose vowel signs may be left out."""
_NUMBER: Final = re.compile(r"\d+(?:[.,’'\u00a0\u202f ]\d{3})*(?!\d)|\d+")
_MOST_DIGITS: Final = 15
_PERCENT: Final = re.compile(
    r"\b(?:per ?cent|por ?ciento|por ?cento|pour ?cent|prozent|per ?cento|procent|prosent|prosenttia|процент\w*|відсотк\w*)\b"
)
_RBNF: Final = {"nb": "no", "fil": "fil", "pt-PT": "pt_PT"}


def words(text: str, language: str) -> list[str]:
    """Return the words of a text as a listener counts them; its characters where a language has no spaces.

    Numbers become words of the language where those are known, so that 25 and twenty-five are the same.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = _PERCENT.sub("%", plain)
    plain = _NUMBER.sub(lambda match: f" {_spelled(match[0], language)} ", plain)
    plain = "".join(_kept(character, base(language)) for character in plain)
    if base(language) in UNSPACED:
        return list("".join(plain.split()))
    return plain.split()


def _kept(character: str, language: str) -> str:
    if character == "%":
        return " % "
    kind = unicodedata.category(character)
    if kind == "Cf" or (kind == "Mn" and language in _VOCALISED):
        return ""
    return character if kind[0] in "LNM" else " "


@lru_cache(maxsize=2048)
def _spelled(number: str, language: str) -> str:
    digits = re.sub(r"\D", "", number)
    speller = _speller(language)
    if speller is None or len(digits) > _MOST_DIGITS:
        return digits
    try:
        return str(speller.format_number(int(digits)).text).casefold()
    except (KeyError, ValueError, RecursionError):  # its rules have holes
        return digits


@lru_cache(maxsize=64)
def _speller(language: str) -> Any:
    from unicode_rbnf import RbnfEngine

    name = _RBNF.get(language) or _RBNF.get(base(language)) or base(language)
    return RbnfEngine.for_language(name) if name in RbnfEngine.get_supported_languages() else None


def distance(script: Sequence[str], heard: Sequence[str]) -> int:
    """Return how many words (or characters) must be changed, put in or taken out."""
    from rapidfuzz.distance import Levenshtein

    return int(Levenshtein.distance(script, heard))
