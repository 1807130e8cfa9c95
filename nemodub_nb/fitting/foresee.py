"""Foresees how lines will fit before they are spoken, and what each limit would change."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from nemodub_nb.conformance import FILL_LOW, ONSET_ERROR_S

from .budget import rate_for
from .limits import LIMITS, OVERFLOW_S, SLOW_VIDEO_MOST, SLOWEST_RATE, Limits
from .pace import Pace, characters
from .place import Placement, Spoken, place
from .shorter import wants_shorter
from .slots import slots

OUTCOMES: Final[Mapping[str, str]] = {
    "fits": "at the voice's natural rate, or slower",
    "faster voice": "the voice speaks faster by itself",
    "stretched": "sped up so that nobody notices",
    "flagged": "sped up noticeably",
    "late": "begins late, because the line before runs on",
    "early": "begins early, because the clip ends",
    "runs on": "runs on into the lines that follow",
    "slow picture": "the picture is slowed under it",
    "overflow": "does not fit",
    "short": "ends while the speaker still talks",
    "not spoken": "there is nothing to say: no translation, or muted",
}
"""Where on the ladder a line ends, from the best to the worst of those that are spoken."""
TROUBLED: Final = ("flagged", "late", "early", "runs on", "slow picture", "overflow", "short")
"""Outcomes that are worth a look before anything is spoken."""
_NATURAL: Final = 1.005
_SHORT_S: Final = 0.005


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line of a clip with its translation."""

    start_s: float
    end_s: float
    source_text: str
    text: str
    """What shall be spoken; empty where there is no translation yet."""
    alternative: str = ""
    """A shorter wording, taken where the line would be sped up noticeably."""
    spoken_s: float | None = None
    """How long the voice took for it at its natural rate, where it has been spoken; then nothing is guessed."""
    number: int | None = None
    """What the line is called where it comes from; None is its position."""

    @property
    def source_s(self) -> float:
        """Length of the source line."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What will become of a line."""

    line: PlannedLine
    text: str
    """What will be spoken: the line's text or its shorter wording."""
    slot_s: float
    natural_s: float
    """How long it takes at the voice's natural rate; 0 where there is nothing to speak."""
    rate: float
    """How much faster the voice speaks by itself."""
    placement: Placement
    outcome: str
    """One of OUTCOMES."""
    characters: int
    over: int
    """Characters more than fit without being noticed; below 0, those that are wanting while the speaker talks."""

    @property
    def shorter(self) -> bool:
        """Whether the shorter wording is taken."""
        return self.text != self.line.text

    @property
    def tempo(self) -> float:
        """How much faster than natural it would have to be to fit its own slot."""
        return self.natural_s / self.slot_s

    @property
    def onset_error_s(self) -> float:
        """How much later than its source it begins."""
        return self.placement.start_s - self.line.start_s


def foresee(
    lines: Sequence[PlannedLine], duration_s: float, pace: Pace, limits: Limits = LIMITS, speed: float = 1.0
) -> list[Foreseen]:
    """Return what will become of each line; `speed` is how fast the voice shall speak by itself.

    The same rules as those of the dub itself, on lengths that are guessed from the pace of the voice. What a short line
    can regain by longer pauses is not foreseen: where a voice pauses is known when it has spoken.
    """
    script = _Script(lines, slots(lines, duration_s), duration_s, pace, limits, speed)
    texts = [line.text for line in lines]
    first = script.foreseen(texts)
    spoken = [one for one in first if one.natural_s]
    wanted = wants_shorter(
        [_spoken(one.line, one.slot_s, one.natural_s / one.rate) for one in spoken],
        [one.placement for one in spoken],
        [bool(one.line.alternative) for one in spoken],
        limits,
    )
    if not wanted:
        return first
    shortened = {id(spoken[index].line) for index in wanted}
    return script.foreseen([line.alternative if id(line) in shortened else line.text for line in lines])


@dataclass(frozen=True)
class _Script:
    """Lines with everything that decides where they go but their words."""

    lines: Sequence[PlannedLine]
    slot_each: Sequence[float]
    duration_s: float
    pace: Pace
    limits: Limits
    speed: float

    def foreseen(self, texts: Sequence[str]) -> list[Foreseen]:
        """Return what becomes of the lines with these words."""
        natural = [
            _natural_s(line, text, self.pace, self.speed)
            for line, text in zip(self.lines, texts, strict=True)
        ]
        rates = [
            rate_for(natural_s, slot_s, line.source_s, self.limits) if natural_s else 1.0
            for line, natural_s, slot_s in zip(self.lines, natural, self.slot_each, strict=True)
        ]
        timed = zip(self.lines, self.slot_each, natural, rates, strict=True)
        spoken = [_spoken(line, slot, natural_s / rate) for line, slot, natural_s, rate in timed if natural_s]
        placed = iter(place(spoken, self.duration_s, self.limits))
        return [
            self._one(line, text, slot_s, natural_s, rate, next(placed) if natural_s else None)
            for line, text, slot_s, natural_s, rate in zip(
                self.lines, texts, self.slot_each, natural, rates, strict=True
            )
        ]

    def _one(
        self,
        line: PlannedLine,
        text: str,
        slot_s: float,
        natural_s: float,
        rate: float,
        placed: Placement | None,
    ) -> Foreseen:
        size = round(characters(text))
        if placed is None:
            return Foreseen(
                line, text, slot_s, 0.0, rate, Placement(line.start_s, 0.0, 1.0), "not spoken", size, 0
            )
        over = _over(line, natural_s, slot_s, self.pace, self.limits)
        outcome = _outcome(line, slot_s, rate, placed, self.limits)
        return Foreseen(line, text, slot_s, natural_s, rate, placed, outcome, size, over)


