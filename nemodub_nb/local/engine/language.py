"""One language of a dub: translate, speak, fit, place."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from nemodub_nb.local.engine.cues import Cue, cues, flagged
from nemodub_nb.local.engine.fit import LIMITS, SlowedTime, place, slots
from nemodub_nb.local.engine.jobs import DubJob
from nemodub_nb.local.engine.progress import Progress, Report, fetching
from nemodub_nb.local.engine.report import Take, rows, silent_row, summary
from nemodub_nb.local.engine.script import ScriptLine, write_script
from nemodub_nb.local.engine.speak import Voice, prepare
from nemodub_nb.local.engine.speakers.cast import Cast, cast
from nemodub_nb.local.engine.takes import Part, Workshop, record, shorter_where_needed, spoken
from nemodub_nb.local.engine.translate.lines import Pair
from nemodub_nb.local.engine.voice_track import breathing, write_voice

if TYPE_CHECKING:
    from nemodub_nb.local.engine.report import Row
    from nemodub_nb.local.engine.transcribe.source import Transcript


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
    language: str, recognised: Transcript, chosen: Future[tuple[Voice, str]], shop: Workshop
) -> dict[str, Any]:
    """Return what became of one language: `voice_stem`, `duration_s`, `voice`, `note`, `lines`, `cues`, `summary`.

    `recognised` are the lines as far as they are known at once; those that count are the workshop's.
    Lines and cues are on the clip's time. Where the picture is slowed under a line (its `slow` is above 1), the voice
    stem, and so the video, goes on with the slowed time, and is `duration_s` long.

    Raises NoTranslationError, NoVoiceError, NoSpaceError and others of EngineError.
    """
    job = shop.job
    script = _script(language, recognised, shop)
    chosen.result()
    casting = _cast(language, shop)
    parts = _parts(script, language, casting, shop)
    recordings = record(language, parts, shop)
    limits = replace(LIMITS, slow_video=job.slow_video)
    first = place(spoken(parts, recordings), shop.clip.duration_s, limits)
    parts, recordings = shorter_where_needed(parts, recordings, first, shop)
    fitted = spoken(parts, recordings)
    placements = breathing(fitted, recordings, place(fitted, shop.clip.duration_s, limits), shop)
    time = SlowedTime.of((each.start_s, each.end_s, each.slow) for each in placements)
    stem = write_voice(parts, recordings, placements, time, shop)
    takes = [
        Take(part.script, _speaker(part), recording.rate, said, placement, casting.of(part.script.source))
        for part, recording, said, placement in zip(parts, recordings, fitted, placements, strict=True)
    ]
    made = _in_order(script, rows(takes, language), language, casting)
    shown = _cues(made, time, language, shop)
    shop.report(Progress("fit", len(made), len(made), language))
    return {
        "voice_stem": str(stem),
        "duration_s": time.shown_s(shop.clip.duration_s),
        "voice": ", ".join(dict.fromkeys(voice.id for voice in casting.voices.values())),
        "voices": {name: voice.id for name, voice in casting.voices.items()},
        "note": casting.note,
        "lines": [row.to_dict() for row in made],
        "cues": [
            replace(cue, start_s=time.clip_s(cue.start_s), end_s=time.clip_s(cue.end_s)).to_dict()
            for cue in shown
        ],
        "summary": summary(made) | {"subtitles_flagged": flagged(shown)},
    }


def _script(language: str, recognised: Transcript, shop: Workshop) -> list[ScriptLine]:
    """Return what is to be said."""
    job = shop.job
    pair = Pair(recognised.language, language, job.memories, job.models, job.glossaries)
    if not job.edits:
        # Most clips have one speaker, and their lines stay: they are translated while that is found out.
        guess = write_script(recognised, pair, job.edits, shop.steps, shop.report)
        if shop.transcript() == recognised:
            return guess
    return write_script(shop.transcript(), pair, job.edits, shop.steps, shop.report)


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


def _cues(made: Sequence[Row], time: SlowedTime, language: str, shop: Workshop) -> list[Cue]:
    """Return the subtitles on the video's time: how fast they are read is seen there."""
    placed = [
        (time.shown_s(row.start_s), time.shown_s(row.end_s), row.text) for row in made if row.sound != "mute"
    ]
    return cues(placed, time.shown_s(shop.clip.duration_s), language)
