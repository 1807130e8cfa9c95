"""What is looked at before a command starts anything: paths, languages and folders that were given."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from nemodub_nb.cli.failure import BadInputError
from nemodub_nb.contract import ACCEPTED_TYPES, IMAGE_TYPES, MAX_UPLOAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nemodub_nb.local.store.home import Home


def clip(path: Path) -> Path:
    """Return the absolute path of a clip that can be sent."""
    _file(path)
    kind = _kind(path)
    accepted = [one for one in ACCEPTED_TYPES if one not in IMAGE_TYPES]
    if kind not in accepted:
        raise BadInputError(
            f"{path} is not a kind of file that can be dubbed.", f"Use one of: {', '.join(accepted)}."
        )
    size = path.stat().st_size
    if size == 0:
        raise BadInputError(f"{path} is empty.", "Give the clip itself; perhaps its download did not finish.")
    if size > MAX_UPLOAD_BYTES:
        limit = MAX_UPLOAD_BYTES // 1024**2
        raise BadInputError(
            f"{path} is larger than the limit: {size / 1024**2:.0f} of {limit} MB.",
            "Compress or trim the clip.",
        )
    _look_into(path)
    return path.absolute()


def texts(transcript: Path | None, memories: Sequence[Path], glossaries: Sequence[Path] = ()) -> None:
    """Read the transcript, the translation memories and the glossaries as they will be read later."""
    if transcript is None and not memories and not glossaries:
        return
    from nemodub_nb.project import BadInputError as NotUsableError
    from nemodub_nb.project.attachments import glossary_parts, memory_parts, transcript_part

    try:
        given = [transcript_part(transcript)] if transcript is not None else []
        found = memory_parts(memories)
        terms = glossary_parts(glossaries)
    except NotUsableError as error:
        raise BadInputError(error.message, error.advice) from None
    _read_into(given, found, terms)


def language(text: str) -> str:
    """Return the tag of one language."""
    tags = languages(text)
    if len(tags) > 1:
        raise BadInputError(f"“{text}” names several languages.", "Give one, the one that is spoken.")
    return tags[0]


def languages(text: str) -> list[str]:
    """Return the tags of languages parted by commas, each once."""
    from nemodub_nb.languages import UnknownLanguageError, parse

    try:
        tags = list(dict.fromkeys(parse(one) for one in text.split(",") if one.strip()))
    except UnknownLanguageError as error:
        raise BadInputError(str(error)) from None
    if not tags:
        raise BadInputError("No language was given.", "Name at least one, such as es or es,fr,de.")
    return tags


def folder(path: Path) -> Path:
    """Return the absolute path of a folder that can be written to, made if it is not there."""
    path = path.expanduser().absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise BadInputError(
            f"The folder {path} cannot be written to ({error.strerror or error}).",
            "Choose another one with --out.",
        ) from None
    return path


def tables(paths: Sequence[Path]) -> None:
    """Check that tables of lines are there."""
    for path in paths:
        _file(path.expanduser())


def _read_into(transcripts: Sequence[str], memories: Sequence[str], glossaries: Sequence[str]) -> None:
    """Read what is in the texts where the embedded backend is here; `<kind>: <name>` is the first line of each."""
    try:
        from nemodub_nb.local.engine.errors import BadTranscriptError
        from nemodub_nb.local.engine.translate import glossary, memory
        from nemodub_nb.timed_text import parse_subtitles
    except ImportError:
        return
    for part in transcripts:
        head, _, text = part.partition("\n")
        if not parse_subtitles(text):
            raise BadInputError(
                f"The transcript {head.partition(': ')[2]} has no timed lines.",
                "Give an SRT or VTT file, or leave the transcript out to have the speech recognised.",
            )
    parsed = [*((part, memory.parse) for part in memories), *((part, glossary.parse) for part in glossaries)]
    for part, parse in parsed:
        head, _, text = part.partition("\n")
        try:
            parse(text, head.partition(": ")[2])
        except BadTranscriptError as error:
            raise BadInputError(error.message, error.advice) from None


def home() -> Home:
    """Return the folder of models and finished steps, made if it is not there."""
    from nemodub_nb.local.store.home import Home

    try:
        return Home.open()
    except OSError as error:
        raise BadInputError(
            f"The home folder {error.filename or ''} cannot be used ({error.strerror or error}).",
            "Set NEMODUB_HOME to another.",
        ) from None


def _look_into(path: Path) -> None:
    """Open the clip where the embedded backend's libraries are here; elsewhere the server will tell."""
    try:
        from nemodub_nb.local.engine.errors import NotMediaError
        from nemodub_nb.local.engine.media.probe import probe
    except ImportError:
        return
    try:
        found = probe(path)
    except NotMediaError as error:
        raise BadInputError(error.message, error.advice) from None
    if not found.audio_tracks:
        raise BadInputError(
            f"{path} has no sound, so there is no voice to dub.", "Use a clip in which somebody speaks."
        )


def _file(path: Path) -> None:
    if path.is_dir():
        raise BadInputError(f"{path} is a folder.", "Give a file.")
    if not path.exists():
        raise BadInputError(f"{path} does not exist.", "Check the path.")
    if not path.is_file() or not os.access(path, os.R_OK):
        raise BadInputError(f"{path} cannot be read.", "Check its permissions.")


def _kind(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")
