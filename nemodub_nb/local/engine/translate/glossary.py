"""Glossary: terms with the wording that is wanted for them, and names that are never translated (CSV)."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from nemodub_nb import languages
from nemodub_nb.local.engine.errors import BadGlossaryError
from nemodub_nb.local.engine.phrases import UNSPACED

ANY: Final = "*"
"""In place of a language: every one. In place of a target: the source itself, unchanged."""
_YES: Final = frozenset({"yes", "true", "1", "exact", "case", "sensitive", "x"})
_ENDINGS: Final[dict[str, str]] = {
    "en": "s|es|'s|’s", "es": "s|es", "pt": "s|es", "gl": "s|es", "ca": "s", "fr": "s|x", "de": "e|n|en|s|er|es|ern|em",
    "nl": "s|en|'s", "sv": "n|en|et|er|ar|or|s", "da": "n|en|et|er|e|s", "nb": "n|en|et|er|e|s",
}  # fmt: skip
"""What a word may take at its end and still be the same word."""


@dataclass(frozen=True)
class Term:
    """One term of a glossary."""

    sources: tuple[str, ...]
    """How it is written in the source, the first is its name."""
    target: str
    """What it must become; empty when it stays as it is, letter by letter."""
    target_language: str = ANY
    source_language: str = ANY
    forms: tuple[str, ...] = ()
    """Other forms of the target that are right as well: plurals, cases."""
    exact_case: bool = False
    """Only where the source is written in just these letters, large and small."""

    @property
    def keeps(self) -> bool:
        """Whether it is a name that is not translated."""
        return not self.target

    def plural(self) -> str:
        """Return the form that seems to be the plural; the target itself when there is none."""
        candidates = [form for form in self.forms if form.casefold() != self.target.casefold()]
        endings = (
            ("s", "x") if base_or_empty(self.target_language) in {"es", "pt", "fr", "ca", "gl", "en"} else ()
        )
        return next(
            (form for form in candidates if any(w.endswith(endings) for w in form.split())), None
        ) or (candidates[0] if candidates and not endings else self.target)

    def said_in(self, text: str, written: str) -> bool:
        """Tell whether an accepted form stands in a translation; `written` is how the source has the term."""
        if self.keeps:
            return written in text
        return any(
            _form(form, self.target_language, exact=self.exact_case).search(text) for form in self.accepted
        )

    @cached_property
    def accepted(self) -> tuple[str, ...]:
        """All forms that are right."""
        return tuple(dict.fromkeys((self.target, *self.forms)))


@dataclass(frozen=True)
class Occurrence:
    """A term where it stands in a text."""

    term: Term
    start: int
    end: int
    written: str
    """How the text has it, a plural's ending left out for names that are kept."""
    plural: bool = False


@dataclass(frozen=True)
class Glossary:
    """The terms for one pair of languages."""

    terms: tuple[Term, ...] = ()
    source_language: str = ""

    def found(self, text: str) -> list[Occurrence]:
        """Return the terms in a text, in order; of two that overlap the longer one."""
        every = [one for term in self.terms for one in _occurrences(term, text, self.source_language)]
        kept: list[Occurrence] = []
        for one in sorted(every, key=lambda one: one.start - one.end):
            if all(one.end <= other.start or one.start >= other.end for other in kept):
                kept.append(one)
        return sorted(kept, key=lambda one: one.start)


def lost(occurrences: Sequence[Occurrence], target: str) -> tuple[Occurrence, ...]:
    """Return the terms of a source that a translation does not say as it should, each once."""
    names = Counter(one.written for one in occurrences if one.term.keeps)
    missing = {
        one.term: one
        for one in occurrences
        # A term may become a pronoun the second time, a name should not.
        if not one.term.said_in(target, one.written) or target.count(one.written) < names[one.written]
    }
    return tuple(missing.values())


def load(paths: Iterable[Path], source: str, target: str) -> Glossary:
    """Return the terms for one pair of languages from CSV files; later files, and exact regions, win.

    Raises BadGlossaryError when a file cannot be read.
    """
    wanted = [
        term
        for path in paths
        for term in read(path)
        if _serves(term.target_language, target) and _serves(term.source_language, source)
    ]
    chosen: dict[str, Term] = {}
    for term in sorted(wanted, key=lambda term: _nearness(term.target_language, target)):
        for written in term.sources:
            chosen[written if term.exact_case else written.casefold()] = term
    return Glossary(tuple(dict.fromkeys(chosen.values())), source)


