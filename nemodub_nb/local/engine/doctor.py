"""Tells what this machine can dub into, and the one command that adds what is missing."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nemodub_nb.cores import cores
from nemodub_nb.languages import COMMON, base, english_name
from nemodub_nb.local.engine.errors import NoVoiceError
from nemodub_nb.local.engine.speak.voices import Voice, candidates, choose, installed, ready
from nemodub_nb.local.engine.translate import apertium, llm
from nemodub_nb.local.engine.weights import entry, find, firefox_route
from nemodub_nb.local.engine.weights.here import LOCAL_FOLDER
from nemodub_nb.local.engine.weights.packages import npm_here

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_RECOGNISER = "whisper-base"
_SPEAKERS = "speakers"
_NOT_RECOGNISED = frozenset({"ga"})
"""The only ones of the common languages that whisper does not know."""

_SOUND = {"native": "natural", "accented": "natural, foreign accent", "robotic": "robotic"}


@dataclass(frozen=True)
class LanguageRow:
    """What can be done in one language."""

    language: str
    """BCP 47 tag."""
    name: str
    """English name."""
    recognises: str
    """What turns its speech into text: `whisper-base`, `whisper-base (to fetch)` or `subtitles only`."""
    translates: str
    """What translates into it from the source language."""
    speaks: str
    """Voice that a dub would use now, with how it sounds; `nothing` when there is none."""
    voices: str
    """How many voices are ready, women's and men's: clips of several people need both."""
    licence: str
    """Licence of that voice."""
    size_mb: int
    """Size of the voice's model, in megabytes."""
    ready: bool
    """True when a clip can be dubbed into it now, without fetching anything or writing a translation."""
    command: str
    """The one command that adds what is missing, a better voice included; empty when nothing would."""


@dataclass(frozen=True)
class Machine:
    """What matters of the machine itself."""

    python: str
    """Version of Python."""
    system: str
    """Operating system and processor."""
    cores: int
    """Processor cores that this process may use."""
    free_gb: float
    """Free space where the models lie, in gigabytes."""
    home: str
    """Folder of models, files and caches."""
    npm: bool
    """Whether npm is here; without it pip brings one for a moment, when Kokoro's voices are fetched."""
    apertium: bool
    """Whether Apertium is on PATH."""
    apertium_lacks: tuple[str, ...]
    """Which of its pairs cannot run, for want of which programs, and the command that brings them."""
    piper: bool
    """Whether the piper package is installed."""
    speakers: bool
    """Whether the model that tells speakers apart is here."""
    offline: str
    """Folder of models that somebody else keeps (NEMODUB_MODELS), empty without one."""
    llm: str = ""
    """The language model that translates what nothing else does, and whether its server answers; empty without one."""


@dataclass(frozen=True)
class Report:
    """Everything that `nemodub doctor` prints."""

    machine: Machine
    """The machine."""
    source: str
    """The language translated from."""
    rows: tuple[LanguageRow, ...]
    """One row a language, those that are ready first."""


def report(home: Path, source: str = "en", languages: Iterable[str] = COMMON) -> Report:
    """Return what this machine can do for clips in the source language; looks only, fetches nothing."""
    return Report(_machine(home), source, tuple(_rows(source, languages, home / "models")))


def as_text(found: Report) -> str:
    """Return a report as a table for a terminal."""
    machine = found.machine
    model = f"language model: {machine.llm or f'none ({llm.URL} is not set)'}"
    lines = [
        f"Python {machine.python} on {machine.system}, {machine.cores} cores, {machine.free_gb:.1f} GB free in {machine.home}",
        f"npm: {_yes(machine.npm)}   apertium: {_yes(machine.apertium)}   piper: {_yes(machine.piper)}   ffmpeg: not needed   {model}",
        f"speakers told apart: {'yes' if machine.speakers else f'after `nemodub models get {_SPEAKERS}`, or with the first dub'}",
        f"models of others: {machine.offline or 'none (NEMODUB_MODELS names their folder)'}",
        *(f"apertium {lack}" for lack in machine.apertium_lacks),
        "",
    ]
    head = (
        "language",
        "ready",
        "recognises",
        f"translates from {found.source}",
        "speaks",
        "voices",
        "licence",
        "MB",
        "to add",
    )
    table = [head, *(_cells(row) for row in found.rows)]
    widths = [max(len(cells[column]) for cells in table) for column in range(len(head))]
    lines += [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in table
    ]
    return "\n".join(lines)


