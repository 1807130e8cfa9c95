"""Reads a clip's lines and their translations from what people have: subtitle files, tables, a timeline."""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb import languages, timeline
from nemodub_nb.fitting import PlannedLine
from nemodub_nb.speaker_labels import said_by
from nemodub_nb.spoken_lines import from_cues
from nemodub_nb.timed_text import Said, timed_blocks

from .attachments import memory_parts, transcript_part
from .errors import BadInputError

if TYPE_CHECKING:
    import pandas as pd

    Lines = str | os.PathLike[str] | pd.DataFrame
    """Timed lines: an SRT or WebVTT file, or a table with the columns start_s, end_s and text."""
    Translations = str | os.PathLike[str] | pd.DataFrame | Sequence[str] | Mapping[str, str]
    """Translations of lines: subtitles, a CSV or a table with source and target, a list in their order, or a dict."""

_SUBTITLES: Final = (".srt", ".vtt")
_TABLES: Final = (".csv", ".tsv")
_TIMED: Final = ("start_s", "end_s", "text")
_TARGETS: Final = ("target", "text", "translation")
_NEAR_S: Final = 0.5
"""Subtitles of a translation that begin this near to a line are its translation."""


def script(transcript: Lines, translation: Translations, target: str) -> list[PlannedLine]:
    """Return the lines of a transcript with their translations into a language; "" where there is none.

    Raises BadInputError when something cannot be read, or when no line has a translation.
    """
    timed = _timed(transcript, "transcript")
    found = _translated(timed, translation, target)
    if not any(text for text, _ in found):
        raise BadInputError(
            f"None of the {len(timed)} lines has a translation into {languages.english_name(target)} there.",
            "Give subtitles with the same times, or a table with the columns source, target, target_language.",
        )
    return [
        PlannedLine(start_s, end_s, source, text, alternative)
        for (start_s, end_s, source), (text, alternative) in zip(timed, found, strict=True)
    ]


def from_draft(draft: object, language: str, clip: str | None) -> tuple[list[PlannedLine], str | None]:
    """Return the lines of a script or a dub on the timeline, and the voice of most of those that are spoken.

    What is spoken with the same words was measured. There are none where the timeline has neither.
    """
    dubbed, written = _reports(draft, "dub", language, clip), _reports(draft, "script", language, clip)
    voices = Counter(str(row.get("voice") or "") for row in dubbed.values())
    voice = next((name for name, _ in voices.most_common() if name), None)
    rows = [(row, dubbed.get(number)) for number, row in (written or dubbed).items()]
    found = [line for row, spoken in rows if (line := _planned(row, spoken)) is not None]
    return sorted(found, key=lambda line: line.start_s), voice


def _reports(draft: object, role: str, language: str, clip: str | None) -> dict[int, Mapping[str, Any]]:
    """Return what the timeline tells of each line, by its number; a trim may show a line twice."""
    return {
        int(report["index"]): report
        for track in timeline.decode(draft).tracks
        if track.role == role and track.language == language and clip in (None, track.clip)
        for segment in track.segments
        if isinstance(report := segment.meta.get("report"), Mapping) and isinstance(report.get("index"), int)
    }


