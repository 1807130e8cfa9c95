"""How long a voice takes for a text, before it speaks."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from nemodub_nb.languages import base

_DIGIT: Final = 4.0
"""Letters that a digit is read as."""
_SIGN: Final = 8.0
"""Letters that a sign such as % or € is read as."""
_PAUSE: Final = 3.0
"""Letters that would be spoken in the pause at a comma or between two sentences."""
_LETTERS: Final = re.compile(r"[^\W\d_]|\s")
_DIGITS: Final = re.compile(r"\d")
_SIGNS: Final = re.compile(r"[%€$£¥°&]")
_PAUSES: Final = re.compile(r"[.,;:!?…](?=\s)|[、。，！？；：](?=.)")


def characters(text: str) -> float:
    """Return how much there is to say in a text, in letters: digits, signs and pauses count for what they take."""
    plain = " ".join(text.split())
    return (
        len(_LETTERS.findall(plain))
        + _DIGIT * len(_DIGITS.findall(plain))
        + _SIGN * len(_SIGNS.findall(plain))
        + _PAUSE * len(_PAUSES.findall(plain))
    )


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a voice speaks one language."""

    characters_per_s: float
    """At its natural rate, within a sentence."""
    overhead_s: float = 0.05
    """What any line takes, however short."""
    gain: float = 1.0
    """Of a wish to speak faster, the power that the voice makes of it: 1 is as much as it was asked for."""
    heard: int = 0
    """Lines that this was measured on; 0 is what is usual for the engine."""

    def seconds(self, text: str, rate: float = 1.0) -> float:
        """Return how long a text takes at a rate."""
        return (self.overhead_s + characters(text) / self.characters_per_s) / rate

    def budget(self, seconds: float, rate: float = 1.0) -> int:
        """Return how many characters fit into a time at a rate."""
        return max(0, int((seconds * rate - self.overhead_s) * self.characters_per_s + 1e-9))

    def speed(self, rate: float) -> float:
        """Return what to ask of the voice so that it speaks at a rate."""
        return float(min(max(rate ** (1 / self.gain), 0.5), 2.0))


_GAINS: Final = {"kokoro": 0.7}
"""Kokoro that is asked for 1.2 speaks about 1.14 times as fast; the others do as they are asked."""
_OVERHEADS_S: Final = {"kokoro": 0.30, "piper": 0.10, "espeak": 0.03}
_USUAL: Final[dict[tuple[str, str], float]] = {
    ("kokoro", "de"): 20.4,
    ("kokoro", "en"): 19.6,
    ("kokoro", "es"): 18.8,
    ("kokoro", "fr"): 21.2,
    ("kokoro", "id"): 18.3,
    ("kokoro", "it"): 19.0,
    ("kokoro", "nl"): 19.4,
    ("kokoro", "pl"): 17.5,
    ("kokoro", "pt"): 18.6,
    ("kokoro", "ru"): 17.0,
    ("kokoro", "sv"): 18.5,
    ("piper", "en"): 19.8,
    ("espeak", "de"): 18.4,
    ("espeak", "en"): 18.9,
    ("espeak", "es"): 17.8,
    ("espeak", "fr"): 23.0,
    ("espeak", "hu"): 15.5,
    ("espeak", "id"): 16.6,
    ("espeak", "it"): 18.2,
    ("espeak", "nl"): 17.9,
    ("espeak", "pl"): 15.9,
    ("espeak", "pt"): 17.2,
    ("espeak", "ru"): 18.6,
}
"""Characters a second at the natural rate, measured on the default voices."""
_ANY: Final = 16.0
_DENSE_ANY: Final = 6.0
"""For scripts that write a syllable or a word with one sign."""
_DENSE: Final = frozenset({"ja", "ko", "yue", "zh"})


def usual_pace(engine: str, language: str) -> Pace:
    """Return what is usual for an engine (`kokoro`, `piper`, `espeak`) in a language."""
    tag = base(language)
    rate = _USUAL.get((engine, tag), _DENSE_ANY if tag in _DENSE else _ANY)
    return Pace(rate, _OVERHEADS_S.get(engine, 0.1), _GAINS.get(engine, 1.0))


Heard = tuple[float, float]
"""A line that was spoken: how much there was to say, in `characters`, and how long it took at the natural rate, in seconds."""

_FEW: Final = 8
"""So many lines weigh as much as what is usual; with fewer than half of them nothing is concluded."""
_SPREAD: Final = 20.0
"""Lines must differ by so many characters to tell what each takes at least from what each character takes."""
_LONGEST_OVERHEAD_S: Final = 0.8
_FACTOR: Final = 2.0
"""No voice is this much faster or slower than what is usual: such lines were something else."""


def calibrated(usual: Pace, heard: Sequence[Heard]) -> Pace:
    """Return the pace of a voice that was heard speaking; medians, so that a few odd lines do not matter.

    What is usual counts like a few lines more, so that the first dubs change it gently.
    """
    if len(heard) < _FEW // 2:
        return usual
    weight = len(heard) / (len(heard) + _FEW)
    overhead_s, rate = _fitted(usual, heard)
    rate = min(max(rate, usual.characters_per_s / _FACTOR), usual.characters_per_s * _FACTOR)
    return replace(
        usual,
        characters_per_s=round(usual.characters_per_s + weight * (rate - usual.characters_per_s), 2),
        overhead_s=round(usual.overhead_s + weight * (overhead_s - usual.overhead_s), 3),
        heard=len(heard),
    )


def _fitted(usual: Pace, heard: Sequence[Heard]) -> tuple[float, float]:
    """Return overhead and rate by the median of the slopes between any two lines (Theil and Sen)."""
    slopes = [
        (later[1] - first[1]) / (later[0] - first[0])
        for first, later in combinations(heard, 2)
        if abs(later[0] - first[0]) >= _SPREAD
    ]
    slope = statistics.median(slopes) if len(slopes) >= len(heard) else 0.0
    if slope > 0:
        overhead_s = statistics.median(seconds - slope * count for count, seconds in heard)
        if 0 <= overhead_s <= _LONGEST_OVERHEAD_S:
            return overhead_s, 1 / slope
    rates = [count / max(seconds - usual.overhead_s, seconds / 4) for count, seconds in heard]
    return usual.overhead_s, statistics.median(rates)
