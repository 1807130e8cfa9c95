"""What reports are made from: rows of exports with their lines, out of files, tables, batches and projects."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb import timeline
from nemodub_nb.conformance import number
from nemodub_nb.presets import FORMATS
from nemodub_nb.project import BadInputError, Export, Exports, Project
from nemodub_nb.project.outputs import segments

from . import places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

ENDING: Final = ".report.json"
BATCH: Final = "batch.csv"
"""The table that a batch keeps beside its videos."""
MADE: Final = frozenset({"done", "dubbed"})
"""Statuses of which there is something to judge."""
FAILED: Final = frozenset({"failed", "refused", "skipped"})
_MEASURES: Final = ("loudness_lufs", "true_peak_dbtp", "picture")
_TABLE_NAMES: Final = {"output": "video"}
"""Columns of a batch's table that are called otherwise here."""
_FILES: Final = frozenset({"output", "subtitles", "report"})
_NEEDED: Final = ("clip", "language", "status")


@dataclass
class Video:
    """One clip in one language, as far as it is known."""

    facts: dict[str, Any]
    """Columns of the table of exports."""
    lines: list[dict[str, Any]] = field(default_factory=list)
    measured: dict[str, Any] = field(default_factory=dict)


@dataclass
class Material:
    """Everything that a report is made from."""

    title: str
    videos: list[Video] = field(default_factory=list)
    ledger: Any = None
    """A DataFrame, or None where the videos' own figures are all there is."""


def from_folder(folder: str) -> Material:
    """Read a folder, a path or an fsspec URL: the table of a batch that it holds, or else all reports of exports below it.

    The table tells of what failed too. Raises BadInputError when there is neither.
    """
    table = places.child(folder, BATCH)
    if places.exists(table):
        return from_table_file(table, places.name(folder))
    found = places.below(folder, ENDING)
    if not found:
        raise BadInputError(
            f"{folder} holds no report of an export.",
            "Give the folder that project.export or nemodub dub wrote to: its files end in .report.json.",
        )
    return Material(places.name(folder), _apart([_read(path) for path in found], found))


def from_files(paths: Iterable[str]) -> Material:
    """Read the reports of exports."""
    named = [str(path) for path in paths]
    return Material("Report", _apart([_read(path) for path in named], named))


def from_exports(exports: Exports | Export) -> Material:
    """Read the reports of what an export returned, what failed included."""
    done = [exports] if isinstance(exports, Export) else list(exports)
    made = from_files(str(path) for one in done for path in one.reports or (one.report,))
    clips = list(dict.fromkeys(one.clip for one in done if one.clip))
    failed = {} if isinstance(exports, Export) else exports.failed
    made.videos += [_not_exported(title, error, clips) for title, error in failed.items()]
    return made


def _not_exported(title: str, error: str, clips: list[str]) -> Video:
    """Make a video of what an export calls failed: a language, or a clip with its language where there are several."""
    clip = next((one for one in clips if title.startswith(f"{one} ")), None)
    language = title.removeprefix(f"{clip} ") if clip else title
    only = clips[0] if len(clips) == 1 else None
    return Video({"clip": clip or only, "language": language, "status": "failed", "error": error})


def from_table(frame: pd.DataFrame, title: str = "Batch") -> Material:
    """Take a batch's table, one row a clip × language, and read the reports that it names.

    Raises BadInputError when it is no such table.
    """
    missing = [name for name in _NEEDED if name not in frame.columns]
    if missing:
        raise BadInputError(
            f"The table has no column {' and no '.join(missing)}.",
            "Give the table of a batch: one row a clip and language.",
        )
    rows = frame.astype("object").where(frame.notna(), None).rename(columns=_TABLE_NAMES).to_dict("records")
    return Material(title, [_from_row({str(key): value for key, value in row.items()}) for row in rows])


def from_table_file(path: str, title: str | None = None) -> Material:
    """Read a batch's table from a CSV or Parquet file. Files that are not where it says are looked for beside it."""
    import pandas as pd

    with places.opened(path) as file:
        try:
            if path.endswith(".parquet"):
                frame = pd.read_parquet(file)
            else:
                # Only what is empty is missing: `nan` is a language, and a clip may be called null.
                frame = pd.read_csv(file, dtype="string", keep_default_na=False, na_values=[""])
        except (ValueError, OSError) as error:
            raise BadInputError(
                f"{path} is no table: {error}.", "Give the CSV or Parquet file of a batch."
            ) from error
    for column in _FILES.intersection(frame.columns):
        frame[column] = frame[column].map(lambda place: _moved(str(place), path), na_action="ignore")
    return from_table(frame, title or places.name(path))


def _moved(place: str, table: str) -> str:
    """Return where a file of a batch is: its folder may have been moved since, with the table in it."""
    beside = _beside(table, place)
    return beside if beside and not places.exists(place) and places.exists(beside) else place


