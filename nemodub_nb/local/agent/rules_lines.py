"""Rules about single lines, and about looking before anything is spoken.

Lines are numbered as the tables number them, from 0.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nemodub_nb.local.agent.actions import Approve, EditLine, ResetLine, Review, Transcribe
from nemodub_nb.local.agent.language_lists import read
from nemodub_nb.local.agent.patterns import compiled, said
from nemodub_nb.local.agent.sentence import QUOTE
from nemodub_nb.local.agent.times import TIME, seconds_of

if TYPE_CHECKING:
    from nemodub_nb.local.agent.actions import Action
    from nemodub_nb.local.agent.sentence import Sentence

_MOST_LINES = 1000
"""A range of more lines than this is a slip of the pen."""
_NUMBERS = r"\d+(?:\s*(?:,\s*(?:and\s+)?|-|–|to|and|&|、|到|至|和)\s*\d+)*"
_LINES = rf"(?:lines?|segments?|rows?)\s+(?:no\.?\s*|number\s+|#)?(?P<lines>{_NUMBERS})"
_RANGE = re.compile(r"(\d+)\s*(?:-|–|to|到|至)\s*(\d+)|(\d+)")
_TO = r"\s*(?:to|into|with|as|:|：|=|should\s+(?:say|be|read)|says?|reads?|is)?\s*:?\s*"
_ASK = r"(?:change|set|edit|replace|rewrite|reword|correct|fix|make|let|have)"
_WORDS_OF = r"(?:(?:the\s+)?(?:text|words|wording|translation|source)\s+of\s+)?"
_IN = re.compile(r"\s+(?:in|of|for)\s+(?:the\s+)?", re.IGNORECASE)
_OF_TRANSCRIPT = re.compile(
    r"\s+(?:in|of)\s+(?:the\s+)?(?:transcript|source(?:\s+text)?|original\s+text)\b", re.IGNORECASE
)
_VOICE_NAME = r"(?:kokoro|piper|espeak(?:-ng)?):[\w.+-]*\w"

_CHANGE = compiled(rf"(?:{_ASK}\s+)?{_WORDS_OF}(?:the\s+)?{_LINES}")
_SAYS = compiled(rf"{_TO}(?P<quote>{QUOTE})")
_MUTE = compiled(rf"\b(?:mute|silence|don'?t\s+(?:speak|dub)|do\s+not\s+(?:speak|dub))\s+(?:the\s+)?{_LINES}")
_KEEP = compiled(
    rf"(?:keep|leave|use|play)\s+(?:the\s+)?(?:original|source)(?:\s+(?:voice|speaker|sound|audio|speech))?\s+(?:in|for|of|at|on)\s+(?:the\s+)?{_LINES}"
)
_SPEAK = compiled(rf"(?:unmute|(?:speak|dub)(?:\s+again)?)\s+(?:the\s+)?{_LINES}(?:\s+again)?")
_RESET = compiled(
    rf"(?:reset|restore|forget\s+(?:the\s+)?(?:edits?|changes?)\s+(?:of|to|in))\s+(?:the\s+)?{_LINES}"
)
_VOICE = compiled(
    rf"(?:use|take)\s+(?:the\s+)?(?:voice\s+)?(?P<voice>{_VOICE_NAME})\s+(?:for|in)\s+(?:the\s+)?{_LINES}"
)
_START = compiled(rf"(?:start|begin|move|shift|place)\s+(?:the\s+)?{_LINES}")
_AT = compiled(rf"\s+(?:at|to|from)\s+(?P<at>{TIME})")
_APPROVE = compiled(
    rf"\bapprove\b(?:\s+(?:all|every(?:thing)?))?(?:\s+(?:of\s+)?(?:the\s+)?lines?\b(?!\s*\d))?(?:\s+(?:the\s+)?{_LINES})?(?:\s+(?:in|for|of))?\s*(?:the\s+)?"
)
_APPLY = compiled(r"apply\s+(?:(?:the|these|my)\s+)?(?:line\s+)?edits?(?:\s+[0-9a-f]{8})?\b")
_NO_SPEECH = compiled(
    rf"(?:{_LINES}\s+(?:is|are)\s+(?:not|no)\s+speech|(?:remove|delete|drop)\s+{_LINES}\s+(?:from|of|in)\s+the\s+transcript)"
)

_TRANSCRIBE = compiled(
    r"(?:(?:only|just)\s+)?(?:transcribe|write\s+down|write\s+the\s+transcript(?:\s+of)?|make\s+a\s+transcript(?:\s+of)?)"
    r"(?:\s+(?:it|this|that|the)\b)?(?:\s+(?:video|clip|speech|sound))?(?:\s+(?:only|first))?|what\s+is\s+said(?:\s+in\s+(?:it|this|the)(?:\s+(?:video|clip))?)?|听写|转写"
)
_SCRIPT = compiled(
    r"(?:write|make|show|prepare)\s+(?:me\s+)?(?:the|a)\s+(?:translated\s+)?(?:script|translation)s?(?:\s+(?:for|in|into|to))?\s*"
)
_REVIEW = compiled(
    r"(?:,?\s*\b(?:for|to)\s+(?:my\s+|a\s+)?review\b(?:\s+(?:it|them))?(?:\s+first)?|,?\s*\bwithout\s+(?:speaking|dubbing|a\s+voice|voices)(?:\s+(?:it|them))?(?:\s+yet)?\b"
    r"|,?\s*\b(?:(?:as\s+)?text\s+only|script\s+only|only\s+the\s+(?:text|script|translation))\b"
    r"|[,.;]?\s*\b(?:and\s+|but\s+)?(?:do\s+not|don'?t)\s+(?:speak|dub)(?:\s+(?:it|them|anything))?\s+yet\b|先不要?配音)"
)


def numbers_of(text: str) -> tuple[int, ...]:
    """Return the numbers of `3`, `1, 4 and 6` or `2-5`, each once and in order."""
    found: set[int] = set()
    for first, last, one in _RANGE.findall(text):
        low, high = (int(one), int(one)) if one else sorted((int(first), int(last)))
        found.update(range(low, min(high, low + _MOST_LINES) + 1))
    return tuple(sorted(found))


class _Place:
    """Which lines of which language a match is about, and where it ends."""

    def __init__(self, sentence: Sentence, lines: str, end: int) -> None:
        self.lines, self.end = numbers_of(lines), end
        self.language: str | None = None
        self.transcript = False
        if match := _OF_TRANSCRIPT.match(sentence.text, end):
            self.transcript, self.end = True, match.end()
        elif (match := _IN.match(sentence.text, end)) and (
            listed := read(sentence.text, match.end(), tags=True, others=False)
        ):
            self.language, self.end = listed.tags[0], listed.end

    def edits(self, **said_of: Any) -> list[Action]:
        return [
            EditLine(line, tuple(sorted(said_of.items())), self.language, transcript=self.transcript)
            for line in self.lines
        ]


def read_lines(sentence: Sentence) -> None:
    """Strike out what a sentence says about single lines, and about reviewing them."""
    _valued(sentence)
    for pattern, decided in (
        (_MUTE, {"sound": "mute"}),
        (_KEEP, {"sound": "original"}),
        (_SPEAK, {"sound": None}),
    ):
        for match in sentence.matches(pattern, even_negated=True):
            place = _Place(sentence, said(match)["lines"], match.end())
            sentence.strike(match.start(), place.end, *place.edits(**decided))
    for match in sentence.matches(_NO_SPEECH):
        lines = numbers_of(said(match)["lines"])
        sentence.strike(
            match.start(), match.end(), *(EditLine(line, (("text", ""),), transcript=True) for line in lines)
        )
    for match in sentence.matches(_RESET):
        place = _Place(sentence, said(match)["lines"], match.end())
        sentence.strike(
            match.start(),
            place.end,
            *(ResetLine(line, place.language, transcript=place.transcript) for line in place.lines),
        )
    for match in sentence.matches(_APPROVE):
        listed = read(sentence.text, match.end(), tags=True, others=False)
        lines = numbers_of(said(match).get("lines", ""))
        approved = [Approve(lines, tag) for tag in listed.tags] if listed else [Approve(lines)]
        sentence.strike(match.start(), listed.end if listed else match.end(), *approved)
    for match in sentence.matches(_APPLY):  # the edits themselves come with the sentence
        sentence.strike(match.start(), match.end())
    sentence.take(_TRANSCRIBE, lambda _: Transcribe())


def _valued(sentence: Sentence) -> None:
    """Read edits that name a value: words, a voice or a time."""
    for match in sentence.matches(_VOICE):
        place = _Place(sentence, said(match)["lines"], match.end())
        sentence.strike(match.start(), place.end, *place.edits(voice=said(match)["voice"]))
    for match in sentence.matches(_START):
        place = _Place(sentence, said(match)["lines"], match.end())
        if (at := _AT.match(sentence.text, place.end)) and len(place.lines) == 1:
            sentence.strike(match.start(), at.end(), *place.edits(start_s=seconds_of(said(at)["at"])))
    for match in sentence.matches(_CHANGE):
        place = _Place(sentence, said(match)["lines"], match.end())
        if (quoted := _SAYS.match(sentence.text, place.end)) and len(place.lines) == 1:
            words = " ".join(sentence.quoted(said(quoted)["quote"]).split())
            if words:
                sentence.strike(match.start(), quoted.end(), *place.edits(text=words))


def read_review(sentence: Sentence) -> bool:
    """Strike out what asks for scripts; tell whether nothing that the sentence asks for is to be spoken yet."""
    for match in sentence.matches(_SCRIPT):
        if listed := read(sentence.text, match.end(), tags=True, others=False):
            sentence.strike(match.start(), listed.end, Review(listed.tags))
    found = False
    for match in sentence.matches(_REVIEW, even_negated=True):
        sentence.strike(match.start(), match.end())
        found = True
    return found
