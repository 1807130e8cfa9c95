"""The agent's words told once: fragments pass, the aggregate that repeats them and trailing noise do not."""

from __future__ import annotations

from typing import Final

NOISE: Final = "I encountered a temporary issue"
"""The agent ends answers that went well with this now and then."""


class Utterances:
    """Takes text as it comes and returns what is new to the reader."""

    def __init__(self) -> None:
        self._runs: list[list[str]] = [[]]  # fragments that no aggregate has repeated yet, cut at tool steps
        self._held = ""  # might turn out to be noise
        self._held_whole = False
        self._normal = False  # something other than noise was said or done
        self._shown: list[str] = []
        self._between = False  # the next words begin a new message

    @property
    def text(self) -> str:
        """All the words so far; messages are on lines of their own."""
        return "".join(self._shown)

    def fragment(self, text: str) -> str:
        """Take the next words of a message."""
        if not text:
            return ""
        self._runs[-1].append(text)
        if not self._held and text[0] != NOISE[0] and not text[0].isspace():
            return self._show(text)  # the usual case, made quick
        return self._gate(text)

    def whole(self, text: str) -> str:
        """Take a message that may repeat the fragments before it."""
        new = self._unsaid(text)
        self._runs = [[]]
        shown = self._gate(new) if new else ""
        self._close()
        return shown

    def unmarked(self, text: str) -> str:
        """Take text that does not say whether it is a fragment or repeats several."""
        if sum(map(len, self._runs)) > 1 and self._unsaid(text) == "":
            return self.whole(text)
        return self.fragment(text)

    def step(self) -> str:
        """Take note of a tool's step; return words that were held back."""
        if self._runs[-1]:
            self._runs.append([])
        released = self._release()
        self._normal = True
        self._close()
        return released

    def end(self) -> str:
        """Return words that were held back, unless they are noise at the end of a normal answer."""
        if self._held.lstrip().startswith(NOISE):
            self._held = ""
        return self._release()

    def _unsaid(self, text: str) -> str:
        """Return what of a whole message its fragments have not said."""
        for first in range(len(self._runs)):
            said = "".join("".join(run) for run in self._runs[first:])
            if said and text.startswith(said):
                return text[len(said) :]
            if said and said.split() == text.split():
                return ""
        return text

    def _gate(self, text: str) -> str:
        before = ""
        if self._held_whole:
            # It did not trail after all, and it was a message of its own.
            before = self._release() + "\n"
            self._shown.append("\n")
        words = self._held + text
        start = words.lstrip()
        if self._normal and start and (start.startswith(NOISE) or NOISE.startswith(start)):
            self._held = words
            return before
        self._held = ""
        return before + self._show(words)

    def _release(self) -> str:
        words, self._held, self._held_whole = self._held, "", False
        return self._show(words) if words else ""

    def _show(self, words: str) -> str:
        if self._between:
            self._between = False
            if self._shown and not self._shown[-1][-1:].isspace():
                self._shown.append("\n")
        if not self._normal:
            self._normal = bool(words.strip())
        self._shown.append(words)
        return words

    def _close(self) -> None:
        self._held_whole = bool(self._held)
        self._between = True
