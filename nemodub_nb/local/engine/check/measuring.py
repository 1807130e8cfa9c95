"""Measures a finished file: each figure from the file itself, each step kept by the content that it was made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb import languages
from nemodub_nb.conformance import ROUNDING_S
from nemodub_nb.local.engine import weights
from nemodub_nb.local.engine.check.aligned import AlignedLine, align
from nemodub_nb.local.engine.check.cut import placed_short, words_cut
from nemodub_nb.local.engine.check.listening import Heard, heard_speech, heard_words, recognised
from nemodub_nb.local.engine.check.onsets import heard_onset, source_onset
from nemodub_nb.local.engine.check.original import understood
from nemodub_nb.local.engine.check.parts import Parts
from nemodub_nb.local.engine.check.picture import Streams, length_error_frames, streams
from nemodub_nb.local.engine.check.rows import DubbedLine, dubbed_lines, kept_originals
from nemodub_nb.local.engine.check.shown import shown_lines, shown_speech, shown_stretches, video_time
from nemodub_nb.local.engine.check.stretches import common, covered_s, merged, outside, shared
from nemodub_nb.local.engine.check.subtitles import complaints
from nemodub_nb.local.engine.clip import look_into
from nemodub_nb.local.engine.errors import UnsureLanguageError, WeightsUnavailableError
from nemodub_nb.local.engine.lines import Line
from nemodub_nb.local.engine.progress import Progress, Report, fetching, silent
from nemodub_nb.local.engine.steps import Steps, file_digest
from nemodub_nb.local.engine.transcribe.source import RECOGNISER, spoken_language
from nemodub_nb.local.engine.transcribe.voice_activity import listened_to, speech_of

if TYPE_CHECKING:
    from pathlib import Path

    from nemodub_nb.local.engine.check.job import CheckJob
    from nemodub_nb.local.engine.check.stretches import Stretch
    from nemodub_nb.local.engine.transcribe.whisper import Whisper
    from nemodub_nb.spoken_lines import Word

_MARGIN_S: Final = 0.15
"""Time this close to speech counts neither as speech nor as a pause: it holds breaths and echoes."""
_KEPT_DB: Final = -12.0
"""An original voice above this against the dub was kept; what is in the bed then says nothing."""
_MOST_COMPLAINTS: Final = 50


def check(job: CheckJob, report: Report = silent) -> dict[str, Any]:
    """Measure a finished dub and return what was found.

    The result has `measured` (the figures that conformance.METRICS know, and what they were made from), `lines` (by line:
    index, heard, wer, cer, heard_start_s, onset_heard_s, words_cut; what cannot be told is None), `notes` (what was not
    measured, and why) and `steps`. Raises NotMediaError, NoAudioError where a file is no clip with sound.
    """
    return _Check(job, report).run()


class _Check:
    """One check: what its measurements share."""

    def __init__(self, job: CheckJob, report: Report) -> None:
        self.job = job
        self.report = report
        self.steps = Steps(job.cache)
        self.source = look_into(job.source, self.steps)
        self.video = look_into(job.video, self.steps)
        self.track = track_of(job.video, job.language)
        self.key = [self.video.digest, self.track]
        self.parts = Parts.of(job.parts, self.source.duration_s)
        self.shown, cut = self.parts.rows(job.lines)
        """The rows of what is in the file, as far as it is slowed nowhere."""
        # The picture is also slowed under what a trim has left of a line.
        self.time = video_time([*self.shown, *cut])
        self.said_lines = dubbed_lines(job.lines)
        """On the clip's time."""
        self.lines = shown_lines(dubbed_lines(self.shown), self.time)
        self.cut = shown_stretches([(row["start_s"], row["end_s"]) for row in cut], self.time)
        """Where lines are heard that a trim has cut."""
        self.notes: list[str] = []
        self.measured: dict[str, Any] = {"checked_by": "nemodub"}

    def run(self) -> dict[str, Any]:
        """Measure everything, the quick things first."""
        files = self._streams()
        self._loudness()
        self._subtitles(files[0].fps)
        said, spoken = self._spoken()
        self.measured["speech_overlap"] = _rounded(shared(said.speech, spoken.speech))
        if self.time:
            self.notes.append("The background was not measured: the picture, and it, are slowed in places.")
        else:
            self._levels(said.speech, spoken.speech)
        aligned = self._round_trip()
        rows = self._rows(aligned, said, spoken)
        self._original_words()
        return {
            "measured": self.measured,
            "lines": rows,
            "notes": self.notes,
            "steps": {"computed": self.steps.computed, "reused": self.steps.reused},
        }

    def _streams(self) -> tuple[Streams, Streams]:
        def read(path: Path, track: int | None, within: Stretch | None = None) -> Streams:
            key = [file_digest(path, self.steps), track, *([within] if within else [])]
            found = self.steps.value("streams", key, lambda: asdict(streams(path, track, within)))
            return Streams(**found)

        alone = self.parts.of_clip[0] if len(self.parts.of_clip) == 1 else None
        source, made = read(self.job.source, None, alone), read(self.job.video, self.track)
        if len(self.parts.of_clip) > 1:
            self.notes.append("The picture was not compared: it is joined from several parts of the clip.")
        elif source.picture is not None:
            self.measured["picture_identical"] = source.picture == made.picture
        if self.parts:
            source = source.of_length(self.parts.length_s)
        self.measured["length_error_frames"] = _rounded(length_error_frames(source.shown(self.time), made), 2)
        self.measured |= {"video_s": _rounded(made.video_s), "audio_s": _rounded(made.audio_s)}
        return source, made

    def _loudness(self) -> None:
        def measure() -> Any:
            from nemodub_nb.local.engine.mix.loudness import measure_file

            return asdict(measure_file(self.job.video, self.track))

        found = self.steps.value("loudness", self.key, measure)
        self.measured["loudness_lufs"] = _rounded(found["integrated_lufs"], 2)
        self.measured["true_peak_dbtp"] = _rounded(found["true_peak_dbtp"], 2)

    def _subtitles(self, fps: float) -> None:
        cues = self._cues()
        if cues is None:
            self.notes.append("The subtitles were not checked: the file has none, and none lie beside it.")
            return
        found = complaints(cues, fps)
        self.measured["subtitles_flagged"] = len({number for number, _ in found})
        self.measured["subtitle_complaints"] = [
            f"Subtitle {number + 1} {why}." for number, why in found[:_MOST_COMPLAINTS]
        ]

    def _cues(self) -> list[tuple[float, float, str]] | None:
        from nemodub_nb.local.engine.media.subtitles_in import embedded_subtitles
        from nemodub_nb.local.engine.transcribe.subtitle_file import read_cues

        inside = embedded_subtitles(self.job.video, languages.iso639_3(self.job.language))
        if inside is not None:
            return list(inside.cues)
        return read_cues(self.job.subtitles) if self.job.subtitles else None

    def _spoken(self) -> tuple[Heard, Heard]:
        """Return where a voice is heard in the source and in the file."""
        self.report(Progress("check", 0, self.video.duration_s, self.job.language, "Listening for the voice"))
        said = heard_speech(self.job.source, None, [self.source.digest, None], self.steps)
        return (
            shown_speech(Heard(self.parts.shown(said.speech), self.parts.shown(said.fine)), self.time),
            heard_speech(self.job.video, self.track, self.key, self.steps),
        )

    def _levels(self, said: list[Stretch], spoken: list[Stretch]) -> None:
        length_s = min(self.parts.length_s or self.source.duration_s, self.video.duration_s)
        speech = common(merged(said), merged(spoken))
        if kept := kept_originals(self.shown):
            speech = common(speech, outside(kept, length_s, _MARGIN_S))
        quiet = outside([*said, *spoken], length_s, _MARGIN_S)

        from nemodub_nb.local.engine.check.levels import METHOD, levels

        def measure() -> Any:
            from nemodub_nb.local.engine.check.spectra import add_up
            from nemodub_nb.local.engine.media.audio import decode_blocks

            blocks = (
                self.parts.sound(self.job.source),
                decode_blocks(self.job.video, channels=1, track=self.track),
            )
            return asdict(levels(add_up(*blocks, speech, quiet)))

        key = [METHOD, self.source.digest, *self.key, speech, quiet, *self.parts.of_clip]
        found = self.steps.value("levels", key, measure)
        self.measured |= {name: _rounded(value, 2) for name, value in found.items() if value is not None}
        if found["background_outside_db"] is None:
            self.notes.append(
                "The background was not measured: the clip has too few pauses, or nothing is heard in them."
            )
        elif found["background_under_db"] is None:
            self.notes.append(
                "The background under speech was not measured: it is more than 25 dB below the voice, or comes and goes."
            )

    def _round_trip(self) -> list[AlignedLine] | None:
        code = recognised(self.job.language)
        name = languages.english_name(self.job.language)
        if code is None:
            self.notes.append(f"The words were not checked: the recogniser does not know {name}.")
            return None
        if not self.lines:
            self.notes.append("The words were not checked: the report has no lines.")
            return None
        try:
            heard = self._heard(self.job.video, self.track, self.key, code)
        except WeightsUnavailableError as error:
            self.notes.append(f"The words were not checked: {error.message}")
            return None
        if self.cut:
            # Nobody can tell which of a line's words a cut has left.
            own = [(line.start_s, line.end_s) for line in self.lines]
            heard = [
                word
                for word in heard
                if not covered_s(self.cut, word.start_s, word.end_s)
                and _away_s(own, word)
                <= _away_s(self.cut, word)  # recognisers hear a line in the pause before
            ]
            self.notes.append("Lines that a trim has cut were not listened to.")
        script = [(line.start_s, line.end_s, line.text) for line in self.lines]
        aligned = align(script, heard, self.job.language)
        count = sum(len(line.script) for line in aligned)
        characters = sum(len("".join(line.script)) for line in aligned)
        if count:
            self.measured["wer"] = _rounded(sum(line.errors for line in aligned) / count)
            wrong = sum((line.cer or 0.0) * len("".join(line.script)) for line in aligned)
            self.measured["cer"] = _rounded(wrong / characters)
            self.measured["recogniser"] = RECOGNISER
        return aligned

    def _rows(self, aligned: list[AlignedLine] | None, said: Heard, spoken: Heard) -> list[dict[str, Any]]:
        rows = []
        previous_end_s = 0.0
        for position, line in enumerate(self.lines):
            one = aligned[position] if aligned else None
            rows.append(_row(line, one, previous_end_s, said, spoken))
            if one and one.heard:
                previous_end_s = max(previous_end_s, one.heard[-1].end_s)
        return rows

    def _original_words(self) -> None:
        kept_db = self.measured.get("original_level_db")
        if kept_db is not None and kept_db > _KEPT_DB:
            self.notes.append(
                "The words of the original were not counted: its voice is in the file as it is."
            )
            return
        bed = self.job.bed or self._bed()
        if bed is None:
            self.notes.append(
                "The words of the original were not counted: the sound without the voice is not on this machine."
            )
            return
        try:
            language = self.job.source_language or spoken_language(
                self.source, self.steps, self._whisper, self.report
            )
            code = recognised(language)
            if code is None:
                return
            heard = self._heard(bed, None, [file_digest(bed, self.steps)], code)
        except (UnsureLanguageError, WeightsUnavailableError) as error:
            self.notes.append(f"The words of the original were not counted: {error.message}")
            return
        self.measured["original_words"] = understood(self.said_lines, heard, language)

    def _bed(self) -> Path | None:
        from nemodub_nb.local.engine.mix.bed import bed_place

        if not listened_to(self.source, self.steps):  # nothing was dubbed from it here
            return None
        said = [
            Line(line.index, line.source_start_s, line.source_end_s, line.source_text)
            for line in self.said_lines
            if line.source_start_s is not None and line.source_end_s is not None
        ]
        path = bed_place(self.source, speech_of(self.source, self.steps), said, self.steps)
        return path if path.exists() else None

    def _heard(self, path: Path, track: int | None, key: list[Any], code: str) -> list[Word]:
        def tell(done_s: float) -> None:
            total_s = self.video.duration_s
            self.report(Progress("check", min(done_s, total_s), total_s, self.job.language, "Listening"))

        return heard_words(path, track, key, code, self._whisper, self.steps, tell)

    @property
    def _whisper(self) -> Callable[[], Whisper]:
        return _recogniser(self.job.models, self.report)


