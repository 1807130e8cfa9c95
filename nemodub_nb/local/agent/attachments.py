"""Files that come with a sentence: a transcript, translation memories, glossaries, edits of lines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nemodub_nb.local.engine.edits import LineEdit
from nemodub_nb.local.engine.errors import BadJobError

if TYPE_CHECKING:
    from collections.abc import Sequence

_TRANSCRIPT = "transcript:"
_MEMORY = "translation memory:"
_GLOSSARY = "glossary:"
_EDITS = "line edits:"
_TRANSCRIPT_TYPES = (".srt", ".vtt")
_MEMORY_TYPES = (".csv", ".tsv", ".tmx")
_TYPES = {
    _TRANSCRIPT: _TRANSCRIPT_TYPES,
    _MEMORY: _MEMORY_TYPES,
    _GLOSSARY: (".csv", ".tsv"),
    _EDITS: (".json",),
}
_MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class SaidOfLine:
    """What was decided about one line."""

    line: int
    language: str | None
    """BCP 47; None is the transcript."""
    decided: dict[str, Any]
    """Field of a LineEdit -> value; None takes a decision back."""


@dataclass(frozen=True)
class Attachments:
    """What came with a sentence."""

    transcript: tuple[str, str] | None = None
    """(file name, content)."""
    memories: tuple[tuple[str, str], ...] = ()
    """(file name, content) of each."""
    glossaries: tuple[tuple[str, str], ...] = ()
    """(file name, content) of each."""
    edits: tuple[SaidOfLine, ...] = ()
    """What was decided about single lines."""
    problems: tuple[str, ...] = ()
    """What could not be used, and why: sentences."""


def read_attachments(parts: Sequence[str]) -> Attachments:
    """Return what the text parts after the first hold: a line that names the file, then its content."""
    transcript = None
    memories, glossaries = [], []
    edits: tuple[SaidOfLine, ...] = ()
    problems = []
    for part in parts:
        head, _, content = part.partition("\n")
        kind, _, name = head.partition(":")
        label = f"{kind.strip().casefold()}:"
        name = name.strip()
        types = _TYPES.get(label)
        if types is None:
            problems.append(
                "One attachment is neither a transcript, a translation memory, a glossary nor edits of lines, so I left it out."
            )
        elif not name.casefold().endswith(types):
            problems.append(f"I left {name or 'an attachment'} out: I read {', '.join(types)} there.")
        elif not content.strip() or len(content.encode("utf-8", "replace")) > _MOST_BYTES:
            problems.append(f"I left {name} out: it is empty or larger than 16 MB.")
        elif label == _TRANSCRIPT:
            transcript = (name, content)
        elif label == _EDITS:
            try:
                edits += _edits(content)
            except (ValueError, TypeError, KeyError, RecursionError, BadJobError):
                problems.append(
                    f"I left {name} out: it is not a list of lines with what was decided about each."
                )
        elif label == _GLOSSARY:
            glossaries.append((name, content))
        else:
            memories.append((name, content))
    return Attachments(transcript, tuple(memories), tuple(glossaries), edits, tuple(problems))


def _edits(content: str) -> tuple[SaidOfLine, ...]:
    """Read edits; what is no decision about a line raises ValueError, TypeError, KeyError or BadJobError."""
    found = []
    for given in json.loads(content):
        said = dict(given)
        line, language = said.pop("line"), said.pop("language", None)
        for name, value in said.items():
            LineEdit.from_dict({"line": line, "language": language, name: value})
        found.append(SaidOfLine(line, language, said))
    return tuple(found)
