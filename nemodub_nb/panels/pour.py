"""Brings a conversation to the page in few, numbered messages, however fast its words come."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from nemodub_nb.project.safe import plain

Who = Literal["you", "agent", "note", "change", "error"]

MOST_ENTRIES: Final = 400
MOST_CHARACTERS: Final = 200_000
"""Of all entries together; older ones are forgotten."""
MOST_OF_ONE: Final = 50_000
"""Characters of one entry; its beginning is forgotten."""

LEAST_S: Final = 0.05
"""Twenty messages a second at most: more are not read faster, and Jupyter's server drops what is above its limit."""
MOST_S: Final = 0.21
"""A word is never kept back longer, so that it is seen within a quarter of a second."""
ENVELOPE: Final = 850
"""Bytes that Jupyter puts around one message: 660 were measured in JupyterLab, and ids and names may be longer."""
FAST: Final = 1000
"""Bytes a second; below, envelopes are cheap enough to send each fragment at once."""
_MOST_HELD: Final = 400
_HALF: Final = re.compile(
    r"(?:\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?)?|(?<![a-zA-Z])n(?:m(?:v(?:_(?:u(?:s(?:r(?:_[^\s\"'<>,;)]*)?)?)?)?)?)?)?)$"
)
"""The beginning of an escape sequence or of a token at the end of a piece: whole, it would be taken out."""


@dataclass(slots=True)
class Entry:
    """One thing said."""

    id: int
    who: Who
    text: str
    cut: bool = False
    """Whether its beginning was forgotten."""

    def add(self, more: str) -> None:
        """Say more of it."""
        self.text += more
        if len(self.text) > MOST_OF_ONE:
            self.text, self.cut = self.text[-MOST_OF_ONE:], True


