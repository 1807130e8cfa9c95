"""All sounds of a timeline added up, block by block, with the original voice lowered under the dub."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from nemodub_nb.local.engine.media.audio import RATE, Samples, decode_blocks
from nemodub_nb.local.engine.media.slow import slowed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BLOCK: Final = 5 * RATE
_HOP: Final = RATE // 100
_FADE: Final = round(0.005 * RATE)
_BLEND_S: Final = 0.02
"""Sound that goes on at another pace: so long both are heard, one fading into the other."""

_VOICE_RMS: Final = 10 ** (-50 / 20)
"""A dub counts as speaking above this level."""
_BRIDGE_S: Final = 0.6
"""Pauses shorter than this do not bring the original up again."""
_ATTACK_S: Final = 0.15
_RELEASE_S: Final = 0.35
_UNDER: Final = 10 ** (-20 / 20)
"""The original's level under the dub, against the dub. (The promise is -18 dB.)"""
_LEAST: Final = 10 ** (-6 / 20)
_MOST: Final = 10 ** (-40 / 20)


@dataclass(frozen=True)
class Entry:
    """A stretch of some file's sound at its place on the timeline."""

    source: str
    start_s: float
    """Where it begins on the timeline."""
    in_s: float
    """Where it begins in the source."""
    out_s: float
    """Where it ends in the source."""
    volume: float = 1.0
    """Linear."""
    role: Literal["bed", "original", "dub"] = "original"
    duck: bool = False
    """Lowered while a dub speaks."""
    slow: float = 1.0
    """How many times as long it is heard, at its own pitch."""

    @property
    def end_s(self) -> float:
        """Where it ends on the timeline."""
        return self.start_s + (self.out_s - self.in_s) * self.slow


@dataclass(frozen=True)
class Ducking:
    """When a dub speaks, and the gain of what lies under it."""

    windows: tuple[tuple[float, float], ...]
    gain: float

    def curve(self, start: int, count: int) -> Samples:
        """Return the gain for `count` samples from sample `start`: smooth, and down before the dub begins."""
        depth = np.zeros(count, np.float32)
        times = (start + np.arange(count)) / RATE
        for begin, end in self.windows:
            if end + _RELEASE_S < times[0] or begin - _ATTACK_S > times[-1]:
                continue
            rise = (times - (begin - _ATTACK_S)) / _ATTACK_S
            fall = ((end + _RELEASE_S) - times) / _RELEASE_S
            shape = np.clip(np.minimum(rise, fall), 0.0, 1.0)
            depth = np.maximum(depth, 0.5 - 0.5 * np.cos(np.pi * shape)).astype(np.float32)
        curve: Samples = (self.gain**depth).astype(np.float32)
        return curve


def mixed(entries: Sequence[Entry], duration_s: float, ducking: Ducking | None = None) -> Iterator[Samples]:
    """Yield the stereo sum (n, 2) of all entries, exactly `duration_s` long, not limited."""
    total = max(0, round(duration_s * RATE))
    heard = [e for e in entries if e.out_s > e.in_s and e.volume > 0]
    waiting = sorted(_cuts(heard), key=lambda cut: cut.entry.start_s)
    readers: list[_Reader] = []
    for start in range(0, total, _BLOCK):
        count = min(_BLOCK, total - start)
        while waiting and round(waiting[0].entry.start_s * RATE) < start + count:
            readers.append(_Reader(waiting.pop(0)))
        block = np.zeros((count, 2), np.float32)
        curve = ducking.curve(start, count)[:, None] if ducking is not None else None
        for reader in readers:
            sound = reader.take(start, count)
            block += sound * curve if reader.cut.entry.duck and curve is not None else sound
        readers = [reader for reader in readers if not reader.done(start + count)]
        yield block


def ducking_for(entries: Sequence[Entry], duration_s: float) -> Ducking | None:
    """Find where the dub speaks, and how far to lower the ducked entries there; None when there is nothing to do."""
    dubs = [entry for entry in entries if entry.role == "dub"]
    ducked = [entry for entry in entries if entry.duck and entry.role != "dub"]
    if not dubs or not ducked:
        return None
    dub_rms = np.concatenate([_levels(block) for block in mixed(dubs, duration_s)])
    speaking = dub_rms > _VOICE_RMS
    if not speaking.any():
        return None
    ducked_rms = np.concatenate([_levels(block) for block in mixed(ducked, duration_s)])
    dub, under = (float(np.sqrt(np.mean(levels[speaking] ** 2))) for levels in (dub_rms, ducked_rms))
    gain = min(_LEAST, max(_MOST, _UNDER * dub / max(under, 1e-6)))
    # In whole decibels, so that a line that was changed leaves what lies under all others as it was.
    return Ducking(tuple(_runs(speaking)), 10 ** (round(20 * math.log10(gain)) / 20))


