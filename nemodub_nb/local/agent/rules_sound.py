"""Rules about sound: the original voice, levels, which voices speak and how fast."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from nemodub_nb.local.agent.actions import (
    Action,
    Level,
    OriginalVoice,
    Quality,
    Speed,
    UseSeparator,
    UseVoice,
)
from nemodub_nb.local.agent.language_lists import read
from nemodub_nb.local.agent.patterns import compiled, said
from nemodub_nb.local.agent.rules_speakers import VOICE_NAME, full_voice, read_speakers

if TYPE_CHECKING:
    from nemodub_nb.local.agent.sentence import Sentence

_QUIETER, _LOUDER = 0.7, 1.4
_SLOWER, _FASTER = 0.9, 1.1


_ORIGINAL = (
    r"(?:(?:the|its|their|my|speaker's)\s+)?(?:original|source)(?:\s+(?:english|spoken|video|speaker'?s?))?"
    r"\s+(?:voices?|audio|sound(?:track)?|speech|track|narration|speakers?|language)(?:\s+track)?"
)
_LOW = r"(?:low(?:er)?|quiet(?:er|ly)?|soft(?:er|ly)?|duck(?:ed|ing)?|faint(?:ly)?|under(?:neath)?|beneath|behind|below|in\s+the\s+background|at\s+(?:a\s+)?low\s+volume)"
_TRAIL = rf"(?:\s+(?:{_LOW}|(?:the|a|new|very|bit|little|as\s+it\s+(?:is|was)|as\s+is|in|on|loud|audible|at\s+full\s+volume)\b|dub(?:bed|bing)?|voices?|languages?|too|as\s+well))*"
_KEEP = compiled(
    rf"(?:keep(?:ing)?|leave|leaving|preserv(?:e|ing)|retain|with)\s+{_ORIGINAL}(?P<how>{_TRAIL})"
)
_DUCK = compiled(
    rf"(?:duck|lower|turn\s+down|quieten|reduce|soften|mix)\s+{_ORIGINAL}{_TRAIL}|{_ORIGINAL}\s+{_LOW}{_TRAIL}"
)
_REMOVE = compiled(
    rf"(?:remov(?:e|ing)|mut(?:e|ing)|drop|delet(?:e|ing)|silence|take\s+out|strip(?:\s+out)?|without|no|get\s+rid\s+of|"
    rf"replac(?:e|ing)|don'?t\s+keep|do\s+not\s+keep|turn\s+off)\s+{_ORIGINAL}(?:\s+(?:completely|entirely|altogether))?"
)
_REMOVE_SPEECH = compiled(
    r"(?:remov(?:e|ing)|mut(?:e|ing)|silence|take\s+out|strip(?:\s+out)?|get\s+rid\s+of|without|no)\s+(?:the\s+|any\s+)?"
    r"(?:voices?|vocals|speech|narration|narrator|speakers?|talking)(?!\w)(?:\s+from\s+the\s+(?:original|video|clip))?"
)
"""A voice that is not called new or dubbed is the clip's own: nobody wants a silent dub."""
_CN_DUCK = compiled(
    r"(?:保留)?原[声音](?:音量)?(?:低一?点|调低|小一?点|降低|压低|作为背景)|(?:降低|调低|压低)原[声音]"
)
_CN_KEEP = compiled(r"保留原[声音]|保留原始声音")
_CN_REMOVE = compiled(r"(?:去掉|去除|删除|移除|静音|关闭)原[声音]|不要原[声音]")

_BACKGROUND = (
    r"(?:background(?:\s+(?:music|sounds?|audio|track|noise))?|bgm|(?:the\s+)?music(?:\s+and\s+(?:the\s+)?(?:sound\s+)?effects)?|"
    r"(?:sound\s+)?effects|背景音乐|背景音|背景|配乐|音乐)"
)
_DUBBED = r"(?:(?:dub(?:bed|bing)?|new|narrator'?s?|ai)\s+(?:voices?|audio|speech|track)|dubs?|voices?|narration|narrator|voice-?overs?|配音|人声)"
_VOLUME = r"(?:'s)?(?:\s*(?:volume|level|loudness|音量))?"
_PERCENT = r"(?P<percent>\d+(?:\.\d+)?)\s*(?:%|percent\b|per\s+cent\b)"
_VERB = r"(?:(?:set|put|bring|turn|make|lower|reduce|decrease|raise|increase|keep|change|drop|adjust|have|把|将)\s*)?"
_DOWN = r"(?:lower|reduce|decrease|turn\s+down|quieten|soften|bring\s+down|降低|调低|减小)"
_UP = r"(?:raise|increase|turn\s+up|boost|bring\s+up|提高|调高|增大)"
_QUIET = r"(?:quieter|softer|lower|down|less\s+loud|小一?点|低一?点|轻一?点)"
_LOUD = r"(?:louder|higher|up|stronger|大一?点|高一?点|响一?点)"
_SLIGHTLY = r"(?:\s*(?:a\s+(?:bit|little|touch|lot)|much|slightly|somewhat))?"
_BY = rf"(?:\s+by\s+{_PERCENT})?"


