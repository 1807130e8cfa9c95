"""Sound is where the picture says it is, to the sample, and is kept whole."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from clips import clicks, make_clip, tone

from nemodub_nb.local.engine.errors import NoAudioError, NoSpaceError
from nemodub_nb.local.engine.media.audio import (
    audio_writer,
    decode_blocks,
    read_audio,
    read_window,
    write_audio,
)
from nemodub_nb.local.engine.media.stretch import stretch


def whole(path, **options):
    return np.concatenate(list(decode_blocks(path, **options)))


def onsets(samples, rate):
    loud = np.flatnonzero(np.abs(samples[:, 0]) > 0.3)
    return [
        float(at) / rate for at, before in zip(loud, [-rate, *loud], strict=False) if at - before > rate * 0.3
    ]


@pytest.mark.parametrize(
    ("name", "options", "start_s"),
    [
        ("a.mp4", {}, 0.0),
        ("a.mov", {}, 0.0),
        ("a.mkv", {}, 0.0),
        ("a.webm", {}, 0.0),
        ("a.ts", {}, 0.0),
        ("a.mp4", {"audio_rate": 44_100, "channels": 1}, 0.0),
        ("a.mp4", {"channels": 6}, 0.0),
        ("late.mp4", {"audio_offset_s": 0.5}, 0.5),
        ("late.mkv", {"audio_offset_s": 0.5}, 0.5),
        ("early.mp4", {"video_offset_s": 0.48}, 0.0),
        ("a.m4a", {"size": None}, 0.0),
        ("a.mp3", {"size": None, "audio_codec": "mp3"}, 0.0),
    ],
)
@pytest.mark.parametrize(("rate", "channels"), [(48_000, 2), (16_000, 1)])
def test_a_click_is_heard_when_it_happens(tmp_path, name, options, start_s, rate, channels):
    path = make_clip(tmp_path / name, 3.0, **{"audio": clicks(), **options})
    samples = whole(path, rate=rate, channels=channels, block_s=0.7)
    assert samples.dtype == np.float32
    assert samples.shape[1] == channels
    assert onsets(samples, rate) == pytest.approx([start_s, start_s + 1, start_s + 2], abs=0.0015)


def test_what_is_before_a_late_track_is_silence(tmp_path):
    samples = whole(make_clip(tmp_path / "late.mp4", 2.0, audio=tone(), audio_offset_s=0.5))
    assert np.abs(samples[: int(0.45 * 48_000)]).max() == 0.0


def test_a_window_is_always_as_long_as_asked(tmp_path):
    path = make_clip(tmp_path / "a.mp4", 3.0, audio=clicks())
    window = read_window(path, 1.9, 4.4)
    assert window.shape == (120_000, 1)
    assert onsets(window, 48_000) == pytest.approx([0.1], abs=0.0015)
    assert not window[60_000:].any()


def test_blocks_do_not_depend_on_their_size(tmp_path):
    path = make_clip(tmp_path / "a.mp4", 2.0, audio=tone(), audio_rate=44_100)
    assert np.array_equal(whole(path, block_s=0.1), whole(path, block_s=10))


def test_a_clip_without_sound_says_so(tmp_path):
    with pytest.raises(NoAudioError, match=r"quiet\.mp4 has no sound"):
        next(decode_blocks(make_clip(tmp_path / "quiet.mp4", 1.0, audio=None)))


def test_one_of_many_tracks_can_be_chosen(tmp_path):
    path = make_clip(tmp_path / "many.mp4", 1.0, audio=[tone(300), tone(2000)])
    for track, hz in ((0, 300), (1, 2000)):
        spectrum = np.abs(np.fft.rfft(whole(path, channels=1, track=track)[:48_000, 0]))
        assert spectrum.argmax() == pytest.approx(hz, abs=2)


@pytest.mark.parametrize("name", ["x.flac", "x.wav"])
def test_what_is_written_is_read_back(tmp_path, name):
    samples = np.random.default_rng(1).uniform(-1, 1, 100_001).astype(np.float32)
    write_audio(tmp_path / name, samples)
    assert np.abs(read_audio(tmp_path / name) - samples).max() < 1 / 30_000


def test_a_file_that_fails_half_way_is_never_seen(tmp_path):
    def fail_half_way():
        with audio_writer(tmp_path / "x.flac", channels=1) as writer:
            writer.write(np.zeros(480_000, np.float32))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(NoSpaceError, match="cannot be written"):
        write_audio(blocked / "x.flac", np.zeros(10, np.float32))


@settings(max_examples=25, deadline=None)
@given(st.floats(0.5, 2.0), st.sampled_from([110.0, 220.0, 660.0]))
def test_stretched_speech_keeps_its_pitch_and_has_its_length(factor, hz):
    samples = (0.4 * np.sin(2 * np.pi * hz * np.arange(96_000) / 48_000)).astype(np.float32)
    out = stretch(samples, 48_000, factor)
    assert len(out) == round(96_000 * factor)
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    assert spectrum.argmax() * 48_000 / len(out) == pytest.approx(hz, rel=0.01)
    middle = out[len(out) // 4 : len(out) // 2]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.4 / np.sqrt(2), rel=0.05)


def test_stretching_beyond_what_can_be_heard_is_refused():
    with pytest.raises(ValueError, match="beyond"):
        stretch(np.zeros(100, np.float32), 48_000, 3.0)
