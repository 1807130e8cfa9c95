"""Lists of languages inside a sentence: “Spanish, French, and German”, “西班牙语和法语”, “es, pt-BR”."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from nemodub_nb.languages import COMMON, UnknownLanguageError, english_name, names, parse

_REGIONAL = (
    "pt-BR",
    "pt-PT",
    "es-ES",
    "es-MX",
    "es-419",
    "en-US",
    "en-GB",
    "fr-CA",
    "zh-Hans",
    "zh-Hant",
    "zh-TW",
)
_SPOKEN_NAMES = {
    "brazilian portuguese": "pt-BR",
    "brazilian": "pt-BR",
    "european portuguese": "pt-PT",
    "latin american spanish": "es-419",
    "mexican spanish": "es-MX",
    "european spanish": "es-ES",
    "castilian spanish": "es-ES",
    "canadian french": "fr-CA",
    "american english": "en-US",
    "british english": "en-GB",
    "simplified chinese": "zh-Hans",
    "traditional chinese": "zh-Hant",
    "mandarin chinese": "zh",
    "mandarin": "zh",
    "cantonese": "yue",
    "norwegian": "nb",
    "farsi": "fa",
    "tagalog": "fil",
    "filipino": "fil",
    "swahili": "sw",
    "巴西葡萄牙语": "pt-BR",
    "简体中文": "zh-Hans",
    "繁体中文": "zh-Hant",
    "普通话": "zh",
    "粤语": "yue",
    "汉语": "zh",
}
_SHORT_WORDS = """
    a all an and any are as at be but by can do for from get go had has have he her him his how i if in
    is it its let may me my no not now of off on one or our out own put say see set she so the to too
    two up us use via was way we who why you add cut dub mp4 mov avi mkv
"""
_NOT_TAGS = frozenset(_SHORT_WORDS.split())
_CJK = "\u2e80"
_SEPARATOR = re.compile(
    r"\s*(?:,\s*(?:and|or|plus|then)\b|[,，、/&+]|\b(?:and|or|plus|y|et|und|e)\b(?:\s+(?:also|then))?|和|与|及|以及)"
    r"\s*(?:(?:in|into|to)\s+)?(?:the\s+)?",
    re.IGNORECASE,
)
_TAG = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*(?![\w-])", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_][\w'-]*(?:[ ][^\W\d_][\w'-]*){0,2}")
_ENDS = re.compile(
    r"\s+\b(?:with|using|please|but|by|keep|while|for|at|dub|version|audio|voice|in|and|so|as|track)\b.*",
    re.IGNORECASE,
)
_NO_LANGUAGE = re.compile(
    r"\b(?:add|burn|change|cut|delete|don'?t|drop|duck|export|keep|leave|lower|make|mute|no|put|raise|remove|set|show|"
    r"speed|subtitles?|captions?|trim|turn|undo|use|with|without|then|also|it|this|that|them|my|your|me|music|title)\b",
    re.IGNORECASE,
)
_POLITE = re.compile(r"[\s,]+(?:please|too|as well|thanks)$", re.IGNORECASE)
_NO_NAMED = re.compile(
    r"\s*(?:all|any|many|more|multiple|other|several|some|various|different|these|the|two|three|four|five|\d+)?\s*"
    r"(?:(?:of\s+)?(?:the\s+)?(?:available|other|different|possible|supported|major|common)\s+)*languages?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class LanguageList:
    """Languages read from a place in a text."""

    tags: tuple[str, ...]
    """BCP 47, each once, in the order they were said."""
    unknown: tuple[str, ...]
    """Words that stood in the list and are no language."""
    end: int
    """Where the list ends in the text."""


@cache
def _known() -> tuple[dict[str, str], re.Pattern[str]]:
    table = dict(_SPOKEN_NAMES)
    for tag in (*_REGIONAL, *reversed(COMMON)):
        table[english_name(tag).casefold()] = tag
    for tag in reversed(COMMON):
        table.update((name, tag) for name in names(tag))
    ordered = sorted(table, key=len, reverse=True)
    # Chinese and Japanese write words without a space between them.
    spelled = [re.escape(name) if name[-1] >= _CJK else rf"{re.escape(name)}(?!\w)" for name in ordered]
    return table, re.compile("|".join(spelled), re.IGNORECASE)


def _named(text: str, at: int) -> tuple[str, int] | None:
    table, pattern = _known()
    if at and text[at - 1].isalnum() and text[at - 1].isascii():
        return None
    match = pattern.match(text, at)
    return (table[match.group().casefold()], match.end()) if match else None


def _tagged(text: str, at: int) -> tuple[str, int] | None:
    match = _TAG.match(text, at)
    if match is None or match.group().casefold() in _NOT_TAGS - {"it", "he", "is", "no", "my"}:
        return None
    try:
        return parse(match.group()), match.end()
    except UnknownLanguageError:
        return None


def _word(text: str, at: int) -> tuple[str, int, bool] | None:
    match = _WORDS.match(text, at)
    if match is None:
        return None
    words = _ENDS.sub("", match.group())
    if not words or _NO_LANGUAGE.search(words):
        return None
    try:
        return parse(words), at + len(words), True
    except UnknownLanguageError:
        return words, at + len(words), False


def read(text: str, at: int, *, tags: bool, others: bool) -> LanguageList | None:
    """Read a list of languages that starts at `at`; None when there is none.

    `tags` also takes tags such as `es`; `others` takes any word in the place of a language, known or not.
    """
    found: list[str] = []
    unknown: list[str] = []
    end = -1
    while True:
        if item := _named(text, at) or (_tagged(text, at) if tags else None):
            found.append(item[0])
            end = item[1]
        elif others and not _NO_NAMED.match(text, at) and (word := _word(text, at)):
            (found if word[2] else unknown).append(word[0])
            end = word[1]
        else:
            break
        separator = _SEPARATOR.match(text, end)
        if separator is None:
            break
        at = separator.end()
    if end < 0:
        return None
    return LanguageList(tuple(dict.fromkeys(found)), tuple(dict.fromkeys(unknown)), end)


def names_no_language(text: str, at: int) -> bool:
    """Tell whether the text speaks of languages there without naming one: “into several languages”."""
    return _NO_NAMED.match(text, at) is not None


def only_languages(text: str) -> LanguageList | None:
    """Read a text that is a list of languages and nothing else; None when it is more."""
    stripped = _POLITE.sub("", text.strip(" \t\r\n.!。！"))
    listed = read(stripped, 0, tags=True, others=False)
    return listed if listed and listed.end == len(stripped) else None
