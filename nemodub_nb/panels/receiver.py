"""Takes a file that arrives in slices, in any order and twice, straight to the disk."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.client import UploadError
from nemodub_nb.project.errors import ProjectError
from nemodub_nb.project.safe import file_stem, plain
from nemodub_nb.project.uploads import check_offer

if TYPE_CHECKING:
    from io import FileIO

FOLDER: Final = "nemodub-uploads"
"""Where files dropped in the page are kept, beside the notebook."""
AHEAD: Final = 32 * 1024 * 1024
"""No byte is taken further than this behind the first one missing.

So a file that was left half-way holds everything but, at most, its last AHEAD bytes, and needs no record of its gaps.
"""
_MIB: Final = 1024 * 1024
_LONGEST_STEM: Final = 180
"""In bytes: with what is added, a name stays below the 255 that file systems take."""
_KEY_DIGITS: Final = 16
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class ReceiveError(ProjectError):
    """A file that the page sent could not be kept."""


class DiskFullError(ReceiveError):
    """There is no room for the file."""


class ChangedError(ReceiveError):
    """What arrived is not what the page read; nothing of it is kept."""


@dataclass(frozen=True)
class Offer:
    """A file as the page describes it."""

    name: str
    """Fit to name a file with, whatever the page said."""
    size: int
    """In bytes."""
    modified: int
    """When it was last changed, in milliseconds since 1970."""

    @classmethod
    def read(cls, said: Any) -> Offer:
        """Return the file that a message of the page describes.

        Raises UnsupportedTypeError, FileTooLargeError or UploadError for one that is not accepted.
        """
        name, size, modified = (said.get(key) for key in ("name", "size", "modified"))
        if not isinstance(name, str) or type(size) is not int or type(modified) is not int:
            raise UploadError(
                "The page did not say which file it sends.", "Reload the page, then drop it again."
            )
        stem = file_stem(name).encode()[:_LONGEST_STEM].decode(errors="ignore").strip(" .")
        _, dot, ending = name.rpartition(".")  # of the name as it came: an escape sequence may hide the dot
        kind = check_offer(f"{stem}.{plain(ending, 20)}" if dot else stem, size)
        return cls(f"{stem}.{kind}", size, modified)

    @property
    def key(self) -> str:
        """The same for the same file, also after the page or the kernel has been started again."""
        said = f"{self.size}:{self.modified}:{self.name}".encode()
        return hashlib.sha256(said).hexdigest()[:_KEY_DIGITS]


class Receiver:
    """One file on its way to the disk. Every method blocks for as long as the disk takes, and may be called from any thread."""

    def __init__(self, folder: Path, offer: Offer) -> None:
        self.offer = offer
        self.folder = folder
        self.part = folder / f"{Path(offer.name).stem}.{offer.key}.part"
        """What has arrived so far."""
        self.reused = False
        """Whether the same file was there already when it was finished."""
        self._lock = threading.Lock()
        self._file: FileIO | None = None
        self._mark = 0
        self._later: list[tuple[int, int]] = []
        self._hash = hashlib.sha256()

    @property
    def mark(self) -> int:
        """How many bytes have arrived without a gap."""
        return self._mark

    def open(self) -> int:
        """Make ready, and return the mark: more than 0 when an earlier start left something to go on from.

        Raises ReceiveError for a folder that cannot be written and DiskFullError before a byte is sent.
        """
        with self._lock, self._naming_errors():
            if self._file is None:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._file = self._opened()
                if self._length() < self._mark:  # somebody removed it meanwhile
                    self._reset()
                if self._mark == 0:
                    self._advance(min(self.offer.size, self._length() - AHEAD))
                missing = self.offer.size - self._length()
                if missing > shutil.disk_usage(self.folder).free:
                    raise OSError(errno.ENOSPC, "no room")
            return self._mark

    def write(self, at: int, data: bytes | memoryview) -> bool:
        """Write one slice at its place, and tell whether it was taken: not when it lies too far ahead.

        Raises ReceiveError for a slice that is no part of the file, and what `open` raises.
        """
        data = memoryview(data).cast("B")
        end = at + len(data)
        if at < 0 or end > self.offer.size:
            raise ReceiveError(
                f"A slice lies outside {self.offer.name}.", "The file was changed meanwhile: send it again."
            )
        with self._lock, self._naming_errors():
            if self._file is None or end > self._mark + AHEAD:
                return False
            if end > self._mark:
                self._put(at, data)
                if at <= self._mark:
                    self._hash.update(data[self._mark - at :])
                    self._mark = end
                    self._join()
                elif (at, end) not in self._later:
                    self._later.append((at, end))
            return True

    def pause(self) -> None:
        """Close the file; what has arrived stays, and `open` goes on from there."""
        with self._lock:
            self._close()

    def discard(self) -> None:
        """Forget the file, and remove what has arrived."""
        with self._lock:
            self._close()
            self._forget()

    def finish(self, digest: str) -> Path:
        """Give the complete file its name, and return where it lies.

        digest: the SHA-256 of what the page read, in hex. A file that is there already under that name is reused when it is
        the same, and never written over. Raises ChangedError when the hashes differ or bytes are missing.
        """
        with self._lock, self._naming_errors():
            if self._mark < self.offer.size or digest != self.digest:
                self._close()
                self._forget()
                raise ChangedError(
                    f"{self.offer.name} did not arrive as it was read.",
                    "Wait until nothing writes to the file any more, then drop it again.",
                )
            self._close()
            return self._named()

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes up to the mark, in hex."""
        return self._hash.hexdigest()

    def _opened(self) -> FileIO:
        # Append would ignore the place, "w" would empty what is there, "r+" wants it to be there.
        descriptor = os.open(self.part, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        return os.fdopen(descriptor, "r+b", buffering=0)

    def _length(self) -> int:
        assert self._file is not None
        return os.fstat(self._file.fileno()).st_size

    def _put(self, at: int, data: memoryview) -> None:
        assert self._file is not None
        self._file.seek(at)
        while data:
            data = data[self._file.write(data) :]

    def _join(self) -> None:
        """Move the mark over slices that came early."""
        waiting = sorted(self._later)
        for start, end in waiting:
            if start > self._mark:
                break
            self._advance(end)
        self._later = [one for one in waiting if one[0] > self._mark]

    def _advance(self, to: int) -> None:
        """Move the mark over bytes that are on the disk already."""
        assert self._file is not None
        while self._mark < to:
            self._file.seek(self._mark)
            block = self._file.read(min(_MIB, to - self._mark))
            if not block:
                return
            self._hash.update(block)
            self._mark += len(block)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None

    def _forget(self) -> None:
        self._reset()
        self.part.unlink(missing_ok=True)

    def _reset(self) -> None:
        self._mark, self._later, self._hash = 0, [], hashlib.sha256()

    def _named(self) -> Path:
        stem, kind = Path(self.offer.name).stem, Path(self.offer.name).suffix
        for number in count(1):
            target = self.folder / (f"{stem}{kind}" if number == 1 else f"{stem}-{number}{kind}")
            # Making the name first keeps another upload that ends at this moment from taking it too.
            try:
                target.open("xb").close()
            except FileExistsError:
                if self._is_same(target):
                    self.part.unlink(missing_ok=True)
                    self.reused = True
                    return target
                continue
            try:
                self.part.replace(target)
            except OSError:
                target.unlink()
                raise
            return target
        raise AssertionError  # count() has no end

    def _is_same(self, other: Path) -> bool:
        if not other.is_file() or other.stat().st_size != self.offer.size:
            return False
        with other.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self.digest

    @contextlib.contextmanager
    def _naming_errors(self) -> Iterator[None]:
        """Turn what the system says into what a person can do about it; what has arrived stays."""
        try:
            yield
        except OSError as error:
            self._close()
            if error.errno in _FULL:
                raise DiskFullError(
                    f"There is no room for {self.offer.name} on the kernel's disk.",
                    f"Make {self.offer.size / _MIB:.0f} MB free, then go on.",
                ) from error
            raise ReceiveError(
                f"{self.folder} cannot be written ({error.strerror or error}).",
                "Put the notebook into a folder of your own, then drop the file again.",
            ) from error
