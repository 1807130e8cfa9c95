"""The agent's words told once: fragments pass, the aggregate that repeats them and trailing noise do not."""

from __future__ import annotations

from typing import Final

NOISE: Final = "I encountered a temporary issue"
"""The agent ends answers that went well with this now and then."""


class Utterances:
    """Takes text as it comes and returns what is new to the reader."""

    def __init__(self) -> None:
        self._runs: list[list[str]] = [[]]  # fragments that no aggregate has repeated yet, cut at tool steps
        self._run_length = 0
        """Characters in the last of the runs."""
        self._held = ""  # might turn out to be noise
        self._held_whole = False
        self._held_between = False
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
        self._run_length += len(text)
        if not self._held and text[0] != NOISE[0] and not text[0].isspace():
            return self._show(text)  # the usual case, made quick
        return self._gate(text)

    def whole(self, text: str) -> str:
        """Take a message that may repeat the fragments before it."""
        new = self._unsaid(text)
        self._runs = [[]]
        self._run_length = 0
        shown = self._gate(new) if new else ""
        self._close()
        return shown

    def unmarked(self, text: str) -> str:
        """Take text that does not say whether it is a fragment or repeats several."""
        # What is much shorter than the fragments repeats nothing; comparing it each time would take ever longer.
        may_repeat = 2 * len(text) >= self._run_length and sum(map(len, self._runs)) > 1
        if may_repeat and self._unsaid(text) == "":
            return self.whole(text)
        return self.fragment(text)

    def step(self) -> str:
        """Take note of a tool's step; return words that were held back."""
        if self._runs[-1]:
            self._runs.append([])
            self._run_length = 0
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
        # Held words that were a message of their own did not trail after all.
        before = self._release() if self._held_whole else ""
        words = self._held + text
        start = words.lstrip()
        if self._normal and start and (start.startswith(NOISE) or NOISE.startswith(start)):
            if not self._held:
                self._held_between = self._between
            self._held = words
            return before
        self._held = ""
        shown = self._show(words)
        return f"{before}\n{shown}" if before and not before[-1].isspace() else before + shown

    def _release(self) -> str:
        words, self._held = self._held, ""
        ended, self._held_whole = self._held_whole, False
        if not words:
            return ""
        self._between = self._held_between
        shown = self._show(words)
        self._between = ended
        return shown

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