def _levels(block: Samples) -> Samples:
    """Return the RMS of every 10 ms."""
    whole = len(block) // _HOP * _HOP
    levels: Samples = np.sqrt(np.mean(block[:whole].reshape(-1, _HOP * 2) ** 2, axis=1))
    return levels


def _runs(speaking: np.typing.NDArray[np.bool_]) -> Iterator[tuple[float, float]]:
    """Yield (start_s, end_s) where hops are true, with short pauses bridged."""
    hops = np.flatnonzero(speaking)
    breaks = np.flatnonzero(np.diff(hops) > _BRIDGE_S * RATE / _HOP)
    starts = np.concatenate([hops[:1], hops[breaks + 1]])
    ends = np.concatenate([hops[breaks], hops[-1:]])
    for start, end in zip(starts, ends, strict=True):
        yield float(start) * _HOP / RATE, float(end + 1) * _HOP / RATE


@dataclass(frozen=True)
class _Cut:
    """An entry and how long it fades, in samples."""

    entry: Entry
    fade_in: int
    fade_out: int


def _cuts(entries: Sequence[Entry]) -> list[_Cut]:
    """Return the entries with their fades: short where one is cut, none where another one goes on in the source.

    Where it goes on at another pace, the one at its own pace reaches into the other, and they fade into each other.
    """
    ends = {(e.source, round(e.out_s * 1000), round(e.end_s * 1000)): e for e in entries}
    begins = {(e.source, round(e.in_s * 1000), round(e.start_s * 1000)): e for e in entries}
    cuts = []
    for entry in entries:
        before = ends.get((entry.source, round(entry.in_s * 1000), round(entry.start_s * 1000)))
        after = begins.get((entry.source, round(entry.out_s * 1000), round(entry.end_s * 1000)))
        fade_in = _fade(entry, before) if entry.in_s > 0 else 0
        cuts.append(_reaching(_Cut(entry, fade_in, _fade(entry, after))))
    return cuts


def _fade(entry: Entry, neighbour: Entry | None) -> int:
    if neighbour is None:
        return _FADE
    return 0 if entry.slow == neighbour.slow == 1.0 else round(_BLEND_S * RATE)


def _reaching(cut: _Cut) -> _Cut:
    """Return the cut, reaching over its ends by as long as it is blended there; a slowed one stays within its own."""
    entry = cut.entry
    if entry.slow == 1.0 and cut.fade_in > _FADE:
        entry = replace(entry, start_s=entry.start_s - _BLEND_S, in_s=entry.in_s - _BLEND_S)
    if entry.slow == 1.0 and cut.fade_out > _FADE:
        entry = replace(entry, out_s=entry.out_s + _BLEND_S)
    return replace(cut, entry=entry)


@dataclass
class _Reader:
    """Reads one entry as the timeline passes, with fades where it is cut."""

    cut: _Cut
    blocks: Iterator[Samples] = field(init=False)
    held: Samples = field(init=False)

    def __post_init__(self) -> None:
        entry = self.cut.entry
        if entry.start_s < 0:
            entry = replace(entry, start_s=0.0, in_s=entry.in_s - entry.start_s / entry.slow)
        self.held = np.zeros((0, 2), np.float32)
        self.first = round(entry.start_s * RATE)
        self.length = round(entry.out_s * RATE) - round(entry.in_s * RATE)
        if entry.slow != 1.0:
            self.length = round(self.length * entry.slow)
        self.given = 0
        self.blocks = decode_blocks(entry.source, start_s=entry.in_s, end_s=entry.out_s, block_s=1.0)
        if entry.slow != 1.0:
            self.blocks = slowed(self.blocks, entry.slow)

    def done(self, at: int) -> bool:
        """Tell whether nothing of the entry comes after sample `at`."""
        return at >= self.first + self.length

    def take(self, start: int, count: int) -> Samples:
        """Return the entry's part of `count` samples from `start`."""
        out = np.zeros((count, 2), np.float32)
        skip = max(0, self.first - start)
        wanted = min(count - skip, self.length - self.given)
        if wanted <= 0:
            return out
        while len(self.held) < wanted:
            more = next(self.blocks, None)
            if more is None:
                break
            self.held = np.concatenate([self.held, more])
        sound = self.held[:wanted] * np.float32(self.cut.entry.volume)
        self.held = self.held[wanted:]
        out[skip : skip + len(sound)] = sound * self._fades(len(sound))[:, None]
        self.given += wanted
        return out

    def _fades(self, count: int) -> Samples:
        places = self.given + np.arange(count)
        gain: Samples = np.ones(count, np.float32)
        if self.cut.fade_in:
            gain = np.minimum(gain, (places / self.cut.fade_in).astype(np.float32))
        if self.cut.fade_out:
            gain = np.minimum(gain, ((self.length - places) / self.cut.fade_out).astype(np.float32))
        return np.clip(gain, 0.0, 1.0)
