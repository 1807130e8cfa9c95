"""Dubs a clip into languages, or writes their scripts: what is done once a source, then each language beside the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemodub_nb.local.engine import weights
from nemodub_nb.local.engine.child import Children, Run, run_child
from nemodub_nb.local.engine.clip import Clip, look_into
from nemodub_nb.local.engine.edits import corrected
from nemodub_nb.local.engine.errors import EngineError, NoSpeechError
from nemodub_nb.local.engine.fit import Paces
from nemodub_nb.local.engine.fit.speaking import Speaking
from nemodub_nb.local.engine.jobs import DubJob
from nemodub_nb.local.engine.kept import KEPT
from nemodub_nb.local.engine.language import dub_language, voice_for
from nemodub_nb.local.engine.mix.bed import Separator, make_bed
from nemodub_nb.local.engine.progress import Progress, Report, fetching, silent
from nemodub_nb.local.engine.script import script_rows, write_script
from nemodub_nb.local.engine.speak import Voice, VoicePool
from nemodub_nb.local.engine.speakers.who import Speakers, in_turns, who_speaks
from nemodub_nb.local.engine.steps import Steps
from nemodub_nb.local.engine.takes import Workshop
from nemodub_nb.local.engine.transcribe.source import RECOGNISER, Transcript, Wanted, transcribe
from nemodub_nb.local.engine.transcribe.voice_activity import Speech, listened_to, speech_level_db, speech_of
from nemodub_nb.local.engine.translate.lines import Pair

if TYPE_CHECKING:
    from nemodub_nb.local.engine.lines import Line
    from nemodub_nb.local.engine.transcribe.whisper import Whisper

QUIET_SPEECH_DB = -23.0
"""Level of the voice where the clip's own speech cannot be heard: that of ordinary speech."""


def dub(job: DubJob, report: Report = silent) -> dict[str, Any]:
    """Dub a clip and return what was made.

    The result has `media`, `source_language`, `transcript_by`, `transcript`, `bed` (path of the sound without the
    voice, or None), `languages` (by tag: voice_stem, voice, lines, cues, summary; only lines where nothing is spoken),
    `failed` (by tag: type, message, advice) and `steps` (how many were computed and reused). One language failing does
    not stop the others.

    Raises EngineError when the clip itself cannot be dubbed.
    """
    steps = Steps(job.cache)
    report(Progress("probe", 0, 1))
    clip = look_into(job.source, steps)
    report(Progress("probe", 1, 1))
    made = _spoken(clip, job, steps, report) if job.speak else _written(clip, job, steps, report)
    steps.sweep()
    return {"media": clip.to_dict(), **made, "steps": {"computed": steps.computed, "reused": steps.reused}}


def _spoken(clip: Clip, job: DubJob, steps: Steps, report: Report) -> dict[str, Any]:
    with (
        KEPT.voices(job.models) as voices,
        Children() as children,
        ThreadPoolExecutor(2 * len(job.languages) + 4) as threads,
    ):
        # Voices are fetched while the recogniser listens: the network and the processor wait for different things.
        chosen = {language: threads.submit(voice_for, language, job, report) for language in job.languages}
        if not listened_to(clip, steps):
            _warm(voices, chosen.values())
        speech = speech_of(clip, steps)
        # The voice is taken out beside the recogniser, which uses little more than one core.
        said = threads.submit(_recognised, clip, job, steps, report)
        turned = threads.submit(lambda: _by_turns(said.result(), clip, job, steps, report, children.run))
        bed = (
            threads.submit(_bed, clip, speech, turned, job, steps, report, children.run)
            if job.separate
            else None
        )
        recognised = said.result()
        if bed and bed.done():
            bed.result()  # a separator that cannot be had is told before anything is spoken
        level_db = speech_level_db(clip, steps) or QUIET_SPEECH_DB
        speakers = threads.submit(lambda: _speakers(turned.result(), clip, job, steps, report, children.run))
        paces = Paces(job.home)
        speaking = Speaking(clip.digest, job.speed, voices, steps, paces)
        bed_of = bed.result if bed else lambda: None
        shop = Workshop(job, clip, level_db, turned.result, speakers.result, steps, speaking, bed_of, report)
        pending = {
            language: threads.submit(dub_language, language, recognised, chosen[language], shop)
            for language in job.languages
        }
        made, failed = _gather(pending)
        paces.keep()
        bed_path = bed.result() if bed else None
    return {
        **_heard(turned.result(), speakers.result()),
        "bed": str(bed_path) if bed_path else None,
        "languages": made,
        "failed": failed,
    }


