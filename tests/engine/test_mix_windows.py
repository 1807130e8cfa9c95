"""The bed is cleaned wherever a voice may be: a detector that is not sure must not leave words in it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.local.engine.clip import look_into
from nemodub_nb.local.engine.lines import Line
from nemodub_nb.local.engine.media.audio import audio_writer, read_audio
from nemodub_nb.local.engine.mix.windows import OUTSIDE_S, joined, lines_outside, possible_speech
from nemodub_nb.local.engine.steps import Steps
from nemodub_nb.local.engine.transcribe.voice_activity import speech_of

RATE = 48_000
WINDOW = st.tuples(st.floats(0, 100), st.floats(0.01, 10)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.lists(WINDOW, max_size=12), st.floats(0, 2))
def test_windows_come_in_order_apart_and_cover_what_they_came_from(windows, bridge_s):
    whole = joined(windows, bridge_s)
    assert all(before[1] + bridge_s < after[0] for before, after in pairwise(whole))
    for start, end in windows:
        assert any(a <= start and end <= b for a, b in whole)


@given(st.lists(WINDOW, max_size=6), st.lists(WINDOW, max_size=6))
def test_lines_are_covered_but_for_a_moment(windows, spoken):
    known = joined(windows, 0.0)
    lines = [Line(n, start, end, "x") for n, (start, end) in enumerate(spoken)]
    wider = joined([*known, *lines_outside(known, lines)], 0.0)
    for line in lines:
        covered = sum(max(0.0, min(b, line.end_s) - max(a, line.start_s)) for a, b in wider)
        assert line.end_s - line.start_s - covered <= OUTSIDE_S + 1e-9


def test_lines_inside_the_windows_add_nothing():
    assert lines_outside([(1.0, 5.0)], [Line(0, 0.9, 5.1, "x")]) == []
    assert lines_outside([(1.0, 5.0)], [Line(0, 0.9, 5.1, "x"), Line(1, 7.0, 8.0, "x")]) == [(7.0, 8.0)]


@pytest.mark.engine
def test_soft_speech_under_music_is_suspected_and_music_alone_is_not(speech_clip, tmp_path):
    sound = read_audio(speech_clip, rate=RATE)
    t = np.arange(len(sound)) / RATE
    music = sum(
        np.sin(2 * np.pi * hz * t) * (0.6 + 0.4 * np.sin(t * hz / 300)) for hz in (110, 220, 277.2, 329.6)
    )
    music *= np.sqrt(np.mean(sound**2) / np.mean(music**2)) * 10 ** (-16 / 20)
    soft = (7.6 * RATE, 10.8 * RATE)  # the second sentence, as soft as the music
    sound[int(soft[0]) : int(soft[1])] *= 10 ** (-20 / 20)
    steps = Steps(tmp_path / "cache")
    for name, samples in (("both", sound + music), ("music", music)):
        with audio_writer(tmp_path / f"{name}.flac", channels=1) as writer:
            writer.write(np.concatenate([samples, music[: 5 * RATE]]).astype(np.float32))
    clip = look_into(tmp_path / "both.flac", steps)
    sure = speech_of(clip, steps)
    suspected = possible_speech(clip, steps, sure)

    def heard(windows, start_s, end_s):
        return sum(max(0.0, min(b, end_s) - max(a, start_s)) for a, b in windows)

    assert heard(suspected, 8.0, 10.5) > max(heard(sure, 8.0, 10.5), 0.9 * 2.5)
    end_s = len(sound) / RATE
    assert heard(suspected, end_s + 1.0, end_s + 5.0) == 0, "music goes on untouched"
    alone = look_into(tmp_path / "music.flac", steps)
    assert possible_speech(alone, steps, speech_of(alone, steps)) == []
