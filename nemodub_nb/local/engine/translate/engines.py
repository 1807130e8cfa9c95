"""Machines that translate one pair of languages directly: Firefox models and Apertium."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nemodub_nb.local.engine import weights
from nemodub_nb.local.engine.progress import Report, fetching
from nemodub_nb.local.engine.translate import apertium

CLOSE = {
    frozenset(pair)
    for pair in [
        ("es", "pt"), ("es", "ca"), ("es", "gl"), ("pt", "gl"), ("pt", "ca"), ("fr", "ca"), ("it", "ca"),
        ("fr", "oc"), ("ca", "oc"), ("sv", "da"), ("nb", "da"), ("nb", "nn"), ("uk", "be"), ("hi", "ur"), ("kk", "tt"),
    ]
}  # fmt: skip
"""Sister languages, between which rule-based translation reads well."""


@dataclass(frozen=True)
class Hop:
    """One direct translation that a machine offers."""

    source: str
    target: str
    engine: str
    """`firefox` or `apertium`."""
    cost: float
    """The lower, the better it reads. Only the order matters."""

    @property
    def name(self) -> str:
        """The hop as it stands in the report, such as `firefox en→pt`."""
        return f"{self.engine} {self.source}→{self.target}"


FIREFOX_COST = 1.0
FETCH_COST = 0.1
"""A model that must be fetched first: worth it, but not against one that is here and as good."""
APERTIUM_CLOSE_COST = 1.5
APERTIUM_COST = 6.0


def hops(models: Path) -> list[Hop]:
    """Return every direct translation to be had on this machine: models here, models to fetch, Apertium's modes."""
    found = [
        Hop(source, target, "firefox", FIREFOX_COST + (0.0 if here else FETCH_COST))
        for source, target, here in firefox_pairs(models)
    ]
    for source, target in apertium.pairs():
        close = frozenset((source, target)) in CLOSE
        found.append(Hop(source, target, "apertium", APERTIUM_CLOSE_COST if close else APERTIUM_COST))
    return found


def firefox_pairs(models: Path) -> list[tuple[str, str, bool]]:
    """Return (source, target, is it on this machine) of every Firefox model in the catalogue."""
    return [
        (pair[0], pair[1], weights.find(entry.name, models) is not None)
        for entry in weights.entries()
        if (pair := weights.firefox_pair(entry.name))
    ]


Translate = Callable[[Sequence[str]], list[str]]


def open_hop(hop: Hop, models: Path, report: Report) -> Translate:
    """Return a function that translates sentences over one hop.

    Raises WeightsUnavailableError when the hop's model cannot be had.
    """
    if hop.engine == "firefox":
        name = weights.firefox_name(hop.source, hop.target)
        return _firefox(weights.ensure(name, models, fetching(report, name)))
    return lambda texts: apertium.translate(texts, hop.source, hop.target)


def _firefox(folder: Path) -> Translate:
    from fxtranslate import Translator

    files = weights.firefox_files(folder)
    translator = Translator(
        files.model.read_bytes(),
        files.source_vocabulary.read_bytes(),
        files.target_vocabulary.read_bytes(),
        files.shortlist.read_bytes() if files.shortlist else None,
    )
    return lambda texts: [translator.translate_long(text).strip() for text in texts]
