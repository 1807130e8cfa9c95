"""The glossary that a person gives a dub: a few terms typed for the chosen languages, or the path of a CSV file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from nemodub_nb.project import BadInputError
from nemodub_nb.project.safe import plain

from . import language_words as words

Use = Literal["none", "terms", "file"]
MOST: Final = 50
"""So many terms are typed; a longer glossary is a file."""
LONGEST: Final = 200
_LONGEST_TAG: Final = 40


@dataclass(frozen=True, slots=True)
class Term:
    """One row as it was typed."""

    source: str
    """As it is said in the clip."""
    targets: Mapping[str, str] = field(default_factory=dict)
    """Its wording by language. Without any the term is a name, which stays as it is in every language."""


@dataclass(frozen=True, slots=True)
class Glossary:
    """What was typed and which of it counts; the rest is kept for the case that it is wanted again."""

    decided: bool = False
    """Whether anything was said here about a glossary. Until then the clip keeps the one that it may have."""
    use: Use = "none"
    terms: tuple[Term, ...] = ()
    file: str = ""

    def given(self) -> str | dict[str, dict[str, str] | None] | None:
        """Return it as `project.dub(glossary=…)` takes it: empty where there is none, None where nothing was decided.

        It has the wordings of all languages: it takes the place of what was given before, also for those dubbed already.
        """
        if not self.decided:
            return None
        if self.use == "file" and self.file:
            return self.file
        return {term.source: dict(term.targets) or None for term in self._counting()}

    def problem(self) -> BadInputError | None:
        """Return the first thing that is wrong with what counts."""
        if self.use == "file" and not self.file:
            return BadInputError(words.NO_FILE, words.NAME_FILE)
        seen: set[str] = set()
        for term in self._counting():
            if not term.source:
                return BadInputError(words.term_missing(next(iter(term.targets.values()))), words.WRITE_TERM)
            if term.source.casefold() in seen:
                return BadInputError(words.term_twice(term.source), words.ONE_ROW)
            seen.add(term.source.casefold())
        return None

    def _counting(self) -> tuple[Term, ...]:
        return self.terms if self.use == "terms" else ()


def read(rows: Any) -> tuple[Term, ...]:
    """Return the rows that a page sends, `[term, {language: wording}]` each; empty ones are left out. Raises BadInputError."""
    if not isinstance(rows, list):
        raise BadInputError(words.NO_TERMS, words.TYPE_AGAIN)
    terms = tuple(term for row in rows for term in _read(row))
    if len(terms) > MOST:
        raise BadInputError(words.too_many_terms(MOST), words.GIVE_FILE)
    return terms


def _read(row: Any) -> Iterator[Term]:
    if not (isinstance(row, list) and len(row) == 2 and isinstance(row[1], Mapping)):  # noqa: PLR2004 - term and wordings
        raise BadInputError(words.NO_TERMS, words.TYPE_AGAIN)
    source, typed = _line(row[0]), {tag: _line(text) for tag, text in row[1].items() if _is_tag(tag)}
    targets = {tag: text for tag, text in typed.items() if text}
    if source or targets:
        yield Term(source, targets)


def _line(value: Any) -> str:
    if not isinstance(value, str):
        raise BadInputError(words.NO_TERMS, words.TYPE_AGAIN)
    if len(value) > LONGEST:
        raise BadInputError(words.term_too_long(LONGEST), words.SHORTER_TERM)
    return " ".join(plain(value, LONGEST).split())


def _is_tag(value: object) -> bool:
    return isinstance(value, str) and plain(value, _LONGEST_TAG) == value
