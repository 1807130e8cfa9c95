"""Has lines spoken within their time, by a voice's own rate, in one take or two."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nemodub_nb.fitting import Pace, rate_again, rate_for
from nemodub_nb.local.engine.fit.paces import Paces, pace_for
from nemodub_nb.local.engine.speak import READING, SpeakRequest, Voice, VoicePool
from nemodub_nb.local.engine.steps import Steps


@dataclass(frozen=True)
class Utterance:
    """A line as a voice spoke it."""

    path: Path
    duration_s: float
    rate: float
    """How fast it was spoken; 1.0 is the voice's natural rate at the speed that the job wants."""


@dataclass(frozen=True)
class Speaking:
    """What the lines of one clip are spoken with."""

    clip: str
    """What the clip is known by, so that its lines are always budgeted alike."""
    speed: float
    """How fast the voices shall speak by themselves."""
    voices: VoicePool
    steps: Steps
    paces: Paces

    def line(self, text: str, slot_s: float, source_s: float, voice: Voice) -> Utterance:
        """Speak a line within its budget; where the guess was wrong, once more at the rate that it needs."""
        pace = pace_for(voice, self.clip, self.paces, self.steps)
        rate = rate_for(pace.seconds(text, self.speed), slot_s, source_s)
        first = self._record(text, rate, voice, pace)
        again = rate_again(rate, first.duration_s, slot_s, source_s)
        return first if again is None else self._record(text, again, voice, pace)

    def _record(self, text: str, rate: float, voice: Voice, pace: Pace) -> Utterance:
        wanted = rate * self.speed
        speed = round(pace.speed(wanted), 2)
        key = [READING, voice.id, voice.code, text, speed]
        path = self.steps.file("speech", key, ".wav", partial(self._say, text, wanted, speed, voice))
        with wave.open(str(path)) as file:
            return Utterance(path, file.getnframes() / file.getframerate(), rate)

    def _say(self, text: str, rate: float, speed: float, voice: Voice, path: Path) -> None:
        spoken = self.voices.speak(SpeakRequest(text, voice, path, speed)).result()
        self.paces.hear(voice, text, rate, spoken.duration_s)
