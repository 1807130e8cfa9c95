"""Translation memory: pairs of sentences that a person approved (CSV or TMX)."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from xml.etree import ElementTree as ET

from nemodub_nb import languages
from nemodub_nb.local.engine.errors import BadTranscriptError
from nemodub_nb.local.engine.translate.numbers import numbers_in

NEAR = 0.92
"""Similarity of normalised texts from which an entry is taken as the same sentence misheard by a letter or two."""
_COLUMNS = {"source", "target", "target_language"}
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class Entry:
    """One approved translation."""

    source: str
    target: str
    target_language: str
    source_language: str | None = None
    alternative: str = ""
    """A shorter wording for when time is short; empty when there is none."""


@dataclass(frozen=True)
class Match:
    """An entry found for a sentence, and how."""

    entry: Entry
    how: str
    """`exact`, `normalised` or `near`."""


@dataclass
class Memory:
    """Entries of one target language, found exactly, then normalised, then nearly."""

    entries: list[Entry] = field(default_factory=list)
    _exact: dict[str, Entry] = field(default_factory=dict, init=False, repr=False)
    _normal: dict[str, Entry] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Build the look-up tables; a later entry replaces an earlier one."""
        for entry in self.entries:
            self._exact[entry.source.strip()] = entry
            self._normal[normalised(entry.source)] = entry

    def find(self, text: str) -> Match | None:
        """Return the best entry for a sentence, or None."""
        if entry := self._exact.get(text.strip()):
            return Match(entry, "exact")
        wanted = normalised(text)
        if entry := self._normal.get(wanted):
            return Match(entry, "normalised")
        return self._near(wanted) if wanted else None

    def _near(self, wanted: str) -> Match | None:
        best, best_ratio = None, NEAR
        matcher = SequenceMatcher(autojunk=False)
        matcher.set_seq2(wanted)
        for source, entry in self._normal.items():
            matcher.set_seq1(source)
            if matcher.real_quick_ratio() < best_ratio or matcher.quick_ratio() < best_ratio:
                continue
            ratio = matcher.ratio()
            if ratio >= best_ratio and numbers_in(source) == numbers_in(wanted):
                best, best_ratio = entry, ratio
        return Match(best, "near") if best else None


def normalised(text: str) -> str:
    """Return a text without case, punctuation and extra spaces: what two spellings of one sentence share."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("%", " percent ")
    return " ".join(re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_]+", folded.replace("'", "").replace("’", "")))


def load(paths: Iterable[Path], source: str, target: str) -> Memory:
    """Return the entries for one pair of languages from CSV and TMX files; later files win.

    A CSV has the columns source, target, target_language, and if wanted source_language and alternative.
    Raises BadTranscriptError when a file cannot be read.
    """
    wanted = [
        entry
        for path in paths
        for entry in read(path)
        if _same(entry.target_language, target)
        and (not entry.source_language or _same(entry.source_language, source))
    ]
    # An entry for exactly pt-BR goes after (over) one for pt.
    return Memory(sorted(wanted, key=lambda entry: entry.target_language.casefold() == target.casefold()))


def _same(one: str, other: str) -> bool:
    return languages.base(one) == languages.base(other)


def read(path: Path) -> list[Entry]:
    """Return all entries of one file. Raises BadTranscriptError with the reason when it cannot be read."""
    try:
        return parse(path.read_text(encoding="utf-8-sig"), path.name)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
    except UnicodeDecodeError as error:
        reason = str(error)
    raise _unreadable(path.name, reason)


def parse(text: str, name: str) -> list[Entry]:
    """Return all entries in the text of a CSV or TMX file called `name`. Raises BadTranscriptError."""
    try:
        return _tmx(text) if text.lstrip().startswith("<") else _csv(text)
    except (csv.Error, ET.ParseError, ValueError) as error:
        raise _unreadable(name, str(error)) from error


def _unreadable(name: str, reason: str) -> BadTranscriptError:
    return BadTranscriptError(
        f"The translation memory {name} cannot be read: {reason}.",
        "Give a CSV in UTF-8 with the columns source, target, target_language, or a TMX file.",
    )


def _csv(text: str) -> list[Entry]:
    # Spreadsheets part the columns by semicolons or tabs where a comma is the decimal sign.
    head = text.lstrip().partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=head.count))
    columns = [name.strip() for name in rows.fieldnames or []]
    rows.fieldnames = columns
    if missing := sorted(_COLUMNS - set(columns)):
        raise ValueError(f"there is no column {', '.join(missing)}")
    return [
        Entry(
            row["source"].strip(),
            row["target"].strip(),
            row["target_language"].strip(),
            (row.get("source_language") or "").strip() or None,
            (row.get("alternative") or "").strip(),
        )
        for row in rows
        if (row["source"] or "").strip()
        and (row["target"] or "").strip()
        and (row["target_language"] or "").strip()
    ]


def _tmx(text: str) -> list[Entry]:
    # Entities are not needed in TMX; a document that declares its own is refused rather than expanded.
    if "<!ENTITY" in text:
        raise ValueError("entity declarations are not accepted")
    root = ET.fromstring(text)  # noqa: S314 - declared entities, the danger of this parser, are refused above
    header = root.find("header")
    default = header.get("srclang") if header is not None else None
    entries: list[Entry] = []
    for unit in root.iter("tu"):
        texts = {
            (variant.get(_XML_LANG) or variant.get("lang") or ""): "".join(segment.itertext()).strip()
            for variant in unit.iter("tuv")
            if (segment := variant.find("seg")) is not None
        }
        source = unit.get("srclang") or default
        for one, original in texts.items():
            if source and source != "*all*" and not _same(one, source):
                continue
            entries += [
                Entry(original, target, other, one)
                for other, target in texts.items()
                if other != one and original and target
            ]
    return entries
