"""Makes a line of a script into text that a voice reads as a person would."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import Final

from nemodub_nb.languages import base
from nemodub_nb.local.engine.numerals import locale_of
from nemodub_nb.local.engine.speak.german import german
from nemodub_nb.local.engine.speak.loanwords import as_said
from nemodub_nb.local.engine.speak.quantities import worded

READING: Final = 2
"""Part of the key of every spoken line: raise it when texts are read otherwise, here or in a voice's sounds."""

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


def speakable(text: str, language: str) -> str:
    """Return the text as it should be read aloud in a language.

    Markup, music signs and emoji go; amounts, measures, ranges, dates and signs become words in the order they are
    said. Plain numbers stay digits: every engine reads those in the target language, German larger ones excepted.
    """
    plain = html.unescape(_MARKUP.sub(" ", text))
    plain = "".join(
        " " if unicodedata.category(c) in {"So", "Sk", "Cc", "Cf", "Cn", "Co"} and c not in "°©®™℃℉" else c
        for c in plain
    )
    plain = worded(plain.replace("24/7", "24 7"), language)
    if word := _and(base(language)):
        plain = re.sub(r"\s&\s", f" {word} ", plain)
    if base(language) == "de":
        plain = as_said(german(plain))
    return re.sub(r"\s+", " ", plain).strip()


@lru_cache(maxsize=64)
def _and(language: str) -> str:
    """Return what joins two things in a language; empty where it is no word of its own."""
    from babel.lists import format_list

    locale = locale_of(language)
    joined = str(format_list(["1", "2"], locale=locale)) if locale else ""
    found = re.fullmatch(r"1 (\w+) 2", joined)
    return found[1] if found else ""