class Pour:
    """The conversation as the page shows it: bounded, and sent piece by piece.

    Words are pushed as messages, never as synced state: that would send all of the text again with each word. The
    envelope of one message weighs as much as thirty fragments of 20 characters, so how long words are gathered follows from how fast
    they come: as long as it takes until the text weighs as much as its envelope, between LEAST_S and MOST_S; the first
    word after a pause goes at once. The messages are numbered, and a page that misses one asks for `whole`.
    """

    def __init__(self, push: Callable[[Mapping[str, Any]], object]) -> None:
        self.entries: deque[Entry] = deque()
        self.seq = 0
        """Number of the last message."""
        self.cut = False
        """Whether earlier entries were forgotten."""
        self._push = push
        self._size = 0
        self._next_id = 0
        self._open: Entry | None = None
        self._told: list[Entry] = []
        self._waiting = ""
        self._timer: asyncio.TimerHandle | None = None
        self._sent_at = -1.0
        self._wait_s = LEAST_S

    # What is said

    def recall(self, said: Iterable[tuple[Who, str]]) -> None:
        """Take over what was said before there was a page."""
        for who, text in said:
            self._new(who, plain(text, MOST_OF_ONE))

    def put(self, who: Who, text: str) -> None:
        """Say something that is whole."""
        self._close()
        entry = self._new(who, plain(text, MOST_OF_ONE))
        self._send({"kind": "entry", **_fields(entry)})

    def again(self, text: str) -> None:
        """Say the last thing anew: it has changed a little."""
        entry = self.entries[-1]
        self._size += len(text) - len(entry.text)
        entry.text = plain(text, MOST_OF_ONE)
        self._send({"kind": "entry", **_fields(entry)})

    def stream(self, fragment: str) -> None:
        """Say some more of the agent's words."""
        self._waiting += fragment
        if self._timer is None:
            loop = asyncio.get_running_loop()
            due = self._sent_at + self._wait_s - loop.time()
            if due <= 0:
                self._pour()
            else:
                self._timer = loop.call_later(due, self._pour)

    def settle(self, text: str) -> None:
        """End the agent's words: what was streamed stays where it says the same, and becomes `text` where it does not."""
        self._close()
        text = plain(text, MOST_OF_ONE)
        streamed, self._told = self._told, []
        if not streamed or streamed[-1] not in self.entries:
            self.put("agent", text)
            return
        said = "".join(entry.text for entry in streamed).strip()
        whole = not any(entry.cut for entry in streamed)
        if said == text.strip() or (
            text.endswith("…") and (said.startswith(text[:-1]) or not whole)
        ):  # no more than a shortened form of what is shown
            return
        last, gone = streamed[-1], [entry for entry in streamed[:-1] if entry in self.entries]
        for entry in gone:
            self.entries.remove(entry)
            self._size -= len(entry.text)
        kept = 0 if gone or last.cut else _common(last.text, text)
        self._size += len(text) - len(last.text)
        last.text, last.cut = text, False
        self._forget()
        self._send(
            {
                "kind": "text",
                "id": last.id,
                "gone": [entry.id for entry in gone],
                "keep": len(text[:kept].encode("utf-16-le")) // 2,
                "append": text[kept:],
                "end": True,
            }
        )

    def finish(self) -> None:
        """End the agent's words as they are; nothing more comes."""
        self._close()
        self._told = []

    def clear(self) -> None:
        """Forget the conversation."""
        self.finish()
        self.entries.clear()
        self._size, self.cut = 0, False
        self._send(self.whole(counted=False))

    # For a page that opened later or missed something

    def whole(self, *, counted: bool = True) -> dict[str, Any]:
        """Return all of it as one message, up to now."""
        if counted:
            self.flush()
        entries = [_fields(entry) for entry in self.entries]
        return {"kind": "all", "seq": self.seq, "entries": entries, "cut": self.cut}

    def flush(self) -> None:
        """Send what waits."""
        if self._waiting:
            self._pour()

    # The inside

    def _pour(self, *, last: bool = False) -> None:
        """Send the words that have gathered, as one message; with the `last` ones the entry ends."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        held = "" if last else self._half()
        piece = plain(self._waiting[: len(self._waiting) - len(held)], MOST_OF_ONE)
        self._waiting = held
        if not piece:
            return
        weight, now = len(piece.encode("utf-8", "replace")), asyncio.get_running_loop().time()
        rate = weight / max(now - self._sent_at, LEAST_S) if self._sent_at >= 0 else 0.0
        self._wait_s = LEAST_S if rate < FAST else min(MOST_S, max(LEAST_S, ENVELOPE / rate))
        self._sent_at = now
        first = {}
        if self._open is None:
            self._open = self._new("agent", "")
            self._told.append(self._open)
            first = {"who": self._open.who}
        before = len(self._open.text)
        self._open.add(piece)
        self._size += len(self._open.text) - before
        self._forget()
        ends = {"end": True} if last else {}
        self._send({"kind": "text", "id": self._open.id, **first, "append": piece, **ends})
        if last:
            self._open = None

    def _half(self) -> str:
        found = _HALF.search(self._waiting, max(0, len(self._waiting) - _MOST_HELD))
        return found.group() if found else ""

    def _close(self) -> None:
        if self._waiting:
            self._pour(last=True)
        if self._open is not None:  # its end did not go with its last words
            entry, self._open = self._open, None
            self._send({"kind": "text", "id": entry.id, "append": "", "end": True})

    def _new(self, who: Who, text: str) -> Entry:
        self._next_id += 1
        entry = Entry(self._next_id, who, text)
        self.entries.append(entry)
        self._size += len(text)
        self._forget()
        return entry

    def _forget(self) -> None:
        while len(self.entries) > 1 and (len(self.entries) > MOST_ENTRIES or self._size > MOST_CHARACTERS):
            self._size -= len(self.entries.popleft().text)
            self.cut = True

    def _send(self, message: dict[str, Any]) -> None:
        self.seq += 1
        self._push({**message, "seq": self.seq})


def _fields(entry: Entry) -> dict[str, Any]:
    fields: dict[str, Any] = {"id": entry.id, "who": entry.who, "text": entry.text}
    return {**fields, "cut": True} if entry.cut else fields


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    most = min(len(one), len(other))
    return next((at for at in range(most) if one[at] != other[at]), most)