def _written(clip: Clip, job: DubJob, steps: Steps, report: Report) -> dict[str, Any]:
    """Write the transcript and the script of each language, without a voice."""
    transcript = _by_turns(_recognised(clip, job, steps, report), clip, job, steps, report)

    def script(language: str) -> dict[str, Any]:
        pair = Pair(transcript.language, language, job.memories, job.models, job.glossaries)
        written = write_script(transcript, pair, job.edits, steps, report)
        return {"lines": [row.to_dict() for row in script_rows(written, language, clip.duration_s)]}

    with ThreadPoolExecutor(len(job.languages) + 1) as threads:
        made, failed = _gather({language: threads.submit(script, language) for language in job.languages})
    return {**_heard(transcript), "bed": None, "languages": made, "failed": failed}


def _recognised(clip: Clip, job: DubJob, steps: Steps, report: Report) -> Transcript:
    wanted = Wanted(job.source_language, job.transcript)
    return transcribe(clip, wanted, steps, _recogniser(job, report), report)


def _by_turns(
    heard: Transcript, clip: Clip, job: DubJob, steps: Steps, report: Report, run: Run = run_child
) -> Transcript:
    """Return the transcript with lines of one person each, as a person corrected it.

    They are the same where one voice shall speak for all: decisions about single lines go by their numbers.
    """
    heard = in_turns(clip, heard, speech_of(clip, steps), steps, job.models, report, run)
    lines = corrected(heard.lines, job.edits)
    if not lines:
        raise NoSpeechError("Every line of the transcript was taken out.", "Take one back; “undo” does.")
    return replace(heard, lines=lines)


def _speakers(
    transcript: Transcript, clip: Clip, job: DubJob, steps: Steps, report: Report, run: Run
) -> Speakers:
    by_voices, apart = bool(transcript.words), job.speakers == "auto"
    lines = transcript.lines
    if by_voices and not apart:
        lines = tuple(replace(line, speaker="") for line in lines)
    return who_speaks(
        clip,
        lines,
        speech_of(clip, steps),
        steps,
        job.models,
        report,
        apart=apart,
        named_by="voices" if by_voices else "transcript",
        run=run,
    )


def _heard(transcript: Transcript, speakers: Speakers | None = None) -> dict[str, Any]:
    named = speakers.of_line if speakers else {}
    return {
        "source_language": transcript.language,
        "transcript_by": transcript.made_by,
        "transcript": [
            line.to_dict() | {"speaker": named.get(line.index, line.speaker)} for line in transcript.lines
        ],
        "speakers": [one.to_dict() for one in speakers.people] if speakers else [],
    }


def _recogniser(job: DubJob, report: Report) -> Callable[[], Whisper]:
    """Return a function that fetches and opens the recogniser the first time it is called."""

    @cache
    def whisper() -> Whisper:
        from nemodub_nb.local.engine.transcribe.whisper import Whisper

        return Whisper(weights.ensure(RECOGNISER, job.models, fetching(report, RECOGNISER)))

    return whisper


def _warm(voices: VoicePool, chosen: Iterable[Future[tuple[Voice, str]]]) -> None:
    """Load voices while the recogniser listens. Only a clip that is heard for the first time surely needs them."""

    def warm(future: Future[tuple[Voice, str]]) -> None:
        if future.exception() is None:
            voices.warm(future.result()[0])

    for future in chosen:
        future.add_done_callback(warm)


def _bed(
    clip: Clip,
    speech: Speech,
    turned: Future[Transcript],
    job: DubJob,
    steps: Steps,
    report: Report,
    run: Run,
) -> Path | None:
    separator = Separator(job.separator, job.models)
    early = job.transcript is None and not clip.subtitle_tracks

    def lines() -> tuple[Line, ...]:
        return turned.result().lines

    return make_bed(clip, speech, lines, separator, steps, report, early=early, run=run)


def _gather(pending: dict[str, Future[dict[str, Any]]]) -> tuple[dict[str, Any], dict[str, Any]]:
    made: dict[str, Any] = {}
    failed: dict[str, Any] = {}
    for language, future in pending.items():
        try:
            made[language] = future.result()
        except EngineError as error:
            failed[language] = error.to_dict()
    return made, failed