def _spoken(line: PlannedLine, slot_s: float, natural_s: float) -> Spoken:
    return Spoken(line.start_s, line.source_s, slot_s, natural_s)


def _natural_s(line: PlannedLine, text: str, pace: Pace, speed: float) -> float:
    if not text.strip():
        return 0.0
    if line.spoken_s is not None and text == line.text:
        return line.spoken_s
    return pace.seconds(text, speed)


def _over(line: PlannedLine, natural_s: float, slot_s: float, pace: Pace, limits: Limits) -> int:
    most_s = slot_s * limits.fastest_rate * limits.clean_stretch
    least_s = FILL_LOW * min(line.source_s, slot_s) * SLOWEST_RATE * limits.slowest_stretch
    if natural_s > most_s + OVERFLOW_S:
        return math.ceil((natural_s - most_s) * pace.characters_per_s)
    if natural_s < least_s - OVERFLOW_S:
        return math.floor((natural_s - least_s) * pace.characters_per_s)
    return 0


def _outcome(line: PlannedLine, slot_s: float, rate: float, placement: Placement, limits: Limits) -> str:
    onset_error_s = placement.start_s - line.start_s
    beyond = placement.end_s - (line.start_s + slot_s)
    checks = {
        "overflow": placement.overflow_s > OVERFLOW_S,
        "slow picture": placement.slow > 1,
        "runs on": beyond > max(limits.lean_s, OVERFLOW_S) + 1e-6,
        "flagged": placement.stretch > limits.clean_stretch + 1e-6,
        "late": onset_error_s > ONSET_ERROR_S,
        "early": onset_error_s < -ONSET_ERROR_S,
        "short": placement.length_s < FILL_LOW * min(line.source_s, slot_s) - _SHORT_S,
        "stretched": placement.stretch > _NATURAL,
        "faster voice": rate > 1,
    }
    return next((name for name, found in checks.items() if found), "fits")


@dataclass(frozen=True, slots=True)
class Scenario:
    """What would become of all lines under other limits."""

    title: str
    limits: Limits
    outcomes: Mapping[str, int]
    """Lines by outcome."""
    worst_onset_s: float
    most_stretch: float
    overflow_s: float
    """Seconds in all that do not fit."""
    longer_s: float
    """How much longer the clip becomes by slowed pictures."""


def what_if(
    lines: Sequence[PlannedLine], duration_s: float, pace: Pace, limits: Limits = LIMITS, speed: float = 1.0
) -> list[Scenario]:
    """Return what each limit would change, one at a time; the first scenario changes nothing."""
    bare = [replace(line, alternative="") for line in lines]
    cases = [(title, changed, lines) for title, changed in _variants(limits)]
    if any(line.alternative for line in lines):
        cases.append(("without the shorter wordings", limits, bare))
    return [
        _scenario(title, changed, foresee(given, duration_s, pace, changed, speed))
        for title, changed, given in cases
    ]


def _variants(limits: Limits) -> list[tuple[str, Limits]]:
    rate, stretch, lean = limits.fastest_rate + 0.1, limits.flagged_stretch + 0.1, limits.lean_s + 0.15
    return [
        ("as it is", limits),
        (f"a voice up to {rate:.2f} × by itself", replace(limits, fastest_rate=rate)),
        (f"speech sped up to {stretch:.2f} ×", replace(limits, flagged_stretch=stretch)),
        ("nothing sped up noticeably", replace(limits, flagged_stretch=limits.clean_stretch)),
        (f"lines up to {lean:.2f} s early or late", replace(limits, lean_s=lean)),
        ("lines that share no time", replace(limits, lean_s=0.0, merge_lines=1)),
        (
            f"the picture slowed up to {SLOW_VIDEO_MOST:g} ×",
            replace(limits, slow_video=SLOW_VIDEO_MOST),
        ),
    ]


def _scenario(title: str, limits: Limits, found: Sequence[Foreseen]) -> Scenario:
    names = [one.outcome for one in found]
    return Scenario(
        title,
        limits,
        {name: names.count(name) for name in OUTCOMES},
        max((abs(one.onset_error_s) for one in found), default=0.0),
        max((one.placement.stretch for one in found), default=1.0),
        sum(one.placement.overflow_s for one in found),
        sum(one.placement.longer_s for one in found),
    )
