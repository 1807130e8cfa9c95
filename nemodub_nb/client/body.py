"""An answer's body kept in memory, bounded in size and time."""

from __future__ import annotations

import time
from collections.abc import Mapping

from nemodub_nb.client.errors import NemoTimeoutError
from nemodub_nb.client.limits import Limits

_OK = 200


class Body:
    """Collects an answer that should be JSON, or `binary`; of junk it keeps only the beginning."""

    def __init__(self, limits: Limits, *, binary: bool = False) -> None:
        self._limits = limits
        self._binary = binary
        self._pieces: list[bytes] = []
        self._size = 0
        self._most = limits.error_bytes
        self._end = 0.0

    def start(self, status: int, headers: Mapping[str, str], peer: str | None) -> None:  # noqa: ARG002 - the protocol
        """Learn whether a long answer is to be expected."""
        self._pieces, self._size = [], 0
        self._most = self._limits.answer_bytes if status == _OK else self._limits.error_bytes
        self._end = time.monotonic() + self._limits.answer_s

    def feed(self, piece: bytes) -> bool:
        """Keep one piece; False when the rest is not worth reading. Raises NemoTimeoutError."""
        if time.monotonic() > self._end:
            raise NemoTimeoutError("The server's answer did not end in time.", "Try again later.")
        if not self._binary and not self._size and piece.lstrip()[:1] not in {b"{", b"[", b""}:
            self._most = min(self._most, self._limits.error_bytes)
        self._pieces.append(piece[: self._most - self._size])
        self._size += len(self._pieces[-1])
        return self._size < self._most

    def finish(self) -> bytes:
        """Return what was kept."""
        return b"".join(self._pieces)

    def abandon(self) -> None:
        """Let go of what was kept."""
        self._pieces = []
