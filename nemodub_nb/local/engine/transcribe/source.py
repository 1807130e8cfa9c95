"""The transcript of a clip, from the best source there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemodub_nb import languages
from nemodub_nb.local.engine.clip import Clip
from nemodub_nb.local.engine.errors import NoSpeechError
from nemodub_nb.local.engine.lines import Line, numbered
from nemodub_nb.local.engine.progress import Progress, Report
from nemodub_nb.local.engine.steps import Steps
from nemodub_nb.local.engine.transcribe.subtitle_file import read_subtitles
from nemodub_nb.local.engine.transcribe.voice_activity import RATE, Speech, mono, speech_of
from nemodub_nb.speaker_labels import said_by
from nemodub_nb.spoken_lines import Word, from_cues
from nemodub_nb.timed_text import Said

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nemodub_nb.local.engine.transcribe.whisper import Whisper

RECOGNISER = "whisper-base"
SAMPLES = 3
"""How many places of a clip vote on its language."""
SAMPLE_S = 30.0
SHORT_S = 60.0
"""A clip up to this length tells its language while it is recognised."""


@dataclass(frozen=True)
class Wanted:
    """What the user said of the source."""

    language: str | None
    """BCP 47; None to listen for it."""
    subtitles: Path | None
    """A transcript that a person made."""


@dataclass(frozen=True)
class Transcript:
    """What is said in a clip."""

    language: str
    """BCP 47 tag of the source language."""
    lines: tuple[Line, ...]
    made_by: str
    """`given`, `subtitles` (inside the clip) or the recogniser's name."""
    words: tuple[Word, ...] = ()
    """The words as they were recognised; none where a person wrote the transcript."""


def transcribe(
    clip: Clip, wanted: Wanted, steps: Steps, whisper: Callable[[], Whisper], report: Report
) -> Transcript:
    """Return the lines of a clip: the transcript given, else subtitles inside the clip, else what is recognised.

    `whisper` is called only when the clip must be listened to. Raises NoSpeechError, UnsureLanguageError,
    BadTranscriptError, and WeightsUnavailableError from `whisper`.
    """
    if wanted.subtitles is not None:
        cues = read_subtitles(wanted.subtitles)
        language = wanted.language or spoken_language(clip, steps, whisper, report)
        return _transcript(language, from_cues(cues), "given")
    if inside := _subtitles_inside(clip, wanted.language, steps):
        return inside
    if not speech_of(clip, steps):
        raise _no_speech()
    if wanted.language is None and clip.duration_s <= SHORT_S:
        language, heard = _hear_all(clip, steps, whisper, report)
    else:
        language = wanted.language or spoken_language(clip, steps, whisper, report)
        heard = _recognise(clip, language, steps, whisper, report)
    return _transcript(language, heard.lines, RECOGNISER, heard.words)


def _transcript(
    language: str,
    timed: Sequence[tuple[float, float, str] | Said],
    made_by: str,
    words: Sequence[Word] = (),
) -> Transcript:
    lines = numbered(timed)
    if not lines:
        raise _no_speech()
    return Transcript(language, tuple(lines), made_by, tuple(words))


@dataclass(frozen=True)
class _Recognised:
    """What the recogniser hears, as plain values that can be kept."""

    lines: list[tuple[float, float, str]]
    words: list[Word]

    @classmethod
    def of(cls, kept: Any) -> _Recognised:
        """Return what `kept` wrote."""
        return cls(
            [(float(start), float(end), str(text)) for start, end, text in kept["lines"]],
            [Word(float(start), float(end), str(text)) for start, end, text in kept["words"]],
        )

    def kept(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"lines": self.lines, "words": [[word.start_s, word.end_s, word.text] for word in self.words]}


def _no_speech() -> NoSpeechError:
    return NoSpeechError(
        "No speech was found in the clip.",
        "Check that the right audio track is in it, or give a transcript (an SRT or VTT file).",
    )


