"""Lines lie where they belong on the stem, and their joins cannot be heard."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemodub_nb.local.engine.media.audio import read_audio
from nemodub_nb.local.engine.mix.stem import place


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.05, 1.0)), max_size=6), st.floats(0.5, 6.0))
def test_a_stem_is_as_long_as_the_clip_and_lines_start_on_time(tmp_path_factory, lines, duration_s):
    path = tmp_path_factory.mktemp("stem") / "es.flac"
    at, placed = 0.0, []
    for gap, length in lines:
        placed.append((at + gap, np.full(round(length * 48_000), 0.5, np.float32)))
        at += gap + length + 0.001
    place(placed, duration_s, path)
    stem = read_audio(path)
    assert len(stem) == round(duration_s * 48_000)
    voiced = np.zeros(len(stem), bool)
    for start_s, samples in placed:
        voiced[round(start_s * 48_000) : round(start_s * 48_000) + len(samples)] = True
    assert not stem[~voiced].any()
    assert np.abs(np.diff(stem)).max(initial=0) < 0.01


def test_lines_may_be_loaded_when_their_turn_comes(tmp_path):
    place([(0.5, lambda: np.full(4800, 0.5, np.float32))], 1.0, tmp_path / "x.flac")
    assert read_audio(tmp_path / "x.flac")[26_400] == pytest.approx(0.5, abs=0.001)


def test_overlapping_lines_are_a_bug_and_never_written(tmp_path):
    line = np.ones(48_000, np.float32)
    with pytest.raises(AssertionError, match="overlaps"):
        place([(0.0, line), (0.5, line)], 3.0, tmp_path / "x.flac")
    assert not list(tmp_path.iterdir())
