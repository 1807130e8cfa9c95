"""Loudness is measured as the standard says and peaks never pass the ceiling."""

from __future__ import annotations

import re
import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemodub_nb.local.engine.media.audio import write_audio
from nemodub_nb.local.engine.mix.loudness import gain_db, limited, measure, measure_file


def blocks_of(samples, size):
    return [samples[at : at + size] for at in range(0, len(samples), size)]


def noise(seconds, level, seed=1):
    return (level * np.random.default_rng(seed).standard_normal((round(seconds * 48_000), 2))).astype(
        np.float32
    )


def spiky(seconds=6.0):
    samples = noise(seconds, 0.02)
    samples[np.random.default_rng(2).random(len(samples)) > 0.9999] = 0.9
    return samples


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is the independent meter")
@pytest.mark.parametrize(
    "samples", [noise(7.3, 0.05), spiky(), noise(3.0, 0.3)], ids=["noise", "spiky", "loud"]
)
def test_the_meter_agrees_with_ffmpeg(tmp_path, samples):
    path = tmp_path / "x.wav"
    write_audio(path, samples)
    command = ["ffmpeg", "-nostats", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    ours = measure_file(path)
    assert ours.integrated_lufs == pytest.approx(float(re.findall(r"I:\s+(\S+) LUFS", report)[-1]), abs=0.1)
    assert ours.true_peak_dbtp == pytest.approx(float(re.findall(r"Peak:\s+(\S+) dBFS", report)[-1]), abs=0.1)


def test_silence_and_nothing_have_no_loudness_and_get_no_gain():
    for samples in (np.zeros((96_000, 2), np.float32), np.zeros((0, 2), np.float32)):
        measured = measure([samples])
        assert measured.integrated_lufs is None
        assert gain_db(measured, -16.0) == 0.0
        assert not any(block.any() for block in limited([samples], 10.0, -1.0))


@settings(max_examples=20, deadline=None)
@given(st.floats(0.5, 20.0), st.floats(-6.0, -0.5), st.integers(3_000, 200_000))
def test_no_peak_passes_the_ceiling_and_nothing_is_lost(gain, ceiling, size):
    samples = spiky(2.0)
    out = np.concatenate(list(limited(blocks_of(samples, size), gain, ceiling)))
    assert out.shape == samples.shape
    # White noise with clicks is the worst case: so much of it is near half the sampling rate.
    assert measure([out]).true_peak_dbtp <= ceiling + 0.5
    whole = np.concatenate(list(limited([samples], gain, ceiling)))
    assert np.abs(out - whole).max() < 1e-5


def test_what_is_below_the_ceiling_is_left_alone():
    samples = noise(1.0, 0.02)
    assert np.allclose(np.concatenate(list(limited(blocks_of(samples, 10_000), 2.0, -1.0))), samples * 2.0)
