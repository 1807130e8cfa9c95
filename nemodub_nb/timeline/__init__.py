"""A session's draft as tables, words and subtitle files."""

from __future__ import annotations

from .changes import Change, Changes
from .diff import diff
from .draft import Draft, Segment, Track, decode
from .frame import COLUMNS, frame
from .lines import LINE_COLUMNS, TRANSCRIPT_COLUMNS, lines, transcript
from .lines import changes as line_changes
from .select import clips, languages, ready_to_export, select
from .subtitles import Cue, cues, srt, vtt
from .summary import summary

__all__ = [
    "COLUMNS",
    "LINE_COLUMNS",
    "TRANSCRIPT_COLUMNS",
    "Change",
    "Changes",
    "Cue",
    "Draft",
    "Segment",
    "Track",
    "clips",
    "cues",
    "decode",
    "diff",
    "frame",
    "languages",
    "line_changes",
    "lines",
    "ready_to_export",
    "select",
    "srt",
    "summary",
    "transcript",
    "vtt",
]
