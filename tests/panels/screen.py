"""A page of the Live panel: what it makes of the numbered messages."""

from __future__ import annotations

HOSTILE = "<img src=x onerror=alert(1)>\x1b[31mred\x1b[0m \u202egpj.exe nmv_usr_abcdefgh"


class Screen:
    """What a page makes of the numbered messages."""

    def __init__(self):
        self.entries = {}
        self.seq = -1
        self.cut = False
        self.missed = 0

    def hear(self, message):
        kind, seq = message["kind"], message["seq"]
        if kind == "all":
            self.seq, self.cut = seq, message["cut"]
            self.entries = {one["id"]: (one["who"], one["text"]) for one in message["entries"]}
            return
        if self.seq < 0 or seq <= self.seq:
            return
        if seq != self.seq + 1:
            self.missed += 1
            return
        self.seq = seq
        if kind == "entry":
            self.entries[message["id"]] = (message["who"], message["text"])
            return
        for gone in message.get("gone", ()):
            self.entries.pop(gone)
        who, text = self.entries.get(message["id"], (message.get("who"), ""))
        units = text.encode("utf-16-le")
        text = units[: 2 * message.get("keep", len(units))].decode("utf-16-le") + message["append"]
        self.entries[message["id"]] = (who, text)

    def said(self, who):
        return [text for one, text in self.entries.values() if one == who]
