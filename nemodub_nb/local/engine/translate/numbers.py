"""Numbers in a text, with their units, currencies and months, to see that a translation keeps them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Final

from nemodub_nb.local.engine.numerals import NUMBER, locale_of, readings
from nemodub_nb.local.engine.speak.quantities import PERCENT, SIGNS, UNITS, currency_name, unit_words
from nemodub_nb.local.engine.translate.number_words import MILLIONS, SCALES, spelled

_LATIN: Final = r"A-Za-z_À-ɏ"
_TOKEN: Final = re.compile(
    rf"(?<![{_LATIN}\d.,])(?P<sign>US\$|R\$|[€$£¥₹₽₩₺₴])?\s?(?P<number>{NUMBER})(?P<after>[^\W\d]*)"
)
_PERCENT: Final = re.compile(r"\s?[%％٪]")
_UNIT: Final = re.compile(
    r"\s?(" + "|".join(re.escape(one) for one in sorted(UNITS, key=len, reverse=True)) + r")(?![\w/²³])"
)
_MONEY_AFTER: Final = re.compile(
    r"\s?(" + "|".join(re.escape(one) for one in sorted(SIGNS, key=len, reverse=True)) + r")(?!\w)"
)
_CLOCK: Final = re.compile(r"(?<!\d)(\d{1,2})(?:[:.]\d\d)?\s?[ap]\.?\s?m\b", re.IGNORECASE)
_SMALL: Final = 12
_FEW: Final = 2
"""One and two come out as “a”, “both”, “a couple”: their words are not missed."""
_STEM: Final = 4
_SHORT_STEM: Final = 2
"""Of words in other scripts, whose letters say more each."""
_UNITS_ASKED: Final = frozenset(
    {
        "km",
        "kg",
        "m²",
        "km²",
        "km/h",
        "mph",
        "°C",
        "°F",
        "kB",
        "KB",
        "MB",
        "GB",
        "TB",
        "kHz",
        "MHz",
        "GHz",
        "kW",
        "kWh",
        "kcal",
    }
)
"""Units that cannot be taken for something else; others are not missed."""


def numbers_in(text: str) -> Counter[str]:
    """Return the numbers written in digits, whatever marks the thousands or the decimals.

    Separators are left out, so that 1,000.5 and 1.000,5 are the same number.
    """
    return Counter(re.sub(r"\D", "", number) for number in re.findall(NUMBER, text))


def numbers_kept(source: str, target: str, languages: tuple[str, str] = ("", "")) -> bool:
    """Tell whether every number of the source, with its unit, stands in the target."""
    return not lost_numbers(source, target, languages)


def lost_numbers(source: str, target: str, languages: tuple[str, str] = ("", "")) -> tuple[str, ...]:
    """Return the numbers of the source that are not in the target, as the source writes them.

    A number may be written in digits or, a small one, as a word; its separators, its place and the way a unit, a currency
    or a month is written are the target language's own. What cannot be told is not taken for lost.
    """
    there = _Target(target, languages[1])
    lost = [shown for shown, values, size in _asked(source, languages) if not there.has(values, size)]
    if not lost:
        lost = [shown for shown, words in _named(source, languages) if not there.says(words)]
    return tuple(lost)


class _Target:
    """What stands in a translation."""

    def __init__(self, text: str, language: str) -> None:
        self._text = _plain(text)
        self._open = [set(one) for one in _digits(text)]
        self._spelled = Counter(_spelled_values(text, language))
        self._knows_words = bool(spelled(language))

    def has(self, values: frozenset[Decimal], size: Decimal) -> bool:
        """Take a number that has one of the values; False when there is none left, and it is of a size to be missed."""
        for found in self._open:
            if values & found:
                self._open.remove(found)
                return True
        if any(self._spelled[value] for value in values):
            return True
        return size <= _FEW or (size <= _SMALL and not self._knows_words)

    def says(self, words: re.Pattern[str]) -> bool:
        """Tell whether a word for something is there."""
        return bool(words.search(self._text))


def _asked(text: str, languages: tuple[str, str]) -> list[tuple[str, frozenset[Decimal], Decimal]]:
    """Return the numbers of the source that must be found: as they are written, what they may mean, and how big they are."""
    afternoon = {int(hour) for hour in _CLOCK.findall(text)}
    asked = []
    for match in _TOKEN.finditer(text):
        number = match["number"]
        values = set(readings(number)) | _scaled(readings(number), text[match.end("number") :])
        if number.isdigit() and int(number) in afternoon:
            values |= {Decimal(int(number) % 12), Decimal(int(number) % 12 + 12)}
        if values:
            asked.append((match.group().strip(), frozenset(values), max(readings(number))))
    if spelled(languages[0]) and spelled(languages[1]):
        asked += [
            (word, frozenset({value}), value)
            for word, value in _spelled_alone(text, languages[0])
            if value > _FEW
        ]
    return asked


def _digits(text: str) -> list[set[Decimal]]:
    found = []
    for match in _TOKEN.finditer(text):
        values = readings(match["number"])
        found.append(set(values) | _scaled(values, text[match.end("number") :]))
    return found


def _scaled(values: Iterable[Decimal], after: str) -> set[Decimal]:
    """Return the values times the thousand or million that follows."""
    word = re.match(r"\s?([万亿億兆]|[^\W\d]+)", after)
    if word is None:
        return set()
    scales = [SCALES.get(word[1])] if word[1] in SCALES else [MILLIONS.get(_plain(word[1]))]
    return {value * scale for value in values for scale in scales if scale}


def _spelled_values(text: str, language: str) -> list[Decimal]:
    """Return the values of all number words, and of those next to each other together: “treinta y cinco”."""
    table = spelled(language)
    found: list[Decimal] = []
    run = Decimal(0)
    for word in re.findall(r"[^\W\d_]+", _plain(text)):
        value = table.get(word)
        if value is None:
            run = run if word in {"y", "e", "et", "and", "und", "en", "i"} else Decimal(0)
            continue
        run = run * value if value in {100, 1000} and run else run + value
        found += [Decimal(value), run]
    return found


def _spelled_alone(text: str, language: str) -> list[tuple[str, Decimal]]:
    """Return the number words that are certainly numbers: alone, not part of a longer one or of a compound."""
    table = spelled(language)
    words = [(match[0], _plain(match[0])) for match in re.finditer(r"[^\W\d_]+(?:-[^\W\d_]+)*", text)]
    found = []
    for at, (shown, word) in enumerate(words):
        value = table.get(word)
        beside = [words[other][1] for other in (at - 2, at - 1, at + 1, at + 2) if 0 <= other < len(words)]
        near_a_number = any(part in table or part in MILLIONS for one in beside for part in one.split("-"))
        if value is not None and value <= 90 and word not in _ALSO_OTHER and not near_a_number:  # noqa: PLR2004 - the last of the tens
            found.append((shown, Decimal(value)))
    return found


_ALSO_OTHER: Final = frozenset({"neuf", "sei", "acht", "sette", "once"})
"""Number words that mean something else as often: new, you are, outlawry, …"""


def _named(text: str, languages: tuple[str, str]) -> list[tuple[str, re.Pattern[str]]]:
    """Return what numbers of the source are numbers of, with the words one of which the target must hold."""
    if locale_of(languages[1]) is None:
        return []
    found = []
    for match in _TOKEN.finditer(text):
        rest = text[match.end("number") :]
        after = _MONEY_AFTER.match(rest)
        sign = match["sign"] or (after and after[1])
        if _PERCENT.match(rest):
            found.append((f"{match['number']} %", _percent_words(languages[1])))
        elif sign:
            found.append((match.group().strip(), _money_words(SIGNS[sign], sign, languages[1])))
        elif (unit := _UNIT.match(rest)) and unit[1] in _UNITS_ASKED:
            found.append((f"{match['number']} {unit[1]}", _unit_words(unit[1], languages[1])))
    return [*found, *_months(text, languages)]


@lru_cache(maxsize=256)
def _percent_words(language: str) -> re.Pattern[str]:
    locale = locale_of(language)
    assert locale is not None
    long = list(unit_words(PERCENT, locale, "long"))
    return _any_of(("%", "％", "٪", "percent", "per cent", "pour cent", "百分之", "процент", *_stems(long)))


@lru_cache(maxsize=256)
def _money_words(code: str, sign: str, language: str) -> re.Pattern[str]:
    locale = locale_of(language)
    assert locale is not None
    names = [currency_name(code, Decimal(amount), locale) for amount in (1, 2, 5)]
    words = [word for name in names for word in name.split()]
    signs = [one for one, other in SIGNS.items() if other == code]
    return _any_of({_plain(one) for one in (*signs, sign)} | set(_stems(words)))


@lru_cache(maxsize=256)
def _unit_words(symbol: str, language: str) -> re.Pattern[str]:
    locale = locale_of(language)
    assert locale is not None
    unit = UNITS[symbol]
    written = [word for length in ("short", "narrow", "long") for word in unit_words(unit, locale, length)]
    return _any_of({_plain(symbol)} | set(_stems(written)))


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in words))


def _stems(words: Iterable[str]) -> list[str]:
    """Return how words begin, whatever their ending: kilómetro, kilómetros."""
    plain = [_plain(word) for word in words if word.strip()]
    return [word[: _STEM if word.isascii() else _SHORT_STEM] for word in plain]


def _months(text: str, languages: tuple[str, str]) -> list[tuple[str, re.Pattern[str]]]:
    """Return the months that stand beside a number, with the ways to write them in the target language."""
    source = locale_of(languages[0]) if languages[0] else None
    target = locale_of(languages[1])
    if source is None or target is None:
        return []
    found = []
    for month, name in source.months["format"]["wide"].items():
        word = re.escape(name)
        if re.search(rf"\d(?:st|nd|rd|th|\.|er|º)?\s(?:de\s|of\s)?{word}(?!\w)|(?<!\w){word}\s\d", text):
            found.append((name, _month_words(str(target), month)))
    return found


@lru_cache(maxsize=512)
def _month_words(locale: str, month: int) -> re.Pattern[str]:
    from babel import Locale

    months = Locale.parse(locale).months
    names = {
        _plain(months[form][width][month]).rstrip(".")
        for form in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
    }
    figures = (f"/{month:02}", f"{month:02}/", f"{month}/", f"/{month}", f".{month:02}.", f"-{month:02}-")
    # As words of their own: the Spanish “marcha” is no “mar.”. Chinese and Japanese months are figures.
    whole = [
        rf"(?<![^\W\d]){re.escape(name)}(?!\w)" if name.isalpha() else rf"(?<!\d){re.escape(name)}"
        for name in names
    ]
    return re.compile("|".join([*whole, *map(re.escape, figures)]))


def _plain(text: str) -> str:
    """Return a text without case and accents."""
    parted = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in parted if not unicodedata.combining(c)))