def from_project(project: Project, exports: Exports | None = None) -> Material:
    """Take what is on a project's timeline and in its ledger, and what was exported of it."""
    state = project.state()
    sources = {clip.name: clip for clip in project.clips}
    written = {(one.clip, tag) for one in exports or () for tag in one.languages or (one.language,)}
    material = from_exports(exports) if exports is not None else Material("")
    material.title, material.ledger = project.name, project.ledger()
    clips: list[str | None] = [*timeline.clips(state.draft)] or [*sources] or [None]
    for clip in clips:
        for language in timeline.languages(state.draft, clip):
            lines = segments(state.draft, clip, language)
            if lines and (clip, language) not in written:
                known = sources.get(clip or "")
                length_s = known.duration_s if known else None
                facts = {"clip": clip, "language": language, "status": "dubbed", "duration_s": length_s}
                material.videos.append(Video(facts, lines))
    for video in material.videos:
        known = sources.get(str(video.facts.get("clip")))
        video.facts |= {
            "backend": project.backend,
            "source": str(known.path) if known and known.path else None,
        }
    return material


def _from_row(row: dict[str, Any]) -> Video:
    """Make a video of a row of a batch. What the row says of the work wins; what the report says of the video does."""
    row, path = row | {"clip": _clip_name(row)}, row.get("report")
    if row.get("status") in FAILED or not isinstance(path, str) or not path:
        return Video(row)
    found = _read(path)
    if found.facts["status"] == "failed":  # the work is done, only its report cannot be read here
        return Video(row | {"error": found.facts["error"], "advice": found.facts["advice"]})
    kept = {key: value for key, value in row.items() if value is not None}
    found.facts |= kept
    return found


def _clip_name(row: Mapping[str, Any]) -> Any:
    """Return the clip's file name: a batch names its clips without their endings, an export with them."""
    clip, source = row.get("clip"), row.get("source")
    last = places.name(source) if isinstance(source, str) and source else ""
    return last if PurePosixPath(last).stem == clip else clip


def _read(path: str) -> Video:
    """Read the report of one export; one that is none becomes a failure that says so."""
    clip, language = _told_by_name(path)
    try:
        with places.opened(path) as file:
            said = _mapping(json.load(file))
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return Video(
            {
                "clip": clip,
                "language": language,
                "status": "failed",
                "error": f"The report cannot be read: {reason}.",
                "advice": "Export it again.",
                "report": path,
            }
        )
    return _from_report(said, path)


def _told_by_name(path: str) -> tuple[str, str]:
    """Return the clip and the language that the name of a report tells of."""
    stem = places.name(path).removesuffix(ENDING)
    stem = next((stem.removesuffix(f".{one}") for one in FORMATS if stem.endswith(f".{one}")), stem)
    clip, _, language = stem.rpartition(".")
    return clip or stem, language


def _from_report(said: Mapping[str, Any], path: str) -> Video:
    outputs = _mapping(said.get("outputs"))
    measured = _mapping(said.get("measured"))
    lines = said.get("segments")
    subtitles = outputs.get("subtitles")
    facts = {
        "clip": said.get("source") or PurePosixPath(places.name(path)).name.removesuffix(ENDING),
        "language": said.get("language"),
        "status": "done",
        "duration_s": number(said.get("duration_s")),
        "size_bytes": number(said.get("size_bytes")),
        **{key: said.get(key) for key in ("backend", "seconds", "cost", "started", "finished")},
        **{key: measured.get(key) for key in _MEASURES},
        "video": _beside(path, outputs.get("video")),
        "subtitles": "\n".join(
            filter(None, (_beside(path, one) for one in (subtitles if isinstance(subtitles, list) else ())))
        ),
        "report": path,
    }
    notes = said.get("not_measured")
    facts["not_measured"] = "\n".join(map(str, notes)) if isinstance(notes, list) and notes else None
    rows = [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
    return Video(facts, rows, measured)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _beside(path: str, name: object) -> str | None:
    """Return a file that lies beside a report. A report names its own neighbours, never a place elsewhere."""
    if not isinstance(name, str) or not (last := PurePosixPath(name.replace("\\", "/")).name) or last == "..":
        return None
    return places.sibling(path, last)


def _apart(videos: list[Video], paths: list[str]) -> list[Video]:
    """Give clips of the same name names that differ: by the kind of their files in one folder, else by their folders."""
    placed = [(*_named(video), Path(path).parent) for video, path in zip(videos, paths, strict=True)]
    count = Counter(placed)
    for video, place in zip(videos, placed, strict=True):
        if count[place] > 1 and (kind := _kind(video)) not in {"", "mp4"}:
            video.facts["clip"] = f"{video.facts['clip']} ({kind})"
    alike = Counter(_named(video) for video in videos)
    for video, path in zip(videos, paths, strict=True):
        if alike[_named(video)] > 1:
            video.facts["clip"] = f"{Path(path).parent.name}/{video.facts['clip']}"
    return videos


def _named(video: Video) -> tuple[Any, Any]:
    return video.facts["clip"], video.facts["language"]


def _kind(video: Video) -> str:
    """Return what a video's name says beyond its clip and language, such as `webm`, or `mul.mp4` of several languages."""
    name = places.name(str(video.facts.get("video") or ""))
    rest = name.removeprefix(f"{PurePosixPath(str(video.facts['clip'])).stem}.")
    return rest.removeprefix(f"{video.facts['language']}.")
