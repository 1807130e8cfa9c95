"""The words for small numbers, tens and millions in the main languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

from nemodub_nb.languages import base

_TENS: Final = (20, 30, 40, 50, 60, 70, 80, 90)
_WORDS: Final[Mapping[str, tuple[str, str, str]]] = {
    # 0 to 19 | 20 to 90 | others as word=value; several forms of one number are parted by a slash.
    "en": (
        ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen"),
        "twenty thirty forty fifty sixty seventy eighty ninety",
        "hundred=100 thousand=1000 dozen=12 half=6 decade=10",
    ),
    "es": (
        ("cero uno/una/un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
        "diecisiete dieciocho diecinueve"),
        "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
        ("veintiuno=21 veintiún=21 veintiuna=21 veintidós=22 veintitrés=23 veinticuatro=24 veinticinco=25 veintiséis=26 "
        "veintisiete=27 veintiocho=28 veintinueve=29 cien=100 ciento=100 mil=1000 docena=12 década=10 ambos=2 ambas=2"),
    ),
    "fr": (
        ("zéro un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
        "dix-huit dix-neuf"),
        "vingt trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix",
        "cent=100 cents=100 mille=1000 douzaine=12 dizaine=10 quinzaine=15 vingtaine=20 trentaine=30 décennie=10",
    ),
    "de": (
        ("null ein/eine/eins/einen/einem/einer zwei drei/dreier vier fünf sechs sieben acht neun zehn elf zwölf dreizehn "
        "vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn"),
        "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
        "hundert=100 tausend=1000 dutzend=12 jahrzehnt=10",
    ),
    "it": (
        ("zero uno/una/un due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici "
        "sedici diciassette diciotto diciannove"),
        "venti trenta quaranta cinquanta sessanta settanta ottanta novanta",
        ("ventuno=21 ventidue=22 ventitré=23 ventiquattro=24 venticinque=25 ventisei=26 ventisette=27 ventotto=28 "
        "ventinove=29 cento=100 mille=1000 mila=1000 dozzina=12 decina=10 decennio=10"),
    ),
    "pt": (
        ("zero um/uma dois/duas três quatro cinco seis sete oito nove dez onze doze treze catorze/quatorze quinze "
        "dezesseis/dezasseis dezessete/dezassete dezoito dezenove/dezanove"),
        "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
        "cem=100 cento=100 mil=1000 dúzia=12 dezena=10 década=10 ambos=2 ambas=2",
    ),
    "nl": (
        ("nul een/één twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien "
        "achttien negentien"),
        "twintig dertig veertig vijftig zestig zeventig tachtig negentig",
        "honderd=100 duizend=1000 dozijn=12 decennium=10",
    ),
}  # fmt: skip
_GLUED: Final = {"de": "und", "nl": "en"}
"""What joins ones and tens into one word."""

MILLIONS: Final[Mapping[str, int]] = {
    word: 10**power
    for power, words in {
        3: "thousand thousands mil mille mila tausend duizend tysiecy тысяч тысячи тыс mila",
        6: "million millions millon millones milhao milhoes milione milioni millionen mio miljoen milion miliony milionow "
        "миллион миллиона миллионов млн milioane",
        9: "billion billions bilhao bilhoes miliardo miliardi milliard milliards milliarde milliarden mrd miljard miliard "
        "миллиард миллиарда миллиардов млрд",
    }.items()
    for word in words.split()
}  # fmt: skip
"""Words for thousands and more, without accents."""
SCALES: Final[Mapping[str, int]] = {
    "k": 10**3, "K": 10**3, "M": 10**6, "bn": 10**9, "B": 10**9, "万": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12,
}  # fmt: skip


@lru_cache(maxsize=32)
def spelled(language: str) -> Mapping[str, Decimal]:
    """Return the value of each number word of a language, without accents; empty for languages that are not known."""
    if not language or base(language) not in _WORDS:
        return {}
    ones, tens, others = _WORDS[base(language)]
    table = {form: Decimal(value) for value, forms in enumerate(ones.split()) for form in forms.split("/")}
    table |= {word: Decimal(value) for value, word in zip(_TENS, tens.split(), strict=True)}
    table |= {word: Decimal(value) for word, _, value in (one.partition("=") for one in others.split())}
    if glue := _GLUED.get(base(language)):
        small = [word for word, value in table.items() if 0 < value < 10]  # noqa: PLR2004 - the ones
        compounds = [(f"{one}{glue}{ten}", table[one] + table[ten]) for one in small for ten in tens.split()]
        table |= dict(compounds)
    return {_plain(word): value for word, value in table.items()}


def _plain(word: str) -> str:
    parted = unicodedata.normalize("NFKD", word.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in parted if not unicodedata.combining(c)))
