"""Numbers as people write them: what 1,299.50 and 1.299,50 mean, and how a language would write them."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from nemodub_nb.languages import base

if TYPE_CHECKING:
    from babel import Locale

_GROUPING: Final = "'’\u00a0\u202f\u2009 ٬"
NUMBER: Final = (
    rf"(?:\d{{1,3}}(?:[{_GROUPING}]\d{{3}})+(?!\d)|\d{{1,3}}(?:,\d{{2}})+,\d{{3}}(?!\d)|\d+)(?:[.,٫]\d+)*"
)
"""A number in digits with its separators; to be used inside a larger pattern."""
_THOUSAND: Final = 3
_POINTED: Final = frozenset(
    {"en", "zh", "ja", "ko", "hi", "th", "he", "bn", "ta", "te", "mr", "ur", "ms", "ga", "cy", "sw"}
)
"""Languages that part the decimals by a point, where Babel is not asked."""


def readings(number: str) -> frozenset[Decimal]:
    """Return every value that a number may have been written for; none when it is a version, an address or the like.

    1.299 may be a thousand and something in one language and a little more than one in another: it has both values.
    """
    bare = re.sub(rf"[{_GROUPING}]", "", _western(number))
    marks = re.sub(r"\d", "", bare)
    if not marks:
        return frozenset({Decimal(bare)})
    if len(set(marks)) > 1:
        # The last mark parts the decimals, all before it group.
        whole, _, decimals = bare.rpartition(marks[-1])
        if marks[-1] in marks[:-1]:
            return frozenset()
        return frozenset({Decimal(f"{re.sub(r'[.,]', '', whole)}.{decimals}")})
    whole, *parts = bare.split(marks[0])
    grouped = all(len(part) == _THOUSAND for part in parts) and 0 < len(whole) <= _THOUSAND and whole != "0"
    indian = marks[0] == "," and len(parts) > 1 and len(parts[-1]) == _THOUSAND
    if len(parts) > 1:
        return frozenset({Decimal(bare.replace(marks[0], ""))}) if grouped or indian else frozenset()
    decimal = Decimal(f"{whole}.{parts[0]}")
    return frozenset({decimal, Decimal(whole + parts[0])}) if grouped else frozenset({decimal})


def value(number: str, language: str) -> Decimal | None:
    """Return the value that a number most likely has in a text of a language; None when it is no number.

    Machines leave a foreign 1,000 as it is more often than people write a decimal fraction with three digits, so a
    group of three digits counts as thousands, but for a point in a language that parts decimals by points.
    """
    found = readings(number)
    if len(found) < 2:  # noqa: PLR2004 - one reading or none
        return next(iter(found), None)
    point_is_decimal = "." in number and decimal_mark(language) == "."
    return min(found) if point_is_decimal else max(found)


def written(number: str, language: str) -> str:
    """Return a number without thousands marks and with the language's decimal mark, which every voice reads rightly."""
    meant = value(number, language)
    return number if meant is None else f"{meant:f}".replace(".", decimal_mark(language))


def decimal_mark(language: str) -> str:
    """Return what parts the decimals in a language."""
    locale = locale_of(language)
    if locale is None:
        return "." if base(language) in _POINTED else ","
    symbols = locale.number_symbols
    return str((symbols.get("latn") or next(iter(symbols.values())))["decimal"])


@lru_cache(maxsize=256)
def locale_of(language: str) -> Locale | None:
    """Return what Babel knows of a language, None when it does not know it."""
    from babel import Locale, UnknownLocaleError

    for tag in (language, base(language)) if language else ():
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None


def _western(number: str) -> str:
    """Return a number in the digits 0 to 9, with a point and a comma for the Arabic marks."""
    digits = (str(unicodedata.decimal(c)) if c.isdecimal() else c for c in number)
    return "".join(digits).replace("٫", ".").replace("٬", "")