@cache
def _recogniser_of(folder: Path) -> Whisper:
    from nemodub_nb.local.engine.transcribe.whisper import Whisper

    return Whisper(folder)


def _recogniser(models: Path, report: Report) -> Callable[[], Whisper]:
    return lambda: _recogniser_of(weights.ensure(RECOGNISER, models, fetching(report, RECOGNISER)))


def _away_s(stretches: list[Stretch], word: Word) -> float:
    """Return how far the middle of a word is from the nearest of the stretches."""
    middle_s = (word.start_s + word.end_s) / 2
    return min(max(start - middle_s, middle_s - end, 0.0) for start, end in stretches)


def _row(
    line: DubbedLine,
    aligned: AlignedLine | None,
    previous_end_s: float,
    said: Heard,
    spoken: Heard,
) -> dict[str, Any]:
    first = next((word for word in aligned.matched[:1] if word), None) if aligned else None
    onset_s = heard_onset(line.start_s, first.start_s if first else None, previous_end_s, spoken.fine)
    source_s = _due_s(line, said)
    cut = None
    if aligned is not None:
        shift_s = onset_s - line.start_s if onset_s is not None else 0.0
        cut = words_cut(aligned, line.start_s + shift_s, line.end_s + shift_s, spoken.speech)
    if line.natural_s is not None and line.stretch is not None:
        cut = max(cut or 0, placed_short(line.natural_s, line.stretch, line.end_s - line.start_s))
    return {
        "index": line.index,
        "heard": aligned.text if aligned else None,
        "wer": _rounded(aligned.wer) if aligned else None,
        "cer": _rounded(aligned.cer) if aligned else None,
        "heard_start_s": _rounded(onset_s),
        "onset_heard_s": None if onset_s is None or source_s is None else _rounded(onset_s - source_s),
        "words_cut": None if cut is None else int(cut),
    }


def _due_s(line: DubbedLine, said: Heard) -> float | None:
    """Return when a line should begin: where the source is heard to, unless a person put it elsewhere."""
    if line.due_s is None or line.source_start_s is None:
        return line.due_s
    moved = abs(line.due_s - line.source_start_s) > ROUNDING_S
    return line.due_s if moved else source_onset(line.source_start_s, said.fine)


def track_of(path: Path, language: str) -> int | None:
    """Return the number of the sound track of a language, None for the default one where none is named so."""
    from nemodub_nb.local.engine.media.probe import probe

    wanted = languages.iso639_3(language)
    return next((track.index for track in probe(path).audio_tracks if track.language == wanted), None)


def _rounded(value: float | None, digits: int = 3) -> float | None:
    return None if value is None else round(value, digits)
