"""Translates the lines of a clip, each by the best way there is for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nemodub_nb import languages
from nemodub_nb.local.engine import weights
from nemodub_nb.local.engine.errors import EngineError, NoTranslationError
from nemodub_nb.local.engine.lines import Line
from nemodub_nb.local.engine.progress import Progress, Report
from nemodub_nb.local.engine.steps import Steps
from nemodub_nb.local.engine.translate import glossary as terms
from nemodub_nb.local.engine.translate import llm
from nemodub_nb.local.engine.translate import memory as tm
from nemodub_nb.local.engine.translate.apertium import ProgramMissingError
from nemodub_nb.local.engine.translate.check import Checked, check
from nemodub_nb.local.engine.translate.engines import Translate, hops
from nemodub_nb.local.engine.translate.machine import AT_ONCE, Machine, kept
from nemodub_nb.local.engine.translate.names import doubtful_names
from nemodub_nb.local.engine.translate.routes import Route, name, routes
from nemodub_nb.local.engine.translate.sentences import Sentence, into_lines, sentences, split
from nemodub_nb.local.engine.translate.terms import with_terms

CHARACTERS_PER_S = 16.0
DENSE_CHARACTERS_PER_S = 6.0
"""About how fast people speak, to tell a language model how long a line may be; Chinese characters say more each."""
_DENSE = frozenset({"ja", "ko", "yue", "zh"})


@dataclass(frozen=True)
class Translated:
    """One line in the target language."""

    text: str
    route: str
    """Where it comes from: `memory exact`, `firefox en→pt`, …"""
    alternative: str = ""
    """A shorter wording, which a person approved or the language model offered; empty when there is none."""
    numbers_kept: bool = True
    names_kept: bool = True
    glossary_kept: bool | None = None
    """Whether the glossary's terms are there; None when the line has none."""
    lost: tuple[str, ...] = ()
    """Numbers, names and terms of the source line that are not in the translation."""


@dataclass(frozen=True)
class Pair:
    """From which language into which, and with what."""

    source: str
    target: str
    memories: tuple[Path, ...]
    models: Path
    """Folder of the models."""
    glossaries: tuple[Path, ...] = ()
    llm: llm.Endpoint | None = None
    """A language model that translates as well; None is that of the environment, if there is one."""

    @property
    def bases(self) -> tuple[str, str]:
        """The two languages without their regions."""
        return languages.base(self.source), languages.base(self.target)


@dataclass(frozen=True)
class _Said:
    """A sentence as a machine translated it."""

    text: str
    shorter: str = ""
    names: tuple[str, ...] = ()
    """Names of the source that are not in it."""
    by: str = ""
    """Where it comes from, when not from a machine."""


def translate(lines: Sequence[Line], pair: Pair, steps: Steps, report: Report) -> list[Translated]:
    """Return every line in the target language: the memory's wording, else a machine's.

    Raises NoTranslationError when some lines are in no memory and nothing here translates the pair, BadGlossaryError and
    BadTranscriptError when a glossary or memory cannot be read.
    """
    memory = tm.load(pair.memories, pair.source, pair.target)
    glossary = terms.load(pair.glossaries, pair.source, pair.target)
    found = {at: _remembered(line.text, memory, glossary, pair) for at, line in enumerate(lines)}
    missing = [at for at, translated in found.items() if translated is None]
    report(Progress("translate", len(lines) - len(missing), len(lines), pair.target))
    if missing:

        def tell(share: float) -> None:
            done = len(lines) - len(missing) + int(share * len(missing))
            report(Progress("translate", done, len(lines), pair.target))

        work = _Work(pair, memory, glossary, steps, report, tell, len(missing))
        for run in _runs(missing):
            found.update(zip(run, _by_machine([lines[at] for at in run], work), strict=True))
        report(Progress("translate", len(lines), len(lines), pair.target))
    return [translated for translated in found.values() if translated is not None]


ByHand = Callable[[str, str], Translated]
"""Makes a line of a source text and the words that a person wrote for it."""


def written_by_hand(pair: Pair, route: str) -> ByHand:
    """Return what makes lines of a person's own words, and tells as of a machine's what they do not keep."""
    glossary = terms.load(pair.glossaries, pair.source, pair.target)

    def line(source: str, target: str) -> Translated:
        return _with(Translated(target, route), check(source, target, glossary, pair.bases))

    return line


@dataclass(frozen=True)
class _Work:
    """What machines translate with."""

    pair: Pair
    memory: tm.Memory
    glossary: terms.Glossary
    steps: Steps
    report: Report
    tell: Callable[[float], None]
    lines: int
    """How many lines are in no memory."""


def _runs(positions: Sequence[int]) -> list[list[int]]:
    """Return positions in runs of neighbours: a sentence goes on in the next line only."""
    runs: list[list[int]] = []
    for at in positions:
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


