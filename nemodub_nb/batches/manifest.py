"""Reads what a batch is given: a table, a list, a folder or a pattern becomes clips with their choices."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from fsspec.implementations.local import LocalFileSystem

from nemodub_nb import languages
from nemodub_nb.contract import ACCEPTED_TYPES, IMAGE_TYPES, MAX_UPLOAD_BYTES
from nemodub_nb.project import BadInputError
from nemodub_nb.project.safe import file_stem, plain
from nemodub_nb.project.uploads import SIDECARS

from .store import filesystem, stamp
from .work import Choices, Clip, Refusal, digest

if TYPE_CHECKING:
    import pandas as pd

Manifest = "pd.DataFrame | str | os.PathLike[str] | Iterable[str | os.PathLike[str]]"
_SOURCES: Final = ("source", "path", "url", "file", "clip")
"""Columns that may name the clip; the first that is there does."""
_KNOWN: Final = frozenset(
    (*_SOURCES, "languages", "voice", "memory", "glossary", "source_language", "transcript", "sentence")
)
_TABLES: Final = (".csv", ".parquet")
_CLIPS: Final = tuple(kind for kind in ACCEPTED_TYPES if kind not in IMAGE_TYPES)
_LOOKERS: Final = 16


@dataclass(frozen=True)
class Wanted:
    """What holds for every row that does not say otherwise."""

    languages: tuple[str, ...]
    choices: Choices
    backend: Literal["local", "cloud"]


def read(manifest: Any, wanted: Wanted) -> list[Clip]:
    """Return the clips of a manifest in its order; those that cannot be dubbed say why.

    Raises BadInputError for a manifest that cannot be read.
    """
    rows = _rows(manifest)
    if not rows:
        raise BadInputError("The manifest names no clip.", "Give at least one path or URL.")
    if not wanted.languages and any(not _text(row.get("languages")) for row in rows):
        raise BadInputError("No language was given.", "Name at least one, such as to=['es'].")
    with ThreadPoolExecutor(_LOOKERS) as lookers:
        found = list(lookers.map(lambda row: _clip(row, wanted), rows))
    return _distinct(found)


def parse_languages(given: Any) -> tuple[str, ...]:
    """Return tags, each once, of a text with commas or of several texts. Raises UnknownLanguageError."""
    parts = given.split(",") if isinstance(given, str) else [str(one) for one in given]
    return tuple(dict.fromkeys(languages.parse(part) for part in parts if part.strip()))


def absolute(source: str, base: str | None = None) -> str:
    """Return a path as an absolute path, a URL as it is; a relative one lies below `base`."""
    if "://" in source:
        return source
    if base and "://" in base:
        return source if os.path.isabs(source) else f"{base}/{source}"  # noqa: PTH117 - part of a URL
    return os.path.abspath(Path(base or ".") / Path(source).expanduser())  # noqa: PTH100 - links stay what they are


def _rows(manifest: Any) -> list[dict[str, Any]]:
    if hasattr(manifest, "columns"):
        return _table(manifest, None)
    if not isinstance(manifest, str | os.PathLike):
        return [{"source": absolute(os.fspath(one))} for one in manifest]
    url = absolute(os.fspath(manifest))
    if url.casefold().endswith(_TABLES):
        return _table(_read_table(url), url.rpartition("/")[0])
    try:
        return [{"source": source} for source in _listed(url)]
    except (OSError, ValueError, ImportError) as error:
        raise BadInputError(
            f"{plain(url, 200)} cannot be read ({error}).", "Check the path, and who may read it."
        ) from error


def _listed(url: str) -> list[str]:
    """Return the clips of a folder, of a pattern, or the one clip that is named."""
    files, path = filesystem(url)
    found = files.glob(path) if any(mark in path for mark in "*?[") else None
    if found is None:
        if not files.isdir(path):
            return [url]
        found = files.ls(path, detail=False)
    local = isinstance(files, LocalFileSystem)
    kept = sorted(one for one in found if _kind(one) in _CLIPS and not _last(one).startswith("."))
    return kept if local else [str(files.unstrip_protocol(one)) for one in kept]


def _read_table(url: str) -> pd.DataFrame:
    import pandas as pd

    try:
        if url.casefold().endswith(".parquet"):
            return pd.read_parquet(url)
        # Only what is empty is missing: a clip may be called null.
        return pd.read_csv(url, dtype="string", keep_default_na=False, na_values=[""])
    except (OSError, ValueError, ImportError) as error:
        raise BadInputError(
            f"The manifest {plain(url, 200)} cannot be read ({error}).", "Check the path and the file."
        ) from error


def _table(table: pd.DataFrame, base: str | None) -> list[dict[str, Any]]:
    column = next((name for name in _SOURCES if name in table.columns), None)
    if column is None:
        raise BadInputError(
            "The manifest has no column that names the clips.", f"Call it one of: {', '.join(_SOURCES)}."
        )
    rows = []
    for row in table.to_dict("records"):
        kept = {str(name): value for name, value in row.items() if name in _KNOWN and not _empty(value)}
        if column not in kept:
            raise BadInputError("A row of the manifest names no clip.", f"Fill in its column {column}.")
        paths = {name: absolute(os.fspath(kept[name]), base) for name in ("transcript",) if name in kept}
        texts = {
            name: [absolute(one, base) for one in _several(kept.get(name))] for name in ("memory", "glossary")
        }
        rows.append({**kept, **paths, **texts, "source": absolute(os.fspath(kept[column]), base)})
    return rows


def _clip(row: Mapping[str, Any], wanted: Wanted) -> Clip:
    source = str(row["source"])
    clip = Clip(file_stem(_last(source.split("?", maxsplit=1)[0])), source, wanted.languages, wanted.choices)
    try:
        own = row.get("languages")
        tags = parse_languages(own) if own is not None and _text(own) else wanted.languages
        clip = replace(clip, languages=tags, choices=_choices(row, wanted.choices, tags))
    except languages.UnknownLanguageError as error:
        return replace(clip, refusal=Refusal(str(error), "Correct its languages in the manifest."))
    except ValueError as error:
        return replace(clip, refusal=Refusal(str(error), "Correct it in the manifest."))
    if wanted.backend == "local" and clip.choices.sentence:
        return replace(
            clip,
            refusal=Refusal("A sentence is for the cloud's agent.", "Leave it out, or use backend='cloud'."),
        )
    return _seen(clip, wanted.backend)


def _choices(row: Mapping[str, Any], common: Choices, tags: Sequence[str]) -> Choices:
    spoken = _text(row.get("source_language"))
    memories = tuple(_several(row.get("memory")))
    voices = dict(common.voices) | _voices(_text(row.get("voice")), tags)
    return replace(
        common,
        source_language=languages.parse(spoken) if spoken else common.source_language,
        transcript=_text(row.get("transcript")) or common.transcript,
        memories=memories or common.memories,
        glossaries=tuple(_several(row.get("glossary"))) or common.glossaries,
        voices=tuple(sorted(voices.items())),
        sentence=_text(row.get("sentence")) or common.sentence,
    )


def _voices(text: str, tags: Sequence[str]) -> dict[str, str]:
    """Read `kokoro:ef_dora`, for the row's one language, or `es=kokoro:ef_dora, fr=…`."""
    if not text:
        return {}
    pairs = [part.partition("=") for part in text.split(",")]
    if all(equals for _, equals, _ in pairs):
        return {languages.parse(tag): voice.strip() for tag, _, voice in pairs}
    if len(tags) == 1 and len(pairs) == 1:
        return {tags[0]: text}
    raise ValueError(f"The voice “{plain(text, 80)}” does not say which language it is for.")


