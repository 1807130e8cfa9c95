"""The calls that people make: do a batch, or say what it would do."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack, overload

from .run import Backend, order, run

if TYPE_CHECKING:
    import pandas as pd

    from .board import OnRow, Watcher
    from .result import Batch

Path = str | os.PathLike[str]


class Options(TypedDict, total=False):
    """What a batch may be told besides what, into which languages, and where; see `batch`."""

    backend: Backend
    scheduler: Any
    workers: int | None
    resources: Mapping[str, float] | None
    budget: float | None
    memory: Path | Iterable[Path]
    glossary: Path | Iterable[Path]
    voices: Mapping[str, str] | None
    source: str | None
    fast: bool
    slow_video: bool | float
    preset: str | None
    format: str | None
    measure: bool


@overload
def batch(
    manifest: pd.DataFrame | Path | Iterable[Path],
    to: str | Iterable[str] = (),
    out: Path = "dubbed",
    *,
    dry_run: Literal[False] = False,
    show: bool | Watcher = True,
    on_row: OnRow | None = None,
    **options: Unpack[Options],
) -> Batch: ...
@overload
def batch(
    manifest: pd.DataFrame | Path | Iterable[Path],
    to: str | Iterable[str] = (),
    out: Path = "dubbed",
    *,
    dry_run: Literal[True],
    show: bool | Watcher = True,
    on_row: OnRow | None = None,
    **options: Unpack[Options],
) -> pd.DataFrame: ...
def batch(
    manifest: pd.DataFrame | Path | Iterable[Path],
    to: str | Iterable[str] = (),
    out: Path = "dubbed",
    *,
    backend: Backend = "local",
    scheduler: Any = None,
    workers: int | None = None,
    resources: Mapping[str, float] | None = None,
    budget: float | None = None,
    memory: Path | Iterable[Path] = (),
    glossary: Path | Iterable[Path] = (),
    voices: Mapping[str, str] | None = None,
    source: str | None = None,
    fast: bool = False,
    slow_video: bool | float = False,
    preset: str | None = None,
    format: str | None = None,  # noqa: A002 - the API's own word
    measure: bool = False,
    dry_run: bool = False,
    show: bool | Watcher = True,
    on_row: OnRow | None = None,
) -> Batch | pd.DataFrame:
    """Dub every clip of a manifest into every language; return what became of each.

    manifest: a DataFrame, a CSV or Parquet file, a folder, a pattern such as `clips/*.mp4`, or a list of paths or URLs.
    A table names the clips in a column `source` (or path, url, file, clip); the columns languages, voice, memory,
    glossary, source_language, transcript and sentence (cloud only) say otherwise for a row.
    to: languages as tags or names. out: folder of the finished files, also as an fsspec URL such as s3://bucket/dubbed.
    backend: `local` or `cloud`. scheduler: a Dask client, or a scheduler's address or file (NEMODUB_SCHEDULER); without one the
    engines run here. workers: engines at once, one core each (every core); sessions at once on the cloud (2).
    resources: what a Dask worker must have for the work, such as {"GPU": 1}. budget: credits to spend at most, cloud only.
    memory: translation memories (CSV, TMX). glossary: terms and names to keep (CSV). voices: voice by language. source: the
    spoken language, if known. fast: quick voices. slow_video: how many times as long the picture may be shown under a line
    that fits in no other way (True: 2, the most), as project.dub has it. preset: shape, loudness and format for a platform, format: mp4, webm, m4a, mp3, wav or opus, both as project.export has
    them. measure: measure each video once it is made, as nd.check does, while its clip is at hand. dry_run: return what would be done instead. on_row: called with each row that ends. show: False for silence.

    The same call again does only what is missing or has changed. One bad clip never stops the rest, and Ctrl-C or Stop
    leaves everything tidy: what is not done then is `queued`. Raises BadInputError and UnknownLanguageError before anything
    is begun.
    """
    wanted = order(
        manifest,
        to,
        out,
        backend=backend,
        scheduler=scheduler,
        workers=workers,
        resources=resources or {},
        budget=budget,
        memory=memory,
        glossary=glossary,
        voices=voices,
        source=source,
        fast=fast,
        slow_video=slow_video,
        preset=preset,
        format=format,
        measure=measure,
    )
    if dry_run:
        from .plan import plan

        return plan(wanted).table
    return run(wanted, show, on_row)


def plan_batch(
    manifest: pd.DataFrame | Path | Iterable[Path],
    to: str | Iterable[str] = (),
    out: Path = "dubbed",
    **options: Unpack[Options],
) -> pd.DataFrame:
    """Return what `batch` would do, one row a clip and language; nothing is written. Takes the same options.

    Columns: clip, source, language, plan (do, done, refused), minutes (of the clip, where something is left to do), seconds
    (about, of one worker), cost (credits, about), missing (the command that adds what this machine lacks), error, advice.
    `.attrs` has the sums: rows, workers, seconds (with all of them), cost.
    """
    return batch(manifest, to, out, dry_run=True, **options)
