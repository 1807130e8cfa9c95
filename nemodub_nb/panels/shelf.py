"""The files that a page may have from the kernel's machine, and pieces of them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.project.display import relative, shown_path
from nemodub_nb.project.safe import plain

if TYPE_CHECKING:
    from nemodub_nb.project import Clip, Export

PIECE_BYTES: Final = 1024 * 1024
"""The most that one message carries."""
SOURCE: Final = "source"
WHOLE: Final = "all"
_TYPES: Final = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/mp4",
    ".webm": "video/webm",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".wav": "audio/wav",
    ".opus": "audio/ogg",
    ".vtt": "text/vtt",
    ".srt": "application/x-subrip",
    ".json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One file on the shelf."""

    key: str
    """What the page calls it; never a path."""
    path: Path
    size: int
    """Bytes."""
    stamp: str
    """Differs when the file does."""

    @property
    def type(self) -> str:
        """The MIME type that a browser wants to hear."""
        return _TYPES.get(self.path.suffix.lower(), "application/octet-stream")

    @property
    def plays(self) -> bool:
        """Whether browsers play it."""
        return self.type.startswith(("video/", "audio/"))

    def facts(self) -> dict[str, Any]:
        """Return what the page is told."""
        return {
            "key": self.key,
            "name": plain(self.path.name),
            "size": self.size,
            "stamp": self.stamp,
            "type": self.type,
            "href": relative(self.path),
            "path": shown_path(self.path),
        }


class FileGoneError(Exception):
    """The file is not what it was when it was put on the shelf."""


def shelf(clip: Clip | None, exports: Iterable[Export]) -> dict[str, Item]:
    """Return the clip and the exports' files that are there, by their keys. Nothing else is ever read for a page."""
    found = [*_named(clip, exports)]
    return {item.key: item for key, path in found if (item := _item(key, path)) is not None}


def piece(item: Item, offset: int, length: int) -> bytes:
    """Return a piece of a file. Raises FileGoneError when the file has changed, OSError when it cannot be read."""
    with item.path.open("rb") as file:
        if _stamp(os.fstat(file.fileno())) != item.stamp:
            raise FileGoneError
        file.seek(offset)
        return file.read(min(length, PIECE_BYTES))


def _named(clip: Clip | None, exports: Iterable[Export]) -> Iterator[tuple[str, Path]]:
    if clip is not None and clip.path is not None:
        yield SOURCE, clip.path
    for one in exports:
        for path in files(one):
            yield key(one, path), path


def files(one: Export) -> tuple[Path, ...]:
    """Return the files of an export, the video first."""
    return (one.video, *one.subtitles, *(one.reports or (one.report,)))


def key(one: Export, path: Path) -> str:
    """Return what the page calls a file of an export: its language and ending; `all.es.srt` for one of several."""
    if one.language is None and one.languages:
        return f"{WHOLE}.{path.name.removeprefix(f'{one.video.stem}.')}"
    return f"{one.language or WHOLE}{path.suffix.lower()}"


def _item(key_: str, path: Path) -> Item | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return Item(key_, path, facts.st_size, _stamp(facts)) if stat.S_ISREG(facts.st_mode) else None


def _stamp(facts: os.stat_result) -> str:
    return f"{facts.st_size}-{facts.st_mtime_ns}"
