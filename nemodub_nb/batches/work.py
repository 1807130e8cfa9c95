"""What a batch is asked to do, as plain values that cross process borders."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Final

from nemodub_nb.project import orders

ENGINE: Final = "nemodub_nb.batches.engine:run"
"""The engine of a batch: `module:function` of `(job) -> result`, both as the embedded engine's worker has them."""


@dataclass(frozen=True)
class Refusal:
    """Why something cannot be dubbed: one sentence of cause, one of what to do."""

    message: str
    advice: str


@dataclass(frozen=True)
class Choices:
    """How one clip shall be dubbed."""

    source_language: str | None = None
    """BCP 47; None: it is listened for."""
    transcript: str | None = None
    """Path or URL of an SRT or VTT file."""
    memories: tuple[str, ...] = ()
    """Paths or URLs of translation memories."""
    glossaries: tuple[str, ...] = ()
    """Paths or URLs of glossaries."""
    voices: tuple[tuple[str, str], ...] = ()
    """Voice by language, sorted."""
    fast: bool = False
    """Quick voices instead of the best ones."""
    slow_video: float = 1.0
    """How many times as long the picture may be shown under a line that fits in no other way."""
    sentence: str | None = None
    """What is said to the agent instead of the usual sentence; on the cloud only."""
    format: str = "mp4"
    """Of the finished files, one of FORMATS."""
    preset: str | None = None
    """The platform that they are for, one of PRESETS."""
    measure: bool = False
    """Whether they are measured once they are made."""

    @property
    def output(self) -> orders.Order:
        """What kind of file is made."""
        return orders.order(self.format, preset=self.preset)


@dataclass(frozen=True)
class Clip:
    """One clip of the manifest."""

    name: str
    """Stem of the files that are made of it; no two clips of a batch have the same."""
    source: str
    """Absolute path or URL."""
    languages: tuple[str, ...]
    """BCP 47."""
    choices: Choices = field(default_factory=Choices)
    stamp: str = ""
    """Changes when the clip's file changes; cheap to read, so not its content."""
    size_bytes: int | None = None
    refusal: Refusal | None = None
    """Why it is not tried at all."""


@dataclass(frozen=True)
class Place:
    """Where a batch writes, and with what it works."""

    out: str
    """Absolute path or fsspec URL of the folder of finished files."""
    engine: str = ENGINE
    """`module:function`, see ENGINE."""


def digest(value: object) -> str:
    """Return the SHA-256 of plain JSON values, independent of the order of keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