def _remembered(text: str, memory: tm.Memory, glossary: terms.Glossary, pair: Pair) -> Translated | None:
    """Return the memory's wording of a line, or of each of its sentences."""
    if match := memory.find(text):
        return _from_match([match], text, glossary, pair)
    pieces = split(text)
    matches = [memory.find(piece) for piece in pieces] if len(pieces) > 1 else []
    known = [match for match in matches if match]
    return _from_match(known, text, glossary, pair) if known and len(known) == len(pieces) else None


def _from_match(matches: list[tm.Match], text: str, glossary: terms.Glossary, pair: Pair) -> Translated:
    target = " ".join(match.entry.target for match in matches)
    shorter = " ".join(match.entry.alternative or match.entry.target for match in matches)
    how = next((way for way in ("near", "normalised") if any(match.how == way for match in matches)), "exact")
    made = Translated(target, f"memory {how}", shorter if shorter != target else "")
    return _with(made, check(text, target, glossary, pair.bases))


def _with(made: Translated, checked: Checked) -> Translated:
    return replace(
        made,
        numbers_kept=checked.numbers_kept,
        names_kept=checked.names_kept,
        glossary_kept=checked.glossary_kept,
        lost=checked.lost,
    )


def _by_machine(lines: Sequence[Line], work: _Work, apart: frozenset[int] = frozenset()) -> list[Translated]:
    """Return translations of neighbouring lines; those at `apart` go on with no sentence of the line before."""
    pair = work.pair
    source, target = pair.bases
    if source == target:
        return [Translated(line.text, "same language") for line in lines]
    whole = sentences(lines, apart)
    known = {at: match for at, one in enumerate(whole) if (match := work.memory.find(one.text))}
    asked = [at for at in range(len(whole)) if at not in known]
    said = {
        at: _Said(match.entry.target, match.entry.alternative, by=f"memory {match.how}")
        for at, match in known.items()
    }
    route_name = ""
    if asked:
        route_name, answers = _along_the_best(asked, whole, work)
        said.update(zip(asked, answers, strict=True))
    made = _lines_of(whole, [said[at] for at in range(len(whole))], lines, work, route_name)
    # A sentence that comes out shorter than its lines are many leaves some without a word: those are said alone.
    mute = frozenset(at for at, translated in enumerate(made) if not translated.text) - apart
    return _by_machine(lines, work, apart | mute) if mute else made


def _along_the_best(asked: list[int], whole: list[Sentence], work: _Work) -> tuple[str, list[_Said]]:
    """Return the name of the best route that works, and what it makes of the sentences that are asked for."""
    source, target = work.pair.bases
    endpoint = work.pair.llm or llm.Endpoint.from_environment()
    failures: list[EngineError] = []
    for route in routes([*hops(work.pair.models), *llm.hop(source, target, endpoint)], source, target):
        try:
            if endpoint and llm.is_llm(route):
                return name(route), _by_llm(asked, whole, endpoint, route, work)
            return name(route), _by_route(asked, whole, route, work)
        except EngineError as error:
            failures.append(error)
    raise _nothing(work.pair, work.lines, failures)


def _by_route(asked: list[int], whole: list[Sentence], route: Route, work: _Work) -> list[_Said]:
    """Translate along machines that take a sentence at a time, then bring them to use the glossary."""
    made: list[_Said] = []
    with Machine(route, work.pair.models, work.steps, work.report) as machine:
        for at in range(0, len(asked), AT_ONCE):
            texts = [whole[number].text for number in asked[at : at + AT_ONCE]]
            made += _in_good_terms(texts, machine, work)
            work.tell(len(made) / len(asked))
    return made


def _in_good_terms(texts: list[str], machine: Machine, work: _Work) -> list[_Said]:
    """Return translations that use the glossary, with the names that they lost."""
    found = [work.glossary.found(text) for text in texts]
    answers = with_terms(texts, machine(texts), found, machine, work.pair.target)
    doubts = [
        doubtful_names(text, answer, work.pair.bases) for text, answer in zip(texts, answers, strict=True)
    ]
    words = list(dict.fromkeys(word for doubt in doubts for word in doubt))
    # A name is a word that the machine copies when it is asked for it alone.
    alone = dict(zip(words, machine(words), strict=True))
    return [
        _Said(answer, names=tuple(word for word in doubt if alone[word].strip(" .") == word))
        for answer, doubt in zip(answers, doubts, strict=True)
    ]


