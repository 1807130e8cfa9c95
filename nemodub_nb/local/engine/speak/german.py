"""German figures, dates, times, prices and abbreviations as the words that a person says for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine

_ABBREVIATIONS: Final[Mapping[str, str]] = {
    "z. B.": "zum Beispiel", "d. h.": "das heißt", "u. a.": "unter anderem", "z. T.": "zum Teil", "i. d. R.": "in der Regel",
    "u. v. m.": "und vieles mehr", "usw.": "und so weiter", "etc.": "et cetera", "bzw.": "beziehungsweise",
    "ca.": "zirka", "ggf.": "gegebenenfalls", "evtl.": "eventuell", "inkl.": "inklusive", "zzgl.": "zuzüglich",
    "mind.": "mindestens", "max.": "maximal", "vgl.": "vergleiche", "Nr.": "Nummer", "Dr.": "Doktor", "Prof.": "Professor",
    "Min.": "Minuten", "Std.": "Stunden", "Mio.": "Millionen", "Mrd.": "Milliarden",
}  # fmt: skip
"""What is written short and said in full; the points would be pauses. Spaces may be left out."""
_AT_THE_END: Final = frozenset({"usw.", "etc.", "u. v. m."})
"""These end a sentence where a capital follows."""
_MONTHS: Final = r"Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
_COUNTED: Final = (
    r"Jahrhunderts?|Jahrtausends?|Quartals?|Kapitels?|Platz|Stock|Etage|Klasse|Mal|Schritt|Teil|Tag|Woche|Monat|Jahr|"
    r"Lebensjahr|Geburtstag|Auflage|Version|Generation|Staffel|Folge|Runde"
)
"""What else is counted by ordinals; before another word, a figure with a point ends a sentence."""
_THE: Final = "der|die|das"
_TO_THE: Final = (
    r"am|im|vom|zum|zur|beim|ab|bis|seit|dem|den|des|(?:in|an|auf|mit|bei|von|zu|nach|aus|vor|seit|ab) der"
)
"""What makes a third one “dritten”."""
_UP_TO: Final = r"(?:(?:bis|und|oder)\s(?:zum\s)?\d{1,2}\.\s)?"
_ORDINAL: Final = re.compile(
    rf"(?:\b(?:(?P<dative>{_TO_THE})|(?P<the>{_THE}))\s)?(?<![\d.,:/\-–])(?P<figure>\d{{1,2}})\.\s"
    rf"(?={_UP_TO}(?:(?P<month>{_MONTHS})|{_COUNTED})\b)",
    re.IGNORECASE,
)
_TIME: Final = re.compile(r"(?<![\d:.,])(\d{1,2})[:.,](\d\d)\s?Uhr\b")
_PRICE: Final = re.compile(r"(?<![\d.,])(\d+),(\d\d)\s(Euro|Dollar|Franken|Pfund)\b")
_CENTS: Final = frozenset({"Euro", "Dollar"})
_FIGURE: Final = re.compile(r"(?<![\w.,:/\-–+])(?<!\d\s)(\d+)(,\d+)?(?![\w:/]|[.,\-–]\d|\s\d)")
_FIRST_YEAR, _LAST_YEAR = 1100, 1999
_READ_WELL: Final = 20
"""Up to here espeak-ng reads a figure as one word; of 35 it makes “fünf” and “und dreißig”."""
_PART: Final = re.compile(r"((?<!h)und|hundert|tausend)(?=\w)(?!st)")
"""Where espeak-ng must be shown the parts: it reads “zweitausendvier” as “zweitau-sendwier”."""
_MOST_DIGITS: Final = 12
_CARDINAL, _YEAR, _NTH = "spellout-numbering", "spellout-numbering-year", "spellout-ordinal"


def german(text: str) -> str:
    """Return a German text with what is written short in the words that are said."""
    text = _abbreviation().sub(_in_full, text)
    text = _TIME.sub(_time, text)
    text = _PRICE.sub(_price, text)
    text = _ORDINAL.sub(_ordinal, text)
    return _FIGURE.sub(_figure, text)


@lru_cache(maxsize=1)
def _abbreviation() -> re.Pattern[str]:
    longest = sorted(_ABBREVIATIONS, key=len, reverse=True)
    short = "|".join(re.escape(one).replace(r"\ ", r"\s?") for one in longest)
    return re.compile(rf"(?<![\w.])(?:{short})(?P<end>(?=\s+[A-ZÄÖÜ]|\s*$))?")


def _in_full(match: re.Match[str]) -> str:
    short = re.sub(r"\.\s?(?=\w)", ". ", match[0])
    ends = match["end"] is not None and short in _AT_THE_END
    return _ABBREVIATIONS[short] + ("." if ends else "")


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    return f"{hour} Uhr {minute}" if minute else f"{hour} Uhr"


def _price(match: re.Match[str]) -> str:
    whole, cents, name = match[1], int(match[2]), match[3]
    if not int(whole) and name in _CENTS:
        return f"{cents} Cent"
    return f"{'ein' if whole == '1' else whole} {name}{f' {cents}' if cents else ''}"


def _ordinal(match: re.Match[str]) -> str:
    article = match["dative"] or match["the"]
    if not article:
        # Whether it is a first, “erster”, “erste” or “erstes”, is known of months alone.
        return f"{_spell(int(match['figure']), _NTH)}r " if match["month"] else match[0]
    return f"{article} {_spell(int(match['figure']), _NTH)}{'n' if match['dative'] else ''} "


def _figure(match: re.Match[str]) -> str:
    digits, decimals = match[1], match[2]
    if digits.startswith("0") or len(digits) > _MOST_DIGITS or int(digits) <= _READ_WELL:
        return match[0]
    number = int(digits)
    year = not decimals and _FIRST_YEAR <= number <= _LAST_YEAR
    said = _spell(number, _YEAR if year else _CARDINAL)
    return f"{said} Komma {' '.join(decimals[1:])}" if decimals else said


def _spell(number: int, rules: str) -> str:
    return _PART.sub(r"\1-", str(_speller().format_number(number, ruleset_names=[rules]).text))


@lru_cache(maxsize=1)
def _speller() -> RbnfEngine:
    from unicode_rbnf import RbnfEngine

    return RbnfEngine.for_language("de")
