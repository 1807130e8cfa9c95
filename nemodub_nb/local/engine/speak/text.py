"""Makes a line of a script into text that a voice reads as a person would."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

from nemodub_nb.languages import base


@dataclass(frozen=True)
class _Words:
    """What signs are called in a language; espeak-ng reads these in the wrong order, in English or not at all."""

    and_: str
    to: str
    euro: str
    dollar: str
    pound: str
    real: str = "reais"


_WORDS = {
    "en": _Words("and", "to", "euros", "dollars", "pounds"),
    "es": _Words("y", "a", "euros", "dólares", "libras", "reales"),
    "fr": _Words("et", "à", "euros", "dollars", "livres"),
    "de": _Words("und", "bis", "Euro", "Dollar", "Pfund", "Real"),
    "it": _Words("e", "a", "euro", "dollari", "sterline", "real"),
    "pt": _Words("e", "a", "euros", "dólares", "libras"),
    "nl": _Words("en", "tot", "euro", "dollar", "pond", "real"),
    "ca": _Words("i", "a", "euros", "dòlars", "lliures", "reals"),
    "pl": _Words("i", "do", "euro", "dolarów", "funtów", "reali"),
    "ru": _Words("и", "до", "евро", "долларов", "фунтов", "реалов"),
    "uk": _Words("і", "до", "євро", "доларів", "фунтів", "реалів"),
    "cs": _Words("a", "až", "eur", "dolarů", "liber", "realů"),
    "ro": _Words("și", "până la", "euro", "dolari", "lire", "reali"),
    "sv": _Words("och", "till", "euro", "dollar", "pund", "real"),
    "da": _Words("og", "til", "euro", "dollar", "pund", "real"),
    "nb": _Words("og", "til", "euro", "dollar", "pund", "real"),
    "fi": _Words("ja", "viiva", "euroa", "dollaria", "puntaa", "realia"),
    "hu": _Words("és", "től", "euró", "dollár", "font", "reál"),
    "tr": _Words("ve", "ila", "avro", "dolar", "sterlin", "real"),
    "id": _Words("dan", "sampai", "euro", "dolar", "pound", "real"),
}

_MARKUP = re.compile(
    r"""<[^<>]*>                 # HTML and WebVTT tags
      | \{\\[^{}]*\}             # subtitle styling
      | [\[(][^\])]*[♪♫][^\])]*[\])]  # (♪ music ♪)
      | \[[^\]]*\]               # [applause]
      | [♪♫*_`#~|]               # music signs and Markdown
      | https?://(?:www\.)?      # the spoken part of an address begins after it
    """,
    re.VERBOSE,
)
_NUMBER = r"\d+(?:[.,\u00a0\u202f ]\d{3})*(?:[.,]\d+)?"
_SIGNS = {"€": "euro", "R$": "real", "US$": "dollar", "$": "dollar", "£": "pound"}
_MONEY = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_SCALE = r"(?:\s?(?:million(?:s|en)?|billions?|millones|milh(?:ão|ões)|milion[ei]|Mio\.|mil|M|k)\b)?"
_BEFORE = re.compile(rf"({_MONEY})\s?({_NUMBER}{_SCALE})")
_AFTER = re.compile(rf"({_NUMBER}{_SCALE})\s?({_MONEY})")
_RANGE = re.compile(r"(?<![\d\-–.,/])(\d+)\s?[-–]\s?(\d+)(?![\d\-–/])")
_ENGLISH_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])")


def speakable(text: str, language: str) -> str:
    """Return the text as it should be read aloud in a language.

    Markup, music signs and emoji go; amounts, ranges and signs become words in the order they are said.
    Numbers stay digits: every engine reads those in the target language.
    """
    plain = html.unescape(_MARKUP.sub(" ", text))
    plain = "".join(
        " " if unicodedata.category(c) in {"So", "Sk", "Cc", "Cf", "Cn", "Co"} and c not in "°©®™" else c
        for c in plain
    )
    if base(language) != "en":
        plain = _ENGLISH_THOUSANDS.sub(lambda match: match[0].replace(",", ""), plain)
    plain = plain.replace("24/7", "24 7")
    words = _WORDS.get(base(language))
    if words is not None:
        plain = _BEFORE.sub(lambda match: f"{match[2]} {_name(words, match[1])}", plain)
        plain = _AFTER.sub(lambda match: f"{match[1]} {_name(words, match[2])}", plain)
        plain = _RANGE.sub(rf"\1 {words.to} \2", plain)
        plain = re.sub(r"\s&\s", f" {words.and_} ", plain)
    return re.sub(r"\s+", " ", plain).strip()


def _name(words: _Words, sign: str) -> str:
    return str(getattr(words, _SIGNS[sign]))
