"""Finished files, named by the hash of their content and never seen half-written."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

    from nemodub_nb.local.store.home import Home

_CHUNK = 1024 * 1024
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_full(error: OSError) -> bool:
    """Tell whether writing failed because there is no room: a full disk, a quota, a limit on file sizes."""
    return error.errno in _FULL


@dataclass(frozen=True)
class StoredFile:
    """A file in the store."""

    sha256: str
    """Hex digest of the content."""
    suffix: str
    """With its dot, such as `.mp4`: what readers guess the format from."""
    size: int
    """Bytes."""

    @property
    def asset_id(self) -> str:
        """How drafts name it."""
        return f"sha256:{self.sha256}"


class Incoming:
    """A file on its way in: write, then `keep` or `discard`."""

    def __init__(self, files: Files, suffix: str) -> None:
        self._files = files
        self._suffix = suffix
        self.path = files.home.incoming / f"{uuid.uuid4().hex}{suffix}"
        self._stream: BinaryIO = self.path.open("wb")
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        """Append bytes; blocks for the disk. Raises OSError when there is no space left."""
        self._stream.write(data)
        self._hash.update(data)
        self.size += len(data)

    def finish(self) -> StoredFile:
        """Close the file for reading; it is not in the store yet."""
        self._stream.close()
        return StoredFile(self._hash.hexdigest(), self._suffix, self.size)

    def keep(self) -> StoredFile:
        """Move the file to its final name."""
        stored = self.finish()
        self._files.settle(self.path, stored)
        return stored

    def discard(self) -> None:
        """Remove what was written."""
        try:
            self._stream.close()
        finally:
            self.path.unlink(missing_ok=True)


class Files:
    """The folder of finished files."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def path(self, sha256: str, suffix: str) -> Path:
        """Return where that content is kept."""
        return self.home.files / sha256[:2] / f"{sha256}{suffix}"

    def incoming(self, suffix: str) -> Incoming:
        """Start a new file."""
        return Incoming(self, suffix)

    def settle(self, temporary: Path, stored: StoredFile) -> None:
        """Rename a finished temporary file to the name of its content."""
        final = self.path(stored.sha256, stored.suffix)
        final.parent.mkdir(exist_ok=True)
        temporary.replace(final)

    def add_bytes(self, content: bytes, suffix: str) -> StoredFile:
        """Keep a small content."""
        incoming = self.incoming(suffix)
        try:
            incoming.write(content)
            return incoming.keep()
        except BaseException:
            incoming.discard()
            raise

    def adopt(self, source: Path, *, move: bool = False) -> StoredFile:
        """Keep a file of the engine; blocks while it is hashed.

        Hard-linked where the disk allows it, so that a stem is stored once. `move` takes it away from its place.
        """
        digest = hashlib.sha256()
        size = 0
        with source.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
        stored = StoredFile(digest.hexdigest(), source.suffix.lower(), size)
        final = self.path(stored.sha256, stored.suffix)
        if final.exists():
            if move:
                source.unlink()
            return stored
        temporary = self.home.incoming / f"{uuid.uuid4().hex}{stored.suffix}"
        try:
            if move:
                shutil.move(source, temporary)
            else:
                _link_or_copy(source, temporary)
            self.settle(temporary, stored)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return stored


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