def read(path: Path) -> list[Term]:
    """Return all terms of one file. Raises BadGlossaryError with the reason when it cannot be read."""
    try:
        return parse(path.read_text(encoding="utf-8-sig"), path.name)
    except OSError as error:
        raise _unreadable(path.name, error.strerror or "it cannot be opened") from error
    except UnicodeDecodeError as error:
        raise _unreadable(path.name, str(error)) from error


def parse(text: str, name: str) -> list[Term]:
    """Return all terms in the text of a CSV file called `name`. Raises BadGlossaryError."""
    try:
        return _terms(text.lstrip("\ufeff\r\n "))
    except (csv.Error, ValueError) as error:
        raise _unreadable(name, str(error)) from error


def _terms(text: str) -> list[Term]:
    # Spreadsheets part the columns by semicolons or tabs where a comma is the decimal sign.
    head = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=head.count))
    columns = [(column or "").strip().casefold() for column in rows.fieldnames or []]
    rows.fieldnames = columns
    if missing := sorted({"source", "target"} - set(columns)):
        raise ValueError(f"there is no column {', '.join(missing)}")
    return [term for row in rows if (term := _term({k: v for k, v in row.items() if k}))]


def _term(row: dict[str, str | None]) -> Term | None:
    def cell(column: str) -> str:
        value = row.get(column)
        return " ".join(value.split()) if isinstance(value, str) else ""

    sources = _several(cell("source"))
    if not sources:
        return None
    target = "" if cell("target") == ANY else cell("target")
    wanted, spoken = cell("target_language") or ANY, cell("source_language") or ANY
    case = cell("case").casefold()
    exact = case in _YES if case else not target and sources[0] != sources[0].casefold()
    return Term(sources, target, _tag(wanted), _tag(spoken), _several(cell("forms")), exact)


def _tag(language: str) -> str:
    return language if language == ANY else languages.parse(language)


def _several(cell: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in cell.split("|") if one.strip())


def _serves(given: str, wanted: str) -> bool:
    return given == ANY or languages.base(given) == languages.base(wanted)


def _nearness(given: str, wanted: str) -> int:
    return 0 if given == ANY else 1 + (given.casefold() == wanted.casefold())


def base_or_empty(language: str) -> str:
    """Return the base of a language; empty for every language."""
    return "" if language in {"", ANY} else languages.base(language)


def _occurrences(term: Term, text: str, language: str) -> Iterable[Occurrence]:
    for written in term.sources:
        for match in _form(written, language or "en", exact=term.exact_case).finditer(text):
            name = match.group("term") if term.keeps else match.group()
            yield Occurrence(term, match.start(), match.start() + len(name), name, bool(match["ending"]))


@lru_cache(maxsize=4096)
def _form(term: str, language: str, *, exact: bool) -> re.Pattern[str]:
    """Return a pattern that finds a term as words of their own, with the endings that its language gives them."""
    endings = _ENDINGS.get(base_or_empty(language), "")
    words = r"\s+".join(re.escape(word) for word in term.split())
    if endings and " " in term and term.replace(" ", "").isalpha():
        # “linha do tempo”, “linhas do tempo”: the first word may take the ending, too.
        first, *rest = term.split()
        words = rf"{re.escape(first)}(?:{endings})?\s+" + r"\s+".join(re.escape(word) for word in rest)
    ending = rf"(?P<ending>{endings})?" if endings and term[-1].isalpha() else "(?P<ending>(?!))?"
    start = r"(?<!\w)" if _bounded(term[0]) else ""
    end = r"(?!\w)" if _bounded(term[-1]) else ""
    return re.compile(f"{start}(?P<term>{words}){ending}{end}", 0 if exact else re.IGNORECASE)


def _bounded(character: str) -> bool:
    return (character.isalnum() or character == "_") and not UNSPACED.match(character)


def _unreadable(name: str, reason: str) -> BadGlossaryError:
    return BadGlossaryError(
        f"The glossary {name} cannot be read: {reason}.",
        "Give a CSV in UTF-8 with the columns source, target, target_language, and if wanted source_language, forms "
        "and case; an empty target keeps the source as it is.",
    )
