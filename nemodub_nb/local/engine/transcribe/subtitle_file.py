"""Reads a transcript that a person made: SRT or WebVTT."""

from __future__ import annotations

from pathlib import Path

from nemodub_nb.local.engine.errors import BadTranscriptError
from nemodub_nb.timed_text import parse_subtitles


def read_subtitles(path: Path, *, keep_lines: bool = False) -> list[tuple[float, float, str]]:
    """Return the cues of an SRT or VTT file as (start_s, end_s, text), markup removed.

    keep_lines: leave a cue's lines parted by a newline instead of a space.
    Raises BadTranscriptError when the file cannot be read or holds no timed line.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_bytes().decode("cp1252", errors="replace")
    except OSError as error:
        raise BadTranscriptError(
            f"The transcript {path.name} cannot be read ({error.strerror}).", "Check the path and try again."
        ) from error
    cues = parse_subtitles(text, keep_lines=keep_lines)
    if not cues:
        raise BadTranscriptError(
            f"The transcript {path.name} has no timed lines.",
            "Give an SRT or VTT file, or leave the transcript out to have the speech recognised.",
        )
    return cues