def _seen(clip: Clip, backend: str) -> Clip:
    """Look at a clip's file from outside."""
    if _kind(clip.source.split("?")[0]) not in _CLIPS:
        return replace(
            clip,
            refusal=Refusal(
                "It is not a kind of file that can be dubbed.", f"Use one of: {', '.join(_CLIPS)}."
            ),
        )
    try:
        found, size = _facts(clip.source)
        choices = clip.choices
        given = (choices.transcript, *choices.memories, *choices.glossaries)
        mark = [found, *(_facts(one)[0] for one in given if one)]
    except FileNotFoundError as error:
        missing = plain(str(error.filename or error.args[0] if error.args else clip.source), 200)
        return replace(clip, refusal=Refusal(f"{missing} does not exist.", "Check the path."))
    except Exception as error:  # noqa: BLE001 - what any file system and its libraries may raise
        return replace(
            clip,
            refusal=Refusal(
                f"It cannot be read ({plain(str(error), 200)}).", "Check the address, and who may read it."
            ),
        )
    if clip.choices.transcript is None and (beside := _beside(clip.source)):
        clip = replace(clip, choices=replace(clip.choices, transcript=beside))
        mark.append(_facts(beside)[0])
    refusal = None
    if size == 0:
        refusal = Refusal("The clip is empty.", "Give the clip itself; perhaps its download did not finish.")
    elif backend == "cloud" and (size or 0) > MAX_UPLOAD_BYTES:
        limit = MAX_UPLOAD_BYTES // 1024**2
        refusal = Refusal(f"The clip is larger than the limit of {limit} MB.", "Compress or trim the clip.")
    return replace(clip, stamp=digest(mark)[:16], size_bytes=size, refusal=refusal)


def _beside(source: str) -> str | None:
    """Return the subtitles beside a clip, which are its transcript."""
    if source.startswith(("http://", "https://")):
        return None
    files, path = filesystem(source)
    head, _, _ = path.rpartition(".")
    found = next((ending for ending in SIDECARS if files.exists(f"{head}{ending}")), None)
    return source.rpartition(".")[0] + found if found else None


def _facts(url: str) -> tuple[str, int | None]:
    files, path = filesystem(url)
    info = files.info(path)
    if info["type"] == "directory":
        raise IsADirectoryError(f"{path} is a folder")
    if isinstance(files, LocalFileSystem) and not os.access(path, os.R_OK):
        raise PermissionError("no permission")
    size = info.get("size")
    return stamp(info), None if size is None else int(size)


def _distinct(clips: list[Clip]) -> list[Clip]:
    """Give clips of one name names that differ; of a clip that is listed again, keep what is new about it."""
    names: set[str] = set()
    listed: dict[str, tuple[str, set[str]]] = {}
    kept = []
    for clip in clips:
        if clip.source not in listed:
            name = clip.name
            if name.casefold() in names:
                # Not a number: it would change with the clips that come before.
                name = f"{name}-{digest(clip.source)[:6]}"
            names.add(name.casefold())
            listed[clip.source] = (name, set())
        name, before = listed[clip.source]
        fresh = tuple(tag for tag in clip.languages if tag not in before)
        before.update(fresh)
        if fresh:
            kept.append(replace(clip, name=name, languages=fresh))
    return kept


def _several(value: Any) -> list[str]:
    if value is None:
        return []
    parts = value.split(";") if isinstance(value, str) else [str(one) for one in value]
    return [part.strip() for part in parts if part.strip()]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else ",".join(str(one) for one in value)


def _empty(value: Any) -> bool:
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return True
    return type(value).__name__ == "NAType" or (isinstance(value, str) and not value.strip())


def _kind(name: str) -> str:
    return Path(name).suffix.casefold().removeprefix(".")


def _last(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]
