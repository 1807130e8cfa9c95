"""One language of a dub: translate, speak, fit, place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nemodub_nb.local.engine.cues import cues, flagged
from nemodub_nb.local.engine.fit import Placement, place, slots
from nemodub_nb.local.engine.jobs import DubJob
from nemodub_nb.local.engine.progress import Progress, Report, fetching
from nemodub_nb.local.engine.report import Take, rows, silent_row, summary
from nemodub_nb.local.engine.script import ScriptLine, write_script
from nemodub_nb.local.engine.speak import Voice, prepare
from nemodub_nb.local.engine.speakers.cast import Cast, cast, level_db
from nemodub_nb.local.engine.takes import Part, Recording, Workshop, record, shorter_where_needed, spoken
from nemodub_nb.local.engine.translate.lines import Pair

if TYPE_CHECKING:
    from nemodub_nb.local.engine.media.audio import Samples
    from nemodub_nb.local.engine.report import Row
    from nemodub_nb.local.engine.transcribe.source import Transcript

MIX_RATE = 48_000


def voice_for(language: str, job: DubJob, report: Report, wanted: str | None = None) -> tuple[Voice, str]:
    """Return the voice that speaks a language and a note on why not a better one; its model is fetched if need be.

    `wanted` is the voice of a single line. Raises NoVoiceError.
    """

    def tell(name: str, done_bytes: int, total_bytes: int) -> None:
        fetching(report, name)(done_bytes, total_bytes)

    chosen = job.voices.get(language)
    named = chosen if isinstance(chosen, str) else None
    return prepare(language, _quality(job), job.models, wanted=wanted or named, on_progress=tell)


def _quality(job: DubJob) -> Literal["best", "fast"]:
    return "fast" if job.quality == "fast" else "best"


def _cast(language: str, shop: Workshop) -> Cast:
    """Return the voices of the clip's speakers in a language. Raises NoVoiceError."""

    def tell(name: str, done_bytes: int, total_bytes: int) -> None:
        fetching(shop.report, name)(done_bytes, total_bytes)

    job = shop.job
    return cast(language, shop.speakers(), _quality(job), job.models, job.voices.get(language), tell)


def dub_language(
    language: str, transcript: Transcript, chosen: Future[tuple[Voice, str]], shop: Workshop
) -> dict[str, Any]:
    """Return what became of one language: `voice_stem`, `voice`, `note`, `lines`, `cues`, `summary`.

    Raises NoTranslationError, NoVoiceError, NoSpaceError and others of EngineError.
    """
    job = shop.job
    pair = Pair(transcript.language, language, job.memories, job.models, job.glossaries)
    script = write_script(transcript, pair, job.edits, shop.steps, shop.report)
    chosen.result()
    casting = _cast(language, shop)
    parts = _parts(script, language, casting, shop)
    recordings = record(language, parts, shop)
    first = place(spoken(parts, recordings), shop.clip.duration_s)
    parts, recordings = shorter_where_needed(parts, recordings, first, shop)
    fitted = spoken(parts, recordings)
    placements = place(fitted, shop.clip.duration_s)
    stem = _stem(parts, recordings, placements, shop)
    takes = [
        Take(part.script, _speaker(part), recording.rate, said, placement, casting.of(part.script.source))
        for part, recording, said, placement in zip(parts, recordings, fitted, placements, strict=True)
    ]
    made = _in_order(script, rows(takes, language), language, casting)
    shown = cues(
        [(row.start_s, row.end_s, row.text) for row in made if row.sound != "mute"],
        shop.clip.duration_s,
        language,
    )
    shop.report(Progress("fit", len(made), len(made), language))
    return {
        "voice_stem": str(stem),
        "voice": ", ".join(dict.fromkeys(voice.id for voice in casting.voices.values())),
        "voices": {name: voice.id for name, voice in casting.voices.items()},
        "note": casting.note,
        "lines": [row.to_dict() for row in made],
        "cues": [cue.to_dict() for cue in shown],
        "summary": summary(made) | {"subtitles_flagged": flagged(shown)},
    }


def _parts(script: Sequence[ScriptLine], language: str, casting: Cast, shop: Workshop) -> list[Part]:
    """Return the lines that are heard, each with its voice and the time it may take."""
    own = {
        wanted: voice_for(language, shop.job, shop.report, wanted)[0]
        for wanted in {line.voice for line in script}
        if wanted
    }
    slot_each = slots([line.place for line in script], shop.clip.duration_s)
    return [
        Part(line, own[line.voice] if line.voice else casting.voice(line.source), slot_s)
        for line, slot_s in zip(script, slot_each, strict=True)
        if line.sound != "mute" and not (line.sound == "original" and shop.job.kept)
    ]


def _speaker(part: Part) -> str:
    return "original" if part.script.sound == "original" else part.voice.id


def _in_order(script: Sequence[ScriptLine], heard: Sequence[Row], language: str, casting: Cast) -> list[Row]:
    """Return the rows of all lines in the order of the script, also of those that nobody speaks."""
    by_line = {row.index: row for row in heard}
    return [
        by_line.get(line.source.index) or silent_row(line, language, casting.of(line.source))
        for line in script
    ]


def _stem(
    parts: Sequence[Part], recordings: Sequence[Recording], placements: Sequence[Placement], shop: Workshop
) -> Path:
    """Write the voice alone, every line at its place and as loud as its original speaker, as long as the clip."""
    speakers = shop.speakers()
    levels = [round(level_db(speakers, part.script.source, shop.level_db), 1) for part in parts]
    places = [
        [recording.path.stem, round(placement.start_s, 4), round(placement.stretch, 4)]
        for recording, placement in zip(recordings, placements, strict=True)
    ]

    def sounds() -> Iterator[tuple[float, Samples]]:
        from nemodub_nb.local.engine.media.audio import read_audio
        from nemodub_nb.local.engine.mix.level import at_level

        for recording, placement, level in zip(recordings, placements, levels, strict=True):
            sound = read_audio(_fitted(recording, placement, shop), rate=MIX_RATE)
            yield placement.start_s, sound if recording.original else at_level(sound, level)

    def make(path: Path) -> None:
        from nemodub_nb.local.engine.mix.stem import place as write_stem

        write_stem(sounds(), shop.clip.duration_s, path)

    key = [places, shop.clip.duration_s, levels]
    return shop.steps.file("voice", key, ".flac", make)


def _fitted(recording: Recording, placement: Placement, shop: Workshop) -> Path:
    """Return a recording at its fitted length. It is kept, so that a changed line stretches no other one again."""
    stretch_by = 1 / placement.stretch

    def make(path: Path) -> None:
        from nemodub_nb.local.engine.media.audio import read_audio, write_audio
        from nemodub_nb.local.engine.media.stretch import stretch

        write_audio(path, stretch(read_audio(recording.path, rate=MIX_RATE), MIX_RATE, stretch_by))

    if abs(stretch_by - 1) < 1e-4:  # noqa: PLR2004 - less than a sample in most lines
        return recording.path
    return shop.steps.file("fitted", [recording.path.stem, round(placement.stretch, 4)], ".wav", make)
