"""What a recogniser hears in a file, word by word, window by window; each finished window is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.languages import base
from nemodub_nb.local.engine.transcribe.source import RECOGNISER
from nemodub_nb.local.engine.transcribe.voice_activity import DETECTOR, RATE, mono, speech_in
from nemodub_nb.local.engine.transcribe.windows import windows
from nemodub_nb.spoken_lines import Word

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from nemodub_nb.local.engine.check.stretches import Stretch
    from nemodub_nb.local.engine.steps import Steps
    from nemodub_nb.local.engine.transcribe.whisper import Whisper

_CODES: Final = {"nb": "no", "fil": "tl", "jv": "jw", "cmn": "zh", "yue": "zh"}
"""Languages that the recogniser has under another code."""

_WINDOW_S: Final = 60.0
"""What the voice detector hears at once: it takes 1.8 MiB for a second, more than all the rest of a check without words."""
_FINE: Final = (60, 60)
"""Milliseconds of silence and of speech that count where lines follow each other closely."""


@dataclass(frozen=True)
class Heard:
    """Where a voice is heard in a file."""

    speech: list[Stretch]
    """As a listener hears it: short pauses within a sentence split it, a breath does not."""
    fine: list[Stretch]
    """Split at the shortest pauses and without margins: for when something begins."""


Tell = Callable[[float], None]
"""Takes how many seconds have been heard."""


def recognised(language: str) -> str | None:
    """Return the recogniser's code of a language; None when it does not know it."""
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    code = _CODES.get(base(language), base(language))
    return code if code in _LANGUAGE_CODES and code != "yue" else None


def heard_words(
    path: Path,
    track: int | None,
    key: list[Any],
    code: str,
    whisper: Callable[[], Whisper],
    steps: Steps,
    tell: Tell,
) -> list[Word]:
    """Return the words that are heard in a file. `key` names its content and its track."""
    found: list[Word] = []
    for start_s, samples in windows(mono(path, track=track), RATE):

        def one(samples: NDArray[np.float32] = samples, start_s: float = start_s) -> Any:
            return [asdict(word) for word in whisper().words(samples, code, start_s)[1]]

        kept = steps.value("heard", [*key, RECOGNISER, code, start_s, len(samples)], one)
        found += [Word(**word) for word in kept]
        tell(start_s + len(samples) / RATE)
    return found


def heard_speech(path: Path, track: int | None, key: list[Any], steps: Steps) -> Heard:
    """Return where a voice is heard in a file."""

    def listen() -> Any:
        found: list[list[Stretch]] = [[], []]
        for start_s, samples in windows(mono(path, track=track), RATE, _WINDOW_S):
            for stretches, heard in zip(found, (speech_in(samples), _finely(samples)), strict=True):
                stretches += [(start_s + start, start_s + end) for start, end in heard]
        return found

    found = steps.value("speech heard", [*key, DETECTOR, _FINE, _WINDOW_S], listen)
    speech, fine = ([(float(start), float(end)) for start, end in stretches] for stretches in found)
    return Heard(speech, fine)


def _finely(samples: NDArray[np.float32]) -> list[Stretch]:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(min_silence_duration_ms=_FINE[0], speech_pad_ms=0, min_speech_duration_ms=_FINE[1])
    return [(part["start"] / RATE, part["end"] / RATE) for part in get_speech_timestamps(samples, options)]
