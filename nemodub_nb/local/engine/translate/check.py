"""Tells what of a source line its translation does not keep: numbers, names, glossary terms."""

from __future__ import annotations

from dataclasses import dataclass

from nemodub_nb.local.engine.translate.glossary import Glossary, lost
from nemodub_nb.local.engine.translate.names import lost_names
from nemodub_nb.local.engine.translate.numbers import lost_numbers


@dataclass(frozen=True)
class Checked:
    """What a translation keeps."""

    numbers_kept: bool
    names_kept: bool
    glossary_kept: bool | None
    """None when the source has no term of the glossary."""
    lost: tuple[str, ...]
    """What it does not keep, as the source has it."""


def check(
    source: str, target: str, glossary: Glossary, bases: tuple[str, str], names: tuple[str, ...] = ()
) -> Checked:
    """Compare a source line with its translation; `names` are those that are known to be lost already."""
    numbers = lost_numbers(source, target, bases)
    found = glossary.found(source)
    missing = tuple(one.written for one in lost(found, target))
    # A term of the glossary is no other name: what it must become is the glossary's affair.
    meant = {word for one in found for word in one.written.split()}
    other = tuple(word for word in (*lost_names(source, target), *names) if word not in meant)
    lost_here = tuple(dict.fromkeys((*numbers, *missing, *other)))
    return Checked(not numbers, not other, not missing if found else None, lost_here)
