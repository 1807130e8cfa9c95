"""Has finished videos measured on this machine, and writes what was found into the reports beside them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb import conformance
from nemodub_nb.client import NemoError

from . import live
from .connection import Connection
from .errors import BackendDiedError, BadInputError
from .home import home_folder
from .loop import LOOP
from .outputs import write_whole
from .safe import plain
from .values import Export, Exports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .live import View

    Place = str | os.PathLike[str]
    Checkable = Place | Export | Iterable["Place | Export"]

ENDING: Final = ".report.json"
_CLIPS: Final = frozenset(
    {".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mp3", ".wav", ".m4a", ".flac", ".ogg"}
)
_LINE: Final = ("heard", "wer", "cer", "heard_start_s", "onset_heard_s", "words_cut")
_CHECKED: Final = frozenset(
    {
        "background_db",
        "background_outside_db",
        "background_under_db",
        "cer",
        "length_error_frames",
        "original_level_db",
        "original_words",
        "picture_identical",
        "recogniser",
        "speech_overlap",
        "subtitle_complaints",
        "subtitles_flagged",
        "wer",
    }
)
"""What only a check knows of a video: an earlier figure does not stay where it is no longer told."""
_HEARD: Final = frozenset({"cut", "misheard", "off"})


def check(
    what: Checkable, *, source: Place | None = None, home: Path | None = None, show: bool | View = True
) -> Exports:
    """Measure finished videos on this machine, and write what was found into the report beside each.

    what: a folder of exports (searched in depth), a report of one, or what `export` returned. source: the clip that they were
    made of, or a folder of clips; without it a clip of the name in the report is looked for beside the videos. Works for
    videos of any backend, but needs the embedded one (extra `local`). Returns the exports with what was measured; what could
    not be measured is in `Exports.failed`. Raises BadInputError when there is nothing to measure, BackendMissingError.
    """
    view = live.view("Measure", show=show)
    view.open()
    return LOOP.run(_check_alone(what, source, home, view))


async def acheck(
    what: Checkable, *, source: Place | None = None, home: Path | None = None, show: bool | View = True
) -> Exports:
    """Measure finished videos, as `check` does."""
    view = live.view("Measure", show=show)
    view.open()
    return await LOOP.follow(_check_alone(what, source, home, view))


async def _check_alone(what: Checkable, source: Place | None, home: Path | None, view: View) -> Exports:
    async with view:
        return await measure(Connection("local", home=home_folder(home)), what, source, {}, view, own=True)


async def measure(
    connection: Connection,
    what: Checkable,
    source: Place | None,
    clips: Mapping[str, Path],
    view: View,
    *,
    own: bool = False,
) -> Exports:
    """Measure by way of a connection, or of one to this machine where it leads elsewhere.

    clips: where the sources are, by their names. own: close the connection at the end.
    """
    reports = await asyncio.to_thread(lambda: [(path, _read(path)) for path in _reports(what)])
    several = len({said.get("source") for _, said in reports}) > 1
    done: list[Export] = []
    failed: dict[str, str] = {}
    async with _near(connection, own=own) as near:
        client = await near.client()
        for report, said in reports:
            title = str(said.get("language") or report.name.removesuffix(ENDING))
            title = f"{said.get('source')} {title}" if several else title
            tell = _teller(view, title)
            try:
                order = await asyncio.to_thread(_order, report, said, source, clips)
                found = await near.guard(client.check(order, tell))
                done.append(await asyncio.to_thread(_write, report, said, found))
                tell(1, 1)
            except BackendDiedError:
                raise
            except (NemoError, OSError) as error:
                failed[title] = plain(getattr(error, "said", "") or str(error), 500)
                view.note(f"{title}: {failed[title]}")
    return Exports(tuple(done), failed)


def _teller(view: View, title: str) -> Callable[[float, float], None]:
    return lambda done, total: view.step(title, "measure", done, total)


@contextlib.asynccontextmanager
async def _near(connection: Connection, *, own: bool) -> AsyncIterator[Connection]:
    """Give a connection to this machine: only there are the files."""
    chosen = connection if connection.here else Connection("local", home=connection.home)
    try:
        yield chosen
    finally:
        if own or chosen is not connection:
            await chosen.close()


def _reports(what: Checkable) -> list[Path]:
    if isinstance(what, Export):
        return list(what.reports or (what.report,))
    if not isinstance(what, str | os.PathLike):
        return [report for one in what for report in _reports(one)]
    place = Path(what).expanduser().absolute()
    if place.suffix in {".csv", ".parquet"}:  # the table of a batch lies with its videos
        place = place.parent
    found = sorted(place.rglob(f"*{ENDING}")) if place.is_dir() else [place]
    if not found or not all(one.name.endswith(ENDING) and one.is_file() for one in found):
        raise BadInputError(
            f"{place} holds no report of an export.",
            "Give the folder that project.export or nemodub dub wrote to: its files end in .report.json.",
        )
    return found


def _read(report: Path) -> dict[str, Any]:
    try:
        said = json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInputError(f"{report} cannot be read ({error}).", "Export it again.") from error
    if not isinstance(said, dict):
        raise BadInputError(f"{report} is no report of an export.", "Export it again.")
    return said


def _order(
    report: Path, said: Mapping[str, Any], source: Place | None, clips: Mapping[str, Path]
) -> dict[str, Any]:
    """Return what the backend is asked to measure. Raises BadInputError when a file is missing."""
    outputs = said.get("outputs")
    outputs = outputs if isinstance(outputs, dict) else {}
    video = _beside(report, outputs.get("video"))
    if video is None:
        raise BadInputError("The video is not beside its report.", "Put it there, or export it again.")
    if not isinstance(said.get("language"), str):
        raise BadInputError("The report does not say which language is spoken.", "Export it again.")
    subtitles = [_beside(report, one) for one in outputs.get("subtitles") or () if isinstance(one, str)]
    rows, parts = said.get("segments"), said.get("parts")
    return {
        "source": str(_source(report, str(said.get("source") or ""), source, clips)),
        "video": str(video),
        "language": said["language"],
        "source_language": said.get("source_language"),
        "subtitles": next((str(one) for one in subtitles if one is not None and one.suffix == ".srt"), None),
        "lines": [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else [],
        **({"parts": parts} if isinstance(parts, list) else {}),
    }


def _beside(report: Path, name: object) -> Path | None:
    """Return a file that a report names; it names its own neighbours, never a place elsewhere."""
    last = PurePosixPath(str(name or "").replace("\\", "/")).name
    path = report.parent / last
    return path if last and last != ".." and path.is_file() else None


def _source(report: Path, name: str, given: Place | None, clips: Mapping[str, Path]) -> Path:
    """Return the clip that a video was made of. Raises BadInputError when it is not here."""
    last = PurePosixPath(name.replace("\\", "/")).name
    where = Path(given).expanduser().absolute() if given is not None else None
    if where is not None and where.is_file():
        return where
    if (known := clips.get(name)) is not None and known.is_file():
        return known.absolute()
    folders = [where] if where is not None else [report.parent, report.parent.parent, Path.cwd()]
    for folder in folders:
        if last and (folder / last).is_file():
            return folder / last
    if where is not None and where.is_dir():
        stem = PurePosixPath(last).stem
        found = [
            path
            for path in sorted(where.rglob("*"))
            if path.name == last or (path.stem == stem and path.suffix.lower() in _CLIPS)
        ]
        if found:
            return found[0]
    raise BadInputError(
        f"The clip {last or 'of the video'} that it was made of is not here.",
        "Give it, or the folder it lies in, as source (on the command line --source).",
    )


def _write(report: Path, said: dict[str, Any], found: Mapping[str, Any]) -> Export:
    take(said, found)
    write_whole(report, json.dumps(said, ensure_ascii=False, indent=1))
    return _export(report, said)


def take(said: dict[str, Any], found: Mapping[str, Any]) -> None:
    """Put what was found into a report; measuring again replaces it."""
    by_index = {line.get("index"): line for line in found.get("lines") or () if isinstance(line, dict)}
    rows = [row for row in said.get("segments") or () if isinstance(row, dict)]
    for position, row in enumerate(rows):
        line = by_index.get(row["index"] if type(row.get("index")) is int else position, {})
        row.update({name: line.get(name) for name in _LINE})
        _judge(row)
    before, told = said.get("measured") or {}, found.get("measured") or {}
    kept = {name: value for name, value in before.items() if name not in _CHECKED and name not in told}
    said["measured"] = {**kept, **told}
    said["not_measured"] = list(found.get("notes") or ())


def _judge(row: dict[str, Any]) -> None:
    """Add to a line's flags and verdict what measuring has found, and take off what it found before."""
    made = row.setdefault("made_verdict", row.get("verdict"))
    heard = conformance.heard_flags(row)
    flags = row.get("flags")
    row["flags"] = [
        *(flag for flag in (flags if isinstance(flags, list) else ()) if flag not in _HEARD),
        *heard,
    ]
    verdict = conformance.worst([*heard.values(), *([made] if isinstance(made, str) else ["good"])])
    row["verdict"] = verdict


def _export(report: Path, said: Mapping[str, Any]) -> Export:
    outputs = said["outputs"]
    video = report.parent / PurePosixPath(outputs["video"]).name
    subtitles = (_beside(report, one) for one in outputs.get("subtitles") or ())
    return Export(
        said.get("source"),
        said.get("language"),
        video,
        tuple(one for one in subtitles if one is not None),
        report,
        video.stat().st_size,
        conformance.number(said.get("duration_s")),
        said["measured"],
    )
