"""A sentence while it is being read: what a rule has understood is struck out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nemodub_nb.local.agent.actions import Action

A = TypeVar("A")

_QUOTED = re.compile(
    r"“([^“”]*)”|\"([^\"]*)\"|「([^」]*)」|『([^』]*)』|«([^»]*)»|(?<!\w)'([^']+)'(?!\w)|(?<!\w)‘([^‘’]+)’(?!\w)"
)
_FIRST_QUOTE = 0xE000
_MOST_QUOTES = 1000
QUOTE = f"[{chr(_FIRST_QUOTE)}-{chr(_FIRST_QUOTE + _MOST_QUOTES)}]"
"""A character that stands for a quoted text."""
_PRIVATE = re.compile(f"{QUOTE}|\x01")
_STRUCK = "\x01"
_VOICE_ID = re.compile(r"(?:kokoro|piper|espeak(?:-ng)?):[\w.+-]+|[abefhijpz][fm]_[a-z]+")
_NEGATED = re.compile(r"\b(?:do\s+not|don'?t|never|not|please\s+no)\s+(?:\w+\s+){0,1}$", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[.;!?。；！？\n]|,\s*(?:and|then|but)\b")
_PIECES = re.compile(
    r"[.;!?,。；！？，、:：\n\x01]+(?!\d)|\b(?:and|then|but|also|plus)\b|并且|然后|以及|和|并", re.IGNORECASE
)
_SMALL_WORDS = """
    a an the this that it its these those my our your please pls thanks thank you hi hello hey ok okay now also and
    then so just kindly could can would will i i'd we we'd want need like to for me us video videos clip clips file
    movie is be with in into of at by as well too again all both each one let's let lets do make it's s synced
    synchronised synchronized audio sound lip-sync lip sync version versions dub dubs dubbed dubbing track tracks
    language languages good great nice sure right alright here there some only uploaded attached
"""
_FILLER = frozenset(_SMALL_WORDS.split())
"""Words that say nothing by themselves: when only they are left, everything was understood."""
_CHINESE_FILLER = re.compile("请|帮我|把|这个|这段|视频|将|给|我|一下|的|谢谢|你好|它|了|吧|都|也")


class Sentence:
    """A text, its quotes set apart, with the actions found so far."""

    def __init__(self, text: str) -> None:
        self._quotes: list[str] = []
        self._found: list[tuple[int, Action]] = []
        self.original = _PRIVATE.sub(" ", text.replace("’", "'").replace("\u00a0", " "))
        self.text = _QUOTED.sub(self._set_apart, self.original)

    def _set_apart(self, match: re.Match[str]) -> str:
        content = next(group for group in match.groups() if group is not None)
        if _VOICE_ID.fullmatch(content) or len(self._quotes) >= _MOST_QUOTES:
            return content
        self._quotes.append(content)
        return chr(_FIRST_QUOTE + len(self._quotes) - 1)

    def quoted(self, mark: str) -> str:
        """Return the quoted text that a mark stands for."""
        return self._quotes[ord(mark) - _FIRST_QUOTE]

    @property
    def actions(self) -> list[Action]:
        """What was understood, each thing once, in the order it was said."""
        return list(dict.fromkeys(action for _, action in sorted(self._found, key=lambda pair: pair[0])))

    def forget(self, kind: type[Action]) -> None:
        """Drop the actions of one kind."""
        self._found = [pair for pair in self._found if not isinstance(pair[1], kind)]

    def exchange(self, kind: type[A], build: Callable[[A], Action]) -> None:
        """Put another action in the place of each action of one kind."""
        self._found = [
            (at, build(action) if isinstance(action, kind) else action) for at, action in self._found
        ]

    def strike(self, start: int, end: int, *actions: Action) -> None:
        """Say that a part of the text is understood and means these actions."""
        self._found.extend((start, action) for action in actions)
        self.text = self.text[:start] + _STRUCK * (end - start) + self.text[end:]

    def matches(self, pattern: re.Pattern[str], *, even_negated: bool = False) -> Iterator[re.Match[str]]:
        """Yield matches in what is not struck out yet; strike each before asking for the next.

        A match after “don't” is passed over: the opposite was meant.
        """
        at = 0
        while match := pattern.search(self.text, at):
            at = max(match.end(), match.start() + 1)
            if match.end() > match.start() and (even_negated or not self.negated(match.start())):
                yield match

    def take(
        self,
        pattern: re.Pattern[str],
        build: Callable[[re.Match[str]], Action | None],
        *,
        even_negated: bool = False,
    ) -> None:
        """Strike every match out for which `build` has an action."""
        for match in self.matches(pattern, even_negated=even_negated):
            if (action := build(match)) is not None:
                self.strike(match.start(), match.end(), action)

    def negated(self, at: int) -> bool:
        """Tell whether “don't” stands right before a place."""
        return _NEGATED.search(self.text[max(0, at - 40) : at]) is not None

    def clause_end(self, at: int) -> int:
        """Return where the clause around a place ends."""
        match = _CLAUSE_END.search(self.text, at)
        return match.start() if match else len(self.text)

    def left_out(self) -> tuple[str, ...]:
        """Return the pieces that no rule understood and that say something."""
        pieces = []
        at = 0
        for match in [*_PIECES.finditer(self.text), None]:
            end = match.start() if match else len(self.text)
            piece = self.text[at:end].strip(" \t\r'\"()[]-–—")
            if _says_something(piece):
                pieces.append("".join(f"“{self.quoted(c)}”" if re.match(QUOTE, c) else c for c in piece))
            at = match.end() if match else end
        return tuple(dict.fromkeys(pieces))


def _says_something(piece: str) -> bool:
    bare = _CHINESE_FILLER.sub(" ", piece.casefold())
    return any(word not in _FILLER for word in re.findall(rf"[\w'%:-]+|{QUOTE}", bare))
