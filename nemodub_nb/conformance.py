"""What makes a dub good, as metrics with targets; a leaf, so that whoever makes a dub and whoever reports on it agree.

A metric looks at the rows of one video's lines (see `judge`) or at what was measured on the finished video, gives one
figure, and says whether it is good, worth a look, or bad. What nobody measured is not judged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Verdict = Literal["good", "look", "bad"]
VERDICTS: Final[tuple[Verdict, ...]] = ("good", "look", "bad")
"""From the best to the worst."""

LOUDNESS_LUFS: Final = -16.0
"""Integrated loudness where the video does not name another target."""
TRUE_PEAK_DBTP: Final = -1.0
ONSET_ERROR_S: Final = 0.20
"""A dubbed line starts within this of its source line."""
CLEAN_STRETCH: Final = 1.15
"""Speeding speech up to here is not noticed."""
FLAGGED_STRETCH: Final = 1.30
"""Speeding up to here is understood but noticed: flagged, and never exceeded."""
FILL_LOW: Final = 0.85
"""A dub shorter than this share of the source line leaves a mouth moving in silence."""
ROUNDING_S: Final = 0.02
"""Times below this are rounding."""

FLAGS: Final[Mapping[str, str]] = {
    "fast": "sped up more than goes unnoticed",
    "slowed": "the picture under it is slowed",
    "overflow": "runs beyond its time",
    "overlap": "spoken over another line",
    "late": "begins late",
    "early": "begins early",
    "short": "ends while the speaker still talks",
    "numbers": "a number was lost or changed",
    "glossary": "a glossary term was lost",
    "names": "a name was lost or changed",
    "near": "taken from a similar line of the memory",
    "merged": "shares its time with neighbours",
    "cut": "words are missing in the sound",
    "misheard": "a recogniser understands other words",
    "off": "is heard to begin at another time than its source",
}
"""What the flags of a line mean. The last three come from measuring the finished video."""

MISHEARD: Final = 0.5
"""A line of which more words are misheard should be listened to: single words may be the recogniser's own fault."""

Row = Mapping[str, Any]
_EVER: Final = math.inf


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a video, and what it should be."""

    name: str
    title: str
    unit: str
    """Empty for a count, `%` for a share, which is 0 to 1, `yes` for what is so (1) or not (0)."""
    target: str
    """What is good, in words."""
    good: tuple[float, float]
    """The least and the most that is good."""
    look: tuple[float, float]
    """The least and the most that is worth a look; what is outside of both is bad."""
    line: Callable[[Row], float | None] | None = None
    """What a line gives to the figure; None when it gives nothing."""
    fold: Callable[[Sequence[float]], float] | None = None
    """How the lines' values become one figure."""
    video: Callable[[Row], float | None] | None = None
    """The figure as it was measured on the video, which wins over that of the lines."""

    def figure(self, lines: Iterable[Row], measured: Row) -> float | None:
        """Return the figure of one video, None when nothing was measured."""
        if self.video is not None and (found := self.video(measured)) is not None:
            return found
        if self.line is None or self.fold is None:
            return None
        values = [value for row in lines if (value := self.line(row)) is not None]
        return self.fold(values) if values else None

    def badness(self, figure: float) -> float:
        """Return what grows as the figure gets worse, to find the worst of several."""
        if self.good[0] > 0:  # at least so much
            return -figure
        return figure if math.isinf(self.good[0]) else abs(figure)

    def verdict(self, figure: float) -> Verdict:
        """Return good, look or bad."""
        return _verdict(figure, self.good, self.look)


@dataclass(frozen=True, slots=True)
class Judged:
    """One metric of one video."""

    metric: str
    value: float
    verdict: Verdict


def judge(lines: Sequence[Row], measured: Row) -> list[Judged]:
    """Return the metrics of one video that can be told, in the order of METRICS.

    `lines` are rows as the report of an export holds them, in order; `measured` is what was measured on the video.
    """
    found = ((metric, metric.figure(lines, measured)) for metric in METRICS)
    return [
        Judged(metric.name, round(figure, 4), metric.verdict(figure))
        for metric, figure in found
        if figure is not None
    ]


@dataclass(frozen=True, slots=True)
class LineMetric:
    """One figure of a line, and what it should be."""

    name: str
    title: str
    unit: str
    """As of a Metric."""
    value: Callable[[Row], float | None]
    good: tuple[float, float]
    look: tuple[float, float]

    def verdict(self, figure: float) -> Verdict:
        """Return good, look or bad."""
        return _verdict(figure, self.good, self.look)


