"""Measures the ladder on lines as people speak them: python tests/benchmarks/bench_fit.py

Pure figures, no voice and no clip: 150 lines a row, with translations that are longer than their sources, from a voice whose
pace is known to 5 % (after a few dubs) and to 15 % (a voice that was never heard). Prints, over five seeds: onset errors,
drift between the first and the last third, how many lines are sped up at most 1.15 ×, the fastest, how many fill their time,
speech overlap with the source, pauses below 0.12 s, jumps of tempo between neighbours, and takes a line.
"""

from __future__ import annotations

import random
import statistics
from dataclasses import dataclass
from itertools import pairwise

from nemodub_nb.conformance import CLEAN_STRETCH, FILL_LOW
from nemodub_nb.fitting import SLOT_GAP_S, Placement, Spoken, place, rate_again, rate_for

MATERIAL = {
    "5 % longer, pauses 0.2-1.2 s": (1.05, (0.2, 1.2)),
    "15 % longer, pauses 0.15-0.8 s": (1.15, (0.15, 0.8)),
    "25 % longer, pauses 0.1-0.4 s": (1.25, (0.1, 0.4)),
    "40 % longer, pauses 0.1-0.4 s": (1.40, (0.1, 0.4)),
    "25 % longer, hardly a pause": (1.25, (0.05, 0.1)),
    "30 % shorter": (0.70, (0.2, 1.0)),
    "50 % longer, long pauses": (1.50, (0.5, 3.0)),
}
LINES = 150
SEEDS = 5
_HZ = 100


@dataclass(frozen=True)
class Dub:
    """Lines as they were spoken and placed."""

    spoken: list[Spoken]
    rates: list[float]
    placed: list[Placement]
    takes: int


def dub(ratio: float, pauses: tuple[float, float], error: float, seed: int) -> Dub:
    """Speak and place lines, with a pace that is known but for an error."""
    rng, at, takes = random.Random(seed), 1.0, 0
    spoken: list[Spoken] = []
    rates: list[float] = []
    for _ in range(LINES):
        source, pause = min(7.0, max(0.7, rng.lognormvariate(1.0, 0.5))), rng.uniform(*pauses)
        natural, slot = source * ratio * rng.lognormvariate(0, 0.12), source + pause - SLOT_GAP_S
        rate = rate_for(natural * rng.lognormvariate(0, error), slot, source)
        again = rate_again(rate, natural / rate, slot, source)
        takes += 1 if again is None else 2
        rates.append(rate if again is None else again)
        spoken.append(Spoken(at, source, slot, natural / rates[-1]))
        at += source + pause
    return Dub(spoken, rates, place(spoken, at + 0.5), takes)


def figures(made: Dub) -> list[float]:
    """Return the figures of one dub, in the order of the table."""
    pairs = list(zip(made.spoken, made.placed, strict=True))
    errors = [placed.start_s - line.onset_s for line, placed in pairs]
    worst = sorted(abs(error) for error in errors)
    third = len(errors) // 3
    tempo = [rate * placed.stretch for rate, placed in zip(made.rates, made.placed, strict=True)]
    jumps = sorted(max(pair) / min(pair) for pair in pairwise(tempo))
    pauses = [after.start_s - before.end_s for before, after in pairwise(made.placed)]
    mouths = [min(line.source_s, line.slot_s) for line in made.spoken]
    source = speech((line.onset_s, line.onset_s + line.source_s) for line in made.spoken)
    dubbed = speech((placed.start_s, placed.end_s) for placed in made.placed)
    return [
        worst[int(0.95 * len(worst))],
        worst[-1],
        abs(statistics.median(errors[-third:]) - statistics.median(errors[:third])),
        share(placed.stretch <= CLEAN_STRETCH + 1e-6 for placed in made.placed),
        max(placed.stretch for placed in made.placed),
        share(p.length_s >= FILL_LOW * mouth - 0.005 for p, mouth in zip(made.placed, mouths, strict=True)),
        len(source & dubbed) / len(source | dubbed),
        share(pause < 0.12 for pause in pauses),
        jumps[int(0.95 * len(jumps))],
        made.takes / LINES,
    ]


def speech(parts) -> set[int]:
    """Return the hundredths of a second in which somebody speaks."""
    return {tick for start, end in parts for tick in range(int(start * _HZ), int(end * _HZ))}


def share(found) -> float:
    """Return how many of the values are true."""
    values = list(found)
    return sum(values) / len(values)


def main() -> None:
    """Print the table."""
    print(
        f"{'lines':32} pace   onset p95   worst   drift  ≤1.15 ×  fastest    fill  overlap  pauses<0.12  jump p95  takes"
    )
    for name, (ratio, pauses) in MATERIAL.items():
        for error in (0.05, 0.15):
            dubs = [figures(dub(ratio, pauses, error, seed)) for seed in range(SEEDS)]
            p95, worst, drift, clean, fastest, fill, overlap, short, jump, takes = (
                statistics.mean(column) for column in zip(*dubs, strict=True)
            )
            print(
                f"{name:32} {error:4.0%}  {p95:8.3f} s {worst:6.3f} s {drift:6.3f}  {clean:7.1%}  {fastest:7.2f}  {fill:6.1%}  "
                f"{overlap:7.2f}  {short:11.1%}  {jump:8.2f}  {takes:5.2f}"
            )


if __name__ == "__main__":
    main()
