"""Brings a machine that knows no glossary to use its terms.

What the machine makes by itself is taken when it says the terms rightly. Else several ways are tried and the one is
taken that says all terms and otherwise stays nearest to the machine's own sentence:

- woven: the wanted wording already stands in the source, so that the machine builds its sentence around it;
- quoted: the same in quotation marks, which come off afterwards;
- exchanged: the machine's own word for the term, found by asking for it alone, is replaced;
- stood in: a made-up name takes the term's place and is replaced afterwards; the only way for names that are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

from nemodub_nb.local.engine.translate.agreement import (
    Gender,
    agreeing,
    asks_phrases,
    bare,
    disagreements,
    gender,
)
from nemodub_nb.local.engine.translate.glossary import Occurrence, Term, lost

Machine = Callable[[Sequence[str]], list[str]]

_STAND_INS: Final = ("XQ{}", "KX-{}", "Zorblax{}")
"""Made-up names that the machines copy; a number keeps several apart."""
_PROBES: Final = ("The {} is ready.", "This {} is new.", "We need a {}.")
_QUOTES: Final = '"“”„«»'
_PREFERENCE: Final = {"woven": 0.0, "quoted": 0.04, "exchanged": 0.04, "stood in": 0.12}
"""How much a way loses for what it usually does to the sentence around the term."""
_DISAGREES: Final = 0.1
_FOREIGN: Final = 0.5
"""A word of the source that the machine left in place of its translation."""


@dataclass
class _Sentence:
    """A sentence whose terms the machine did not say by itself."""

    source: str
    raw: str
    occurrences: Sequence[Occurrence]
    missing: Sequence[Occurrence]
    asked: dict[str, str] = field(default_factory=dict)
    """What is given to the machine, by way."""
    marks: dict[str, dict[str, str]] = field(default_factory=dict)
    """What a made-up name stands for, by way."""


def with_terms(
    sources: Sequence[str],
    raws: Sequence[str],
    found: Sequence[Sequence[Occurrence]],
    machine: Machine,
    language: str,
) -> list[str]:
    """Return translations that say the terms found in each source, where any way brings the machine to it."""
    made = list(raws)
    work = {
        at: _asked(_Sentence(source, raw, here, missing))
        for at, (source, raw, here) in enumerate(zip(sources, raws, found, strict=True))
        if (missing := lost(here, raw))
    }
    if not work:
        return made
    terms = list(
        dict.fromkeys(one.term for each in work.values() for one in each.missing if not one.term.keeps)
    )
    phrases = _PROBES if asks_phrases(language) else ()
    probes = [phrase.format(term.target) for term in terms for phrase in phrases]
    alone = list(
        dict.fromkeys(word for each in work.values() for one in each.missing for word in _alone(one))
    )
    asked = [text for each in work.values() for text in each.asked.values()]
    every = list(dict.fromkeys([*probes, *alone, *asked]))
    answers = dict(zip(every, machine(every), strict=True))
    genders = {
        term: gender(
            term.target, language, term.forms, [answers[phrase.format(term.target)] for phrase in phrases]
        )
        for term in terms
    }
    for at, each in work.items():
        made[at] = _best(each, answers, genders, language)
    return made


def _asked(each: _Sentence) -> _Sentence:
    """Return the sentence with what the machine shall be given for it."""
    missing = {one.term for one in each.missing}
    if any(not term.keeps for term in missing):
        each.asked["woven"], each.marks["woven"] = _put_in(each, missing, "{}")
        each.asked["quoted"], each.marks["quoted"] = _put_in(each, missing, '"{}"')
    for number, name in enumerate(_STAND_INS):
        way = f"stood in {number}"
        each.asked[way], each.marks[way] = _put_in(each, missing, "", name)
    return each


def _put_in(
    each: _Sentence, missing: set[Term], frame: str, stand_in: str = _STAND_INS[0]
) -> tuple[str, dict[str, str]]:
    """Return the source with its missing terms replaced: by their target in a frame, or by made-up names without one."""
    parts, marks, at = [], {}, 0
    for number, one in enumerate(each.occurrences, 1):
        if one.term not in missing:
            continue
        wanted = one.written if one.term.keeps else one.term.plural() if one.plural else one.term.target
        parts.append(each.source[at : one.start])
        if frame and not one.term.keeps:
            parts.append(frame.format(wanted))
        else:
            mark = stand_in.format(number)
            marks[mark] = wanted
            parts.append(mark)
        at = one.end
    return "".join([*parts, each.source[at:]]), marks


def _alone(one: Occurrence) -> list[str]:
    return [] if one.term.keeps else [one.written, f"the {one.written}"]


def _best(each: _Sentence, answers: dict[str, str], genders: dict[Term, Gender | None], language: str) -> str:
    candidates = {way: _restored(answers[text], each.marks[way]) for way, text in each.asked.items()}
    if "quoted" in candidates and not any(mark in each.source for mark in _QUOTES):
        candidates["quoted"] = re.sub(
            rf"\s*[{_QUOTES}]\s*(?=[.,;:!?]|$)|[{_QUOTES}]", "", candidates["quoted"]
        )
    candidates["exchanged"] = _exchanged(each, answers, language)
    good = {way: text for way, text in candidates.items() if text and not lost(each.occurrences, text)}
    if not good:
        return each.raw
    way = min(good, key=lambda way: _badness(way, good[way], each, genders, language))
    text = good[way]
    for one in each.missing:
        if not one.term.keeps:
            for form in sorted(one.term.accepted, key=len, reverse=True):
                text = agreeing(text, form, genders[one.term], language)
    return _begun(text, each)


def _badness(
    way: str, text: str, each: _Sentence, genders: dict[Term, Gender | None], language: str
) -> float:
    """Return how far a candidate is from the machine's own sentence, the terms themselves left out of account."""
    own = _words(each.raw)
    other = _words(
        _without([form for one in each.missing for form in (one.term.accepted or (one.written,))], text)
    )
    unlike = 1.0 - SequenceMatcher(None, own, other, autojunk=False).ratio()
    wrong = sum(
        disagreements(text, form, genders.get(one.term), language)
        for one in each.missing
        for form in one.term.accepted
    )
    # A long word that only the source has, in its own spelling, was not translated.
    foreign = sum(word in _words(each.source) and word not in own for word in other if len(word) > 3)  # noqa: PLR2004
    return _PREFERENCE[way.rstrip(" 0123456789")] + unlike + _DISAGREES * wrong + _FOREIGN * foreign