def _subtitles_inside(clip: Clip, language: str | None, steps: Steps) -> Transcript | None:
    """Return the clip's own subtitles when they are known to be in the language spoken."""
    if not clip.subtitle_tracks:
        return None

    def read() -> Any:
        from nemodub_nb.local.engine.media.subtitles_in import embedded_subtitles

        found = embedded_subtitles(clip.path)
        return [found.language, found.cues] if found else [None, []]

    tag, cues = steps.value("subtitles", clip.digest, read)
    if not cues or tag is None:
        return None
    spoken = languages.parse(tag)
    if language and languages.base(language) != languages.base(spoken):
        return None
    timed = [(float(start), float(end), str(text)) for start, end, text in cues]
    return _transcript(language or spoken, from_cues(said_by(timed)), "subtitles")


def spoken_language(clip: Clip, steps: Steps, whisper: Callable[[], Whisper], report: Report) -> str:
    """Return the language spoken in a clip, by the vote of several of its places. Raises UnsureLanguageError."""
    from nemodub_nb.local.engine.transcribe.whisper import Vote, elect

    def listen() -> list[Any]:
        report(Progress("transcribe", 0, clip.duration_s, message="Listening for the language"))
        model = whisper()
        votes = [model.vote(samples) for samples in _samples(clip, speech_of(clip, steps))]
        return [[vote.language, vote.probability] for vote in votes]

    found = steps.value("language", [clip.digest, RECOGNISER, SAMPLES, SAMPLE_S], listen)
    return elect([Vote(language, probability) for language, probability in found])


def _samples(clip: Clip, speech: Speech) -> Iterator[NDArray[np.float32]]:
    """Yield up to 30 s from the start, the middle and the end of what is spoken; once for a short clip."""
    import numpy as np

    count = 1 if clip.duration_s <= SHORT_S else SAMPLES
    for number in range(min(count, len(speech))):
        start_s = speech[number * (len(speech) - 1) // max(count - 1, 1)][0]
        blocks = list(mono(clip.path, start_s, min(start_s + SAMPLE_S, clip.duration_s)))
        if blocks:
            yield np.concatenate(blocks)


def _hear_all(
    clip: Clip, steps: Steps, whisper: Callable[[], Whisper], report: Report
) -> tuple[str, _Recognised]:
    """Recognise a short clip, whose language is told on the way."""
    from nemodub_nb.local.engine.transcribe.whisper import Vote, elect

    def listen() -> Any:
        import numpy as np

        vote, lines, words = whisper().transcribe(np.concatenate(list(mono(clip.path))), None, 0.0)
        return {"vote": [vote.language, vote.probability], **_Recognised(lines, words).kept()}

    report(Progress("transcribe", 0, clip.duration_s))
    kept = steps.value("transcribe", [clip.digest, RECOGNISER, None, "words"], listen)
    report(Progress("transcribe", clip.duration_s, clip.duration_s))
    return elect([Vote(*kept["vote"])]), _Recognised.of(kept)


def _recognise(
    clip: Clip, language: str, steps: Steps, whisper: Callable[[], Whisper], report: Report
) -> _Recognised:
    """Recognise window by window; each finished window is kept, so that a crash repeats at most one."""
    total_s = clip.duration_s

    def whole() -> Any:
        from nemodub_nb.local.engine.transcribe.windows import windows

        model = whisper()
        heard = _Recognised([], [])
        for start_s, samples in windows(mono(clip.path), RATE):
            key = [clip.digest, RECOGNISER, language, start_s, len(samples), "words"]

            def one(samples: NDArray[np.float32] = samples, start_s: float = start_s) -> Any:
                _, lines, words = model.transcribe(samples, languages.base(language), start_s)
                return _Recognised(lines, words).kept()

            window = _Recognised.of(steps.value("window", key, one))
            heard.lines.extend(window.lines)
            heard.words.extend(window.words)
            report(Progress("transcribe", min(start_s + len(samples) / RATE, total_s), total_s))
        return heard.kept()

    report(Progress("transcribe", 0, total_s))
    found = steps.value("transcribe", [clip.digest, RECOGNISER, language, "words"], whole)
    report(Progress("transcribe", total_s, total_s))
    return _Recognised.of(found)
