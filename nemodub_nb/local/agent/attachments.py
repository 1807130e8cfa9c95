"""Files that come with a sentence: a transcript, translation memories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_TRANSCRIPT = "transcript:"
_MEMORY = "translation memory:"
_TRANSCRIPT_TYPES = (".srt", ".vtt")
_MEMORY_TYPES = (".csv", ".tsv", ".tmx")
_MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Attachments:
    """What came with a sentence."""

    transcript: tuple[str, str] | None = None
    """(file name, content)."""
    memories: tuple[tuple[str, str], ...] = ()
    """(file name, content) of each."""
    problems: tuple[str, ...] = ()
    """What could not be used, and why: sentences."""


def read_attachments(parts: Sequence[str]) -> Attachments:
    """Return what the text parts after the first hold: a line that names the file, then its content."""
    transcript = None
    memories = []
    problems = []
    for part in parts:
        head, _, content = part.partition("\n")
        kind, _, name = head.partition(":")
        label = f"{kind.strip().casefold()}:"
        name = name.strip()
        types = {_TRANSCRIPT: _TRANSCRIPT_TYPES, _MEMORY: _MEMORY_TYPES}.get(label)
        if types is None:
            problems.append(
                "One attachment is neither a transcript nor a translation memory, so I left it out."
            )
        elif not name.casefold().endswith(types):
            problems.append(f"I left {name or 'an attachment'} out: I read {', '.join(types)} there.")
        elif not content.strip() or len(content.encode("utf-8", "replace")) > _MOST_BYTES:
            problems.append(f"I left {name} out: it is empty or larger than 16 MB.")
        elif label == _TRANSCRIPT:
            transcript = (name, content)
        else:
            memories.append((name, content))
    return Attachments(transcript, tuple(memories), tuple(problems))
