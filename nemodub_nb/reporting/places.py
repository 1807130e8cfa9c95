"""Finds, reads and names files by path or, where fsspec is installed, by URL."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from nemodub_nb.project import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterator


def is_url(place: str) -> bool:
    """Tell whether a place is a URL; a path that begins with a drive is none."""
    return "://" in place


def name(place: str) -> str:
    """Return the last part of a place."""
    return (
        place.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
        if is_url(place)
        else Path(place).absolute().name
    )


def sibling(place: str, last: str) -> str:
    """Return the file of that name beside a place."""
    return f"{place.rpartition('/')[0]}/{last}" if is_url(place) else str(Path(place).parent / last)


def child(folder: str, last: str) -> str:
    """Return the file of that name in a folder."""
    return f"{folder.rstrip('/')}/{last}" if is_url(folder) else str(Path(folder) / last)


def exists(place: str) -> bool:
    """Tell whether there is a file. Raises BadInputError for a URL that nothing here can read."""
    if is_url(place):
        files, path = _filesystem(place)
        return bool(files.isfile(path))
    return Path(place).is_file()


def below(folder: str, ending: str) -> list[str]:
    """Return the files below a folder whose names end so, sorted. Raises BadInputError when there is no such folder."""
    if is_url(folder):
        files, root = _filesystem(folder)
        return [files.unstrip_protocol(path) for path in sorted(files.find(root)) if path.endswith(ending)]
    if not Path(folder).is_dir():
        raise BadInputError(f"{folder} is not a folder.", "Give a folder that holds reports of exports.")
    return sorted(str(path) for path in Path(folder).rglob(f"*{ending}") if path.is_file())


@contextmanager
def opened(place: str) -> Iterator[IO[bytes]]:
    """Open a file for reading. Raises OSError and BadInputError."""
    if is_url(place):
        files, path = _filesystem(place)
        with files.open(path, "rb") as file:
            yield file
    else:
        with Path(place).open("rb") as file:
            yield file


def _filesystem(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs

        files, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise BadInputError(
            f"{url.partition('://')[0]}:// cannot be read here ({error}).",
            "Install what reads it, such as fsspec and s3fs, or give a folder of this machine.",
        ) from error
    return files, path