def _cells(row: LanguageRow) -> tuple[str, ...]:
    size = str(row.size_mb) if row.size_mb else "-"
    return (
        f"{row.language} {row.name}",
        _yes(row.ready),
        row.recognises,
        row.translates,
        row.speaks,
        row.voices,
        row.licence,
        size,
        row.command,
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def language_table(home: Path, source: str) -> list[dict[str, Any]]:
    """Return the same as plain values for those who choose a language, with every voice of each."""
    from nemodub_nb.local.engine.preview import offered

    models_dir = home / "models"
    rows = []
    for row in _rows(source, COMMON, models_dir):
        voice = _voice(row.language, models_dir)
        rows.append(
            {
                "language": row.language,
                "name": row.name,
                "ready": row.ready,
                "recognises": row.recognises,
                "translates": row.translates,
                "voice": voice.id if voice else "",
                "sounds": _SOUND[voice.grade] if voice else "",
                "licence": row.licence,
                "size_mb": row.size_mb,
                "command": row.command,
                "voices": offered(row.language, models_dir),
            }
        )
    return rows


def _rows(source: str, languages: Iterable[str], models_dir: Path) -> list[LanguageRow]:
    """Return the rows, those that are ready first."""
    rows = [_row(tag, source, models_dir) for tag in dict.fromkeys(languages)]
    return sorted(rows, key=lambda row: (not row.ready, row.speaks == "nothing"))


def _row(tag: str, source: str, models_dir: Path) -> LanguageRow:
    translates, translation_ready, missing = _translation(source, tag, models_dir)
    voice = _voice(tag, models_dir)
    licence, size_mb = _facts(voice)
    heard = base(source) in _NOT_RECOGNISED or find(_RECOGNISER, models_dir) is not None
    better, package = _better_voice(tag, voice, models_dir)
    lacking = [*([] if heard else [_RECOGNISER]), *missing, *better]
    return LanguageRow(
        language=tag,
        name=english_name(tag),
        recognises=_recognition(tag, models_dir),
        translates=translates,
        speaks=f"{voice.id} ({_SOUND[voice.grade]})" if voice else "nothing",
        voices=_voices(tag, models_dir),
        licence=licence,
        size_mb=size_mb,
        ready=heard and voice is not None and translation_ready,
        command=f"nemodub models get {' '.join(lacking)}" if lacking else package,
    )


def _recognition(tag: str, models_dir: Path) -> str:
    if base(tag) in _NOT_RECOGNISED:
        return "subtitles only"
    return _RECOGNISER if find(_RECOGNISER, models_dir) else f"{_RECOGNISER} (to fetch)"


def _translation(source: str, target: str, models_dir: Path) -> tuple[str, bool, list[str]]:
    """Return what translates, whether it is ready and the models that would make it so."""
    start, end = base(source), base(target)
    if start == end:
        return "the same language", True, []
    names = firefox_route(start, end)
    missing = [name for name in names if find(name, models_dir) is None]
    if names and not missing:
        return " + ".join(names), True, []
    if (start, end) in apertium.pairs() and not apertium.lack(start, end):
        return "apertium", True, []
    if endpoint := llm.Endpoint.from_environment():
        return f"{llm.ENGINE} {endpoint.model}", True, []
    if names:
        return f"{' + '.join(names)} (to fetch), else memory", False, missing
    return "translation memory only", False, []


def _voice(tag: str, models_dir: Path) -> Voice | None:
    try:
        return choose(tag, "best", models_dir)
    except NoVoiceError:
        return None


def _voices(tag: str, models_dir: Path) -> str:
    """Return how many voices are ready, of the best sound that there is: `1 woman, 2 men`."""
    ready_now = [voice for voice in candidates(tag) if ready(voice, models_dir)]
    natural = [voice for voice in ready_now if voice.grade != "robotic"] or ready_now
    women, men = (sum(voice.gender == gender for voice in natural) for gender in ("female", "male"))
    counts = [(women, "woman", "women"), (men, "man", "men")]
    return ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in counts if n) or "-"


def _facts(voice: Voice | None) -> tuple[str, int]:
    if voice is None:
        return "-", 0
    if voice.weights is None:
        return "GPL-3.0 program", 0
    item = entry(voice.weights)
    return item.licence, round(item.size_bytes / 1e6)


def _better_voice(tag: str, now: Voice | None, models_dir: Path) -> tuple[list[str], str]:
    """Return the models, or the command for the package, that add a better voice than the one that speaks now."""
    best = next(iter(candidates(tag)), None)
    if best is None or best.weights is None or (now is not None and now.grade == best.grade):
        return [], ""
    if not installed(best.engine):
        # A package is needed first, so only a voice of an engine that is here comes before it.
        other = next((v for v in candidates(tag) if v.weights and installed(v.engine)), None)
        if other is not None and find(other.weights or "", models_dir) is None:
            return [str(other.weights)], ""
        return [], f'pip install "nemodub_nb[{"piper" if best.engine == "piper" else "local"}]"'
    return [best.weights], ""


def _language_model() -> str:
    endpoint = llm.Endpoint.from_environment()
    if endpoint is None:
        return ""
    return f"{endpoint.name} ({'answers' if llm.reachable(endpoint) else 'does not answer'})"


def _machine(home: Path) -> Machine:
    # The folder may not exist yet; its nearest parent that does lies on the same disk.
    there = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    return Machine(
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        cores=cores(),
        free_gb=shutil.disk_usage(there).free / 1e9,
        home=str(home),
        npm=npm_here() is not None,
        apertium=shutil.which("apertium") is not None,
        apertium_lacks=tuple(str(lack) for lack in apertium.lacks()),
        piper=installed("piper"),
        llm=_language_model(),
        speakers=find(_SPEAKERS, home / "models") is not None,
        offline=os.environ.get(LOCAL_FOLDER, ""),
    )
