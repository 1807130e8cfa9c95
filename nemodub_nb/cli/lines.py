"""Progress on standard error: one line that is rewritten on a terminal, a few plain lines anywhere else."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from typing import TYPE_CHECKING, Final, Self, TextIO

from nemodub_nb.cli.failure import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

_EVERY_S: Final = 0.1
_PLAIN_EVERY_S: Final = 5.0
_BAR: Final = 24
_SPIN: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_MB: Final = 1_000_000


class Live:
    """One line at the bottom of a terminal. Where there is no terminal, only finished lines appear."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.terminal = stream.isatty()
        self._lock = threading.Lock()
        self._shown = ""

    def show(self, text: str) -> None:
        """Rewrite the line; nothing where there is no terminal."""
        if self.terminal:
            with self._lock:
                self._shown = _cut(one_line(text))
                self._write(f"\r\x1b[2K{self._shown}")

    def line(self, text: str) -> None:
        """Print a line that stays, above the live one."""
        with self._lock:
            text = one_line(text)
            self._write(f"\r\x1b[2K{text}\n{self._shown}" if self.terminal else f"{text}\n")

    def clear(self) -> None:
        """Take the live line away."""
        if self.terminal and self._shown:
            with self._lock:
                self._shown = ""
                self._write("\r\x1b[2K")

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # a closed terminal must not end the work
            self._stream.write(text)
            self._stream.flush()


class Bar:
    """A download's progress."""

    def __init__(self, title: str, stream: TextIO) -> None:
        self._title = title
        self._live = Live(stream)
        self._shown_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._live.clear()

    def bytes(self, done: int, total: int) -> None:
        """Show how many bytes are there."""
        now = time.monotonic()
        if now - self._shown_at < (_EVERY_S if self._live.terminal else _PLAIN_EVERY_S) and done < total:
            return
        self._shown_at = now
        part = min(1.0, done / total) if total else 0.0
        text = f"{self._title} {bar(part)} {done / _MB:.0f}/{total / _MB:.0f} MB"
        if self._live.terminal:
            self._live.show(text)
        else:
            self._live.line(f"{self._title} {part:.0%} of {total / _MB:.0f} MB")


class Ticker:
    """Rewrites the live line several times a second from a thread of its own; does nothing without a terminal."""

    def __init__(self, live: Live, text: Callable[[], str]) -> None:
        self._live, self._text = live, text
        self._over = threading.Event()
        self._turn = 0
        self._thread = threading.Thread(target=self._tick, name="nemodub-ticker", daemon=True)

    def start(self) -> None:
        """Begin."""
        if self._live.terminal:
            self._thread.start()

    def stop(self) -> None:
        """End, and take the line away."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        self._live.clear()

    def _tick(self) -> None:
        while not self._over.wait(_EVERY_S):
            self._turn += 1
            self._live.show(f"{_SPIN[self._turn % len(_SPIN)]} {self._text()}")


class Spinner:
    """Shows that one piece of work goes on, and for how long; it leaves a line unless it is `quiet`."""

    def __init__(self, title: str, live: Live, *, quiet: bool = False) -> None:
        self._title, self._live, self._quiet = title, live, quiet
        self._began = time.monotonic()
        self._ticker = Ticker(live, lambda: f"{title} {self._elapsed_s:.0f} s")

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self._ticker.start()
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._ticker.stop()
        if not self._quiet:
            self._live.line(f"{'✓' if error is None else '✗'} {self._title} ({self._elapsed_s:.0f} s)")

    @property
    def _elapsed_s(self) -> float:
        return time.monotonic() - self._began


def bar(part: float) -> str:
    """Return a bar that is filled up to this part, 0 to 1."""
    full = round(_BAR * part)
    return "█" * full + "░" * (_BAR - full)


def _cut(text: str) -> str:
    """Return as much as fits on one line: a line that wraps cannot be rewritten."""
    width = shutil.get_terminal_size().columns - 1
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"
