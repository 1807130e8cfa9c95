"""A spoken line is as long as its speech, and its file is whole or absent."""

from __future__ import annotations

import wave

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nemodub_nb.local.engine.speak import wav

RATE = 24_000


def _tone(seconds: float) -> np.ndarray:
    return (0.5 * np.sin(np.arange(int(seconds * RATE)) * 0.05)).astype(np.float32)


@settings(max_examples=40)
@given(st.floats(0, 1), st.floats(0.05, 2), st.floats(0, 1))
def test_silence_at_both_ends_goes_and_no_sound_with_it(before, speech, after):
    sound = np.concatenate([np.zeros(int(before * RATE)), _tone(speech), np.zeros(int(after * RATE))]).astype(
        np.float32
    )
    out = wav.trim(sound, RATE)
    assert speech - 0.012 <= len(out) / RATE <= speech + 0.065
    assert np.isclose(float(np.sum(out**2)), float(np.sum(sound**2)), rtol=1e-3)


def test_a_pause_inside_a_line_stays():
    sound = np.concatenate([_tone(0.3), np.zeros(RATE, np.float32), _tone(0.3)])
    assert len(wav.trim(sound, RATE)) / RATE > 1.55


def test_pure_silence_is_nothing():
    assert len(wav.trim(np.zeros(RATE, np.float32), RATE)) == 0
    assert len(wav.trim(np.zeros(0, np.float32), RATE)) == 0


def test_loud_sound_is_scaled_not_clipped_and_the_file_is_whole(tmp_path):
    out = tmp_path / "line.wav"
    assert wav.write(out, _tone(1.0) * 4, RATE) == 1.0
    with wave.open(str(out)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
    assert np.count_nonzero(np.abs(samples) >= 32766) < 200
    assert [path.name for path in tmp_path.iterdir()] == ["line.wav"]
