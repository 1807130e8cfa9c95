"""The files of one export: where they go, what the report says, written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from nemodub_nb import conformance, timeline
from nemodub_nb.presets import TOGETHER

from .errors import BadInputError
from .safe import file_part, file_stem
from .values import Export

_OF_TRACK: Final = ("loudness_lufs", "loudness_target_lufs", "true_peak_dbtp")
"""What is measured on each sound track."""
_USUAL: Final = "mp4"


@dataclass(frozen=True, slots=True)
class Target:
    """One video to be made, as the journal remembers it."""

    clip: str | None
    language: str | None
    folder: str
    stem: str
    """The name of the video without its extension; see `beside` for what belongs to it."""
    format: str
    """mp4 or another that the server knows."""
    languages: tuple[str, ...] = ()
    """Those of a file that holds several, the default one first."""

    @classmethod
    def remembered(cls, fields: Mapping[str, Any]) -> Self:
        """Return a target as the journal remembers it."""
        return cls(**{**fields, "languages": tuple(fields.get("languages") or ())})

    @property
    def video(self) -> Path:
        """Where the video goes."""
        return Path(self.folder) / f"{self.stem}.{self.format}"

    @property
    def title(self) -> str:
        """What people call it."""
        return self.language or ("+".join(self.languages)) or self.clip or self.stem

    @property
    def holds(self) -> str | tuple[str, ...] | None:
        """The language or languages of the draft that it is rendered from; None is the whole."""
        return self.language or self.languages or None

    def beside(self, ending: str, own: str = "") -> Path:
        """Return a file that belongs to the video, or to its language `own`."""
        return Path(self.folder) / beside(f"{self.stem}{own}", self.format, ending)


def beside(stem: str, format_: str, ending: str) -> str:
    """Return the name of a file that belongs to a video.

    Where the video is no MP4 it names the format too: files of two formats lie side by side, each with its own report.
    """
    return f"{stem}{ending}" if format_ == _USUAL else f"{stem}.{format_}{ending}"


def targets(
    draft: Any,
    languages: list[str] | None,
    clip: str | None,
    folder: Path,
    format_: str,
    name: str,
    *,
    together: bool = False,
) -> list[Target]:
    """Return the videos that a draft makes: one a clip and language, or `together` one a clip.

    A draft that names no languages makes one video of the whole; it carries the language's name when just one was asked for.
    `name` stands for the clip where the draft names none.
    """
    named: list[str | None] = [clip] if clip is not None else [*timeline.clips(draft)] or [None]
    found: list[Target] = []
    for one in named:
        has = timeline.languages(draft, one)
        if not has and len(named) > 1 and clip is None:
            continue
        if together:
            chosen = [tag for tag in languages or has if tag in has or not has]
            found += [_together(one, chosen, folder, format_, name)] if chosen or not has else []
            continue
        wanted: list[str | None]
        if has:
            wanted = [tag for tag in has if languages is None or tag in languages]
        else:
            wanted = [languages[0] if languages and len(languages) == 1 else None]
        found += [_target(one, tag, folder, format_, name) for tag in wanted]
    if not found and languages is None:
        found = [_target(one, None, folder, format_, name) for one in named]
    return _distinct(found)


def usable_folder(to: str | os.PathLike[str]) -> Path:
    """Return the folder, made if need be. Raises BadInputError when no file can be written there."""
    folder = Path(to).expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".nemodub-"):
            pass
    except OSError as error:
        raise BadInputError(
            f"Nothing can be written to {folder} ({error.strerror or error}).",
            "Choose another folder, or change who may write there.",
        ) from error
    return folder


def finish(target: Target, draft: Any, measured: dict[str, Any], duration_s: float | None) -> Export:
    """Write the subtitles and the report of each language beside a finished video, and return the export."""
    tags = target.languages or (target.language,)
    written = [_write_texts(target, tag, draft, measured, duration_s) for tag in tags]
    return Export(
        target.clip,
        target.language,
        target.video,
        tuple(path for subtitles, _ in written for path in subtitles),
        written[0][1],
        target.video.stat().st_size,
        duration_s,
        measured,
        tuple(tag for tag in tags if tag),
        tuple(report for _, report in written),
    )


def _write_texts(
    target: Target, language: str | None, draft: Any, measured: dict[str, Any], duration_s: float | None
) -> tuple[list[Path], Path]:
    """Write the subtitles and the report of one language of a video."""
    own = f".{file_part(language)}" if target.languages and language else ""
    subtitles = _write_subtitles(target, language, own, draft)
    report = target.beside(".report.json", own)
    write_whole(
        report,
        json.dumps(
            {
                "source": target.clip,
                "language": language,
                "outputs": {"video": target.video.name, "subtitles": [path.name for path in subtitles]},
                "duration_s": duration_s,
                "size_bytes": target.video.stat().st_size,
                "parts": _parts(draft, target.clip),
                "measured": _measured_of(measured, language),
                "segments": segments(draft, target.clip, language),
            },
            ensure_ascii=False,
            indent=1,
        ),
    )
    return subtitles, report


def _measured_of(measured: Mapping[str, Any], language: str | None) -> dict[str, Any]:
    """Return what was measured on the video and, of its sound tracks, on that of a language."""
    tracks = measured.get("tracks")
    of_video = {name: value for name, value in measured.items() if name != "tracks"}
    for track in tracks if isinstance(tracks, list) else ():
        if isinstance(track, dict) and track.get("language") == language:
            return of_video | {name: track[name] for name in _OF_TRACK if name in track}
    return of_video


def _parts(draft: Any, clip: str | None) -> list[dict[str, float]]:
    """Return what the video shows of its clip one after the other, in seconds of the clip; empty where that is not known."""
    tracks = [track for track in timeline.decode(draft).tracks if clip is None or track.clip in (None, clip)]
    roles = {track.role: track for track in tracks if track.segments}
    shown = roles.get("picture") or roles.get("original") or roles.get("bed")
    pieces = sorted(shown.segments, key=lambda piece: piece.start_ms) if shown else []
    if not all("in_ms" in piece.meta for piece in pieces):
        return []
    starts = [conformance.number(piece.meta["in_ms"]) or 0.0 for piece in pieces]
    return [
        {"in_s": start_ms / 1000, "out_s": (start_ms + piece.duration_ms) / 1000}
        for start_ms, piece in zip(starts, pieces, strict=True)
    ]


def segments(draft: Any, clip: str | None, language: str | None) -> list[dict[str, Any]]:
    """Return the dub's report, one row a segment; a segment without one gives its text and times."""
    rows = []
    for track in timeline.decode(draft).tracks:
        if track.role != "dub" or track.language != language or (clip and track.clip not in (None, clip)):
            continue
        for segment in track.segments:
            report = segment.meta.get("report")
            placed = {
                "start_s": segment.start_ms / 1000,
                "end_s": segment.end_ms / 1000,
                "text": segment.text,
            }
            rows.append({**placed, **report} if isinstance(report, dict) else placed)
    return rows


