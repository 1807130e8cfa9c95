"""Names in a text, to see that a translation keeps them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from nemodub_nb.local.engine.numerals import locale_of

_COINED: Final = re.compile(
    r"(?<![\w.@#/-])(?:[A-Z]?[a-z]{2,}[A-Z][A-Za-z]*|[a-z][A-Z][a-z][A-Za-z]*|[A-Z][A-Za-z]*\d+[A-Za-z\d]*)(?![\w@])"
)
"""NemoVideo, iPhone, H264: spelt so that they can only be names."""
_ADDRESS: Final = re.compile(
    r"(?<!\w)(?:[\w.+-]+@)?[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|ai|app|dev|tv|co|eu)(?!\w)", re.IGNORECASE
)
_CAPITALISED: Final = re.compile(r"(?<![\w'’.])[^\W\d_][\w]+(?![\w])")
_ALIKE: Final = 0.6
_SHORTEST: Final = 3


def lost_names(source: str, target: str) -> tuple[str, ...]:
    """Return what can only be a name, and is not in the translation letter by letter."""
    found = [*_COINED.findall(source), *_ADDRESS.findall(source)]
    there = target.casefold()
    return tuple(dict.fromkeys(one for one in found if one.casefold().removesuffix("s") not in there))


def doubtful_names(source: str, target: str, languages: tuple[str, str]) -> tuple[str, ...]:
    """Return the words with a capital inside a sentence that nothing in the translation resembles.

    Most of them are names; some are words that the source writes with a capital and the target does not. Whoever has a
    machine asks it for the word alone: a name comes back as it is.
    """
    if languages[0].partition("-")[0] == "de" or not source or _is_title(source):
        return ()
    words = [match for match in _CAPITALISED.finditer(source) if match[0][0].isupper()]
    inside = [match[0] for match in words if _inside(source, match.start())]
    there = [_plain(word) for word in re.findall(r"[^\W\d_][\w]*", target)]
    known = _translated(languages)
    return tuple(
        dict.fromkeys(
            word
            for word in inside
            if len(word) >= _SHORTEST
            and not word.isupper()  # USA, EU: languages have their own
            and _plain(word) not in known
            and not any(_alike(_plain(word), other) for other in there)
        )
    )


def _inside(text: str, start: int) -> bool:
    """Tell whether a word stands inside a sentence, where only names have a capital."""
    before = text[:start].rstrip()
    return bool(before) and before[-1] not in '.!?…:;"“‘«([-–—¿¡'


def _is_title(text: str) -> bool:
    words = re.findall(r"[^\W\d_]{4,}", text)
    return bool(words) and sum(word[0].isupper() for word in words) > len(words) / 2


def _alike(one: str, other: str) -> bool:
    return one[:4] == other[:4] or SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE


@lru_cache(maxsize=16)
def _translated(languages: tuple[str, str]) -> frozenset[str]:
    """Return the words that every language has its own for: days, months, countries, languages."""
    locale = locale_of(languages[0]) if languages[0] else None
    if locale is None:
        return frozenset()
    names: Iterable[str] = (
        *locale.days["format"]["wide"].values(),
        *locale.months["format"]["wide"].values(),
        *locale.territories.values(),
        *locale.languages.values(),
    )
    return frozenset(_plain(word) for name in names for word in re.findall(r"\w+", str(name)))


def _plain(text: str) -> str:
    parted = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in parted if not unicodedata.combining(c))
