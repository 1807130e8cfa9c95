"""Small words before a noun that agree with its gender, so that a term put into a sentence finds the right ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, Literal

from nemodub_nb.languages import base

Gender = Literal["m", "f"]

_PAIRS: Final[Mapping[str, str]] = {
    "pt": "o/a os/as um/uma uns/umas do/da dos/das no/na nos/nas ao/à aos/às pelo/pela pelos/pelas num/numa este/esta "
    "estes/estas esse/essa esses/essas deste/desta desse/dessa neste/nesta nesse/nessa meu/minha teu/tua seu/sua "
    "seus/suas nosso/nossa nossos/nossas novo/nova novos/novas todo/toda todos/todas",
    "es": "el/la los/las un/una unos/unas del/de_la al/a_la este/esta estos/estas ese/esa esos/esas nuestro/nuestra "
    "nuestros/nuestras vuestro/vuestra vuestros/vuestras nuevo/nueva nuevos/nuevas todo/toda todos/todas",
    "fr": "le/la un/une du/de_la au/à_la ce/cette mon/ma ton/ta son/sa nouveau/nouvelle nouveaux/nouvelles",
    "it": "il/la i/le un/una del/della dei/delle nel/nella nei/nelle al/alla ai/alle dal/dalla sul/sulla questo/questa "
    "questi/queste nuovo/nuova nuovi/nuove mio/mia tuo/tua suo/sua nostro/nostra nostri/nostre",
}  # fmt: skip
"""Masculine/feminine."""
_FEMININE: Final[Mapping[str, tuple[str, ...]]] = {
    "pt": ("a", "ção", "são", "dade", "gem", "as", "ções", "sões", "dades", "gens"),
    "es": ("a", "ción", "sión", "dad", "tad", "umbre", "as", "ciones", "siones", "dades", "tades"),
    "it": ("a", "zione", "sione", "tà", "trice", "zioni", "sioni"),
}
_MASCULINE: Final = ("ma", "mas", "pa", "día", "dia", "mapa")
"""Endings that look feminine and are not: sistema, mapa."""
_CHANGES_ITS_ARTICLE: Final[Mapping[str, re.Pattern[str]]] = {
    "fr": re.compile(r"[aeiouhàâéèêîôœy]", re.IGNORECASE),
    "es": re.compile(r"(?:á|ha|a[gu][ul]|alm|arm|alz|am[ao]\b)", re.IGNORECASE),
    "it": re.compile(r"(?:[aeiouhàèéìòù]|s[bcdfglmnpqrtvz]|z|gn|ps|x|y)", re.IGNORECASE),
}
"""First letters before which the small words are others: l’écran, el agua, lo schermo."""
_ARTICLES: Final = frozenset(
    {"der", "die", "das", "den", "dem", "ein", "eine", "de", "het", "een", "l", "lo", "gli", "les", "des"}
)


def gender(term: str, language: str, forms: Iterable[str] = (), phrases: Iterable[str] = ()) -> Gender | None:
    """Return a term's gender, None when nothing tells.

    One of its forms may have an article. Else the ending of its first word tells, or, where endings tell nothing, the
    small words that a machine sets before it in phrases.
    """
    table = _table(base(language))
    for form in forms:
        first, _, rest = form.casefold().partition(" ")
        if rest and first in table:
            return table[first][0]
    word, endings = term.split(maxsplit=1)[0].casefold(), _FEMININE.get(base(language))
    if endings:
        return "f" if word.endswith(endings) and not word.endswith(_MASCULINE) else "m"
    seen = [table[small][0] for phrase in phrases if (small := _before(phrase, term)) in table]
    if seen.count("m") == seen.count("f"):
        return None
    return "m" if seen.count("m") > seen.count("f") else "f"


def asks_phrases(language: str) -> bool:
    """Tell whether a term's gender is to be seen in phrases only."""
    return base(language) in _PAIRS and base(language) not in _FEMININE


def bare(noun: str, language: str) -> str:
    """Return a noun without the article before it."""
    first, _, rest = noun.partition(" ")
    is_article = first.casefold() in _table(base(language)) or first.casefold() in _ARTICLES
    return rest if rest and is_article else noun


def disagreements(text: str, term: str, wanted: Gender | None, language: str) -> int:
    """Return how often a small word before a term is of the other gender."""
    if wanted is None:
        return 0
    table = _table(base(language))
    return sum(word in table and table[word][0] != wanted for word in _all_before(text, term))


def agreeing(text: str, term: str, wanted: Gender | None, language: str) -> str:
    """Return a text in which the small word before a term is of its gender."""
    table = _table(base(language))
    special = _CHANGES_ITS_ARTICLE.get(base(language))
    if wanted is None or not table or (special and special.match(term)):
        return text

    def agree(match: re.Match[str]) -> str:
        word = match["word"].casefold()
        if word not in table or table[word][0] == wanted:
            return match.group()
        other = table[word][1]
        return (other[0].upper() + other[1:] if match["word"][0].isupper() else other) + match["rest"]

    return _before_pattern(term).sub(agree, text)


def _before(text: str, term: str) -> str:
    return next(iter(_all_before(text, term)), "")


def _all_before(text: str, term: str) -> list[str]:
    return [match["word"].casefold() for match in _before_pattern(term).finditer(text)]


@lru_cache(maxsize=1024)
def _before_pattern(term: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?P<word>de la|a la|à la|\w+)(?P<rest>\s+[\"“«]?{re.escape(term)}(?!\w))", re.IGNORECASE
    )


@lru_cache(maxsize=8)
def _table(language: str) -> Mapping[str, tuple[Gender, str]]:
    """Return gender and counterpart of each small word."""
    table: dict[str, tuple[Gender, str]] = {}
    for pair in _PAIRS.get(language, "").split():
        masculine, feminine = (word.replace("_", " ") for word in pair.split("/"))
        table[masculine] = ("m", feminine)
        table[feminine] = ("f", masculine)
    return table
