"""Takes: each line of a script as it was recorded, by a voice or from the clip itself."""

from __future__ import annotations

import wave
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

from nemodub_nb.local.engine import thresholds as t
from nemodub_nb.local.engine.clip import Clip
from nemodub_nb.local.engine.fit import Placement, Spoken, rate_for
from nemodub_nb.local.engine.jobs import DubJob
from nemodub_nb.local.engine.progress import Progress, Report
from nemodub_nb.local.engine.script import ScriptLine
from nemodub_nb.local.engine.speak import SpeakRequest, Voice, VoicePool, rate_of
from nemodub_nb.local.engine.steps import Steps

LINES_IN_FLIGHT = 4
"""Lines of one language that wait for a voice at once: enough to keep every voice worker busy."""


@dataclass(frozen=True)
class Workshop:
    """What every language of one job works with."""

    job: DubJob
    clip: Clip
    level_db: float
    """How loud the original speaker is (mean square, dB below full scale)."""
    steps: Steps
    voices: VoicePool
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
        Spoken(part.script.place.start_s, part.script.place.duration_s, part.slot_s, recording.duration_s)
        for part, recording in zip(parts, recordings, strict=True)
    ]


def shorter_where_needed(
    parts: Sequence[Part], recordings: Sequence[Recording], placements: Sequence[Placement], shop: Workshop
) -> tuple[list[Part], list[Recording]]:
    """Take the memory's shorter wording for lines that would be sped up too much."""
    taken, takes = list(parts), list(recordings)
    for index, placement in enumerate(placements):
        script = parts[index].script
        if placement.stretch > t.CLEAN_STRETCH and script.translated.alternative:
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
    """Speak a line within its budget; when the guess was too low, once more at the rate that it needs."""
    text = part.script.translated.text
    expected_s = len(text) / rate_of(part.voice) / shop.job.speed
    rate = rate_for(expected_s, part.slot_s, part.script.place.duration_s)
    recording = _spoken_by(part.voice, text, rate, shop)
    needed = recording.duration_s / part.slot_s
    if needed > t.CLEAN_STRETCH and rate < t.FASTEST_RATE:
        return _spoken_by(part.voice, text, t.FASTEST_RATE, shop)
    return recording


def _spoken_by(voice: Voice, text: str, rate: float, shop: Workshop) -> Recording:
    speed = round(rate * shop.job.speed, 2)
    key = [voice.id, voice.code, text, speed]
    path = shop.steps.file("speech", key, ".wav", partial(_say, text, speed, voice, shop.voices))
    with wave.open(str(path)) as file:
        return Recording(path, file.getnframes() / file.getframerate(), rate)


def _say(text: str, speed: float, voice: Voice, voices: VoicePool, path: Path) -> None:
    voices.speak(SpeakRequest(text, voice, path, speed)).result()


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
