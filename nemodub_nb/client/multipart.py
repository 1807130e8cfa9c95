"""Files streamed from disk as one multipart body: exact length, constant memory, progress on the way."""

from __future__ import annotations

import asyncio
import codecs
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from nemodub_nb.client.errors import FileTooLargeError, UnsupportedTypeError, UploadError
from nemodub_nb.client.values import UploadProgress
from nemodub_nb.contract import ACCEPTED_TYPES, AUDIO_TYPES, IMAGE_TYPES, MAX_UPLOAD_BYTES

OnProgress = Callable[[UploadProgress], None]

BLOCK_MIN: Final = 16 * 1024
BLOCK_MAX: Final = 1024 * 1024
"""Larger blocks are no faster."""
_FAST_S: Final = 0.05
_SLOW_S: Final = 0.2
_REPORT_S: Final = 0.1
_HEAD: Final = 4096

_MEDIA_TYPES: Final = {
    "mov": "video/quicktime",
    "avi": "video/x-msvideo",
    "mkv": "video/x-matroska",
    "jpg": "image/jpeg",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
}


@dataclass(frozen=True)
class Piece:
    """One file of a body."""

    path: Path
    size: int
    head: bytes
    """The part's header lines."""


class MultipartBody:
    """The body of an upload, for a sync and an async client alike; each reading starts anew."""

    def __init__(self, paths: Sequence[Path], on_progress: OnProgress | None = None) -> None:
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._pieces = [_piece(check(path), path, boundary) for path in paths]
        self._tail = f"--{boundary}--\r\n".encode("ascii")
        self._on_progress = on_progress
        self.content_length = sum(len(each.head) + each.size + 2 for each in self._pieces) + len(self._tail)

    def blocks(self) -> Iterator[bytes]:
        """Yield the body. Raises UploadError when a file changes or fails on the way."""
        progress = _Progress(self.content_length, self._on_progress)
        for piece in self._pieces:
            yield progress.passed(piece.head)
            with _open(piece) as file:
                left = piece.size
                while left:
                    block = _read(file, min(progress.block, left), piece)
                    left -= len(block)
                    yield progress.passed(block)
            yield progress.passed(b"\r\n")
        yield progress.passed(self._tail)
        progress.report()

    async def ablocks(self) -> AsyncIterator[bytes]:
        """Yield the body, as blocks() does; a slow disk does not hold up the event loop."""
        progress = _Progress(self.content_length, self._on_progress)
        for piece in self._pieces:
            yield progress.passed(piece.head)
            with await asyncio.to_thread(_open, piece) as file:
                left = piece.size
                while left:
                    block = await asyncio.to_thread(_read, file, min(progress.block, left), piece)
                    left -= len(block)
                    yield progress.passed(block)
            yield progress.passed(b"\r\n")
        yield progress.passed(self._tail)
        progress.report()


def check(path: Path) -> int:
    """Return the size of a file that the server will take, in bytes.

    Raises UploadError (missing, no file, empty, unreadable), UnsupportedTypeError or FileTooLargeError.
    """
    name = path.name
    try:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "does not exist"
            raise UploadError(f"“{path}” {what}.", "Give the path of a clip.")
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except (OSError, ValueError) as error:
        raise UploadError(f"“{path}” cannot be read: {_reason(error)}.", "Check its permissions.") from error
    if path.suffix.casefold().removeprefix(".") not in ACCEPTED_TYPES:
        raise UnsupportedTypeError(f"“{name}” is not of a type that is accepted.")
    if size == 0:
        raise UploadError(f"“{name}” is empty.", "Check that it was saved or copied completely.")
    if size > MAX_UPLOAD_BYTES:
        raise FileTooLargeError(f"“{name}” is {size / 1024 / 1024:.1f} MB; at most 500 MB are accepted.")
    if looks_like_text(head):
        raise UnsupportedTypeError(f"“{name}” holds text, not a clip, whatever its name says.")
    return size


def looks_like_text(head: bytes) -> bool:
    """Return whether a file that begins so is surely no media: every container has bytes that no text has."""
    try:
        # An incremental decoder waits for the rest of a character that is cut at the end.
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return bool(text) and all(each.isprintable() or each in "\t\r\n\f\ufeff" for each in text)


def next_block(size: int, seconds: float) -> int:
    """Return the size of the next block after one of `size` bytes took `seconds` to leave.

    Fast lines get large blocks, for speed; slow ones small blocks, so that progress is told several times a second.
    """
    if seconds < _FAST_S:
        return min(size * 2, BLOCK_MAX)
    return max(size // 2, BLOCK_MIN) if seconds > _SLOW_S else size


class _Progress:
    """Counts what has left, tells it now and then, and sets the pace."""

    def __init__(self, total: int, on_progress: OnProgress | None) -> None:
        self._total = total
        self._on_progress = on_progress
        self._sent = 0
        self._given = 0
        self._moment = self._told = time.monotonic()
        self.block = 4 * BLOCK_MIN

    def passed(self, block: bytes) -> bytes:
        """Note that the blocks before this one have left, and return it."""
        now = time.monotonic()
        if self._given == self.block:
            self.block = next_block(self.block, now - self._moment)
        self._moment = now
        self._sent += self._given
        self._given = len(block)
        if now - self._told >= _REPORT_S:
            self._told = now
            self._tell()
        return block

    def report(self) -> None:
        """Tell that everything has left."""
        self._sent += self._given
        self._given = 0
        self._tell()

    def _tell(self) -> None:
        if self._on_progress is not None:
            self._on_progress(UploadProgress(self._sent, self._total))


def _piece(size: int, path: Path, boundary: str) -> Piece:
    # Browsers and curl escape exactly these three in a file's name.
    name = path.name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
        f"Content-Type: {media_type(path)}\r\n\r\n"
    )
    return Piece(path, size, head.encode("utf-8", "replace"))


def media_type(path: Path) -> str:
    """Return the MIME type of an accepted file by its extension."""
    extension = path.suffix.casefold().removeprefix(".")
    family = "audio" if extension in AUDIO_TYPES else "image" if extension in IMAGE_TYPES else "video"
    return _MEDIA_TYPES.get(extension, f"{family}/{extension}")


def _open(piece: Piece) -> BinaryIO:
    try:
        file = piece.path.open("rb", buffering=0)
    except OSError as error:
        raise UploadError(
            f"“{piece.path.name}” cannot be read: {_reason(error)}.", "Check that it still exists."
        ) from error
    if os.fstat(file.fileno()).st_size != piece.size:
        file.close()
        raise _changed(piece)
    return file


def _read(file: BinaryIO, size: int, piece: Piece) -> bytes:
    try:
        block = file.read(size)
    except OSError as error:
        raise UploadError(
            f"“{piece.path.name}” cannot be read: {_reason(error)}.", "Check the disk."
        ) from error
    if not block:
        raise _changed(piece)
    return block


def _changed(piece: Piece) -> UploadError:
    return UploadError(
        f"“{piece.path.name}” changed while it was being sent.", "Wait until it is complete, then upload it."
    )


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")
