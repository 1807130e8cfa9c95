"""Writing so that a file is either whole under its name or not there at all."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nemodub_nb.local.engine.errors import NoSpaceError

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says when nothing more can be kept."""
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENOENT, errno.EEXIST})


@contextmanager
def whole_file(target: str | Path, *, keep: bool = True) -> Iterator[Path]:
    """Give a temporary path beside `target`; it takes that name when the block ends well, else it is removed.

    With `keep=False` it is removed in any case: room for what is needed on the way.

    Raises NoSpaceError when the disk is full or the folder cannot be written.
    """
    path = Path(target)
    temporary = path.with_name(f".{path.name[:80]}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.touch(exist_ok=False)
        with writing(path):
            yield temporary
            if keep:
                temporary.replace(path)
    finally:
        with _ignored():
            temporary.unlink(missing_ok=True)


def no_space(folder: Path) -> NoSpaceError:
    """Return the error of a full disk."""
    return NoSpaceError(
        f"There is no space left in {folder}.",
        "Free some space or choose another folder, then run again; what is finished is kept.",
    )


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in plain words what the system says in numbers when `path` cannot be written."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise no_space(path.parent) from error
        if error.errno in _FORBIDDEN and _is_about(error, path):
            raise NoSpaceError(
                f"{path.name} cannot be written in {path.parent}.",
                "Choose a folder that you may write to, or change its permissions.",
            ) from error
        raise


def _is_about(error: OSError, path: Path) -> bool:
    """Tell whether an error names the target, its temporary file or its folder, and not some source."""
    if not error.filename:
        return True
    named = Path(os.fsdecode(error.filename))
    return named == path or named.parent == path.parent or named in path.parents


@contextmanager
def _ignored() -> Iterator[None]:
    try:
        yield
    except OSError:
        return
