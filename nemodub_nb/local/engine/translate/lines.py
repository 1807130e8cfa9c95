"""Translates the lines of a clip, each by the best way there is for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nemodub_nb import languages
from nemodub_nb.local.engine import weights
from nemodub_nb.local.engine.errors import EngineError, NoTranslationError
from nemodub_nb.local.engine.lines import Line
from nemodub_nb.local.engine.progress import Progress, Report
from nemodub_nb.local.engine.steps import Steps
from nemodub_nb.local.engine.translate import memory as tm
from nemodub_nb.local.engine.translate.engines import Hop, hops, open_hop
from nemodub_nb.local.engine.translate.numbers import numbers_kept
from nemodub_nb.local.engine.translate.routes import Route, name, routes

_SENTENCES = re.compile(r"(?<=[.!?…])\s+(?=\S)")


@dataclass(frozen=True)
class Translated:
    """One line in the target language."""

    text: str
    route: str
    """Where it comes from: `memory exact`, `firefox en→pt`, …"""
    alternative: str = ""
    """A shorter wording that a person approved, or empty."""
    numbers_kept: bool = True


@dataclass(frozen=True)
class Pair:
    """From which language into which, and with what."""

    source: str
    target: str
    memories: tuple[Path, ...]
    models: Path
    """Folder of the models."""


def translate(lines: Sequence[Line], pair: Pair, steps: Steps, report: Report) -> list[Translated]:
    """Return every line in the target language: the memory's wording, else a machine's.

    Raises NoTranslationError when some lines are in no memory and nothing here translates the pair.
    """
    memory = tm.load(pair.memories, pair.source, pair.target)
    found = {line.index: _remembered(line.text, memory) for line in lines}
    missing = [line for line in lines if found[line.index] is None]
    report(Progress("translate", len(lines) - len(missing), len(lines), pair.target))
    if missing:
        machine = _by_machine(missing, pair, steps, report)
        found.update(zip((line.index for line in missing), machine, strict=True))
        report(Progress("translate", len(lines), len(lines), pair.target))
    return [translated for line in lines if (translated := found[line.index]) is not None]


def _remembered(text: str, memory: tm.Memory) -> Translated | None:
    """Return the memory's wording of a line, or of each of its sentences."""
    if match := memory.find(text):
        return _from_match([match], text)
    sentences = _SENTENCES.split(text)
    matches = [memory.find(sentence) for sentence in sentences] if len(sentences) > 1 else []
    known = [match for match in matches if match]
    return _from_match(known, text) if known and len(known) == len(sentences) else None


def _from_match(matches: list[tm.Match], text: str) -> Translated:
    target = " ".join(match.entry.target for match in matches)
    shorter = " ".join(match.entry.alternative or match.entry.target for match in matches)
    how = next((way for way in ("near", "normalised") if any(match.how == way for match in matches)), "exact")
    return Translated(
        target, f"memory {how}", shorter if shorter != target else "", numbers_kept(text, target)
    )


def _by_machine(lines: Sequence[Line], pair: Pair, steps: Steps, report: Report) -> list[Translated]:
    source, target = languages.base(pair.source), languages.base(pair.target)
    texts = [line.text for line in lines]
    if source == target:
        return [Translated(text, "same language") for text in texts]
    failures: list[EngineError] = []
    for route in routes(hops(pair.models), source, target):
        try:
            answers = _along(route, texts, pair, steps, report)
        except EngineError as error:
            failures.append(error)
            continue
        return [
            Translated(answer, name(route), numbers_kept=numbers_kept(text, answer))
            for text, answer in zip(texts, answers, strict=True)
        ]
    raise _nothing(pair, len(lines), failures)


def _along(route: Route, texts: list[str], pair: Pair, steps: Steps, report: Report) -> list[str]:
    for hop in route:
        texts = steps.value("translate", [hop.name, texts], partial(_over, hop, texts, pair.models, report))
    return texts


def _over(hop: Hop, texts: list[str], models: Path, report: Report) -> list[str]:
    return open_hop(hop, models, report)(texts)


def _nothing(pair: Pair, count: int, failures: list[EngineError]) -> NoTranslationError:
    source, target = languages.base(pair.source), languages.base(pair.target)
    names = f"{languages.english_name(source)} to {languages.english_name(target)}"
    why = f" ({failures[0].message.rstrip('.')})" if failures else ""
    lines = "1 line is" if count == 1 else f"{count} lines are"
    models = weights.firefox_route(source, target)
    fetch = f"run “nemodub models get {' '.join(models)}” where there is a network, " if models else ""
    return NoTranslationError(
        f"Nothing here translates {names}, and {lines} in no translation memory{why}.",
        f"Give a translation memory for {target} (a CSV or TMX file), {fetch}or install Apertium with a pair for "
        f"{source}-{target}.",
    )
