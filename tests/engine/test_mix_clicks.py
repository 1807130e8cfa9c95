"""Nothing that is cut or joined clicks: lines, beds, timeline cuts and lowered originals."""

from __future__ import annotations

import numpy as np
import pytest

from nemodub_nb.local.engine.media.audio import audio_writer, read_audio, write_audio
from nemodub_nb.local.engine.mix import separate as separation
from nemodub_nb.local.engine.mix.mixdown import Ducking, Entry, mixed
from nemodub_nb.local.engine.mix.stem import place

RATE = 48_000
LOUDEST = 8.0
"""A bend this many times as sharp as those within 10 ms around is heard as a click. Speech and music reach about 5."""


def clicks(samples: np.ndarray) -> list[float]:
    """The moments, in seconds, at which a sound bends far more sharply than it does on both sides of them."""
    bends = np.abs(np.diff(samples, 2, prepend=samples[:1], append=samples[-1:]))
    width, inner = RATE // 100, 8
    found = []
    for at in np.flatnonzero(bends > 0.004):
        around = np.concatenate(
            [bends[max(0, at - width) : max(0, at - inner)], bends[at + inner : at + width]]
        )
        if bends[at] > LOUDEST * max(np.percentile(around, 95), 1e-5):
            found.append(round(float(at) / RATE, 3))
    return list(dict.fromkeys(found))


def tone(seconds: float, hz: float = 220.0, level: float = 0.4, phase: float = np.pi / 2) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE + phase)).astype(
        np.float32
    )


def test_the_detector_finds_what_is_heard():
    whole = tone(2.0)
    assert clicks(whole) == []
    cut = whole.copy()
    cut[RATE:] = 0  # at the height of a wave
    assert clicks(cut) == [pytest.approx(1.0, abs=0.001)]
    jump = np.concatenate([tone(1.0), tone(1.0, phase=-np.pi / 2)])
    assert clicks(jump) == [pytest.approx(1.0, abs=0.001)]


def test_lines_begin_and_end_softly(tmp_path):
    lines = [(0.5, tone(1.0)), (1.5, tone(0.7, 330.0)), (2.9, tone(5.0))]  # the last one is cut by the end
    place(lines, 4.0, tmp_path / "stem.flac")
    stem = read_audio(tmp_path / "stem.flac", rate=RATE)
    assert clicks(stem) == []
    assert clicks(np.concatenate([stem, np.zeros(RATE, np.float32)])) == [], "nor where the clip ends"


def test_a_cut_of_the_timeline_is_not_heard(tmp_path):
    write_audio(tmp_path / "a.flac", tone(10.0))
    parts = [
        Entry(str(tmp_path / "a.flac"), 0.0, 1.0013, 3.0007),
        Entry(str(tmp_path / "a.flac"), 1.9994, 6.0021, 8.0),
    ]
    mix = np.concatenate(list(mixed(parts, 5.0)))[:, 0]
    assert clicks(mix) == []


def test_lowering_the_original_is_not_heard(tmp_path):
    write_audio(tmp_path / "a.flac", tone(10.0))
    entry = Entry(str(tmp_path / "a.flac"), 0.0, 0.0, 10.0, duck=True)
    mix = np.concatenate(list(mixed([entry], 10.0, Ducking(((2.0, 4.0), (6.0, 6.1)), 0.01))))[:, 0]
    assert clicks(mix) == []


class _Everything:
    """A separator at its worst: all sound inside the windows is voice."""

    def process_chunk(self, audio):
        return np.asarray(audio, np.float32)

    def finalize(self):
        return np.zeros(0, np.float32)


def test_the_bed_joins_the_clip_s_sound_softly(tmp_path, monkeypatch):
    t = np.arange(12 * RATE) / RATE
    with audio_writer(
        tmp_path / "a.flac", channels=1
    ) as writer:  # it glides, as voices do: a held tone is kept
        writer.write((0.4 * np.cos(2 * np.pi * (150 * t + 30 * t**2))).astype(np.float32))
    monkeypatch.setattr(separation, "_load", lambda: _Everything)
    separation.separate(tmp_path / "a.flac", tmp_path / "bed.flac", speech=[(2.0, 3.0), (7.5, 8.6)])
    bed = read_audio(tmp_path / "bed.flac", rate=RATE)
    assert clicks(bed) == []
    assert np.abs(bed[int(2.3 * RATE) : int(2.7 * RATE)]).max() < 0.1, "something was taken out"
