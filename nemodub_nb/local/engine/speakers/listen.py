"""Listens to who speaks each line of a clip: the voice's likeness, its pitch and its level."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nemodub_nb.local.engine.media.loud_power import loud_power
from nemodub_nb.local.engine.speakers.encoder import MOMENT, VoiceEncoder
from nemodub_nb.local.engine.speakers.pitch import voiced_hz
from nemodub_nb.local.engine.transcribe.voice_activity import RATE, mono

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Window = tuple[float, float]

VERSION: Final = "resemblyzer 1.6/0.8 s, moments, yin, weighted power"
"""Part of the key of what was heard: the model and how it is asked."""

STEP: Final = MOMENT // 2
"""Samples from one moment of a line to the next."""
_LINES_AT_ONCE: Final = 12
"""Lines whose moments are embedded together: a batch is many times faster than one by one."""
_LEAST: Final = RATE // 5
"""Less sound than this has no voice to speak of."""


@dataclass(frozen=True)
class Heard:
    """What was heard of each line, row by row."""

    vectors: Floats
    """(n, 256) unit vectors; zeros where nothing was heard or no model was there."""
    moment_line: NDArray[np.int64]
    """Line of each moment that was listened to."""
    moments: Floats
    """(m, 256) unit vectors of the moments, of which each line's is the mean."""
    seconds: Floats
    """(n,) how much speech each line has."""
    power: Floats
    """(n,) mean square of the speech."""
    pitch_line: NDArray[np.int64]
    """Line of each voiced frame."""
    pitch_hz: NDArray[np.float64]
    """Pitch of each voiced frame."""

    def save(self, path: Path) -> None:
        """Write everything to a file."""
        with path.open("wb") as file:
            np.savez(
                file,
                vectors=self.vectors,
                moment_line=self.moment_line,
                moments=self.moments,
                seconds=self.seconds,
                power=self.power,
                pitch_line=self.pitch_line,
                pitch_hz=self.pitch_hz,
            )

    @classmethod
    def load(cls, path: Path) -> Heard:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as file:
            return cls(**{name: file[name] for name in file.files})


def listen_job(job: Mapping[str, Any], tell: Callable[[float, float], None]) -> None:
    """Listen as a job of a process says (`source`, `output`, `lines`, `speech`, `model`) and write the result."""
    encoder = VoiceEncoder(Path(job["model"])) if job["model"] else None
    heard = listen(Path(job["source"]), job["lines"], job["speech"], encoder, tell)
    heard.save(Path(job["output"]))


def listen(
    source: Path,
    lines: Sequence[Window],
    speech: Sequence[Window],
    encoder: VoiceEncoder | None,
    tell: Callable[[float, float], None],
) -> Heard:
    """Return what is heard of each line; the clip is read once and never held as a whole.

    `speech` are the stretches in which a voice detector hears a voice. Without an encoder the vectors stay zero.
    """
    count = len(lines)
    vectors = np.zeros((count, 256), np.float32)
    seconds, power = np.zeros(count, np.float32), np.zeros(count, np.float32)
    moments: list[tuple[int, Floats]] = []
    pitches: list[tuple[int, NDArray[np.float64]]] = []
    waiting: list[tuple[int, Floats]] = []
    last_s = max((end for _, end in lines), default=0.0)
    for index, samples in _spoken(source, lines, speech):
        if len(samples) >= _LEAST:
            seconds[index] = len(samples) / RATE
            power[index] = loud_power(samples, RATE)
            pitches.append((index, voiced_hz(samples)))
            waiting.append((index, samples))
        if encoder is not None and len(waiting) >= _LINES_AT_ONCE:
            moments += _embed(encoder, waiting, vectors)
            waiting = []
        tell(min(lines[index][1], last_s), last_s)
    if encoder is not None and waiting:
        moments += _embed(encoder, waiting, vectors)
    return Heard(
        vectors,
        np.concatenate([np.full(len(part), index) for index, part in moments] or [np.zeros(0, np.int64)]),
        np.concatenate([part for _, part in moments] or [vectors[:0]]),
        seconds,
        power,
        np.concatenate([np.full(len(hz), index) for index, hz in pitches] or [np.zeros(0, np.int64)]),
        np.concatenate([hz for _, hz in pitches] or [np.zeros(0)]),
    )


def _embed(
    encoder: VoiceEncoder, spoken: Sequence[tuple[int, Floats]], vectors: Floats
) -> list[tuple[int, Floats]]:
    """Set the vectors of lines, and return those of each one's moments."""
    moments = [_moments(samples) for _, samples in spoken]
    found = encoder.embed(np.concatenate(moments))
    parts = []
    at = 0
    for (index, _), part in zip(spoken, moments, strict=True):
        own = found[at : at + len(part)]
        mean = own.mean(axis=0)
        vectors[index] = mean / max(float(np.linalg.norm(mean)), 1e-6)
        parts.append((index, own))
        at += len(part)
    return parts


def _moments(samples: Floats) -> Floats:
    """Return the moments (n, MOMENT) of a line, each half over the next; a short line goes round until one is full."""
    if len(samples) < MOMENT:
        return np.resize(samples, MOMENT)[None, :]
    starts = [*range(0, len(samples) - MOMENT, STEP), len(samples) - MOMENT]
    return np.stack([samples[start : start + MOMENT] for start in starts])


def _spoken(source: Path, lines: Sequence[Window], speech: Sequence[Window]) -> Iterator[tuple[int, Floats]]:
    """Yield each line's speech, without the pauses in it, in the order of the lines' ends."""
    order = sorted(range(len(lines)), key=lambda index: lines[index][1])
    held = np.zeros(0, np.float32)
    start = 0
    blocks = mono(source)
    for position, index in enumerate(order):
        earliest = min(lines[later][0] for later in order[position:][: _LINES_AT_ONCE * 4])
        stop = round(lines[index][1] * RATE)
        while start + len(held) < stop and (block := next(blocks, None)) is not None:
            held = np.concatenate([held, block])
            drop = min(max(0, round(earliest * RATE) - start), len(held))
            held, start = held[drop:], start + drop
        parts = [
            held[max(0, round(a * RATE) - start) : max(0, round(b * RATE) - start)]
            for a, b in _within(lines[index], speech)
        ]
        yield index, np.concatenate(parts)


def _within(line: Window, speech: Sequence[Window]) -> list[Window]:
    """Return the parts of a line in which somebody is heard; all of it where nobody is."""
    start_s, end_s = line
    parts = [(max(a, start_s), min(b, end_s)) for a, b in speech if a < end_s and b > start_s]
    return parts or [(start_s, end_s)]
