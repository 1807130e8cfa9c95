"""Rules about the picture and its length: titles, subtitles, trims, shape."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nemodub_nb.fitting import SLOW_VIDEO_MOST
from nemodub_nb.local.agent.actions import (
    Action,
    AddTitle,
    Aspect,
    Drop,
    Keep,
    Loudness,
    RemoveTitles,
    Restore,
    SlowPicture,
    SubtitleMode,
    Subtitles,
)
from nemodub_nb.local.agent.language_lists import read
from nemodub_nb.local.agent.patterns import compiled, said
from nemodub_nb.local.agent.sentence import QUOTE
from nemodub_nb.local.agent.times import DURATION, TIME, seconds_of
from nemodub_nb.presets import PRESETS

if TYPE_CHECKING:
    from nemodub_nb.local.agent.sentence import Sentence


_DEFAULT_TITLE_S = 3.0
_MOST_TITLE_CHARACTERS = 200

_TITLE_NOUN = r"(?:(?:text|title|opening|on-?screen)\s+)?(?:title|text|headline|heading|caption|overlay|banner|标题|文字)(?:\s+(?:card|overlay|text))?"
_SAYING = (
    r"(?:(?:that\s+)?(?:says?|saying|reads?|reading|with(?:\s+the\s+text)?)|to|called|named|of|as|:|：|=)?"
)
_TITLE_TIMES = (
    rf"(?:\s*,?\s*(?:for\s+(?:the\s+)?(?P<first>first\s+)?(?P<duration>{DURATION})|from\s+(?P<from>{TIME})\s*(?:to|until|till|-|–)\s*(?P<until>{TIME})"
    rf"|(?:starting\s+)?at\s+(?P<at>{TIME})|(?P<end>at\s+the\s+end)|(?:at|from)\s+the\s+(?:start|beginning)|over\s+the\s+(?:picture|video)|持续\s*(?P<lasting>{DURATION}))){{0,2}}"
)
_TITLE = compiled(
    rf"(?:(?:add|put|show|insert|set|use|change|make|display|write|create|添加|加上?|加一个|加个|设置)\s*)?(?:a|an|the|一个)?\s*(?:\w+\s+)?{_TITLE_NOUN}\s*{_SAYING}\s*(?P<quote>{QUOTE}){_TITLE_TIMES}"
    rf"|(?:add|put|show|insert|use|display|write)\s+(?:the\s+(?:words|text)\s+)?(?P<quote>{QUOTE})(?:\s+(?:as|for|in)\s+(?:a|an|the)\s+{_TITLE_NOUN}|\s+(?:on|over)\s+(?:the\s+)?(?:screen|picture|video)|\s+{_TITLE_NOUN})?{_TITLE_TIMES}"
)
_BARE_TITLE = compiled(
    rf"(?:add|put|show|insert)\s+(?:a|an|the)?\s*{_TITLE_NOUN}\s+(?:that\s+says|saying|that\s+reads|reading)\s+(?P<text>[^.;!?\n\x01]{{1,80}})"
)
_NO_TITLE = compiled(
    rf"(?:remove|delete|drop|no|without|hide|take\s+away|take\s+out|clear|去掉|删除|移除)\s*(?:any|all|the|all\s+the|my)?\s*{_TITLE_NOUN}s?"
)

_SUBTITLES = r"(?:sub-?titles?|captions|closed\s+captions|subs|字幕)"
_BURNED = compiled(
    rf"(?:burn(?:ed|ing|t)?|hard-?cod(?:e|ed|ing)|bake[d]?|embed(?:ded)?)(?:[\s-]+in(?:to)?)?\s+(?:the\s+)?(?:[\w]+\s+)?{_SUBTITLES}(?:\s+(?:in(?:to)?|on|onto)?\s*(?:the\s+)?(?:picture|video|image|frame)|\s+in\b)?"
    rf"|{_SUBTITLES}\s+(?:should\s+be\s+|are\s+|to\s+be\s+)?(?:burn(?:ed|t)|hard-?coded|baked)(?:[\s-]+in(?:to)?)?(?:\s+(?:the\s+)?(?:picture|video|image|frame))?|烧录字幕|硬字幕|内嵌字幕|把?字幕烧录(?:到画面)?"
)
_OFF = compiled(
    rf"(?:no|without|remove|hide|turn\s+off|disable|drop|delete|switch\s+off|take\s+out|don'?t\s+(?:add|show|want|include|need|burn)|do\s+not\s+(?:add|show|want|include|need))\s+(?:any\s+|the\s+|all\s+)?(?:\w+\s+)?{_SUBTITLES}"
    rf"|{_SUBTITLES}\s*(?::|=|are|should\s+be)?\s*off\b|(?:turn|switch)\s+(?:the\s+)?{_SUBTITLES}\s+off|(?:不要|去掉|关闭|删除|移除|取消)字幕|字幕关闭|关掉字幕"
)
_ON = compiled(
    rf"(?:(?:add|show|turn\s+on|enable|include|with|use|switch\s+on|want|keep|display|bring\s+back)\s+)(?:the\s+|a\s+|some\s+)?(?:\w+\s+)?{_SUBTITLES}(?:\s+track)?(?:\s+on)?"
    rf"|{_SUBTITLES}\s*(?::|=|are|should\s+be)?\s*on\b|(?:turn|switch)\s+(?:the\s+)?{_SUBTITLES}\s+on|(?:打开|显示|添加|加上?|开启)字幕|字幕打开"
)

_OBJECT = r"(?:\s+(?:it|this|that|the\s+(?:video|clip|timeline|part|section|bit|piece)|this\s+(?:video|clip)|everything))?"
_SPAN = rf"(?:from\s+|between\s+)?(?P<a>{TIME})\s*(?:to|until|till|through|and|-|–|到|至)\s*(?P<b>{TIME}|(?:the\s+)?end)"
_KEEP_SPAN = compiled(
    rf"(?:(?:trim|shorten|clip|crop){_OBJECT}\s+(?:down\s+)?(?:to\s+)?|(?:keep|use|take|show)(?:\s+only|\s+just)?{_OBJECT}\s*|cut{_OBJECT}\s+(?:down\s+)?to\s+|(?:剪辑到|裁剪到?|保留))\s*{_SPAN}(?:\s+only)?"
)
_DROP_SPAN = compiled(
    rf"(?:cut(?:\s+out)?|remove|delete|drop|skip|take\s+out|删除|剪掉|去掉){_OBJECT}\s*(?:out\s+)?{_SPAN}"
)
_EDGE = rf"(?P<edge>first|last|opening|final|前|最后)\s*(?P<t>{DURATION})"
_KEEP_EDGE = compiled(
    rf"(?:(?:trim|cut|shorten|crop){_OBJECT}\s+(?:down\s+)?to\s+(?:only\s+)?(?:the\s+)?|(?:keep|use|take)(?:\s+only|\s+just)?\s+(?:the\s+)?|only\s+(?:keep\s+)?(?:the\s+)?|只?保留){_EDGE}(?:\s+only)?|(?:the\s+)?{_EDGE}\s+only"
)
_DROP_EDGE = compiled(
    rf"(?:cut|trim|remove|delete|drop|skip|take|chop|剪掉|去掉|删除)(?:\s+off|\s+out|\s+away)?\s*(?:the\s+)?{_EDGE}(?:\s+(?:off|out|away|of\s+(?:it|the\s+(?:video|clip))))*"
)
_DROP_FROM_EDGE = compiled(
    rf"(?:cut|trim|remove|take|chop)(?:\s+off)?\s+(?P<t>{DURATION})\s+(?:off\s+)?(?:from|off|at)\s+(?:the\s+)?(?P<edge>start|beginning|front|end|back)"
)
_AFTER = compiled(
    rf"(?:cut|remove|delete|drop|trim){_OBJECT}\s*(?:everything\s+)?(?P<side>after|before)\s+(?P<t>{TIME})|(?P<side>start)(?:{_OBJECT})\s+(?:at|from)\s+(?P<t>{DURATION})|(?P<side>end){_OBJECT}\s+(?:at|after)\s+(?P<t>{DURATION})"
)
_LENGTH = compiled(
    rf"(?:trim|shorten|cut|make|limit){_OBJECT}\s+(?:down\s+)?(?:to\s+)?(?:be\s+)?(?P<t>{DURATION})(?:\s+long)?|(?:剪到|裁到|缩短到)\s*(?P<t>{DURATION})"
)
_WHOLE = compiled(
    r"(?:restore|use|bring\s+back|keep|show)\s+(?:the\s+)?(?:whole|full|entire|original)\s+(?:length|duration|video|clip)|(?:undo|remove)\s+(?:the\s+|all\s+)?(?:trims?|cuts?|trimming)|untrim(?:\s+it)?|恢复(?:全长|完整)"
)

_TO_SHAPE = r"(?:(?:make|crop|resize|reframe|format|convert|turn|set|change|reformat|adapt|fit)\s+)?(?:(?:it|this|that|the\s+(?:video|clip|picture|aspect\s+ratio|format|frame)|this\s+(?:video|clip)|aspect\s+ratio)\s+)?(?:to\s+be\s+|to\s+|into\s+|in\s+|as\s+|is\s+|for\s+|改为|改成|变成|裁成)?(?:an?\s+|the\s+)?"
_RATIO = compiled(
    rf"{_TO_SHAPE}(?P<ratio>(?:9\s?[:x/：]\s?16|16\s?[:x/：]\s?9|1\s?[:x/：]\s?1|4\s?[:x/：]\s?5|4\s?[:x/：]\s?3)(?!\d))(?:\s+(?:aspect(?:\s+ratio)?|ratio|format|video|version|shape))?"
)
_TIME_BEFORE = compiled(r"(?:\bfrom|\bbetween|\bat|\bafter|\bbefore|\d\s*(?:to|-|–|until|and))\s*$")
_TIME_AFTER = compiled(r"\d+[:：]\d+\s*(?:to|-|–|until|and)\s*\d")
"""What makes `9:16` a time: sixteen seconds past nine minutes."""
_PLATFORMS = {
    "youtube-shorts": r"(?:youtube\s+)?shorts",
    "youtube": r"youtube(?!\s+shorts)",
    "tiktok": r"tik\s?-?tok|抖音",
    "instagram-reel": r"(?:instagram\s+|facebook\s+)?reels?|(?:instagram\s+)?stor(?:y|ies)",
    "instagram-feed": r"(?:the\s+)?instagram\s+(?:feed|posts?)",
}
"""Presets that say a shape, by what people call them; how loud a file is goes with it."""
_SHAPES = {
    "9:16": r"vertical(?:ly)?|portrait|snapchat|(?<=for )(?:mobile\s+)?phones?|竖屏",
    "1:1": r"square|正方形|方形",
    "16:9": r"wide-?\s?screen|landscape|horizontal(?:ly)?|横屏",
}
_SHAPE_END = r"(?!\w)(?:\s+(?:aspect(?:\s+ratio)?|ratio|format|video|version|shape|mode|orientation))?"


def _shape_rule(words: str) -> re.Pattern[str]:
    return compiled(rf"{_TO_SHAPE}(?<!\w)(?:{words}){_SHAPE_END}")


_PLATFORM_RULES = {PRESETS[name]: _shape_rule(words) for name, words in _PLATFORMS.items()}
_SHAPE_RULES = {ratio: _shape_rule(words) for ratio, words in _SHAPES.items()}
_OWN_SHAPE = compiled(
    r"(?:restore|use|keep|back\s+to|reset)\s+(?:to\s+)?(?:the\s+)?original\s+(?:aspect(?:\s+ratio)?|shape|format|ratio)"
)


_PICTURE = r"(?:(?:the|a|my|this)\s+)?(?:picture|video|image|footage|film)"
_AT_MOST = r"(?:\s*,?\s*(?:up\s+to|to|by|at\s+most|to\s+at\s+most|by\s+at\s+most|no\s+more\s+than)\s+(?P<most>\d+(?:\.\d+)?)\s*(?:x\b|×|times)?)?"
_WHERE_NEEDED = (
    r"(?:\s+(?:down\s+)?(?:(?:only\s+)?(?:where|when|if|wherever|whenever)\s+(?:it\s+is\s+|it's\s+|that\s+is\s+)?(?:needed|necessary|required)|as\s+needed"
    r"|(?:under|where|when|if)\s+(?:a\s+|the\s+)?lines?\s+(?:that\s+)?(?:do(?:es)?\s+not|do(?:es)?n't|cannot|can't|would\s+not)\s+fit(?:\s+otherwise)?))?"
)
_SLOW = compiled(
    rf"(?:(?:you\s+)?may\s+)?slow(?:ing)?\s+(?:down\s+)?{_PICTURE}(?:\s+down)?{_AT_MOST}{_WHERE_NEEDED}{_AT_MOST}|(?:必要时|需要时)?(?:放慢|减慢)(?:画面|视频|影像)"
)
_NEVER_SLOW = compiled(
    rf"(?:never|do\s+not|don't|without|no|stop)\s+slow(?:ing)?\s+(?:down\s+)?{_PICTURE}(?:\s+down)?|(?:不要|别|不)(?:放慢|减慢)(?:画面|视频|影像)"
)


def _titles(sentence: Sentence) -> None:
    for match in sentence.matches(_TITLE):
        given = said(match)
        text = sentence.quoted(given["quote"])
        sentence.strike(match.start(), match.end(), *_title(text, given))
    for match in sentence.matches(_BARE_TITLE):
        end = match.end()
        text = re.split(
            r"\s+(?:for\s+\d|and\s+(?:set|make|add|burn|cut|trim|dub|keep|remove)\b|at\s+the\s)",
            said(match)["text"],
        )[0]
        end = match.end() - len(said(match)["text"]) + len(text)
        sentence.strike(match.start(), end, *_title(text, {}))
    sentence.take(_NO_TITLE, lambda _: RemoveTitles(), even_negated=True)


def _title(text: str, given: dict[str, str]) -> list[Action]:
    text = " ".join(text.split())[:_MOST_TITLE_CHARACTERS]
    if not text:
        return []
    if "from" in given:
        start = seconds_of(given["from"])
        return [AddTitle(text, start, max(0.1, seconds_of(given["until"]) - start))]
    lasting = given.get("duration") or given.get("lasting")
    duration = seconds_of(lasting) if lasting else _DEFAULT_TITLE_S
    if "end" in given:
        return [AddTitle(text, -duration, duration)]
    return [AddTitle(text, seconds_of(given["at"]) if "at" in given else 0.0, duration)]


def _subtitles(sentence: Sentence) -> None:
    rules: tuple[tuple[re.Pattern[str], SubtitleMode], ...] = (
        (_OFF, "off"),
        (_BURNED, "burned"),
        (_ON, "track"),
    )
    for pattern, mode in rules:
        for match in sentence.matches(pattern, even_negated=mode == "off"):
            said_with = (
                listed for at in range(len(match.group())) if (listed := _language_at(match.group(), at))
            )
            sentence.strike(match.start(), match.end(), Subtitles(mode, next(said_with, ())))


def _language_at(text: str, at: int) -> tuple[str, ...] | None:
    listed = read(text, at, tags=False, others=False)
    return listed.tags if listed else None


def _trims(sentence: Sentence) -> None:
    def span(match: re.Match[str], kind: type[Keep | Drop]) -> Action:
        given = said(match)
        end = None if given["b"].casefold().endswith("end") else seconds_of(given["b"])
        return kind(seconds_of(given["a"]), end)

    def edge(match: re.Match[str], kind: type[Keep | Drop]) -> Action:
        given = said(match)
        length = seconds_of(given["t"])
        at_end = given["edge"].casefold() in ("last", "final", "最后", "end", "back")
        return kind(-length, None) if at_end else kind(0.0, length)

    def side(match: re.Match[str]) -> Action:
        given = said(match)
        at = seconds_of(given["t"])
        if given["side"].casefold() in ("after", "before"):
            return Drop(at, None) if given["side"].casefold() == "after" else Drop(0.0, at)
        return Keep(at, None) if given["side"].casefold() == "start" else Keep(0.0, at)

    sentence.take(_WHOLE, lambda _: Restore())
    sentence.take(_KEEP_EDGE, lambda m: edge(m, Keep))
    sentence.take(_KEEP_SPAN, lambda m: span(m, Keep))
    sentence.take(_DROP_SPAN, lambda m: span(m, Drop))
    sentence.take(_DROP_EDGE, lambda m: edge(m, Drop))
    sentence.take(_DROP_FROM_EDGE, lambda m: edge(m, Drop))
    sentence.take(_AFTER, side)
    sentence.take(_LENGTH, lambda m: Keep(0.0, seconds_of(said(m)["t"])))


def _ratio(sentence: Sentence) -> None:
    for match in sentence.matches(_RATIO):
        at = match.end() - len(match.group()) + match.group().find(said(match)["ratio"])
        if _TIME_BEFORE.search(sentence.text[:at]) or _TIME_AFTER.match(sentence.text, at):
            continue
        sentence.strike(
            match.start(), match.end(), Aspect(re.sub(r"\s?[:x/：]\s?", ":", said(match)["ratio"]))
        )


def _shape(sentence: Sentence) -> None:
    sentence.take(_OWN_SHAPE, lambda _: Aspect(None))
    for preset, pattern in _PLATFORM_RULES.items():
        for match in sentence.matches(pattern):
            actions = Aspect(preset.aspect), Loudness(preset.loudness_lufs)
            sentence.strike(match.start(), match.end(), *actions)
    for ratio, pattern in _SHAPE_RULES.items():
        for match in sentence.matches(pattern):
            sentence.strike(match.start(), match.end(), Aspect(ratio))


def _slowed(sentence: Sentence) -> None:
    def most(match: re.Match[str]) -> Action:
        value = said(match).get("most")
        return SlowPicture(float(value) if value else SLOW_VIDEO_MOST)

    sentence.take(_NEVER_SLOW, lambda _: SlowPicture(1.0), even_negated=True)
    sentence.take(_SLOW, most)


def read_picture(sentence: Sentence) -> None:
    """Strike out what a sentence says about the picture."""
    _slowed(sentence)
    _titles(sentence)
    _subtitles(sentence)
    _ratio(sentence)
    _trims(sentence)
    _shape(sentence)
