"""Reads SRT and WebVTT; a leaf, so that whoever dubs and whoever foresees a dub read the same lines."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMING = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}")
_TAG = re.compile(r"<[^>]*>|\{\\[^}]*\}")


class Said(NamedTuple):
    """Words with their time, and with their speaker where one is known."""

    start_s: float
    end_s: float
    text: str
    speaker: str = ""


def timed_blocks(text: str) -> list[tuple[float, float, str]]:
    """Return the cues in the text of an SRT or VTT file as they are written: (start_s, end_s, text with markup and newlines)."""
    cues: list[tuple[float, float, str]] = []
    for block in re.split(r"\r?\n[ \t]*\r?\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.split("\n")
        for position, line in enumerate(lines):
            if match := _TIMING.match(line):
                groups = match.groups()
                cues.append((_seconds(groups[:4]), _seconds(groups[4:]), "\n".join(lines[position + 1 :])))
                break
    return cues


def parse_subtitles(text: str, *, keep_lines: bool = False) -> list[tuple[float, float, str]]:
    """Return the cues in the text of an SRT or VTT file as (start_s, end_s, text), markup removed.

    keep_lines: leave a cue's lines parted by a newline instead of a space.
    """
    cues: list[tuple[float, float, str]] = []
    for start_s, end_s, written in timed_blocks(text):
        parts = [" ".join(html.unescape(_TAG.sub("", line)).split()) for line in written.split("\n")]
        if cue := ("\n" if keep_lines else " ").join(filter(None, parts)):
            cues.append((start_s, end_s, cue))
    return cues


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = parts
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0) + float(f"0.{fraction}")