def heard_flags(row: Row) -> dict[str, Verdict]:
    """Return what measuring has found wrong with a line, flag to verdict."""
    cut, wer, onset_s = (number(row.get(name)) for name in ("words_cut", "wer", "onset_heard_s"))
    found: dict[str, Verdict] = {}
    if cut:
        found["cut"] = "bad"
    if wer is not None and wer > MISHEARD:
        found["misheard"] = "look"
    if onset_s is not None and abs(onset_s) > ONSET_ERROR_S:
        found["off"] = "look"
    return found


def _verdict(figure: float, good: tuple[float, float], look: tuple[float, float]) -> Verdict:
    slack = 1e-9
    if good[0] - slack <= figure <= good[1] + slack:
        return "good"
    return "look" if look[0] - slack <= figure <= look[1] + slack else "bad"


def worst(verdicts: Iterable[str]) -> Verdict | None:
    """Return the worst of the verdicts, None when there is none among them."""
    there = set(verdicts)
    return next((verdict for verdict in reversed(VERDICTS) if verdict in there), None)


def number(value: object) -> float | None:
    """Return a finite number, None for everything else."""
    if isinstance(value, bool):
        return float(value)
    if not isinstance(value, int | float):
        return None
    try:
        made = float(value)
    except OverflowError:
        return None
    return made if math.isfinite(made) else None


def spoken_share(row: Row) -> float | None:
    """Return how much of the time in which the speaker is seen to talk a dubbed line fills."""
    start_s, end_s = number(row.get("start_s")), number(row.get("end_s"))
    source_start_s, source_end_s = number(row.get("source_start_s")), number(row.get("source_end_s"))
    slot_s = number(row.get("slot_s"))
    if start_s is None or end_s is None or source_start_s is None or source_end_s is None:
        return None
    mouth_s = source_end_s - source_start_s
    mouth_s = mouth_s if slot_s is None else min(mouth_s, slot_s)
    return (end_s - start_s + 0.005) / mouth_s if mouth_s > 0 else None


def _column(name: str) -> Callable[[Row], float | None]:
    return lambda row: number(row.get(name))


def _onset_error(row: Row) -> float | None:
    """Return how late a line begins: as it was heard, else as its maker says."""
    heard_s = number(row.get("onset_heard_s"))
    return number(row.get("onset_error_s")) if heard_s is None else heard_s


def _onset_size(row: Row) -> float | None:
    error_s = _onset_error(row)
    return None if error_s is None else abs(error_s)


def _p95(values: Sequence[float]) -> float:
    ranked = sorted(values)
    return ranked[min(int(len(ranked) * 0.95), len(ranked) - 1)]


def _drift(values: Sequence[float]) -> float:
    """Return how much later the last third begins than the first: an error that adds up shows here.

    What lines that are heard a little early or late could differ by chance (twice the standard error of two medians) is
    taken off.
    """
    third = len(values) // 3
    if not third:
        return 0.0
    first, last = values[:third], values[-third:]
    spread = max(_median([abs(value - _median(part)) for value in part]) for part in (first, last))
    chance = 2 * 1.25 * 1.4826 * spread * math.sqrt(2 / third)
    return max(0.0, abs(_median(last) - _median(first)) - chance)


