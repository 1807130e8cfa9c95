"""Languages as BCP 47 tags, understood by their names in English, in themselves and in Chinese."""

from __future__ import annotations

import re
from functools import lru_cache

import langcodes

COMMON = (
    "en", "es", "fr", "de", "it", "pt", "nl", "pl", "ru", "uk", "cs", "sk", "hu", "ro", "bg", "el", "tr",
    "ar", "he", "fa", "hi", "bn", "ta", "te", "ur", "id", "ms", "vi", "th", "ko", "ja", "zh", "sv", "da",
    "nb", "fi", "et", "lv", "lt", "sl", "hr", "sr", "ca", "gl", "eu", "sq", "mk", "is", "ga", "cy",
)  # fmt: skip
"""Languages whose names are looked for inside a sentence; a tag or name given alone may be any language."""

_ALIASES = {
    "brazilian portuguese": "pt-BR",
    "european portuguese": "pt-PT",
    "british english": "en-GB",
    "american english": "en-US",
    "mexican spanish": "es-MX",
    "latin american spanish": "es-419",
    "canadian french": "fr-CA",
    "simplified chinese": "zh-Hans",
    "traditional chinese": "zh-Hant",
    "mandarin": "zh",
    "mandarin chinese": "zh",
    "cantonese": "yue",
    "castilian": "es",
    "farsi": "fa",
    "flemish": "nl-BE",
}
"""What people say and the language data does not."""


_REGIONS = {
    "pt": ("BR", "PT"),
    "en": ("US", "GB", "AU", "CA", "IN", "IE"),
    "es": ("ES", "MX", "419", "AR", "CO", "US"),
    "fr": ("FR", "CA", "BE", "CH"),
    "de": ("DE", "AT", "CH"),
    "zh": ("Hans", "Hant", "CN", "TW", "HK"),
    "nl": ("NL", "BE"),
    "ar": ("EG", "SA", "AE", "MA"),
    "sr": ("Latn", "Cyrl"),
}
"""Regions and scripts that a name in brackets may mean."""


class UnknownLanguageError(ValueError):
    """The text names no language. The message says what is accepted."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"“{text}” is not a language. Use a tag such as es or pt-BR, or a name such as Spanish, español or 西班牙语."
        )
        self.text = text


@lru_cache(maxsize=512)
def parse(text: str) -> str:
    """Return the shortest BCP 47 tag for a tag or a name (English, own, Chinese).

    Raises UnknownLanguageError when it is neither.
    """
    wanted = text.strip()
    if not wanted:
        raise UnknownLanguageError(text)
    if alias := _ALIASES.get(wanted.casefold()):
        return alias
    if re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", wanted) and langcodes.tag_is_valid(wanted):
        return str(langcodes.standardize_tag(wanted))
    if match := re.fullmatch(r"(.+?)\s*\((.+)\)", wanted):  # Portuguese (Brazil), as english_name writes it
        return _with_region(parse(match[1]), match[2], text)
    for tag in COMMON:
        if wanted.casefold() in names(tag):
            return tag
    try:
        found = str(langcodes.standardize_tag(langcodes.find(wanted)))
    except LookupError:
        raise UnknownLanguageError(text) from None
    # The look-up is lenient: it takes “Klingonish” for Klingon. A guess is worse than a question.
    if wanted.casefold() not in names(found):
        raise UnknownLanguageError(text)
    return found


def _with_region(tag: str, place: str, text: str) -> str:
    """Return the tag of a language as it is spoken or written somewhere."""
    for region in _REGIONS.get(tag, ()):
        whole = f"{tag}-{region}"
        if place.casefold() in langcodes.Language.get(whole).display_name("en").casefold():
            return whole
    raise UnknownLanguageError(text)


@lru_cache(maxsize=512)
def names(tag: str) -> frozenset[str]:
    """Return the case-folded names of a language in English, in itself and in Chinese."""
    language = langcodes.Language.get(tag)
    chinese = language.display_name("zh")
    found = {language.display_name("en"), language.autonym(), chinese, chinese.removesuffix("文") + "语"}
    return frozenset(name.casefold() for name in found if name)


@lru_cache(maxsize=512)
def english_name(tag: str) -> str:
    """Return the English name, such as `Portuguese (Brazil)` for `pt-BR`."""
    return str(langcodes.Language.get(tag).display_name("en"))


@lru_cache(maxsize=512)
def own_name(tag: str) -> str:
    """Return the language's name in itself, such as `español`."""
    return str(langcodes.Language.get(tag).autonym())


def base(tag: str) -> str:
    """Return the primary language of a tag: `pt` for `pt-BR`."""
    return tag.replace("_", "-").split("-", 1)[0].lower()


@lru_cache(maxsize=512)
def iso639_3(tag: str) -> str:
    """Return the three-letter code that MP4 stores for a track, `und` when there is none."""
    try:
        return str(langcodes.Language.get(tag).to_alpha3(variant="T"))
    except LookupError:
        return "und"