def write_whole(path: Path, text: str) -> None:
    """Write a text file that appears under its name only when it is whole."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _write_subtitles(target: Target, language: str | None, own: str, draft: Any) -> list[Path]:
    if language is None:
        return []
    cues = timeline.cues(draft, language, target.clip)
    if not cues:
        return []
    files = {target.beside(".srt", own): timeline.srt(cues), target.beside(".vtt", own): timeline.vtt(cues)}
    for path, text in files.items():
        write_whole(path, text)
    return list(files)


def _target(clip: str | None, language: str | None, folder: Path, format_: str, name: str) -> Target:
    # Never the bare stem: the clip itself may lie in that folder.
    tail = file_part(language) if language else "export"
    return Target(clip, language, str(folder), f"{file_stem(clip or name)}.{tail}", format_)


def _together(clip: str | None, tags: list[str], folder: Path, format_: str, name: str) -> Target:
    stem = f"{file_stem(clip or name)}.{TOGETHER}"
    return Target(clip, None, str(folder), stem, format_, tuple(tags))


def _distinct(found: list[Target]) -> list[Target]:
    """Give clips that differ only in their extension names that differ."""
    seen: set[str] = set()
    distinct = []
    for target in found:
        stem, number = target.stem, 1
        while stem.casefold() in seen:
            number += 1
            head, _, tail = target.stem.rpartition(".")
            stem = f"{head}-{number}.{tail}"
        seen.add(stem.casefold())
        distinct.append(replace(target, stem=stem))
    return distinct
