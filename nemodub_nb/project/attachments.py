"""Transcripts, translation memories and glossaries as parts of a message."""

from __future__ import annotations

import codecs
import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from .errors import BadInputError

if TYPE_CHECKING:
    import pandas as pd

Files = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
Glossary: TypeAlias = "Files | Mapping[str, str | Mapping[str, str | None] | None] | pd.DataFrame"

_TRANSCRIPTS: Final = (".srt", ".vtt")
_MEMORIES: Final = (".csv", ".tmx", ".tsv")
_GLOSSARIES: Final = (".csv", ".tsv")
_MOST_BYTES: Final = 8 * 1024 * 1024
_MIB: Final = 1024 * 1024


def transcript_part(path: str | os.PathLike[str]) -> str:
    """Return a transcript (SRT or WebVTT) as a part. Raises BadInputError."""
    file = Path(path).expanduser()
    text = _read(file, "transcript", _TRANSCRIPTS)
    if "-->" not in text:
        raise BadInputError(f"{file.name} holds no subtitles.", "Give an SRT or WebVTT file.")
    return f"Transcript: {_title(file)}\n{text}"


def memory_parts(files: Files | None) -> list[str]:
    """Return translation memories (CSV or TMX) as parts. Raises BadInputError."""
    if files is None:
        return []
    paths = [files] if isinstance(files, str | os.PathLike) else list(files)
    found = []
    for path in paths:
        file = Path(path).expanduser()
        found.append(f"Translation memory: {_title(file)}\n{_read(file, 'translation memory', _MEMORIES)}")
    return found


def glossary_parts(given: Glossary | None) -> list[str]:
    """Return glossaries as parts: CSV files, a DataFrame with the columns of one, or a mapping.

    A mapping has a term with its wording, with its wording by language, or with None for a name that is not translated.
    An empty one is no part: see `no_glossary`. Raises BadInputError.
    """
    if given is None:
        return []
    if hasattr(given, "to_csv"):
        table = cast("pd.DataFrame", given)
        return [] if table.empty else [f"Glossary: glossary.csv\n{table.to_csv(index=False)}"]
    if isinstance(given, Mapping):
        return [f"Glossary: glossary.csv\n{_as_csv(given)}"] if given else []
    paths = [given] if isinstance(given, str | os.PathLike) else list(given)
    files = [Path(path).expanduser() for path in paths]
    return [f"Glossary: {_title(file)}\n{_read(file, 'glossary', _GLOSSARIES)}" for file in files]


def no_glossary(given: Glossary | None, parts: Sequence[str]) -> bool:
    """Tell whether a glossary was given that is empty: it takes away the one before. None leaves that as it is."""
    return given is not None and not parts


def _as_csv(terms: Mapping[str, str | Mapping[str, str | None] | None]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("source", "target", "target_language"))
    for term, wanted in terms.items():
        by_language = wanted if isinstance(wanted, Mapping) else {"*": wanted}
        writer.writerows((term, target or "", language) for language, target in by_language.items())
    return out.getvalue()


def _title(file: Path) -> str:
    return " ".join(file.name.split())


def _read(file: Path, what: str, kinds: tuple[str, ...]) -> str:
    if file.suffix.lower() not in kinds:
        raise BadInputError(
            f"{file.name} is not a {what}.", f"Give a file that ends in {' or '.join(kinds)}."
        )
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise BadInputError(
                f"{file.name} is larger than {_MOST_BYTES // _MIB} MB.", f"Give a smaller {what}."
            )
        data = file.read_bytes()
    except OSError as error:
        raise BadInputError(
            f"The {what} {file} cannot be read ({error.strerror}).", "Check the path."
        ) from error
    return _decoded(data)


def _decoded(data: bytes) -> str:
    """Decode by the byte order mark, else as UTF-8, else as the old Western encoding that many subtitles have."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