def _median(values: Sequence[float]) -> float:
    ranked = sorted(values)
    return (ranked[len(ranked) // 2] + ranked[(len(ranked) - 1) // 2]) / 2


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _share_upto(most: float) -> Callable[[Sequence[float]], float]:
    return lambda values: sum(value <= most + 1e-6 for value in values) / len(values)


def _share_from(least: float) -> Callable[[Sequence[float]], float]:
    return lambda values: sum(value >= least - 1e-6 for value in values) / len(values)


def _share_above(most: float) -> Callable[[Sequence[float]], float]:
    return lambda values: sum(value > most for value in values) / len(values)


def _picture(measured: Row) -> float | None:
    """Return whether the picture is the source's own; nothing for one that was changed on purpose."""
    same = number(measured.get("picture_identical"))
    return None if same == 0 and measured.get("picture") in {"encoded", "none"} else same


def _loudness_error(measured: Row) -> float | None:
    heard = number(measured.get("loudness_lufs"))
    wanted = number(measured.get("loudness_target_lufs"))
    return None if heard is None else heard - (LOUDNESS_LUFS if wanted is None else wanted)


METRICS: Final[tuple[Metric, ...]] = (
    Metric("words_cut", "Words cut", "", "none", (0, 0), (0, 0), _column("words_cut"), sum, _column("words_cut")),
    Metric("onset_error", "Onset error, 95th percentile", "s", "at most 0.20 s",
           (0, ONSET_ERROR_S), (0, 0.5), _onset_size, _p95),
    Metric("drift", "Drift from beginning to end", "s", "at most 0.05 s", (0, 0.05), (0, 0.2), _onset_error, _drift),
    Metric("stretch", "Lines sped up at most 1.15 ×", "%", "at least 80 %", (0.8, 1), (0.6, 1),
           _column("stretch"), _share_upto(CLEAN_STRETCH)),
    Metric("stretch_most", "Most sped-up line", "×", "at most 1.30 ×", (0, FLAGGED_STRETCH + 0.001), (0, 1.5), _column("stretch"), max),
    Metric("fill", "Lines that last as long as the speaker talks", "%", "at least 95 %", (0.95, _EVER), (0.8, _EVER),
           spoken_share, _share_from(FILL_LOW)),
    Metric("overflow", "Lines that run beyond their time", "%", "none", (0, 0), (0, 0.05), _column("overflow_s"), _share_above(ROUNDING_S)),
    Metric("overlap", "Lines spoken over another", "%", "none", (0, 0), (0, 0), _column("overlap_s"), _share_above(ROUNDING_S)),
    Metric("speech_overlap", "Speech where the source has speech", "%", "at least 70 %", (0.7, 1), (0.6, 1), video=_column("speech_overlap")),
    Metric("numbers", "Lines with their numbers kept", "%", "all", (1, 1), (0.95, 1), _column("numbers_kept"), _mean),
    Metric("glossary", "Lines with their glossary terms kept", "%", "all", (1, 1), (0.95, 1), _column("glossary_kept"), _mean),
    Metric("loudness", "Loudness off its target", "LU", "within 1 LU", (-1, 1), (-2, 2), video=_loudness_error),
    Metric("true_peak", "True peak", "dBTP", "at most −1 dBTP", (-_EVER, TRUE_PEAK_DBTP), (-_EVER, 0), video=_column("true_peak_dbtp")),
    Metric("background", "Background outside speech, off the source", "dB", "within 1 dB", (-1, 1), (-3, 3),
           video=_column("background_outside_db")),
    Metric("background_under", "Background under speech, off the source", "dB", "within 2 dB", (-2, 2), (-4, 4),
           video=_column("background_under_db")),
    Metric("original_words", "Words of the original voice still understood", "", "none", (0, 0), (0, 2), video=_column("original_words")),
    Metric("original_level", "Original voice against the dub", "dB", "at most −18 dB", (-_EVER, -18), (-_EVER, -12),
           video=_column("original_level_db")),
    Metric("picture", "Picture is the source's own", "yes", "packet by packet, unless it was to change", (1, 1), (1, 1), video=_picture),
    Metric("length", "Length off the source", "frames", "within 1 frame", (-1, 1), (-3, 3), video=_column("length_error_frames")),
    Metric("wer", "Words misheard when the dub is recognised", "%", "at most 20 %", (0, 0.2), (0, 0.35),
           _column("wer"), _mean, _column("wer")),
    Metric("subtitles", "Subtitles that are too long, too fast or too close", "", "none", (0, 0), (0, 2), video=_column("subtitles_flagged")),
)  # fmt: skip
"""Every metric. Lines give the columns that their rows name; a video's `measured` gives loudness_lufs, loudness_target_lufs,
true_peak_dbtp, speech_overlap, background_outside_db, background_under_db, original_words, original_level_db, picture
(`encoded` or `none` where it was meant to change), picture_identical, length_error_frames, wer, words_cut and subtitles_flagged, as
far as they were measured."""

LINE_METRICS: Final[tuple[LineMetric, ...]] = (
    LineMetric("wer", "Words misheard", "%", _column("wer"), (0, 0.2), (0, MISHEARD)),
    LineMetric("onset", "Begins late", "s", _onset_error, (-ONSET_ERROR_S, ONSET_ERROR_S), (-0.5, 0.5)),
    LineMetric(
        "stretch", "Sped up", "×", _column("stretch"), (0, CLEAN_STRETCH), (0, FLAGGED_STRETCH + 0.001)
    ),
    LineMetric(
        "fill", "Lasts as long as the speaker talks", "%", spoken_share, (FILL_LOW, _EVER), (0.7, _EVER)
    ),
)
"""What single lines are looked at by, beside their verdict."""
