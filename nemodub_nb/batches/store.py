"""Files by fsspec URL: fetched to this machine where they are not on it, and put in place whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import fsspec
from fsspec.implementations.local import LocalFileSystem

from nemodub_nb.project import home_folder

_KEPT_BYTES: Final = 8 * 1024**3
"""Fetched files may take this much of a worker's disk."""
_IN_USE_S: Final = 3600.0
"""A fetched file that was looked at so recently is never removed."""
_PIECE_BYTES: Final = 128 * 1024
"""What is brought at once of a file that is only looked into."""
_MAKING: Final = ".nemodub/making"
_ABANDONED_S: Final = 3600.0
_STAMPS: Final = ("ETag", "etag", "LastModified", "last_modified", "mtime", "size")


class Store:
    """A folder of finished files, on this machine or anywhere that fsspec reaches."""

    def __init__(self, url: str) -> None:
        """Open the folder at an absolute path or URL; nothing is made yet."""
        self.url = url.rstrip("/")
        self.files, self._root = filesystem(self.url)
        self.local = isinstance(self.files, LocalFileSystem)

    def path(self, name: str) -> str:
        """Return where a file of the store is, as its file system says it."""
        return f"{self._root}/{name}"

    def link(self, name: str) -> str:
        """Return where a file of the store is, as people open it: a path on this machine, a URL elsewhere."""
        return self.path(name) if self.local else f"{self.url}/{name}"

    def names(self) -> dict[str, int]:
        """Return every finished file at the top of the store with its size in bytes."""
        with contextlib.suppress(FileNotFoundError):
            found = self.files.ls(self._root, detail=True)
            return {_last(one["name"]): int(one["size"] or 0) for one in found if one["type"] == "file"}
        return {}

    def list(self, folder: str) -> list[str]:
        """Return the sorted names of the files of a folder."""
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            return sorted(
                f"{folder}/{_last(name)}" for name in self.files.ls(self.path(folder), detail=False)
            )
        return []

    def exists(self, name: str) -> bool:
        """Tell whether a file is there, which means that it is whole."""
        if self.local:
            return os.path.exists(self.path(name))  # noqa: PTH110 - paths of a store are strings on every file system
        # Another machine may have put it there since this one looked.
        self.files.invalidate_cache(self.files._parent(self.path(name)))  # noqa: SLF001 - fsspec has no public name for it
        return bool(self.files.exists(self.path(name)))

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes, None when it is not there."""
        try:
            return bytes(self.files.cat_file(self.path(name)))
        except FileNotFoundError:
            return None

    def value(self, name: str) -> Any:
        """Return a file's JSON value, None when it is not there."""
        found = self.read(name)
        return None if found is None else json.loads(found)

    def write(self, name: str, content: bytes) -> None:
        """Write a file that appears under its name only when it is whole."""
        if not self.local:
            self.files.pipe_file(self.path(name), content)
            return
        with self.making(name) as path:
            path.write_bytes(content)

    def keep(self, name: str, value: object) -> None:
        """Write a JSON value."""
        self.write(name, json.dumps(value, ensure_ascii=False, indent=1).encode(errors="replace"))

    @contextlib.contextmanager
    def making(self, name: str) -> Iterator[Path]:
        """Give a path on this machine to write to; what is there at the end is the file."""
        final = self.path(name)
        folder = Path(self.path(_MAKING)) if self.local else scratch() / "making"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{uuid.uuid4().hex}{Path(name).suffix}"
        try:
            yield path
            if self.local:
                Path(final).parent.mkdir(parents=True, exist_ok=True)
                path.replace(final)
            else:
                self.files.put_file(str(path), final)
        finally:
            path.unlink(missing_ok=True)

    def sweep(self, older_s: float = _ABANDONED_S) -> None:
        """Remove what killed processes have begun to write; what is being written changes all the time."""
        if self.local:
            oldest = time.time() - older_s
            for part in Path(self.path(_MAKING)).glob("*"):
                with contextlib.suppress(OSError):
                    if part.stat().st_mtime < oldest:
                        part.unlink()

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        with contextlib.suppress(FileNotFoundError):
            self.files.rm_file(self.path(name))

    def fetch(self, name: str) -> Path:
        """Return a path on this machine that holds a file of the store. Stores never change a file."""
        return Path(self.path(name)) if self.local else fetch(f"{self.url}/{name}", "")