def _planned(row: Mapping[str, Any], spoken: Mapping[str, Any] | None) -> PlannedLine | None:
    try:
        source_start_s, source_end_s = float(row["source_start_s"]), float(row["source_end_s"])
        # A script tells where a line is wanted, a dub where it came to stand.
        start_s = source_start_s if row is spoken else float(row["start_s"])
        text = str(row["text"]) if row.get("sound", "dub") == "dub" else ""
        same = spoken is not None and spoken.get("text") == text
        natural_s = float(spoken.get("natural_s") or 0) * float(spoken.get("rate") or 1) if spoken else 0.0
        return PlannedLine(
            start_s,
            start_s + source_end_s - source_start_s,
            str(row["source_text"]),
            text,
            spoken_s=natural_s if same and natural_s > 0 else None,
            number=int(row["index"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _timed(given: Lines, what: str) -> list[tuple[float, float, str]]:
    """Return timed lines, joined to sentences as a dub joins them."""
    if isinstance(given, str | os.PathLike):
        cues = _cues(Path(given), what)
        return [
            (line.start_s, line.end_s, line.text) for line in from_cues(cues) if line.end_s > line.start_s
        ]
    missing = [name for name in _TIMED if name not in given.columns]
    if missing:
        raise BadInputError(
            f"The {what} has no column {', '.join(missing)}.",
            f"Give {', '.join(_TIMED)} in seconds and text.",
        )
    rows = given.loc[:, list(_TIMED)].dropna().itertuples(index=False, name=None)
    timed = sorted((float(start), float(end), str(text).strip()) for start, end, text in rows)
    return [(start, end, text) for start, end, text in timed if text and end > start]


def _cues(path: Path, what: str) -> list[Said]:
    cues = said_by(timed_blocks(_content(transcript_part(path))))
    if not cues:
        raise BadInputError(f"The {what} {path.name} has no timed lines.", "Give an SRT or WebVTT file.")
    return cues


def _content(part: str) -> str:
    """Return what stands below the line that names the file."""
    return part.partition("\n")[2]


def _translated(
    timed: Sequence[tuple[float, float, str]], given: Translations, target: str
) -> list[tuple[str, str]]:
    """Return each line's translation and its shorter wording."""
    if isinstance(given, Mapping):
        return _by_source(timed, [(source, text, "") for source, text in given.items()])
    if isinstance(given, str | os.PathLike):
        path = Path(given)
        if path.suffix.lower() in _SUBTITLES:
            return _by_time(timed, [(cue.start_s, cue.end_s, cue.text) for cue in _cues(path, "translation")])
        if path.suffix.lower() not in _TABLES:
            raise BadInputError(
                f"{path.name} cannot be used here.", f"Give {', '.join(_SUBTITLES + _TABLES)}."
            )
        (part,) = memory_parts(path)
        return _by_source(timed, _entries(_rows(_content(part)), target))
    if isinstance(given, Sequence):
        return _in_order(timed, [str(text) for text in given])
    return _from_table(timed, given, target)


def _from_table(
    timed: Sequence[tuple[float, float, str]], table: pd.DataFrame, target: str
) -> list[tuple[str, str]]:
    if "source" in table.columns:
        rows = table.fillna("").astype(str).to_dict("records")
        return _by_source(timed, _entries(rows, target))
    if all(name in table.columns for name in _TIMED):
        return _by_time(timed, _timed(table, "translation"))
    column = next((name for name in _TARGETS if name in table.columns), None)
    if column is None:
        raise BadInputError(
            "The table of translations has no column source and target, nor times.",
            "Give the columns source and target, or start_s, end_s and text.",
        )
    return _in_order(timed, table[column].fillna("").astype(str).tolist())


def _rows(text: str) -> list[dict[Any, Any]]:
    """Return the rows of a table, parted as spreadsheets part them where a comma is the decimal sign."""
    head = text.lstrip().partition("\n")[0]
    return list(csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=head.count)))


def _entries(rows: Iterable[Mapping[Any, Any]], target: str) -> list[tuple[str, str, str]]:
    """Return source, target and shorter wording of the rows that are for a language; those of its region win."""
    kept = []
    for row in rows:
        told = {str(name).strip(): str(value or "").strip() for name, value in row.items() if name}
        tag = told.get("target_language", "")
        if told.get("source") and (not tag or languages.base(tag) == languages.base(target)):
            text = next((told[name] for name in _TARGETS if told.get(name)), "")
            kept.append((tag == target, (told["source"], text, told.get("alternative", ""))))
    return [entry for _, entry in sorted(kept, key=lambda one: one[0])]


def _by_source(
    timed: Sequence[tuple[float, float, str]], entries: Iterable[tuple[str, str, str]]
) -> list[tuple[str, str]]:
    known = {_folded(source): (text, shorter) for source, text, shorter in entries}
    return [known.get(_folded(text), ("", "")) for _, _, text in timed]


def _by_time(
    timed: Sequence[tuple[float, float, str]], cues: Sequence[tuple[float, float, str]]
) -> list[tuple[str, str]]:
    """Give each line the subtitles that begin within it, those a little early included."""
    starts = [start - _NEAR_S for start, _, _ in timed]
    texts: list[list[str]] = [[] for _ in timed]
    for start, _, text in cues:
        line = sum(begins <= start for begins in starts) - 1
        texts[max(line, 0)].append(text)
    return [(" ".join(parts), "") for parts in texts]


def _in_order(timed: Sequence[tuple[float, float, str]], texts: Sequence[str]) -> list[tuple[str, str]]:
    if len(texts) != len(timed):
        raise BadInputError(
            f"There are {len(timed)} lines and {len(texts)} translations.",
            "Give one for each line, or a table.",
        )
    return [(text.strip(), "") for text in texts]


def _folded(text: str) -> str:
    """Return a text without case, punctuation and extra spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", plain))
