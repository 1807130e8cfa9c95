"""The line rules of server-sent events: bytes in, the data of whole frames out.

Lines end in CR, LF or CRLF and in nothing else, whatever other separators their text holds. Written for speed and with
bounds, which no reader of a response has; the tests hold it against httpx-sse.
"""

from __future__ import annotations

from typing import Final

_BOM: Final = b"\xef\xbb\xbf"


class FrameTooLargeError(ValueError):
    """A frame went on beyond the bound."""


class FrameSplitter:
    """Cuts a stream of bytes into frames. Fields other than `data` carry nothing here and are left out."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._line: list[bytes] = []
        """The pieces of a line that has not ended."""
        self._data: list[bytes] = []
        """The data lines of a frame that has not ended."""
        self._size = 0
        self._after_cr = False
        self._start = True

    @property
    def ragged(self) -> bool:
        """Whether the stream has stopped inside a line."""
        return any(self._line)

    def feed(self, piece: bytes) -> list[str]:
        """Return the data of the frames that end in `piece`. Raises FrameTooLargeError."""
        if self._start:
            piece = self._without_bom(piece)
        if self._after_cr and piece:
            piece = piece.removeprefix(b"\n")
            self._after_cr = False
        if b"\r" in piece:
            self._after_cr = piece.endswith(b"\r")
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        self._size += len(piece)
        if self._size > self._most:
            raise FrameTooLargeError
        ended, newline, rest = piece.rpartition(b"\n")
        if not newline:
            self._line.append(piece)
            return []
        if self._line:
            ended = b"".join(self._line) + ended
        self._line = [rest] if rest else []
        return self._frames(ended.split(b"\n"))

    def flush(self) -> list[str]:
        """Return the data of a last frame whose end is missing."""
        line, self._line = b"".join(self._line), []
        return self._frames([line, b""])

    def _frames(self, lines: list[bytes]) -> list[str]:
        found = []
        data = self._data
        for line in lines:
            if not line:
                if data:
                    found.append(b"\n".join(data).decode("utf-8", "replace"))
                    data.clear()
            elif line.startswith(b"data:"):
                data.append(line[6:] if line[5:6] == b" " else line[5:])
            elif line == b"data":
                data.append(b"")
        if found:
            self._size = sum(map(len, (*self._line, *data))) if self._line or data else 0
        return found

    def _without_bom(self, piece: bytes) -> bytes:
        piece = b"".join(self._line) + piece
        self._line.clear()
        self._size = 0
        if len(piece) < len(_BOM) and _BOM.startswith(piece):
            return piece  # more of it may follow; it is looked at again
        self._start = False
        return piece.removeprefix(_BOM)
