"""Amounts, measures, shares, ranges and dates as the words of a language that a voice says for them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from nemodub_nb.languages import base
from nemodub_nb.local.engine.numerals import NUMBER, locale_of, value, written

if TYPE_CHECKING:
    from babel import Locale

UNITS: Final[Mapping[str, str]] = {
    "km": "length-kilometer", "m": "length-meter", "cm": "length-centimeter", "mm": "length-millimeter",
    "mi": "length-mile", "ft": "length-foot", "yd": "length-yard",
    "m²": "area-square-meter", "m2": "area-square-meter", "km²": "area-square-kilometer", "km2": "area-square-kilometer",
    "ha": "area-hectare", "m³": "volume-cubic-meter", "m3": "volume-cubic-meter",
    "kg": "mass-kilogram", "g": "mass-gram", "mg": "mass-milligram", "t": "mass-tonne", "lb": "mass-pound",
    "lbs": "mass-pound", "oz": "mass-ounce",
    "l": "volume-liter", "L": "volume-liter", "ml": "volume-milliliter", "mL": "volume-milliliter",
    "cl": "volume-centiliter", "dl": "volume-deciliter",
    "km/h": "speed-kilometer-per-hour", "kph": "speed-kilometer-per-hour", "mph": "speed-mile-per-hour",
    "m/s": "speed-meter-per-second",
    "°C": "temperature-celsius", "°F": "temperature-fahrenheit", "℃": "temperature-celsius", "℉": "temperature-fahrenheit",
    "°": "angle-degree", "h": "duration-hour", "min": "duration-minute", "s": "duration-second", "ms": "duration-millisecond",
    "kB": "digital-kilobyte", "KB": "digital-kilobyte", "MB": "digital-megabyte", "GB": "digital-gigabyte",
    "TB": "digital-terabyte", "Hz": "frequency-hertz", "kHz": "frequency-kilohertz", "MHz": "frequency-megahertz",
    "GHz": "frequency-gigahertz", "W": "power-watt", "kW": "power-kilowatt", "MW": "power-megawatt",
    "kWh": "energy-kilowatt-hour", "kcal": "energy-kilocalorie", "V": "electric-volt", "mAh": "", "px": "graphics-pixel",
}  # fmt: skip
"""Unit by symbol, as the Unicode locale data calls it; an empty one is left to the voice."""
SIGNS: Final[Mapping[str, str]] = {
    "€": "EUR", "US$": "USD", "R$": "BRL", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW",
    "₺": "TRY", "₴": "UAH", "zł": "PLN", "Kč": "CZK", "EUR": "EUR", "USD": "USD", "GBP": "GBP", "CHF": "CHF", "JPY": "JPY",
    "BRL": "BRL",
}  # fmt: skip
"""Currency by sign or code."""
_KIN: Final[Mapping[str, tuple[str, ...]]] = {
    "USD": ("CAD", "AUD"), "GBP": ("EGP", "SYP"), "INR": ("PKR", "LKR"), "KRW": ("KPW",), "RUB": ("BYN",),
    "UAH": (), "TRY": ("TRL",), "PLN": (), "CZK": (), "CHF": (), "JPY": (), "EUR": (), "BRL": (),
}  # fmt: skip
"""Currencies of the same name in other countries: what they share is what people say."""
PERCENT: Final = "concentr-percent"
_ZH_PERCENT: Final = "百分之{}"

_TO: Final[Mapping[str, str]] = {
    "en": "to", "es": "a", "fr": "à", "de": "bis", "it": "a", "pt": "a", "nl": "tot", "ca": "a", "pl": "do", "ru": "до",
    "uk": "до", "cs": "až", "ro": "până la", "sv": "till", "da": "til", "nb": "til", "fi": "viiva", "hu": "től",
    "tr": "ila", "id": "sampai", "ja": "から", "zh": "到", "hi": "से", "ko": "에서",
}  # fmt: skip
_OF: Final[Mapping[str, str]] = {"es": "de", "pt": "de", "fr": "de", "ca": "de", "it": "di", "ro": "de"}
"""What stands between millions and what they are millions of."""
_ONE: Final[Mapping[str, tuple[str, str, str]]] = {
    "es": ("un", "una", "a"), "pt": ("um", "uma", "a"), "it": ("un", "una", "a"), "de": ("ein", "eine", "e"),
}  # fmt: skip
"""One before a masculine and a feminine noun, and how the latter ends."""
_MILLION: Final = 6
_SCALES: Final[Mapping[str, int]] = {"k": 3, "K": 3, "M": 6, "mn": 6, "bn": 9, "B": 9}
_MILLIONS: Final = (
    r"(?:million|millions|millionen|billion|billions|millón|millones|milhão|milhões|bilhão|bilhões|milione|milioni|"
    r"miliardo|miliardi|milliard|milliards|Milliarde|Milliarden|Billion|Billionen|miljoen|miljard|milion|milionów|"
    r"milioane|миллион|миллиона|миллионов|Mio\.|Mrd\.)"
)
_WORDS_OF_SCALE: Final = (
    rf"(?:\s?{_MILLIONS}(?!\w)|\s?(?:mil|thousand|Tausend|tausend|mille|mila|тысяч)(?!\w))"
)
_MONEY: Final = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
_SCALED: Final = rf"(?:[kKMB]|mn|bn)(?!\w)|{_WORDS_OF_SCALE}"
_START: Final = r"(?<![\w.,:/\-–+])"
_TELEPHONE: Final = (3, 4)
"""Digits of 555-1234, which is no range."""
_MANY: Final = Decimal(2_000_000)


def worded(text: str, language: str) -> str:
    """Return a text in which amounts, measures, shares, ranges and dates are written as they are said.

    Plain numbers stay digits, written as the language does: every voice reads those.
    """
    locale = locale_of(language)
    if locale is None:
        return text
    return _pattern(str(locale)).sub(lambda match: _said(match, language, locale), text)


@lru_cache(maxsize=64)
def _pattern(name: str) -> re.Pattern[str]:
    units = "|".join(re.escape(symbol) for symbol in sorted(_symbols(name), key=len, reverse=True))
    return re.compile(
        rf"""(?P<telephone>\+\d[\d\s().\-]{{6,}}\d)
          | {_START}(?P<year>[12]\d{{3}})-(?P<month>\d\d)-(?P<day>\d\d)(?![\w\-])
          | (?<![\w])(?P<sign>{_MONEY})\s?(?P<amount>{NUMBER})(?P<scale>{_SCALED})?
          | {_START}(?P<low>\d+(?:[.,]\d+)?)\s?[-–]\s?(?P<high>{NUMBER})\s?(?P<after>{_MONEY}|%|{units})?(?![\w\-–/])
          | {_START}(?P<number>{NUMBER})(?:(?P<scale_after>{_SCALED})?[\s\u00a0\u202f]?(?P<sign_after>{_MONEY})(?!\w)
              | [\s\u00a0\u202f]?(?P<percent>[%％٪]) | [\s\u00a0\u202f]?(?P<unit>{units})(?![\w/²³'’.]\w|\w))?
        """,
        re.VERBOSE,
    )


def _said(match: re.Match[str], language: str, locale: Locale) -> str:
    """Return what is said for a match; what nobody knows a word for stays as it is."""
    found = match.groupdict()
    said = ""
    if found["year"]:
        said = _date(found, locale)
    elif found["sign"]:
        said = _money(found["amount"], found["scale"], found["sign"], language, locale)
    elif found["low"]:
        said = _range(found, language, locale)
    elif found["number"]:
        said = _counted(found, language, locale)
    return said or match.group()


def _counted(found: Mapping[str, str], language: str, locale: Locale) -> str:
    number, unit = found["number"], PERCENT if found["percent"] else ""
    if found["sign_after"]:
        return _money(number, found["scale_after"], found["sign_after"], language, locale)
    if unit or found["unit"]:
        return _measure(number, unit or _symbols(str(locale))[found["unit"]], language, locale)
    return number if base(language) == "en" else written(number, language)


def _date(found: Mapping[str, str], locale: Locale) -> str:
    from babel.dates import format_date

    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return ""
    return str(format_date(day, "long", locale=locale))


def _range(found: Mapping[str, str], language: str, locale: Locale) -> str:
    low, high, after = found["low"], found["high"], found["after"]
    first, last = value(low, language), value(high, language)
    if first is None or last is None or first >= last or (len(low), len(high)) == _TELEPHONE:
        return ""
    to = _TO.get(base(language))
    end = written(high, language)
    if after == "%":
        end = _measure(high, PERCENT, language, locale) or f"{end} %"
    elif after in SIGNS:
        end = _money(high, None, after, language, locale)
    elif after:
        end = _measure(high, _symbols(str(locale))[after], language, locale) or f"{end} {after}"
    glue = "" if base(language) in {"zh", "ja"} else " "
    return f"{written(low, language)}{glue}{to or '–'}{glue}{end}"


def _money(number: str, scale: str | None, sign: str, language: str, locale: Locale) -> str:
    meant, word = value(number, language), (scale or "").strip()
    if meant is None:
        return f"{number}{scale or ''} {sign}"
    name = currency_name(SIGNS[sign], _MANY if word else meant, locale)
    if not word:
        said = _figure(number, meant, name, language)
    elif power := _SCALES.get(word):
        said = _compact(meant * 10**power, locale)
    else:
        said = f"{written(number, language)} {word}"
    millions = _SCALES[word] >= _MILLION if word in _SCALES else bool(re.fullmatch(_MILLIONS, word))
    return f"{said}{_glue(name, language, millions=millions)}{name}"


def _glue(name: str, language: str, *, millions: bool) -> str:
    """Return what stands between an amount and its currency."""
    of = _OF.get(base(language)) if millions else None
    if of is None:
        return "" if base(language) in {"zh", "ja"} else " "
    return " d'" if base(language) in {"fr", "ca"} and name[0] in "aeiouéè" else f" {of} "


def _figure(number: str, meant: Decimal, noun: str, language: str) -> str:
    """Return a number before a noun; one is a word where the figure would be read as if it stood alone."""
    one = _ONE.get(base(language))
    if meant != 1 or one is None:
        return written(number, language)
    feminine, endings = one[1], one[2]
    return feminine if noun.split(maxsplit=1)[0].endswith(endings) else one[0]


def _compact(amount: Decimal, locale: Locale) -> str:
    from babel.numbers import format_compact_decimal

    for length in ("long", "short"):
        # Chinese and Japanese have a short form only, which is what is said.
        with contextlib.suppress(KeyError):
            made = format_compact_decimal(amount, format_type=length, locale=locale, fraction_digits=2)
            if made[0].isdigit():  # data that names the scale first means something else by the figure
                return made.replace("\u00a0", " ")
    return f"{amount:f}"


@lru_cache(maxsize=512)
def currency_name(code: str, amount: Decimal, locale: Locale) -> str:
    """Return what people call a currency when they speak of so much of it, without its country where that is usual."""
    from babel.numbers import get_currency_name

    def full(one: str) -> list[str]:
        return re.split(r"[\s\u00a0-]+", str(get_currency_name(one, count=amount, locale=locale)))

    words = full(code)
    kin = {word.casefold() for other in _KIN[code] for word in full(other)}
    shared = [word for word in words if word.casefold() in kin]
    if code == "BRL" and locale.language == "pt":
        shared = words[:1]
    while len(shared) > 1 and len(shared[-1]) <= 2:  # noqa: PLR2004 - “dollars of …”: the “of” goes with its country
        shared.pop()
    name = " ".join(shared or words)
    # Alone among its neighbours, the Portuguese data writes these names with a capital.
    return name.casefold() if locale.language == "pt" else name


def _measure(number: str, unit: str, language: str, locale: Locale) -> str:
    """Return a number with the name of its unit; empty when the language's data does not name it."""
    from babel.numbers import format_decimal
    from babel.units import format_unit

    meant = value(number, language)
    if meant is None or not unit:
        return ""
    if unit == PERCENT and base(language) == "zh":
        return _ZH_PERCENT.format(written(number, language))
    figure = str(format_decimal(meant, locale=locale))
    for length in ("long", "short"):
        made = str(format_unit(meant, unit, length, locale=locale))
        if figure in made and unit not in made:
            said = written(number, language)
            if unit != PERCENT:
                said = _figure(number, meant, made.replace(figure, "").strip(), language)
            return re.sub(r"[\u00a0\u202f]", " ", made.replace(figure, said, 1))
    return ""


@lru_cache(maxsize=64)
def _symbols(name: str) -> dict[str, str]:
    """Return unit by symbol, those of the language itself (км, Go, 公里) among them."""
    from babel import Locale

    locale = Locale.parse(name)
    own = {
        symbol: unit
        for unit in set(UNITS.values()) - {""}
        for symbol in unit_words(unit, locale, "short")
        if _is_symbol(symbol)
    }
    return dict(UNITS) | own


def _is_symbol(text: str) -> bool:
    """Tell whether a language's own sign cannot be mistaken: one letter may be a word, as Russian “с” and Dutch “u” are."""
    if any(character.isspace() or character == "." for character in text):
        return False
    return text in UNITS or len(text) > 1 or text.upper() == text.lower()


@lru_cache(maxsize=2048)
def unit_words(unit: str, locale: Locale, length: str) -> tuple[str, ...]:
    """Return how a language writes a unit, for one and for several."""
    from babel.units import format_unit

    found = []
    for amount in (1, 2, 5):
        made = str(format_unit(amount, unit, length, locale=locale))  # type: ignore[arg-type]
        if unit not in made and (word := re.sub(r"[\d\u00a0\u202f]", "", made).strip()):
            found.append(word)
    return tuple(dict.fromkeys(found))
