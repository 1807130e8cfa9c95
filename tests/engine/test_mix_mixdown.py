"""Sounds add up at their places, and the original goes down under the dub."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from clips import make_clip, tone

from nemodub_nb.local.engine.media.audio import write_audio
from nemodub_nb.local.engine.mix.mixdown import Entry, ducking_for, mixed


def sine(seconds, hz, level):
    return (level * np.sin(2 * np.pi * hz * np.arange(round(seconds * 48_000)) / 48_000)).astype(np.float32)


def level_db(samples, hz):
    """The level of one tone in a stretch, in dB."""
    t = np.arange(len(samples)) / 48_000
    return 20 * np.log10(abs(np.mean(samples[:, 0] * np.exp(-2j * np.pi * hz * t))) * 2 + 1e-9)


def mix(entries, duration_s, ducking=None):
    return np.concatenate(list(mixed(entries, duration_s, ducking)))


@pytest.fixture
def files(tmp_path):
    write_audio(tmp_path / "original.flac", sine(12, 300, 0.3))
    write_audio(
        tmp_path / "dub.flac", np.concatenate([np.zeros(96_000), sine(4, 1000, 0.2), np.zeros(6 * 48_000)])
    )
    return {name: str(tmp_path / f"{name}.flac") for name in ("original", "dub")}


def test_the_mix_is_as_long_as_the_timeline_whatever_lies_on_it(files):
    for duration_s in (0.5, 7.0, 20.0):
        assert mix([Entry(files["original"], 0.0, 0.0, 12.0)], duration_s).shape == (
            round(duration_s * 48_000),
            2,
        )


def test_volume_place_and_cut_are_what_was_asked(files):
    out = mix([Entry(files["original"], 6.0, 2.0, 5.0, volume=0.5)], 12.0)
    assert not out[: 6 * 48_000].any()
    assert not out[9 * 48_000 :].any()
    assert level_db(out[7 * 48_000 : 8 * 48_000], 300) == pytest.approx(20 * np.log10(0.15), abs=0.1)


def test_a_cut_that_goes_on_where_it_ended_cannot_be_heard(files):
    one = mix([Entry(files["original"], 0.0, 0.0, 10.0)], 10.0)
    two = mix([Entry(files["original"], 0.0, 0.0, 4.0), Entry(files["original"], 4.0, 4.0, 10.0)], 10.0)
    assert np.abs(one - two).max() < 1e-3


def test_under_the_dub_the_original_is_18_db_lower_than_the_dub(files):
    original = Entry(files["original"], 0.0, 0.0, 12.0, duck=True)
    dub = Entry(files["dub"], 0.0, 0.0, 12.0, role="dub")
    ducking = ducking_for([original, dub], 12.0)
    out = mix([original, dub], 12.0, ducking)
    under = out[3 * 48_000 : 5 * 48_000]
    assert level_db(under, 300) <= level_db(under, 1000) - 18
    for clear in (out[:48_000], out[8 * 48_000 : 10 * 48_000]):
        assert level_db(clear, 300) == pytest.approx(20 * np.log10(0.3), abs=0.1)


def test_ducking_moves_without_steps(files):
    entries = [
        Entry(files["original"], 0.0, 0.0, 12.0, duck=True),
        Entry(files["dub"], 0.0, 0.0, 12.0, role="dub"),
    ]
    curve = ducking_for(entries, 12.0).curve(0, 12 * 48_000)
    assert np.abs(np.diff(curve)).max() < 0.001


def test_no_dub_or_nothing_to_lower_means_no_ducking(files):
    original, dub = Entry(files["original"], 0, 0, 12), Entry(files["dub"], 0, 0, 12, role="dub")
    assert ducking_for([original, dub], 12.0) is None
    assert ducking_for([Entry(files["original"], 0, 0, 12, duck=True)], 12.0) is None


def test_a_clip_s_own_sound_is_mixed_from_the_clip(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", 2.0, audio=tone(500, 0.25), channels=6)
    out = mix([Entry(str(clip), 0.0, 0.0, 2.0)], 2.0)
    assert level_db(out[24_000:72_000], 500) == pytest.approx(20 * np.log10(0.25), abs=1.0)
