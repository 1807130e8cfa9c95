"""Rules about languages: which is spoken, which are wanted, which go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nemodub_nb.local.agent.actions import (
    Action,
    Dub,
    RemoveLanguages,
    SpokenLanguage,
    UnknownLanguages,
    WhichLanguages,
)
from nemodub_nb.local.agent.language_lists import LanguageList, names_no_language, only_languages, read
from nemodub_nb.local.agent.patterns import compiled, said

if TYPE_CHECKING:
    from nemodub_nb.local.agent.sentence import Sentence


_DUB = compiled(
    r"\b(?:re-?)?(?:dub(?:bed|bing|s)?|translat(?:e|ed|ing|ion)|locali[sz](?:e|ed|ing|ation)|voice-?\s?overs?|convert|revoice|speak|say)\b"
    r"|翻译|配音|译成|译为"
)
_INTO = compiled(r"\b(?:into|to)\s+(?:the\s+)?|(?:成|为|到|至)\s*")
_IN = compiled(r"\b(?:in|for)\s+(?:the\s+)?")
_FROM = compiled(r"\bfrom\s+(?:the\s+)?(?:original\s+|spoken\s+)?|从\s*|由\s*")
_SPOKEN = compiled(
    r"\b(?:(?:the|this|my|its)\s+)?(?:video|clip|original|audio|speakers?|voice|narrat(?:ion|or)|it|source(?:\s+language)?|"
    r"(?:spoken|original)\s+language|language|speech|they)\s*(?:'s|is|are|was|speaks?|:|=)\s*(?:spoken\s+|speaking\s+|recorded\s+)?"
    r"(?:in\s+)?|\bspoken\s+(?:in|language\s*:?)\s+|(?:视频|原声|原语言|源语言|语言)(?:里|中)?(?:说的)?(?:是|为|：|:)\s*"
)
_OF_CLIP = r"\s+(?:video|clip|speech|original|narration|recording|file|movie|talk|lecture)\b"
_USING = compiled(r"用\s*")
_ADD = compiled(
    r"\b(?:add|make|create|include|want|need|give\s+me|like|generate|produce|get\s+me|also|plus|now)\s+(?:(?:it|this|that|me|the\s+(?:video|clip))\s+)?(?:also\s+)?"
    r"(?:an?\s+|the\s+)?(?:(?:dub|version|translation|voice-?over)s?\s+)?(?P<prep>(?:in|into|to)\s+)?(?:an?\s+|the\s+)?|添加|增加|加上"
)
_REMOVE = compiled(
    r"\b(?:remove|drop|delete|take\s+out|without|no|skip|forget|cancel|discard|don'?t\s+(?:dub|translate)(?:\s+(?:it|this))?\s+(?:in)?to|"
    r"do\s+not\s+(?:dub|translate)(?:\s+(?:it|this))?\s+(?:in)?to)\s+(?:the\s+)?|(?:去掉|删除|移除|不要|取消)\s*"
)
_REMOVE_ALL = compiled(
    r"\b(?:remove|drop|delete|discard|clear)\s+(?:all\s+)?(?:the\s+|of\s+the\s+)*(?:dubs?|dubbing|dubbed\s+versions?|languages|translations)\b|去掉(?:所有)?配音"
)
_NOUNS = re.compile(
    r"(?:\s*(?:\b(?:dubs?|dubbed|versions?|tracks?|audio|voices?|voice-?overs?|translations?|languages?|dubbing|too|as\s+well|please|again)\b|配音|版本?|音轨))+",
    re.IGNORECASE,
)
_ONLY_VOICE = re.compile(r"\s*voices?", re.IGNORECASE)
_TAIL = re.compile(r"\s*(?:respectively|separately|each|配音|版本)?", re.IGNORECASE)
_FOR_PEOPLE = re.compile(r"\s+(?:audiences?|viewers?|speakers?|customers?|users?|markets?)\b", re.IGNORECASE)


def _spoken(sentence: Sentence) -> None:
    for pattern in (_SPOKEN, _FROM):
        for match in sentence.matches(pattern):
            listed = read(sentence.text, match.end(), tags=True, others=False)
            if listed and len(listed.tags) == 1:
                sentence.strike(match.start(), listed.end, SpokenLanguage(listed.tags[0]))
    at = 0
    while at < len(sentence.text):
        listed = read(sentence.text, at, tags=False, others=False)
        after = listed and re.compile(_OF_CLIP, re.IGNORECASE).match(sentence.text, listed.end)
        if listed and after and len(listed.tags) == 1:
            sentence.strike(at, after.end(), SpokenLanguage(listed.tags[0]))
            at = after.end()
        at += 1


def _targets(sentence: Sentence) -> None:
    for match in sentence.matches(_USING, even_negated=True):
        listed = read(sentence.text, match.end(), tags=True, others=False)
        if listed and (verb := _DUB.match(sentence.text, listed.end)):
            sentence.strike(match.start(), verb.end(), Dub(listed.tags))
    for match in sentence.matches(_DUB):
        if sentence.text[match.start()] != "\x01":
            _targets_of_verb(sentence, match)


def _targets_of_verb(sentence: Sentence, verb: re.Match[str]) -> None:
    end = sentence.clause_end(verb.end())
    into = [m for m in _INTO.finditer(sentence.text, verb.end(), end + 1) if m.start() < end]
    inside = [m for m in _IN.finditer(sentence.text, verb.end(), end + 1) if m.start() < end]
    for place in into + inside:
        listed = read(sentence.text, place.end(), tags=True, others=False)
        if listed is None:
            continue
        if place in inside and verb.group().casefold() == "convert":
            sentence.strike(place.start(), listed.end, SpokenLanguage(listed.tags[0]))
            continue
        if place in into:
            _spoken_before(sentence, inside, place.start())
        full = read(sentence.text, place.end(), tags=True, others=True) or listed
        _strike_dub(sentence, verb.start(), place.start(), full)
        return
    if verb.group().casefold() in ("say", "speak", "convert"):
        return
    _no_known_target(sentence, verb, [*into, *inside], end)


def _no_known_target(sentence: Sentence, verb: re.Match[str], places: list[re.Match[str]], end: int) -> None:
    for place in places:
        if names_no_language(sentence.text, place.end()):
            sentence.strike(verb.start(), end, WhichLanguages())
            return
        if listed := read(sentence.text, place.end(), tags=False, others=True):
            _strike_dub(sentence, verb.start(), place.start(), listed)
            return
    direct = re.compile(r"\s*:?\s*(?:(?:it|this|the\s+(?:video|clip))\s+)?").match(sentence.text, verb.end())
    assert direct is not None
    if listed := read(sentence.text, direct.end(), tags=True, others=False):
        _strike_dub(sentence, verb.start(), verb.end(), listed)
    elif verb.group().casefold() in (
        "dub",
        "translate",
        "localize",
        "localise",
        "redub",
        "re-dub",
        "翻译",
        "配音",
        "dubbing",
        "translating",
    ):
        sentence.strike(verb.start(), verb.end(), WhichLanguages())


def _spoken_before(sentence: Sentence, places: list[re.Match[str]], end: int) -> None:
    for place in places:
        listed = read(sentence.text, place.end(), tags=False, others=False)
        if listed and listed.end <= end and len(listed.tags) == 1:
            sentence.strike(place.start(), listed.end, SpokenLanguage(listed.tags[0]))


def _strike_dub(sentence: Sentence, verb: int, place: int, listed: LanguageList) -> None:
    end = listed.end
    for pattern in (_NOUNS, _TAIL, _FOR_PEOPLE):
        if (more := pattern.match(sentence.text, end)) is not None:
            end = more.end()
    actions: list[Action] = [Dub(listed.tags)] if listed.tags else []
    if listed.unknown:
        actions.append(UnknownLanguages(listed.unknown))
    # The words between the verb and its languages (“this video”, “the clip”) stay: if they say more, it is not lost.
    sentence.strike(place, end, *actions)
    word = _DUB.match(sentence.text, verb)
    if word is not None:
        sentence.strike(verb, word.end())


def _removed(sentence: Sentence) -> None:
    sentence.take(_REMOVE_ALL, lambda _: RemoveLanguages(()))
    for match in sentence.matches(_REMOVE, even_negated=True):
        listed = read(sentence.text, match.end(), tags=False, others=False)
        if listed:
            nouns = _NOUNS.match(sentence.text, listed.end)
            sentence.strike(match.start(), nouns.end() if nouns else listed.end, RemoveLanguages(listed.tags))


def _added(sentence: Sentence) -> None:
    for match in sentence.matches(_ADD):
        listed = read(sentence.text, match.end(), tags="prep" in said(match), others=False)
        if listed is None:
            continue
        nouns = _NOUNS.match(sentence.text, listed.end)
        if "prep" not in said(match) and nouns and _ONLY_VOICE.fullmatch(nouns.group()):
            continue  # “make the Spanish voice female” asks for another voice, not for a dub
        sentence.strike(match.start(), nouns.end() if nouns else listed.end, Dub(listed.tags))


def read_languages(sentence: Sentence) -> None:
    """Strike out what a sentence says about languages."""
    if alone := only_languages(sentence.text):
        sentence.strike(0, len(sentence.text), Dub(alone.tags))
        return
    _removed(sentence)
    _spoken(sentence)
    _targets(sentence)
    _added(sentence)
    if any(isinstance(action, Dub | UnknownLanguages) for action in sentence.actions):
        sentence.forget(WhichLanguages)  # the languages were named elsewhere in the sentence
