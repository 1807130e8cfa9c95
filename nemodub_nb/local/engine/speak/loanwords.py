"""English and French words in German, spelled as a German would write what is said: espeak-ng makes “klut” of Cloud."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

_BEGINS: Final[Mapping[str, str]] = {
    "backend": "bäckend", "backup": "bäckapp", "brainstorming": "brehnstorming", "browser": "brauser", "budget": "büdschee",
    "businessplan": "bisnissplan", "challenge": "tschällendsch", "chatbot": "tschättbot", "chatten": "tschätten",
    "check": "tscheck", "clip": "klipp", "cloud": "klaud", "coaching": "kohtsching", "comeback": "kambäck",
    "cookie": "kucki", "creator": "kriehjeter", "crowdfunding": "kraudfanding", "deadline": "deddlein",
    "developer": "dieweloper", "engagement": "angaschmang", "facebook": "fehsbuck", "feature": "fietscher",
    "feedback": "fiedbäck", "gamer": "gehmer", "gaming": "gähming", "headline": "heddlein", "headset": "heddset",
    "homeoffice": "hohm-offiss", "hotline": "hottlein", "influencer": "influenßer", "ingenieur": "inschenjör",
    "interview": "interwjuh", "ipad": "eipäd", "iphone": "eifohn", "jogging": "dschogging",
    "keynote": "kinoht", "keyword": "kiwörd", "leasing": "liehsing", "linkedin": "linktinn", "livestream": "leifstriehm",
    "macbook": "mäckbuck", "management": "männitschment", "meeting": "mieting", "mindset": "meindset",
    "orange": "orangsche", "outfit": "autfitt", "outsourcing": "autßorßing", "pipeline": "peiplein",
    "playlist": "plehl-ist", "powerpoint": "pauerpeunt", "ranking": "ränking", "recycling": "rießeikling",
    "setup": "settapp", "sharing": "schäring", "smartphone": "smartfohn", "sneaker": "snieker", "startup": "startapp",
    "steak": "stehk", "streaming": "striehming", "teambuilding": "tiembilding", "template": "templet",
    "thumbnail": "tamneil", "tiktok": "ticktock", "timeline": "teimlein", "toast": "tohst", "upgrade": "apgrehd",
    "voiceover": "weus-ohwer", "whatsapp": "wottßäpp", "youtube": "jutjuhb",
}  # fmt: skip
"""By how a word begins: cloud stands for Cloudspeicher too."""
_ALONE: Final[Mapping[str, str]] = {
    "agile": "ätscheil", "big data": "bick dehta", "deep learning": "diep lörning", "drag": "dräg", "e-learning": "ie-lörning",
    "fake": "fehk", "game": "gehm", "genie": "schenie", "hype": "heip", "know-how": "noh-hau", "lead": "lied", "like": "leik",
    "liken": "leiken", "lounge": "launsch", "mac": "mäck", "machine learning": "maschien lörning", "make-up": "mehk-app",
    "paper": "pehper", "slide": "slaid", "start-up": "start-app", "voice-over": "weus-ohwer", "wi-fi": "wei-fei",
}  # fmt: skip
"""Words that are the beginning of others, as Genie is of genießen; they may have an s behind them."""
_AS_SAID: Final = {**_BEGINS, **_ALONE}


def as_said(text: str) -> str:
    """Return a German text with the foreign words that would be misread spelled as they are said."""
    return _pattern().sub(lambda match: _AS_SAID.get(match[0].casefold(), match[0]), text)


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"\b(?:(?:{_any(_BEGINS)})|(?:{_any(_ALONE)})(?=s?\b))", re.IGNORECASE)


def _any(words: Mapping[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