def _exchanged(each: _Sentence, answers: dict[str, str], language: str) -> str:
    """Return the machine's own sentence with its words for the terms replaced; empty when they are not to be seen in it."""
    text = each.raw
    for one in each.missing:
        if one.term.keeps:
            return ""
        # An article before the word is the sentence's own business.
        own = {bare(answers[word].strip(" ."), language) for word in _alone(one)}
        pattern = "|".join(re.escape(word) for word in sorted(own, key=len, reverse=True) if len(word) > 2)  # noqa: PLR2004
        wanted = one.term.plural() if one.plural else one.term.target
        if not pattern:
            return ""
        text, count = re.subn(rf"(?<!\w)(?:{pattern})(?!\w)", _as(wanted), text, flags=re.IGNORECASE)
        if count != sum(other.term is one.term for other in each.occurrences):
            return ""
    return text


def _as(text: str) -> Callable[[re.Match[str]], str]:
    """Return a replacement that is taken as it is, backslashes included."""
    return lambda _: text


def _restored(text: str, marks: dict[str, str]) -> str:
    """Return a translation with the terms in place of their made-up names; empty when one did not come through once."""
    for mark, wanted in marks.items():
        text, count = re.subn(
            rf"(?<![A-Za-z0-9]){re.escape(mark)}(?![0-9])",
            _as(wanted),
            text,
            flags=re.IGNORECASE,
        )
        if count != 1:
            return ""
    return text


def _begun(text: str, each: _Sentence) -> str:
    """Return the sentence with a capital where its source has one and does not begin with a name."""
    first = each.occurrences[0]
    if (
        each.source[:1].isupper()
        and text[:1].islower()
        and not (first.term.keeps and text.startswith(first.written))
    ):
        return text[:1].upper() + text[1:]
    return text


def _without(forms: Sequence[str], text: str) -> str:
    for form in sorted(forms, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", " ", text, flags=re.IGNORECASE)
    return text


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
