"""Rules about how loud an export is: in figures, or by whom it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemodub_nb.local.agent.actions import Loudness
from nemodub_nb.local.agent.patterns import compiled, said
from nemodub_nb.presets import PRESETS

if TYPE_CHECKING:
    from nemodub_nb.local.agent.sentence import Sentence

_VERB = r"(?:(?:set|bring|make|normali[sz]e|level|master|change|adjust|use|with|把|将)\s*)?"
_OBJECT = (
    r"(?:(?:it|this|that|everything|(?:the\s+)?(?:(?:overall|integrated|target)\s+)?"
    r"(?:video|clip|sound|audio|mix|export|loudness|volume|level|响度))\s*)?"
)
_LINK = r"(?:(?:to|at|is|for|of|an?|the|=|:|：|为|到|设为|调到)\s*)?"
_FIGURES = compiled(
    rf"{_VERB}{_OBJECT}{_LINK}(?<![\w.])[-−–]?\s?(?P<lufs>\d{{1,2}}(?:\.\d+)?)\s*(?:lufs|lkfs)\b(?:\s+loudness)?"
)
_LOUDNESS = r"\s+(?:loudness|level|standard)s?"
_FOR = r"for\s+(?:the\s+|a\s+|my\s+|our\s+)?"
_WORDS = {
    "broadcast": r"broadcast(?:ing)?|tv|television|ebu|(?:ebu\s*)?r\s?-?128",
    "podcast": r"podcasts?",
    "linkedin": r"linked\s?in",
}
_RULES = {
    PRESETS[name]: compiled(
        rf"{_VERB}{_OBJECT}{_LINK}(?<!\w)(?:(?:{words}){_LOUDNESS}|{_FOR}(?:{words}))(?!\w)"
    )
    for name, words in _WORDS.items()
}
_STREAMING = compiled(
    rf"{_VERB}{_OBJECT}{_LINK}(?<!\w)(?:streaming|online|youtube|tik\s?-?tok){_LOUDNESS}(?!\w)"
)
_STANDARD = compiled(rf"{_VERB}{_OBJECT}{_LINK}(?<!\w)(?:ebu\s*)?r\s?-?128(?!\w)")
_USUAL = compiled(
    r"(?:restore|use|reset|back\s+to)\s+(?:to\s+)?(?:the\s+)?(?:usual|default|normal|standard)\s+loudness"
)


def read_loudness(sentence: Sentence) -> None:
    """Strike out what a sentence says about loudness."""
    sentence.take(_USUAL, lambda _: Loudness(None))
    sentence.take(_FIGURES, lambda m: Loudness(-float(said(m)["lufs"])))
    for preset, pattern in _RULES.items():
        wanted = Loudness(preset.loudness_lufs)
        for match in sentence.matches(pattern):
            sentence.strike(match.start(), match.end(), wanted)
    sentence.take(_STREAMING, lambda _: Loudness(PRESETS["youtube"].loudness_lufs))
    sentence.take(_STANDARD, lambda _: Loudness(PRESETS["broadcast"].loudness_lufs))
