"""Rules about the words of a translation: a glossary that is no longer wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemodub_nb.local.agent.actions import NoGlossary
from nemodub_nb.local.agent.patterns import compiled

if TYPE_CHECKING:
    from nemodub_nb.local.agent.sentence import Sentence

_GLOSSARY = r"(?:(?:the|a|an|any|my|this|that|all|of|own)\s+)*(?:glossar(?:y|ies)|terminology|term\s+lists?)"
_NO_GLOSSARY = compiled(
    rf"(?:use|with|using|take|have)\s+no\s+(?:more\s+)?{_GLOSSARY}|(?:without|no(?:\s+more)?|ignore|forget|remove|drop|delete|discard|clear|"
    rf"leave\s+out|take\s+away|get\s+rid\s+of|stop\s+using|don'?t\s+use|do\s+not\s+use|never\s+use)\s+{_GLOSSARY}"
    r"(?:\s+(?:away|out|any\s*more|any\s+longer|again))*"
    r"|(?:不要使用|不要用|不再使用|不使用|不要|不用|去掉|删除|移除|取消)(?:词汇表|术语表|术语库)"
)


def read_words(sentence: Sentence) -> None:
    """Strike out what a sentence says about glossaries; new ones come as files with it."""
    sentence.take(_NO_GLOSSARY, lambda _: NoGlossary(), even_negated=True)
