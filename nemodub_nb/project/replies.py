"""Puts an agent's talk of buttons and panels into words that mean something without a graphical interface."""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class _Rule(NamedTuple):
    """A way to talk about the interface, and what it means here."""

    pattern: re.Pattern[str]
    means: str
    """A key of _HINTS; empty: the clause is dropped without a word."""


_LEAD: Final = (
    r"(?:^|[,;,;、]\s*|\b(?:you (?:can|may|could|should|need to|have to|will need to|just)|you'll need to|please|just|simply|now|then|"
    r"to|by|and|or|next|finally|first)\s+(?:(?:also|now|simply|just|then|please|always)\s+)*)"
)
_PRESS: Final = r"(?:click(?:ing)?|tap(?:ping)?|press(?:ing)?|hit(?:ting)?|select(?:ing)? the)\b(?!\s+(?:sound|noise|track|here to))"
_PLACES: Final = r"(?:panel|tab|menu|sidebar|dialog|editor|window|drawer|toolbar|inspector)"

_RULES: Final = (
    _Rule(
        re.compile(r"\bexport\s+button\b|\bdownload\s+button\b|导出按钮|下载按钮", re.IGNORECASE), "export"
    ),
    _Rule(re.compile(rf"{_LEAD}{_PRESS}[^.!?]*?\b(?:export|download)\b", re.IGNORECASE), "export"),
    _Rule(re.compile(r"(?:点击|单击|点按|按下?|点一下)[^。!?]*?(?:导出|下载)"), "export"),
    _Rule(
        re.compile(
            rf"{_LEAD}(?:check|visit|open|view|go to|see|top up in|manage)(?:ing)?\s+(?:your |the |my )?"
            r"(?:account|billing)\b",
            re.IGNORECASE,
        ),
        "credits",
    ),
    _Rule(re.compile(r"(?:查看|检查|打开|前往)[^。!?]*?(?:账户|账号|账单|计费)"), "credits"),
    _Rule(
        re.compile(
            rf"{_LEAD}(?:preview|watch|see|view|check)(?:ing)?\b[^.!?]*?\b(?:in|on) the timeline\b",
            re.IGNORECASE,
        ),
        "summary",
    ),
    _Rule(re.compile(r"在时间[轴线][^。!?]*?(?:预览|查看)|(?:预览|查看)[^。!?]*?时间[轴线]"), "summary"),
    _Rule(
        re.compile(rf"{_LEAD}(?:drag|drop)(?:ging|ping)?\b|\bdrag[- ](?:and|&)[- ]drop\b", re.IGNORECASE),
        "edit",
    ),
    _Rule(re.compile(r"拖拽|拖动|拖放|拖到"), "edit"),
    _Rule(
        re.compile(rf"{_LEAD}(?:open|go to|switch to|use|see)(?:ing)?\b[^.!?]*?\b{_PLACES}\b", re.IGNORECASE),
        "summary",
    ),
    _Rule(re.compile(r"打开[^。!?]*?(?:面板|标签|菜单|侧栏|窗口|对话框|编辑器)"), "summary"),
    _Rule(re.compile(rf"{_LEAD}{_PRESS}", re.IGNORECASE), ""),
    _Rule(re.compile(r"(?:点击|单击|点按|点一下)"), ""),
)
_HINTS: Final = {
    "en": {
        "export": "Get the videos with project.export().",
        "credits": "See your credits with project.credits().",
        "edit": "Say the change in a sentence with project.ask().",
        "summary": "See the tracks with project.summary().",
    },
    "zh": {
        "export": "用 project.export() 导出视频。",
        "credits": "用 project.credits() 查看积分。",
        "edit": "用 project.ask() 以一句话说明修改。",
        "summary": "用 project.summary() 查看轨道。",
    },
}
_SENTENCE: Final = re.compile(r"[^.!?。!?\n]*(?:[.!?](?=\s|$|[\"”'])[\"”']?|[。!?][”」]?|\n+|$|[.!?])\s*")
_CLAUSE: Final = re.compile(
    r"(?:\s*[,;,;、]\s*(?:and |then |so |or )*|\s+(?=and (?:then )?(?:you|click|tap|press|drag|open)\b)|\s+(?=by clicking\b))"
)
_QUOTED: Final = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|‘[^’\n]*’|「[^」\n]*」|《[^》\n]*》|`[^`\n]*`")
_NOISE: Final = re.compile(
    r"\s*(?:I(?:'m sorry, (?:but )?I)? (?:have )?encountered a temporary issue\b|我?遇到了?(?:一个)?(?:临时|暂时)(?:性)?的?问题)[^\n]*\s*$",
    re.IGNORECASE,
)
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")


def translate(text: str, summary: str = "") -> str:
    """Return what the agent said without its instructions for an interface that is not there.

    What describes content is kept word for word; where it told the reader to export, to look or to drag, one line says how
    that is done here. `summary` is the line that stands for "preview in the timeline"; without it the call is named.
    """
    text = without_noise(text)
    hints: list[str] = []
    kept = "".join(_sentence(sentence, hints) for sentence in _SENTENCE.findall(text))
    if not hints and kept == text:
        return text.strip()
    language = "zh" if _CHINESE.search(text) else "en"
    told = [
        summary if hint == "summary" and summary else _HINTS[language][hint]
        for hint in dict.fromkeys(filter(None, hints))
    ]
    return "\n".join(part for part in (re.sub(r"[ \t]+\n", "\n", kept).strip(), " ".join(told)) if part)


def without_noise(text: str) -> str:
    """Return the text without a trailing "I encountered a temporary issue", unless that is all it says."""
    rest = _NOISE.sub("", text)
    return rest if rest.strip() else text


def _sentence(sentence: str, hints: list[str]) -> str:
    """Return a sentence without its clauses about the interface, whole when it has none."""
    if _meaning(sentence) is None:
        return sentence
    end = re.search(r"[.!?。!?]*[\"”'」]?\s*$", sentence)
    body, tail = (sentence[: end.start()], end.group()) if end else (sentence, "")
    kept = []
    for clause in _clauses(body):
        meaning = _meaning(clause)
        if meaning is None:
            kept.append(clause)
        else:
            hints.append(meaning)
    if not any(_tells(clause) for clause in kept):
        return "\n" if "\n" in tail else ""
    return ", ".join(part.strip() for part in kept if part.strip()) + tail


def _meaning(text: str) -> str | None:
    """Return what a text about the interface means, None when it is not about it. Quoted words are content."""
    visible = _QUOTED.sub(
        lambda found: "□" * len(found.group()) if not _is_label(text, found) else found.group(), text
    )
    visible = visible.strip()
    for rule in _RULES:
        if rule.pattern.search(visible):
            return rule.means
    return None


def _is_label(text: str, found: re.Match[str]) -> bool:
    """Tell whether quoted words name a button: they follow a word for pressing."""
    return bool(
        re.search(
            r"(?:click|tap|press|hit|点击|单击|点按)(?:ing)?(?: on| the)*\s*$",
            text[: found.start()],
            re.IGNORECASE,
        )
    )


def _clauses(body: str) -> list[str]:
    """Split at commas and joining words, but not inside quotes."""
    spans = [found.span() for found in _QUOTED.finditer(body)]
    parts, start = [], 0
    for found in _CLAUSE.finditer(body):
        if any(begin < found.start() < end for begin, end in spans) or found.end() == start:
            continue
        parts.append(body[start : found.start()])
        start = found.end()
    return [*parts, body[start:]]


def _tells(clause: str) -> bool:
    """Tell whether a clause says something by itself: `when you are ready` or `if you like` does not."""
    bare = clause.strip().casefold()
    return bool(bare) and not re.match(
        r"(?:when(?:ever)?|once|if|after|before|to|and|then|next|finally|now|for|in order to|如果|当|完成后|然后)\b|(?:如果|当|完成后|然后)",
        bare,
    )
