"""Opens a project for a command, with its clip uploaded and its errors turned into the command's."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nemodub_nb.cli import failure
from nemodub_nb.cli.failure import CommandError
from nemodub_nb.cli.lines import Live, Spinner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nemodub_nb.project import Project


@contextmanager
def opened(clip: Path, backend: str | None, live: Live) -> Iterator[Project]:
    """Give a project that holds a clip. Raises CommandError, BadInputError for what the caller can mend."""
    with errors(), Spinner("ready", live, quiet=True):
        from nemodub_nb import project as room

        # A name on disk may hold bytes that are no text.
        name = failure.one_line(clip.stem) or "clip"
        project = room.open_project(name, backend=backend)  # type: ignore[arg-type]  # argparse knows the choices
    with errors(), project:
        with Spinner(f"upload {clip.name}", live):
            project.upload(clip, show=False)
        yield project


def apply_lines(project: Project, files: Iterable[Path], live: Live) -> None:
    """Apply reviewed tables of lines, the transcript's before the languages'; a table that changes nothing is fine."""
    from nemodub_nb.project import NothingChangedError

    for file in sorted(files, key=_is_of_language):
        with Spinner(f"apply {file.name}", live):
            try:
                project.edit(file, show=False)
            except NothingChangedError:
                continue


def _is_of_language(file: Path) -> bool:
    """Tell whether a table of lines has a column of languages; the transcript's has none."""
    with file.open(encoding="utf-8-sig", errors="replace") as text:
        return "language" in text.readline(4096)


@contextmanager
def errors() -> Iterator[None]:
    """Turn the project's errors into the command's: what the caller can mend is bad input."""
    from nemodub_nb import client, project

    bad = (project.BadInputError, client.UnsupportedTypeError, client.FileTooLargeError, client.UploadError)
    try:
        yield
    except bad as error:
        raise failure.BadInputError(error.message, error.advice) from None
    except client.NemoError as error:
        raise CommandError(error.message, error.advice) from None
