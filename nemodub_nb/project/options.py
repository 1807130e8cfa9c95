"""The choices of a dub and of an export, by their names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TypedDict

from .attachments import Files, Glossary
from .sentences import Original, Subtitles
from .values import Clip

Path = str | os.PathLike[str]


class DubOptions(TypedDict, total=False):
    """The choices of a dub; see Project.dub."""

    clip: Clip | str | None
    source: str | None
    original: Original
    background: float | None
    subtitles: Subtitles
    transcript: Path | bool | None
    memory: Files | None
    glossary: Glossary | None
    voices: Mapping[str, str | Mapping[str, str]] | None
    fast: bool
    slow_video: bool | float


class ExportOptions(TypedDict, total=False):
    """The choices of an export; see Project.export."""

    languages: str | Iterable[str] | None
    clip: Clip | str | None
    to: Path
    format: str | None
    quality: str
    preset: str | None
    together: bool
    original: bool