def _by_llm(
    asked: list[int], whole: list[Sentence], endpoint: llm.Endpoint, route: Route, work: _Work
) -> list[_Said]:
    """Translate by the language model, which is told the glossary, the neighbours and how long a line may be."""
    source = work.pair.bases[0]
    asks = {at: _ask(at, whole, work) for at in asked}
    keys: dict[int, object] = {at: [route[0].name, ask.key()] for at, ask in asks.items()}

    def compute(missing: list[int]) -> list[dict[str, str]]:
        found = llm.translate([asks[at] for at in missing], source, work.pair.target, endpoint)
        return [{"text": one.text, "shorter": one.shorter} for one in found]

    answers = kept(work.steps, keys, compute, asked)
    work.tell(1.0)

    def again(texts: Sequence[str]) -> list[str]:
        plain: dict[str, object] = {text: [route[0].name, "alone", text] for text in texts}
        return kept(work.steps, plain, lambda missing: _alone(missing, endpoint, work), texts)

    return _held_to_terms(asked, whole, answers, again, work)


def _alone(texts: list[str], endpoint: llm.Endpoint, work: _Work) -> list[str]:
    asks = [llm.Ask(text) for text in texts]
    return [one.text for one in llm.translate(asks, work.pair.bases[0], work.pair.target, endpoint)]


def _held_to_terms(
    asked: list[int], whole: list[Sentence], answers: list[dict[str, str]], again: Translate, work: _Work
) -> list[_Said]:
    """Return answers that use the glossary, also where the model did not do what it was told."""
    texts = [whole[at].text for at in asked]
    found = [work.glossary.found(text) for text in texts]
    made = [answer["text"] for answer in answers]
    with contextlib.suppress(llm.LanguageModelError):  # then the line says what it lacks
        made = with_terms(texts, made, found, again, work.pair.target)
    return [
        _Said(text, "" if terms.lost(here, answer["shorter"]) else answer["shorter"])
        for text, here, answer in zip(made, found, answers, strict=True)
    ]


def _ask(at: int, whole: list[Sentence], work: _Work) -> llm.Ask:
    one = whole[at]
    found = work.glossary.found(one.text)
    pace = DENSE_CHARACTERS_PER_S if work.pair.bases[1] in _DENSE else CHARACTERS_PER_S
    return llm.Ask(
        one.text,
        before=whole[at - 1].text if at else "",
        after=whole[at + 1].text if at + 1 < len(whole) else "",
        glossary=tuple((term.written, term.term.target) for term in found if not term.term.keeps),
        keep=tuple(term.written for term in found if term.term.keeps),
        most_characters=round(one.seconds * pace),
    )


def _lines_of(
    whole: list[Sentence], said: list[_Said], lines: Sequence[Line], work: _Work, route_name: str
) -> list[Translated]:
    """Return the lines that sentences were spoken in. What they keep is judged by the whole sentences."""
    texts = into_lines(whole, [one.text for one in said], len(lines), work.pair.target)
    # Of a sentence over several lines one may be shortened and the other not: only whole ones have another wording.
    brief = [
        each.shorter if each.shorter and len(sentence.parts) == 1 else each.text
        for each, sentence in zip(said, whole, strict=True)
    ]
    shorter = into_lines(whole, brief, len(lines), work.pair.target)
    sentences_of: dict[int, list[int]] = {at: [] for at in range(len(lines))}
    for number, one in enumerate(whole):
        for at, _ in one.parts:
            sentences_of[at].append(number)
    made = []
    for at, line in enumerate(lines):
        mine = sentences_of[at]
        there = " ".join(said[number].text for number in mine)
        names = tuple(word for number in mine for word in said[number].names if word in line.text)
        by = " + ".join(dict.fromkeys(said[number].by or route_name for number in mine))
        translated = Translated(texts[at], by, shorter[at] if shorter[at] != texts[at] else "")
        made.append(_with(translated, check(line.text, there, work.glossary, work.pair.bases, names)))
    return made


def _nothing(pair: Pair, count: int, failures: list[EngineError]) -> NoTranslationError:
    source, target = languages.base(pair.source), languages.base(pair.target)
    names = f"{languages.english_name(source)} to {languages.english_name(target)}"
    # What one command mends is of more use than why the best route failed.
    mendable = next((failure for failure in failures if isinstance(failure, ProgramMissingError)), None)
    told = mendable or next(iter(failures), None)
    why = f" ({told.message.rstrip('.')})" if told else ""
    lines = "1 line is" if count == 1 else f"{count} lines are"
    models = weights.firefox_route(source, target)
    fetch = f"run “nemodub models get {' '.join(models)}” where there is a network, " if models else ""
    return NoTranslationError(
        f"Nothing here translates {names}, and {lines} in no translation memory{why}.",
        f"{mendable.advice + ' Or give' if mendable else 'Give'} a translation memory for {target} (a CSV or TMX file), {fetch}install Apertium with a pair for "
        f"{source}-{target}, or name a language model's server in {llm.URL}.",
    )
