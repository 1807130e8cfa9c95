"""A session's draft as tables, words and subtitle files."""

from __future__ import annotations

from .changes import Change, Changes
from .diff import diff
from .draft import Draft, Segment, Track, decode
from .frame import COLUMNS, frame
from .select import clips, languages, ready_to_export, select
from .subtitles import Cue, cues, srt, vtt
from .summary import summary

__all__ = [
    "COLUMNS",
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
    "ready_to_export",
    "select",
    "srt",
    "summary",
    "vtt",
]
