"""Decides what a sentence asks for before anything goes to the agent.

How the line is drawn. A sentence is a command of the project when all of it is that command: `export`, `please send me the
video`, `how many credits are left`, `把视频导出来`. It belongs to the agent when the word is only mentioned: inside quotes,
as the text or object of an edit (`add a title that says Download now`, `roll the credits at the end`), in a negation, or in
a question about how (`How do I export subtitles in Spanish?`); polite questions (`can you export it?`) are commands.
An edit that ends in an export (`dub it into Spanish and export`) is both, one after the other.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Literal

from nemodub_nb import languages
from nemodub_nb.contract import ACCEPTED_TYPES

Action = Literal["export", "credits", "state", "upload", "agent"]


@dataclass(frozen=True, slots=True)
class Intent:
    """What a sentence asks for."""

    action: Action
    sentence: str = ""
    """What the agent is to be told; empty for the project's own commands."""
    languages: tuple[str, ...] = ()
    """Languages named in an export."""
    together: bool = False
    """An export asked for in one file."""
    files: tuple[str, ...] = ()
    """Paths or URLs named in an upload."""
    then_export: bool = False
    """The sentence ends in an export: run it when the agent is done."""


_TYPES: Final = "|".join(ACCEPTED_TYPES)
_FILE: Final = re.compile(
    rf"https?://\S+|[\"“']([^\"”']+\.(?:{_TYPES}))[\"”']|(?:[~./\\\w-][^\s,;\"“”']*\.(?:{_TYPES}))\b",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(
    r"\"[^\"]*\"|“[^”]*”|‘[^’]*’|「[^」]*」|『[^』]*』|《[^》]*》|(?<!\w)'[^']*'(?!\w)"
)
_POLITE: Final = re.compile(
    r"^(?:(?:ok(?:ay)?|hey|hi|hello|now|so|and|then|great|perfect|good|nice|thanks|thank you|done|looks good|that's it|i'm done|"
    r"all good|please|kindly|just|finally|go ahead and|let's|let us|time to|ready to|can you|could you|would you|will you|"
    r"can we|could we|i want to|i wanna|i'd like to|i would like to|i need to|i want you to|you can|you may|"
    r"好的?|可以了|完成了|现在|然后|最后|请问?|麻烦你?|帮我|帮忙|给我|能不能|能否|可以|可否|你能|我想要?|我要|我需要|直接|一下)"
    r"(?:[\s,.!:;,。!、]+|(?<=[\u4e00-\u9fff])|$))+",
)
_TAIL: Final = re.compile(
    r"(?:[\s,.!?。!?,]|\b(?:please|now|thanks|thank you|for me|then|already|again|right away|for now)|谢谢|好吗|可以吗|吧|吗|呢|了|一下)$",
)
_QUESTION: Final = re.compile(
    r"^(?:how\b|what\b|where\b|when\b|why\b|which\b|who\b|is\b|are\b|does\b|do\b|did\b|should\b|can (?:i|it|this|the|they)\b|"
    r"will (?:it|the|this)\b|怎么|怎样|如何|为什么|什么|哪里|哪儿|在哪|是否)|(?:怎么|怎样|如何)",
)
_NOT: Final = re.compile(r"\b(?:don't|do not|dont|never|without|not)\b|不要|别|先不|不用")

_LANGUAGE_WORDS: Final = "|".join(
    sorted(
        (re.escape(name) for tag in languages.COMMON for name in languages.names(tag)), key=len, reverse=True
    ),
)
_THING: Final = (
    r"(?:videos?|clips?|files?|mp4s?|results?|movies?|projects?|timelines?|dubs?|dubbed|versions?|outputs?|renders?|cuts?|everything|"
    r"it|them|this|that|those|these|all|both|each|one|subtitles?|captions?|srts?|vtts?|final|finished|whole|full|new|last|"
    r"language|languages|track|tracks|quality|single|same|together|high|medium|low|best|hd|1080p|720p|4k|h264|"
    rf"the|a|an|my|our|your|of|in|as|to|with|for|and|or|only|here|me|{_LANGUAGE_WORDS}|{_TYPES}|[a-z]{{2}}(?:-[a-z]{{2}})?)"
)
# Atomic: a word that several of its alternatives fit would otherwise be tried in every combination.
_THINGS: Final = rf"(?:[\s,]*(?>{_THING}\b))*"
_LONGEST: Final = 1000
"""A longer sentence is no command."""
_EXPORT: Final = (
    re.compile(rf"(?:export|download|re-?export)(?:ing)?\b{_THINGS}"),
    re.compile(rf"(?:run|start|do|make) (?:the|an|my) (?:export|download)\b{_THINGS}"),
    re.compile(rf"(?:send|give|get|deliver|hand|show)(?: over)?(?: me| us)? (?:the |my |all |both |a )*{_THINGS}"
               r"\s*\b(?:video|videos|mp4|mp4s|file|files|download|export)\b(?: to me| please| back| over)*"),
    re.compile(rf"(?:can|could|may) i (?:have|get|download|export) {_THINGS}\s*\b(?:video|videos|mp4|mp4s|file|files|export|it|them)\b"),
    re.compile(rf"{_THINGS}\s*export"),
    re.compile(r"(?:导出|下载|输出)(?!按钮|图标|键).{0,20}"),
    re.compile(r"把.{0,30}?(?:导出|下载|发给我|发我|发过来|给我)(?:来|出来|下来|到本地)?"),
    re.compile(r"(?:发给我|发我|发送|把|要)?(?:最终|成品|完成的|这个|所有)?的?视频(?:发给我|发我|发过来|导出|下载)(?:来|出来|下来)?"),
    re.compile(r"(?:发给我|发我)(?:最终|成品|这个|所有)?的?(?:视频|文件|成品)"),
)  # fmt: skip
_TOGETHER: Final = re.compile(
    r"\b(?:in(?:to)?|as)\s+(?:one|a\s+single|the\s+same)\s+(?:file|video|mp4|webm)\b|\btogether\b|一个文件"
)
_CREDITS: Final = (
    re.compile(
        r"(?:(?:check|show|get|view|see|tell|display|give|print)\s+)?(?:me\s+)?(?:(?:my|the|our|remaining|available|current|account)\s+)*"
        r"(?:credits?(?: balance)?|balance)(?: (?:left|remaining|available|status|i have))*",
    ),
    re.compile(r"how (?:many|much) (?:of )?(?:my |the )?(?:credits?|balance)\b.{0,60}"),
    re.compile(r"(?:what(?:'s| is| are)|whats) (?:(?:my|the|our|remaining|current|available|left of my)\s+)*(?:credits?(?: balance)?|balance)(?: now| left)?"),
    re.compile(r"(?:do (?:i|we) (?:still )?have|have i got|are there) (?:any |enough |some )?credits?(?: left| remaining)?"),
    re.compile(r"(?:(?:查询|查看|查|看看|看|显示|告诉我|检查)(?:一下)?)?(?:我的?|账户|账号|当前|剩余|可用|现在)*(?:还有|还剩|剩下?|有)*(?:多少|几个?)?(?:个|点)?(?:积分|余额)(?:余额)?(?:还?有?剩?(?:多少|几个?)|是多少|够吗|够不够|情况|查询)?"),
)  # fmt: skip
_STATE: Final = (
    re.compile(
        r"(?:(?:check|show|get|view|see|tell|display|give|list|print)\s+)?(?:me\s+)?(?:(?:my|the|our|current|session|project|export|render)\s+)*"
        r"(?:status|state)(?: of (?:the |my )?(?:project|export|render|session|timeline|dub|video))?",
    ),
    re.compile(r"(?:what(?:'s| is)|whats) (?:the |my |our )?(?:current |project |session )?(?:status|state)(?: of (?:the |my )?\w+)?"),
    re.compile(r"(?:show|list|display|print|view|see)(?: me)? (?:(?:all|the|my|current)\s+)*(?:tracks|timeline)"),
    re.compile(r"(?:what(?:'s| is)|whats) (?:on|in) (?:the|my) timeline"),
    re.compile(r"(?:查询|查看|查|看看|看|显示|检查)?(?:一下)?(?:我的|当前|现在|项目|会话)*的?(?:状态|轨道|时间[轴线])(?:怎么样|如何|是什么)?"),
)  # fmt: skip
_UPLOAD: Final = (
    re.compile(
        r"upload\b(?!.*\b(?:to|on|onto) (?:youtube|tiktok|instagram|vimeo|facebook|twitter|x|drive|dropbox|s3)\b).{0,400}",
        re.DOTALL,
    ),
    re.compile(r"(?:把.{0,200}?)?上传.{0,400}", re.DOTALL),
)
_THEN_EXPORT: Final = re.compile(
    r"(?:\s*[,;.,;。、]\s*(?:and then|and|then|finally|after that|afterwards|然后|再|并且?|最后)?\s*|\s+(?:and then|and|then)\s+|\s*(?:然后|再|并且?|最后)\s*)"
    r"(?P<export>(?:please |finally )?(?:export|download|send me|give me|导出|下载|发给我|把).*)$",
    re.IGNORECASE | re.DOTALL,
)


def route(sentence: str) -> Intent:
    """Return what a sentence asks for."""
    text = sentence.strip()
    if len(text) > _LONGEST:
        return Intent("agent", sentence=text)
    files = _files(text)
    if files and not re.search(r"\w", _FILE.sub("", text)):
        return Intent("upload", files=files)
    own = _command(text)
    if own is not None:
        return _export(text) if own == "export" else Intent(own, files=files if own == "upload" else ())
    masked = _masked(text)
    if (found := _THEN_EXPORT.search(masked)) and _command(text[found.start("export") :]) == "export":
        before = re.sub(r"[\s,;,;、]+$", "", text[: found.start()])
        if (
            before
            and not _QUESTION.search(_core(before))
            and not _NOT.search(masked[found.start("export") :])
        ):
            if _core(before) == "":
                return _export(text)
            one_file = bool(_TOGETHER.search(masked[found.start("export") :]))
            return Intent("agent", sentence=before, then_export=True, together=one_file)
    return Intent("agent", sentence=text)


def _export(text: str) -> Intent:
    return Intent("export", languages=_named(text), together=bool(_TOGETHER.search(text.casefold())))


def _command(text: str) -> Action | None:
    """Return the command that the whole sentence is, None when it is none."""
    core = _core(text)
    asks = bool(_QUESTION.search(core))
    if any(pattern.fullmatch(core) for pattern in _CREDITS):
        return "credits"
    if any(pattern.fullmatch(core) for pattern in _STATE):
        return "state"
    if _NOT.search(core):
        return None
    if any(pattern.fullmatch(core) for pattern in _EXPORT) and (
        not asks or core.startswith(("can i ", "may i "))
    ):
        return "export"
    # Quotes around a path are no quotation: an upload is told by its first word.
    whole = _core(text, quotes=True)
    if not asks and any(pattern.fullmatch(whole) for pattern in _UPLOAD):
        return "upload"
    return None


def _core(text: str, *, quotes: bool = False) -> str:
    """Return a sentence in lower case without politeness, and with quotations made opaque."""
    normal = unicodedata.normalize("NFKC", text).replace("’", "'").casefold()
    core = (normal if quotes else _masked(normal)).strip()
    core = _POLITE.sub("", core)
    while found := _TAIL.search(core):
        core = core[: found.start()]
    return core.strip()


def _masked(text: str) -> str:
    """Return the text with quotations replaced by marks of the same length, which match no command."""
    return _QUOTED.sub(lambda found: "□" * len(found.group()), text)


def _files(text: str) -> tuple[str, ...]:
    return tuple(found.group(1) or found.group() for found in _FILE.finditer(text) if _is_media(found))


def _is_media(found: re.Match[str]) -> bool:
    """Tell whether what looks like a file is one: its name ends in an accepted type, or it is a URL."""
    name = found.group(1) or found.group()
    return "://" in name or PurePosixPath(name).suffix.lstrip(".").lower() in ACCEPTED_TYPES


def _named(text: str) -> tuple[str, ...]:
    """Return the languages that an export names, in order."""
    text = unicodedata.normalize("NFKC", text).casefold()
    matches = re.finditer(rf"(?<![a-z])(?:{_LANGUAGE_WORDS})(?![a-z])", text)
    return tuple(dict.fromkeys(languages.parse(match.group()) for match in matches))
