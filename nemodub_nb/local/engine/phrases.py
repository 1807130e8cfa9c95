"""Where a sentence may be cut in two so that what belongs together stays together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nemodub_nb.languages import base

SENTENCE_END: Final = 0.0
"""Costs of a cut: only their order and rough distance matter."""
CLAUSE_END: Final = 1.0
BEFORE_CLAUSE: Final = 2.0
BETWEEN_WORDS: Final = 4.0
INSIDE_NAME: Final = 9.0
TORN: Final = 60.0
"""An article or a preposition parted from its noun, a number from its unit."""
INSIDE_WORD: Final = 400.0

_LEADS: Final[Mapping[str, frozenset[str]]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "a an the this that these those my your his her its our their some any no every each of in on at to by for "
        "from with without into onto over under about after before between during through since until against per and or but if as than so "
        "very not is are was were be been has have had will would can could should must do does did mr mrs dr",
        "es": "el la los las un una unos unas lo al del este esta estos estas ese esa mi mis tu tus su sus nuestro nuestra "
        "cada de a en con sin por para entre sobre desde hasta hacia según tras durante contra mediante ante bajo y e o u ni pero si como que no muy más "
        "se me te le les nos es son ha han he sr sra dr",
        "fr": "le la les l un une des du de d au aux ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos "
        "leur leurs chaque à en dans par pour sur sous avec sans chez entre vers avant après depuis pendant selon contre dès et ou ni mais si que qu comme ne n très "
        "plus se s me m te t je j tu il elle on nous vous ils elles est sont a ont m mme dr",
        "de": "der die das den dem des ein eine einen einem einer eines kein keine keinen mein meine dein deine sein seine "
        "ihr ihre ihren unser unsere euer eure dieser diese dieses diesen diesem jeder jede jedes von vom zu zum zur in "
        "im ins an am ans auf aus bei beim mit nach ohne um über unter vor vorm zwischen für gegen durch bis seit während trotz wegen ab außer und oder "
        "aber dass weil wenn als wie nicht sehr ist sind hat haben wird werden hr fr dr",
        "it": "il lo la i gli le l un uno una di a da in con su per tra fra dopo prima durante contro verso senza del dello della dei degli delle dell al allo "
        "alla ai agli alle all dal dallo dalla dai dagli dalle nel nello nella nei negli nelle nell sul sullo sulla sui "
        "sugli sulle mio mia tuo tua suo sua nostro nostra vostro vostra questo questa questi queste ogni e ed o ma se "
        "che come non molto più si mi ti ci vi è sono ha hanno sig dr",
        "pt": "o a os as um uma uns umas de do da dos das em no na nos nas ao à aos às por pelo pela pelos pelas com sem "
        "para entre sobre desde até durante contra após antes sob num numa este esta estes estas esse essa meu minha teu tua seu sua seus suas nosso "
        "nossa cada e ou mas se que como não muito mais me te lhe é são foi tem têm sr sra dr",
        "nl": "de het een deze dit die dat mijn jouw je uw zijn haar ons onze hun elke elk van in op aan te tot bij met "
        "zonder voor door over onder naar uit om tussen tegen sinds tijdens en of maar als dat dan niet heel is zijn was heeft hebben",
    }.items()
}  # fmt: skip
"""Words that belong to what follows them."""

_OPENS: Final[Mapping[str, frozenset[str]]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "and or but because when while where which who that if so although unless until with without for",
        "es": "y e o pero porque cuando mientras donde que quien si aunque hasta con sin para",
        "fr": "et ou mais car parce quand lorsque pendant où qui que si alors avec sans pour",
        "de": "und oder aber denn weil wenn während wo der die das dass ob obwohl bis mit ohne um",
        "it": "e ed o ma perché quando mentre dove che chi se anche finché con senza per",
        "pt": "e ou mas porque quando enquanto onde que quem se embora até com sem para",
        "nl": "en of maar want omdat wanneer terwijl waar die dat als hoewel tot met zonder om",
    }.items()
}
"""Words that begin a part of a sentence."""

_SENTENCE_MARKS: Final = ".!?…。！？؟।"
_CLAUSE_MARKS: Final = ",;:，；：、،–—"
_CLOSING: Final = "\"'”’»)]」』）】"
_NO_START: Final = frozenset(
    "，。！？；：、」』）】》〉・ー…ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々)]}!?.,;:%％”’»"
)
_NO_END: Final = frozenset("「『（【《〈([{“‘«")
UNSPACED: Final = re.compile(
    r"[\u0e00-\u0eff\u1780-\u17ff\u2e80-\u2fdf\u3000-\u9fff\uf900-\ufaff\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff60]"
)
"""Scripts that are written without spaces: Thai, Lao, Khmer, Chinese, Japanese."""
_FULL_WIDTH: Final = re.compile(
    r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\U0001f300-\U0001faff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True)
class Cut:
    """A place where a text may be cut."""

    at: int
    """Index of the first character after the cut; spaces around it belong to neither side."""
    cost: float


def width(text: str) -> int:
    """Return the width of a text in characters; full-width ones count twice."""
    return len(text) + len(_FULL_WIDTH.findall(text))


def cuts(text: str, language: str = "", *, longest: int = 0) -> list[Cut]:
    """Return where a text may be cut, in order, with what each cut costs.

    A word wider than `longest` may be cut anywhere, where that is given.
    """
    found = []
    for match in re.finditer(r"\s+|(?<=\S)(?=\S)", text):
        before, after = text[: match.start()], text[match.end() :]
        if not before.strip() or not after.strip():
            continue
        if match.group():
            found.append(Cut(match.end(), _between(before, after, language)))
        elif (cost := _within(before, after)) is not None:
            found.append(Cut(match.end(), cost))
        elif longest and _word_width(before, after) > longest:
            found.append(Cut(match.end(), INSIDE_WORD))
    return found


def best(found: Sequence[Cut], text: str, share: float) -> int:
    """Return where to cut a text so that about `share` of its width comes first, at a phrase if one is near.

    0 when there is no place to cut.
    """
    total = max(width(text), 1)

    def badness(cut: Cut) -> float:
        return cut.cost + 60.0 * abs(width(text[: cut.at].rstrip()) / total - share)

    return min(found, key=badness).at if found else 0


def apportioned(text: str, shares: Sequence[float], language: str) -> list[str]:
    """Cut a text into as many parts as there are shares, at phrases, each about as long as its share.

    A part may be empty when there are fewer words than shares.
    """
    if len(shares) <= 1:
        return [text]
    share = shares[0] / (sum(shares) or 1.0)
    found = cuts(text, language)
    # Every part that is to come needs a word of its own.
    rest = len(shares) - 1
    at = best(found[: len(found) - rest + 1] or found, text, share)
    if not at:
        return [text, *[""] * rest]
    return [text[:at].strip(), *apportioned(text[at:].strip(), shares[1:], language)]


def _between(before: str, after: str, language: str) -> float:
    """Return the cost of a cut at a space."""
    last, following = before.rsplit(None, 1)[-1], after.split(None, 1)[0]
    bare = last.rstrip(_CLOSING)
    if bare.endswith(tuple(_SENTENCE_MARKS)) and not _abbreviation(bare, following):
        return SENTENCE_END
    if bare.endswith(tuple(_CLAUSE_MARKS)):
        return CLAUSE_END
    key = base(language) if language else ""
    if _belongs(last, following, key):
        return TORN
    if _plain(following) in _OPENS.get(key, ()):
        return BEFORE_CLAUSE
    return INSIDE_NAME if last[:1].isupper() and following[:1].isupper() else BETWEEN_WORDS


def _belongs(last: str, following: str, language: str) -> bool:
    """Tell whether a word belongs to the one after it: an article to its noun, a number to its unit."""
    leads = _plain(last) in _LEADS.get(language, ()) or last.endswith(("'", "’")) or last[-1] in _NO_END
    counts = last[-1].isdigit() and not _plain(following).isdigit()
    return leads or counts or following[0] in _CLAUSE_MARKS + _SENTENCE_MARKS + "%€$£»"


def _abbreviation(word: str, following: str) -> bool:
    """Tell whether a full stop is that of an abbreviation: of one capital or two letters, or before a small letter."""
    initial = len(word.strip(".")) <= len("Dr") and word[0].isupper()
    return word.endswith(".") and (initial or following[0].islower())


def _within(before: str, after: str) -> float | None:
    """Return the cost of a cut where there is no space, None where there cannot be one."""
    last, first = before[-1], after[0]
    if not (UNSPACED.match(last) or UNSPACED.match(first)) or first in _NO_START or last in _NO_END:
        return None
    if last in _SENTENCE_MARKS:
        return SENTENCE_END
    if last in _CLAUSE_MARKS:
        return CLAUSE_END
    if last.isdigit() or first.isdigit():
        return TORN
    # A change of script is the nearest to the end of a word that can be seen from outside.
    return BETWEEN_WORDS if _kind(last) != _kind(first) else INSIDE_NAME


def _kind(character: str) -> str:
    if "\u3040" <= character <= "\u309f":
        return "hiragana"
    if "\u30a0" <= character <= "\u30ff":
        return "katakana"
    return "han" if UNSPACED.match(character) else "other"


def _word_width(before: str, after: str) -> int:
    return width((before.split() or [""])[-1]) + width((after.split() or [""])[0])


def _plain(word: str) -> str:
    return word.strip("\"'“”‘’«»()[]¿¡.,;:!?…").casefold()
