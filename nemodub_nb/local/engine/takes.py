"""Takes: each line of a script as it was recorded, by a voice or from the clip itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from nemodub_nb.local.engine.clip import Clip
from nemodub_nb.local.engine.fit import Placement, Spoken, wants_shorter
from nemodub_nb.local.engine.fit.speaking import Speaking
from nemodub_nb.local.engine.jobs import DubJob
from nemodub_nb.local.engine.progress import Progress, Report
from nemodub_nb.local.engine.script import ScriptLine
from nemodub_nb.local.engine.speak import Voice
from nemodub_nb.local.engine.speakers.who import Speakers
from nemodub_nb.local.engine.steps import Steps

if TYPE_CHECKING:
    from nemodub_nb.local.engine.transcribe.source import Transcript

LINES_IN_FLIGHT = 4
"""Lines of one language that wait for a voice at once: enough to keep every voice worker busy."""


@dataclass(frozen=True)
class Workshop:
    """What every language of one job works with."""

    job: DubJob
    clip: Clip
    level_db: float
    """How loud the original speakers are together (mean square, dB below full scale)."""
    transcript: Callable[[], Transcript]
    """Waits for the lines of one person each."""
    speakers: Callable[[], Speakers]
    """Waits for who speaks each line of the clip."""
    steps: Steps
    speaking: Speaking
    bed: Callable[[], Path | None]
    """Waits for the sound without the voice; None where it is not taken out."""
    report: Report


@dataclass(frozen=True)
class Recording:
    """The sound of a line before it is fitted."""

    path: Path
    duration_s: float
    rate: float
    """The voice's own rate that was asked for."""
    original: bool = False
    """Cut out of the clip: its level is right as it is."""


@dataclass(frozen=True)
class Part:
    """A line of the script that is heard: what is said, by whom, in how much time."""

    script: ScriptLine
    voice: Voice
    slot_s: float


def record(language: str, parts: Sequence[Part], shop: Workshop) -> list[Recording]:
    """Return a recording of every part, in their order."""
    done = count(1)

    def one(part: Part) -> Recording:
        recording = _original(part, shop) if part.script.sound == "original" else _speak(part, shop)
        shop.report(Progress("speak", next(done), len(parts), language))
        return recording

    shop.report(Progress("speak", 0, len(parts), language))
    with ThreadPoolExecutor(LINES_IN_FLIGHT) as threads:
        return list(threads.map(one, parts))


def spoken(parts: Sequence[Part], recordings: Sequence[Recording]) -> list[Spoken]:
    """Return the recordings as the fit sees them."""
    return [
        Spoken(
            part.script.place.start_s,
            part.script.place.duration_s,
            part.slot_s,
            recording.duration_s,
            fixed=recording.original,
        )
        for part, recording in zip(parts, recordings, strict=True)
    ]


def shorter_where_needed(
    parts: Sequence[Part], recordings: Sequence[Recording], placements: Sequence[Placement], shop: Workshop
) -> tuple[list[Part], list[Recording]]:
    """Take the memory's shorter wording for lines that would be sped up too much."""
    taken, takes = list(parts), list(recordings)
    known = [bool(part.script.translated.alternative) for part in parts]
    for index in wants_shorter(spoken(parts, recordings), placements, known):
        script = parts[index].script
        shorter = replace(
            script.translated,
            text=script.translated.alternative,
            alternative="",
            route=f"{script.translated.route}, shorter",
        )
        taken[index] = replace(parts[index], script=replace(script, translated=shorter))
        takes[index] = _speak(taken[index], shop)
    return taken, takes


def _speak(part: Part, shop: Workshop) -> Recording:
    script = part.script
    said = shop.speaking.line(script.translated.text, part.slot_s, script.place.duration_s, part.voice)
    return Recording(said.path, said.duration_s, said.rate)


def _original(part: Part, shop: Workshop) -> Recording:
    """Cut a line's own voice out of the clip."""
    line, bed = part.script.source, shop.bed()

    def cut(path: Path) -> None:
        from nemodub_nb.local.engine.media.audio import write_audio
        from nemodub_nb.local.engine.mix.original import original_voice

        write_audio(path, original_voice(shop.clip.path, bed, line.start_s, line.end_s))

    key = [shop.clip.digest, bed.stem if bed else None, line.start_s, line.end_s]
    path = shop.steps.file("original", key, ".wav", cut)
    return Recording(path, line.duration_s, 1.0, original=True)