def filesystem(url: str) -> tuple[Any, str]:
    """Return the file system of a path or URL, and the path as that file system says it."""
    files, path = fsspec.core.url_to_fs(url)
    return files, str(path).rstrip("/")


def stamp(info: dict[str, Any]) -> str:
    """Return what changes when a file does, from what its file system says of it."""
    marks = [str(info.get(name)) for name in _STAMPS]
    if "mtime" not in info:  # where both are there, `created` also changes when a file is renamed
        marks.append(str(info.get("created")))
    return hashlib.sha256(repr(marks).encode()).hexdigest()[:16]


def fetch(source: str, version: str) -> Path:
    """Return a path on this machine with the content of a path or URL; fetched once a machine and version.

    Raises OSError.
    """
    if kept := fetched(source, version):
        return kept
    files, path = filesystem(source)
    kept = _kept_at(source, version, path)
    folder = kept.parent
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{uuid.uuid4().hex}.part"
    try:
        files.get_file(path, str(part))
        _make_room(folder, part.stat().st_size)
        part.replace(kept)
    finally:
        part.unlink(missing_ok=True)
    return kept


def fetched(source: str, version: str) -> Path | None:
    """Return where `fetch` finds a path or URL without any way; None when it would have to fetch it."""
    files, path = filesystem(source)
    if isinstance(files, LocalFileSystem):
        return Path(path)
    kept = _kept_at(source, version, path)
    if not kept.exists():
        return None
    kept.touch()
    return kept


def _kept_at(source: str, version: str, path: str) -> Path:
    name = hashlib.sha256(f"{source} {version}".encode(errors="surrogatepass")).hexdigest()
    return scratch() / "fetched" / f"{name}{Path(path).suffix}"


def opened(source: str) -> IO[bytes]:
    """Open a URL so that its reader has what it looks at brought here, piece by piece. Raises OSError."""
    files, path = filesystem(source)
    file: IO[bytes] = files.open(path, "rb", block_size=_PIECE_BYTES, cache_type="readahead")
    return file


def scratch() -> Path:
    """Return this machine's folder for files that may be lost at any time."""
    return home_folder() / "batch"


@contextlib.contextmanager
def workbench() -> Iterator[Path]:
    """Give a folder that is the engine's home for one task: the models are this machine's, the rest is gone after it.

    A thread always gets the same path, so that an engine that stays finds its models where they were.
    """
    # Machines may share a home folder.
    folder = scratch() / "work" / f"{platform.node()}-{os.getpid()}-{threading.get_ident()}"
    models = home_folder() / "models"
    models.mkdir(parents=True, exist_ok=True)
    _empty(folder)
    (folder / "cache").mkdir(parents=True, exist_ok=True)
    # Where links are not allowed, models that are missing are fetched for each task.
    with contextlib.suppress(OSError):
        (folder / "models").symlink_to(models, target_is_directory=True)
    try:
        yield folder
    finally:
        _empty(folder)


def _empty(folder: Path) -> None:
    """Remove everything but the link to the models."""
    for one in folder.glob("*"):
        if one.name != "models":
            shutil.rmtree(one, ignore_errors=True) if one.is_dir() else one.unlink(missing_ok=True)


def sweep(older_s: float = 24 * 3600.0) -> None:
    """Remove what killed processes of this machine left behind."""
    oldest = time.time() - older_s
    left = ("work/*", "making/*", "exports/*", "named/*", "fetched/.*.part")
    for part in (one for pattern in left for one in scratch().glob(pattern)):
        with contextlib.suppress(OSError):
            if part.stat().st_mtime < oldest:
                _empty(part) if part.is_dir() else part.unlink()
                if part.is_dir():
                    (part / "models").unlink(missing_ok=True)
                    part.rmdir()


def _make_room(folder: Path, needed_bytes: int) -> None:
    """Remove the files that were not used for longest."""
    kept = sorted((one.stat().st_mtime, one.stat().st_size, one) for one in folder.glob("[!.]*"))
    total = sum(size for _, size, _ in kept) + needed_bytes
    for used_at, size, path in kept:
        if total <= _KEPT_BYTES or used_at > time.time() - _IN_USE_S:
            return
        path.unlink(missing_ok=True)
        total -= size


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]