class _LevelRules:
    """The patterns for one of the two loudnesses."""

    def __init__(self, what: str) -> None:
        of = rf"(?:(?:the|all)\s+)?(?:(?:volume|level|loudness)\s+of\s+(?:the\s+)?)?{what}{_VOLUME}"
        self.set = compiled(
            rf"{_VERB}{of}\s*(?:down\s+|up\s+)?(?:to|at|=|:|is|of|为|到|设为|调到|设置为)?\s*{_PERCENT}|{_PERCENT}\s+{what}{_VOLUME}"
        )
        self.quieter = compiled(
            rf"(?:{_DOWN}\s*{of}{_BY}{_SLIGHTLY}|(?:make|turn|bring|keep)?\s*{of}\s*(?:is|should\s+be)?{_SLIGHTLY}\s*{_QUIET}{_BY}{_SLIGHTLY}|{_QUIET}\s+{what}{_VOLUME})"
        )
        by = rf"(?:make|turn|bring)?\s*{of}\s*(?:is|should\s+be)?\s*{_PERCENT}\s*"
        self.quieter_by, self.louder_by = compiled(by + _QUIET), compiled(by + _LOUD)
        self.louder = compiled(
            rf"(?:{_UP}\s*{of}{_BY}{_SLIGHTLY}|(?:make|turn|bring)?\s*{of}\s*(?:is|should\s+be)?{_SLIGHTLY}\s*{_LOUD}{_BY}{_SLIGHTLY}|{_LOUD}\s+{what}{_VOLUME})"
        )
        self.off = compiled(
            rf"(?:no|without|mute|remove|silence|turn\s+off|drop|delete|take\s+out|去掉|关闭|不要|删除)\s*(?:any\s+|the\s+)?{what}{_VOLUME}(?:\s+off)?|turn\s+{of}\s+off"
        )
        self.kept = compiled(
            rf"(?:keep(?:ing)?|leave|preserve|保留)\s*{of}(?:\s+(?:as\s+it\s+is|as\s+is|in|on))?"
        )


_BACKGROUND_RULES = _LevelRules(_BACKGROUND)
_DUB_RULES = _LevelRules(_DUBBED)

_VOICE = compiled(
    rf"(?:(?:use|using|with|set|switch\s+to|take|try)\s+)?(?:the\s+)?(?:voice\s+)?(?:to\s+)?{VOICE_NAME}(?:\s+voice)?(?P<for>\s+for\s+(?:the\s+)?)?"
)
_VOICE_FOR = compiled(
    rf"(?:use|speak|set)\s+(?:the\s+)?(?P<language>[\w()' -]{{2,40}}?)\s+(?:voice\s+)?(?:with|to|as|using)\s+(?:the\s+)?(?:voice\s+)?{VOICE_NAME}"
)
_SPEAK = r"(?:(?:speak|talk|make|read|have|set)\s+)?(?:(?:the|a)\s+)?(?:(?:dub(?:bed|bing)?|new)\s+)?(?:voices?|speech|narration|narrator|dub|speaking|voice-?over|语速|配音)?(?:\s*(?:speak|talk|speed|rate|tempo|pace)s?)?"
_SPEED_SET = compiled(
    r"(?:(?:set|change)\s+)?(?:the\s+)?(?:voice|speech|speaking|talking|dub)(?:'s)?\s*(?:speed|rate|tempo|pace)\s*(?:to|at|=|:|is)?\s*(?P<rate>\d+(?:\.\d+)?)\s*(?P<unit>x\b|×|times|%|percent)?"
)
_BY_SPEED = rf"(?:\s+by\s+{_PERCENT})?"
_FASTER_RULE = compiled(
    rf"(?:{_SPEAK}\s*(?:a\s+(?:bit|little)\s+)?(?:faster|more\s+quickly|quicker|快一?点)|speed\s+up\s+(?:the\s+)?(?:voices?|speech|narration|dub){_BY_SPEED}|speed\s+the\s+(?:voices?|speech|narration|dub)\s+up{_BY_SPEED}|语速加快|加快语速)"
)
_SLOWER_RULE = compiled(
    rf"(?:{_SPEAK}\s*(?:a\s+(?:bit|little)\s+)?(?:slower|more\s+slowly|慢一?点)|slow\s+down\s+(?:the\s+)?(?:voices?|speech|narration|dub){_BY_SPEED}|slow\s+the\s+(?:voices?|speech|narration|dub)\s+down{_BY_SPEED}|语速放慢|放慢语速)"
)
_FAST = compiled(
    r"(?:(?:use|with|using|take|switch\s+to)\s+)?(?:the\s+)?(?:fast(?:est)?|quick(?:est)?)\s+(?:(?:synthetic|computer)\s+)?voices?"
)
_BEST = compiled(
    r"(?:(?:use|with|using|take|switch\s+to)\s+)?(?:the\s+)?(?:best|better|neural|natural|high(?:est)?[\s-]quality|good)(?:[\s-](?:sounding|quality))?\s+voices?"
)


