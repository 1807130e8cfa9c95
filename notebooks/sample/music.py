"""The sample's quiet music: pads, a plucked arpeggio and a soft bass, made of sine waves and nothing else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
BEAT_S = 60 / 92
BEATS_A_CHORD = 4
CHORDS = (
    (38, (62, 66, 69, 73, 76)),  # D major 9
    (35, (59, 62, 66, 69, 74)),  # B minor 7
    (31, (59, 62, 66, 67, 74)),  # G major 7
    (33, (57, 62, 64, 69, 74)),  # A sus 4
)
"""MIDI notes: a bass note, then the notes that pad and arpeggio share."""

ARPEGGIO = (0, 2, 4, 3, 1, 2, 4, 2)
"""Which note of the chord each eighth plays."""

Stereo = NDArray[np.float64]


def compose(duration_s: float) -> Stereo:
    """Return `duration_s` seconds of music at RATE, shape (samples, 2), peak 1.0, with a fade at each end."""
    samples = round(duration_s * RATE)
    mix = np.zeros((samples + 4 * RATE, 2))
    chord_s = BEAT_S * BEATS_A_CHORD
    for number in range(int(duration_s / chord_s) + 1):
        bass, notes = CHORDS[number % len(CHORDS)]
        start_s = number * chord_s
        _add(mix, start_s, 0.20 * _pad(notes, chord_s + 0.9))
        _add(mix, start_s, 0.34 * _pan(_pluck(bass, 2.4, brightness=0.25), 0.0))
        for step, index in enumerate(ARPEGGIO):
            accent = 1.0 if step % 4 == 0 else 0.7
            note = _pluck(notes[index] + 12, 1.1, brightness=0.5)
            _add(mix, start_s + step * BEAT_S / 2, 0.15 * accent * _pan(note, 0.5 if step % 2 else -0.5))
    wet = _room(mix)[:samples]
    fade_in = np.clip(np.arange(samples) / (0.25 * RATE), 0, 1)
    fade_out = np.clip((samples - np.arange(samples)) / (1.6 * RATE), 0, 1)
    music = wet * (fade_in * np.sin(fade_out * np.pi / 2))[:, None]
    return np.asarray(music / np.abs(music).max())


def _frequency(note: int) -> float:
    return 440.0 * 2 ** ((note - 69) / 12)


def _pluck(note: int, length_s: float, *, brightness: float) -> NDArray[np.float64]:
    """Return a note that is struck and rings out; higher partials die sooner, as on a real string."""
    time_s = np.arange(round(length_s * RATE)) / RATE
    tone = np.zeros_like(time_s)
    for partial in range(1, 6):
        decay = np.exp(-time_s * (2.6 + 2.2 * partial))
        tone += brightness ** (partial - 1) * decay * np.sin(2 * np.pi * _frequency(note) * partial * time_s)
    return np.asarray(tone * np.clip(time_s / 0.006, 0, 1))


def _pad(notes: tuple[int, ...], length_s: float) -> Stereo:
    """Return a held chord; each ear hears a slightly different tuning, which makes it wide."""
    time_s = np.arange(round(length_s * RATE)) / RATE
    swell = np.clip(time_s / 0.8, 0, 1) * np.clip((length_s - time_s) / 0.9, 0, 1)
    ears = []
    for cents in (-4, 4):
        tuned = [_frequency(note) * 2 ** (cents / 1200) for note in notes[:4]]
        voices = (np.sin(2 * np.pi * f * time_s) + 0.22 * np.sin(4 * np.pi * f * time_s + 1) for f in tuned)
        ears.append(sum(voices) / len(tuned))
    return np.asarray(np.stack(ears, axis=1) * np.sin(swell * np.pi / 2)[:, None] ** 2)


def _pan(mono: NDArray[np.float64], place: float) -> Stereo:
    """Return the sound in stereo, from -1 (left) to 1 (right), as loud wherever it stands."""
    angle = (place + 1) * np.pi / 4
    return np.stack([mono * np.cos(angle), mono * np.sin(angle)], axis=1)


def _add(mix: Stereo, start_s: float, sound: Stereo) -> None:
    first = round(start_s * RATE)
    last = min(first + len(sound), len(mix))
    if last > first:
        mix[first:last] += sound[: last - first]


def _room(dry: Stereo) -> Stereo:
    """Return the sound in a small bright room: a decaying noise of 1.2 s, the same one every time."""
    length = round(1.2 * RATE)
    tail = (
        np.random.default_rng(11).standard_normal((length, 2))
        * np.exp(-np.arange(length) / (0.28 * RATE))[:, None]
    )
    size = 1 << (len(dry) + length - 1).bit_length()
    wet = np.fft.irfft(np.fft.rfft(dry, size, axis=0) * np.fft.rfft(tail, size, axis=0), size, axis=0)[
        : len(dry)
    ]
    return np.asarray(dry + 0.28 * wet * np.sqrt(np.mean(dry**2) / np.mean(wet**2)))
