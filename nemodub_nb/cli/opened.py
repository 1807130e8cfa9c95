"""Opens a project for a command, with its clip uploaded and its errors turned into the command's."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nemodub_nb.cli import failure
from nemodub_nb.cli.failure import CommandError
from nemodub_nb.cli.lines import Live, Spinner

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from nemodub_nb.project import Project


def add_clip(parser: argparse.ArgumentParser, out: str) -> None:
    """Add what every command about a clip takes: the clip, its languages, where to write (`out`), and what belongs to it."""
    parser.add_argument("clip", metavar="CLIP", type=Path, help="the video or sound file")
    parser.add_argument(
        "--to",
        metavar="LANGUAGES",
        required=True,
        help="tags or names, parted by commas: es,fr,de or Spanish",
    )
    parser.add_argument(
        "--from", dest="source", metavar="LANGUAGE", help="what is spoken (default: found out)"
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        default=Path(out),
        help="where to write (default: ./%(default)s)",
    )
    parser.add_argument(
        "--backend",
        choices=("local", "cloud"),
        help="this machine or the NemoVideo cloud (default: cloud if NEMO_TOKEN is set, else local)",
    )
    parser.add_argument("--transcript", metavar="FILE", type=Path, help="what is said, as SRT or VTT")
    parser.add_argument(
        "--memory",
        metavar="FILE",
        type=Path,
        action="append",
        help="reviewed translations, as CSV or TMX; repeatable",
    )
    parser.add_argument(
        "--glossary",
        metavar="FILE",
        type=Path,
        action="append",
        help="terms with their wording, and names to keep, as CSV; repeatable",
    )
    parser.add_argument(
        "--lines",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="a table of lines that was looked over, as `nemodub review` writes it; repeatable",
    )


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
