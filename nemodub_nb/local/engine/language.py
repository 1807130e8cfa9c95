"""One language of a dub: translate, speak, fit, place."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nemodub_nb.local.engine import thresholds as t
from nemodub_nb.local.engine.cues import cues
from nemodub_nb.local.engine.fit import Placement, Spoken, place, rate_for, slots
from nemodub_nb.local.engine.jobs import DubJob
from nemodub_nb.local.engine.lines import Line
from nemodub_nb.local.engine.progress import Progress, Report, fetching
from nemodub_nb.local.engine.report import Take, rows, summary
from nemodub_nb.local.engine.speak import SpeakRequest, Voice, VoicePool, prepare, rate_of
from nemodub_nb.local.engine.steps import Steps
from nemodub_nb.local.engine.translate.lines import Pair, Translated, translate

if TYPE_CHECKING:
    from nemodub_nb.local.engine.transcribe.source import Transcript

MIX_RATE = 48_000
LINES_IN_FLIGHT = 4
"""Lines of one language that wait for a voice at once: enough to keep every voice worker busy."""


@dataclass(frozen=True)
class Workshop:
    """What every language of one job works with."""

    job: DubJob
    duration_s: float
    """Length of the clip."""
    level_db: float
    """How loud the original speaker is (mean square, dB below full scale)."""
    steps: Steps
    voices: VoicePool
    report: Report


@dataclass(frozen=True)
class _Recording:
    """A line as a voice spoke it."""

    path: Path
    duration_s: float
    rate: float


def voice_for(language: str, job: DubJob, report: Report) -> tuple[Voice, str]:
    """Return the voice that speaks a language and a note on why not a better one; its model is fetched if need be.

    Raises NoVoiceError.
    """

    def tell(name: str, done_bytes: int, total_bytes: int) -> None:
        fetching(report, name)(done_bytes, total_bytes)

    quality: Literal["best", "fast"] = "fast" if job.quality == "fast" else "best"
    return prepare(language, quality, job.models, wanted=job.voices.get(language), on_progress=tell)


def dub_language(
    language: str, transcript: Transcript, chosen: Future[tuple[Voice, str]], shop: Workshop
) -> dict[str, Any]:
    """Return what became of one language: `voice_stem`, `voice`, `note`, `lines`, `cues`, `summary`.

    Raises NoTranslationError, NoVoiceError, NoSpaceError and others of EngineError.
    """
    pair = Pair(transcript.language, language, shop.job.memories, shop.job.models)
    translated = translate(transcript.lines, pair, shop.steps, shop.report)
    voice, note = chosen.result()
    slot_each = slots(transcript.lines, shop.duration_s)
    recordings = _speak_all(language, transcript.lines, translated, slot_each, voice, shop)
    translated, recordings = _shorter_where_needed(
        transcript.lines, translated, recordings, slot_each, voice, shop
    )
    spoken = _spoken(transcript.lines, recordings, slot_each)
    placements = place(spoken, shop.duration_s)
    stem = _stem(recordings, placements, shop)
    takes = [
        Take(line, text, voice.id, recording.rate, said, placement)
        for line, text, recording, said, placement in zip(
            transcript.lines, translated, recordings, spoken, placements, strict=True
        )
    ]
    made = rows(takes, language)
    shown = cues([(row.start_s, row.end_s, row.text) for row in made], shop.duration_s)
    shop.report(Progress("fit", len(made), len(made), language))
    return {
        "voice_stem": str(stem),
        "voice": voice.id,
        "note": note,
        "lines": [row.to_dict() for row in made],
        "cues": [cue.to_dict() for cue in shown],
        "summary": summary(made),
    }


def _speak_all(
    language: str,
    lines: Sequence[Line],
    translated: Sequence[Translated],
    slot_each: Sequence[float],
    voice: Voice,
    shop: Workshop,
) -> list[_Recording]:
    done = count(1)

    def speak(line: Line, text: Translated, slot_s: float) -> _Recording:
        recording = _speak(line, text.text, slot_s, voice, shop)
        shop.report(Progress("speak", next(done), len(lines), language))
        return recording

    shop.report(Progress("speak", 0, len(lines), language))
    with ThreadPoolExecutor(LINES_IN_FLIGHT) as threads:
        return list(threads.map(speak, lines, translated, slot_each))


def _speak(line: Line, text: str, slot_s: float, voice: Voice, shop: Workshop) -> _Recording:
    """Speak a line within its budget; when the guess was too low, once more at the rate that it needs."""
    expected_s = len(text) / rate_of(voice) / shop.job.speed
    rate = rate_for(expected_s, slot_s, line.duration_s)
    recording = _record(text, rate, voice, shop)
    needed = recording.duration_s / slot_s
    if needed > t.CLEAN_STRETCH and rate < t.FASTEST_RATE:
        return _record(text, t.FASTEST_RATE, voice, shop)
    return recording


def _record(text: str, rate: float, voice: Voice, shop: Workshop) -> _Recording:
    speed = round(rate * shop.job.speed, 2)
    key = [voice.id, voice.code, text, speed]
    path = shop.steps.file("speech", key, ".wav", partial(_say, text, speed, voice, shop.voices))
    with wave.open(str(path)) as file:
        return _Recording(path, file.getnframes() / file.getframerate(), rate)


def _say(text: str, speed: float, voice: Voice, voices: VoicePool, path: Path) -> None:
    voices.speak(SpeakRequest(text, voice, path, speed)).result()


def _spoken(
    lines: Sequence[Line], recordings: Sequence[_Recording], slot_each: Sequence[float]
) -> list[Spoken]:
    return [
        Spoken(line.start_s, line.duration_s, slot_s, recording.duration_s)
        for line, recording, slot_s in zip(lines, recordings, slot_each, strict=True)
    ]


def _shorter_where_needed(
    lines: Sequence[Line],
    translated: Sequence[Translated],
    recordings: Sequence[_Recording],
    slot_each: Sequence[float],
    voice: Voice,
    shop: Workshop,
) -> tuple[list[Translated], list[_Recording]]:
    """Take the memory's shorter wording for lines that would be sped up too much."""
    texts, takes = list(translated), list(recordings)
    for index, placement in enumerate(place(_spoken(lines, recordings, slot_each), shop.duration_s)):
        text = texts[index]
        if placement.stretch > t.CLEAN_STRETCH and text.alternative:
            texts[index] = replace(
                text, text=text.alternative, alternative="", route=f"{text.route}, shorter"
            )
            takes[index] = _speak(lines[index], text.alternative, slot_each[index], voice, shop)
    return texts, takes


def _stem(recordings: Sequence[_Recording], placements: Sequence[Placement], shop: Workshop) -> Path:
    """Write the voice alone, every line at its place and as loud as the original speaker, as long as the clip."""
    places = [
        [recording.path.stem, round(placement.start_s, 4), round(placement.stretch, 4)]
        for recording, placement in zip(recordings, placements, strict=True)
    ]

    def make(path: Path) -> None:
        from nemodub_nb.local.engine.media.audio import read_audio
        from nemodub_nb.local.engine.media.stretch import stretch
        from nemodub_nb.local.engine.mix.level import at_level
        from nemodub_nb.local.engine.mix.stem import place as write_stem

        write_stem(
            (
                (
                    placement.start_s,
                    at_level(
                        stretch(read_audio(recording.path, rate=MIX_RATE), MIX_RATE, 1 / placement.stretch),
                        shop.level_db,
                    ),
                )
                for recording, placement in zip(recordings, placements, strict=True)
            ),
            shop.duration_s,
            path,
        )

    return shop.steps.file("voice", [places, shop.duration_s, round(shop.level_db, 1)], ".flac", make)
