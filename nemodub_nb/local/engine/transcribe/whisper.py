"""Recognises speech with faster-whisper, window by window."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemodub_nb.cores import cores
from nemodub_nb.local.engine.errors import UnsureLanguageError
from nemodub_nb.local.engine.transcribe.gate import Heard, believable
from nemodub_nb.local.engine.transcribe.onsets import snap
from nemodub_nb.local.engine.transcribe.voice_activity import RATE, speech_in
from nemodub_nb.spoken_lines import Word, from_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SURE = 0.5
"""A language is believed when the samples that vote for it are this sure on average."""


@dataclass(frozen=True)
class Vote:
    """What one sample says of the language."""

    language: str
    probability: float


def elect(votes: list[Vote]) -> str:
    """Return the language that most samples hear.

    Raises UnsureLanguageError when no language has a majority or its voters are unsure.
    """
    if votes:
        language, count = Counter(vote.language for vote in votes).most_common(1)[0]
        sure = [vote.probability for vote in votes if vote.language == language]
        if count * 2 > len(votes) and sum(sure) / len(sure) >= SURE:
            return language
    heard = ", ".join(sorted({vote.language for vote in votes})) or "none"
    raise UnsureLanguageError(
        f"The spoken language could not be told (candidates: {heard}).",
        "Say which it is, for example “The video is in English.” (on the command line --from en).",
    )


class Whisper:
    """A faster-whisper model on the CPU (int8). Loading takes about 0.3 s; nothing is loaded before it is needed."""

    def __init__(self, folder: Path) -> None:
        """Use the CTranslate2 model in `folder`."""
        self._folder = folder
        self._model: Any = None

    @property
    def _loaded(self) -> Any:
        if self._model is None:
            from faster_whisper import WhisperModel

            # Words come one after the other: a second core gains little, and the separation beside needs it.
            threads = max(1, cores() // 2)
            self._model = WhisperModel(
                os.fspath(self._folder), device="cpu", compute_type="int8", cpu_threads=threads
            )
        return self._model

    def vote(self, samples: NDArray[np.float32]) -> Vote:
        """Return the language heard in up to 30 s of mono samples at 16 kHz."""
        language, probability, _ = self._loaded.detect_language(audio=samples[: 30 * RATE], vad_filter=False)
        return Vote(str(language), float(probability))

    def words(
        self, samples: NDArray[np.float32], language: str | None, offset_s: float
    ) -> tuple[Vote, list[Word]]:
        """Return the language and the words of one window of mono samples at 16 kHz.

        `language` None has it told from the window itself. `offset_s` is where the window lies in the clip. Segments
        that the garbage gate does not believe are dropped.
        """
        segments, info = self._loaded.transcribe(
            samples,
            language=language,
            vad_filter=True,
            word_timestamps=True,
            condition_on_previous_text=False,
        )
        found = list(segments)
        heard = [
            Heard(s.start, s.end, s.text, s.avg_logprob, s.no_speech_prob, s.compression_ratio) for s in found
        ]
        words = [
            Word(float(word.start) + offset_s, float(word.end) + offset_s, str(word.word))
            for segment, keep in zip(found, believable(heard), strict=True)
            if keep
            for word in segment.words or []
        ]
        return Vote(str(info.language), float(info.language_probability)), words

    def transcribe(
        self, samples: NDArray[np.float32], language: str | None, offset_s: float
    ) -> tuple[Vote, list[tuple[float, float, str]], list[Word]]:
        """Return the language, the sentences (start_s, end_s, text) and the words of one window, as `words` hears them."""
        vote, words = self.words(samples, language, 0.0)
        lines = snap(from_words(words), speech_in(samples))
        return (
            vote,
            [(start + offset_s, end + offset_s, text) for start, end, text in lines],
            [Word(word.start_s + offset_s, word.end_s + offset_s, word.text) for word in words],
        )
