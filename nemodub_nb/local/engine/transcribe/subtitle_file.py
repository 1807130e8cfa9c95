"""Reads subtitles that a person or a program wrote: SRT or WebVTT."""

from __future__ import annotations

from pathlib import Path

from nemodub_nb.local.engine.errors import BadTranscriptError
from nemodub_nb.speaker_labels import said_by
from nemodub_nb.timed_text import Said, parse_subtitles, timed_blocks


def read_subtitles(path: Path) -> list[Said]:
    """Return the cues of a transcript, with their speakers where they are named; markup and names are not spoken.

    Raises BadTranscriptError when the file cannot be read or holds no timed line.
    """
    cues = said_by(timed_blocks(_text(path)))
    if not cues:
        raise BadTranscriptError(
            f"The transcript {path.name} has no timed lines.",
            "Give an SRT or VTT file, or leave the transcript out to have the speech recognised.",
        )
    return cues


def read_cues(path: Path) -> list[tuple[float, float, str]]:
    """Return the cues of a subtitle file as they are shown, (start_s, end_s, text), lines parted by newlines.

    Raises BadTranscriptError when the file cannot be read.
    """
    return parse_subtitles(_text(path), keep_lines=True)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return path.read_bytes().decode("cp1252", errors="replace")
    except OSError as error:
        raise BadTranscriptError(
            f"The transcript {path.name} cannot be read ({error.strerror}).", "Check the path and try again."
        ) from error