_TOOL = compiled(
    r"(?:(?:remove|take|strip|separate|isolate|get\s+rid\s+of)\s+(?:out\s+)?(?:(?:the|any|all)\s+)?(?:(?:original|source)\s+)?(?:voices?|vocals|speech)(?:\s+out)?(?:\s+(?:of|from)\s+(?:the\s+)?(?:music|sound|clip|video))?\s+)?"
    r"(?:with|by|using|use)\s+(?P<tool>demucs|deep\s*filter\s*net\s*3?)(?:\s+to\s+(?:remove|take\s+out|separate)\s+(?:the\s+)?(?:original\s+)?(?:voices?|vocals|speech))?"
)


def _original(sentence: Sentence) -> None:
    sentence.take(
        _TOOL,
        lambda m: UseSeparator("demucs" if said(m)["tool"].casefold() == "demucs" else "deepfilternet"),
    )
    sentence.take(_REMOVE, lambda _: OriginalVoice("remove"), even_negated=True)
    sentence.take(_REMOVE_SPEECH, lambda _: OriginalVoice("remove"))
    sentence.take(
        _KEEP,
        lambda m: OriginalVoice("duck" if re.search(_LOW, said(m).get("how", ""), re.IGNORECASE) else "keep"),
    )
    sentence.take(_DUCK, lambda _: OriginalVoice("duck"))
    sentence.take(_CN_DUCK, lambda _: OriginalVoice("duck"))
    sentence.take(_CN_REMOVE, lambda _: OriginalVoice("remove"))
    sentence.take(_CN_KEEP, lambda _: OriginalVoice("keep"))


def _percent(match: re.Match[str]) -> float | None:
    """Return the percentage of a match as a fraction; an alternation may have left it unsaid."""
    value = said(match).get("percent")
    return float(value) / 100 if value else None


def _levels(sentence: Sentence, rules: _LevelRules, target: Literal["background", "dub"]) -> None:
    def changed(match: re.Match[str], factor: float) -> Action:
        by = _percent(match)
        step = factor if by is None else max(0.0, 1 - by if factor < 1 else 1 + by)
        return Level(target, step, relative=True)

    def fixed(match: re.Match[str]) -> Action:
        value = _percent(match)
        assert value is not None
        return Level(target, value)

    # Before the fixed level: “20 % quieter” is not “20 %”.
    sentence.take(rules.quieter_by, lambda m: changed(m, _QUIETER))
    sentence.take(rules.louder_by, lambda m: changed(m, _LOUDER))
    sentence.take(rules.set, fixed)
    sentence.take(rules.quieter, lambda m: changed(m, _QUIETER))
    sentence.take(rules.louder, lambda m: changed(m, _LOUDER))
    if target == "background":
        sentence.take(rules.off, lambda _: Level(target, 0.0), even_negated=True)
        sentence.take(rules.kept, lambda _: Level(target, 1.0, relative=True))


def _voices(sentence: Sentence) -> None:
    for match in sentence.matches(_VOICE_FOR):
        given = said(match)
        listed = read(given["language"], 0, tags=True, others=False)
        if listed and listed.end == len(given["language"]):
            sentence.strike(
                match.start(), match.end(), *(UseVoice(full_voice(given["voice"]), t) for t in listed.tags)
            )
    for match in sentence.matches(_VOICE):
        given = said(match)
        listed = read(sentence.text, match.end(), tags=True, others=False) if "for" in given else None
        end = listed.end if listed else match.end() - len(given.get("for", ""))
        voice = full_voice(given["voice"])
        sentence.strike(
            match.start(), end, *(UseVoice(voice, tag) for tag in (listed.tags if listed else (None,)))
        )


def _speed(sentence: Sentence) -> None:
    def fixed(match: re.Match[str]) -> Action:
        given = said(match)
        rate = float(given["rate"])
        return Speed(rate / 100 if given.get("unit") in ("%", "percent") else rate, relative=False)

    def changed(match: re.Match[str], factor: float) -> Action:
        by = _percent(match)
        return Speed(factor if by is None else (1 + by if factor > 1 else max(0.1, 1 - by)), relative=True)

    sentence.take(_SPEED_SET, fixed)
    sentence.take(_FASTER_RULE, lambda m: changed(m, _FASTER))
    sentence.take(_SLOWER_RULE, lambda m: changed(m, _SLOWER))


def read_sound(sentence: Sentence) -> None:
    """Strike out what a sentence says about sound."""
    read_speakers(sentence)
    _voices(sentence)
    sentence.take(_FAST, lambda _: Quality("fast"))
    sentence.take(_BEST, lambda _: Quality("best"))
    _speed(sentence)
    _original(sentence)
    _levels(sentence, _BACKGROUND_RULES, "background")
    _levels(sentence, _DUB_RULES, "dub")
