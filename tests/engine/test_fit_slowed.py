"""The time of a video whose picture is slowed under some of its lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.fitting import SlowedTime, Stretch

MILLISECONDS = st.integers(0, 60_000)


@st.composite
def slowed(draw):
    edges = sorted(draw(st.sets(MILLISECONDS, max_size=12)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return SlowedTime.of((a / 1000, b / 1000, draw(st.floats(1, 2))) for a, b in pairs)


@given(slowed(), st.floats(0, 100))
def test_every_moment_of_the_clip_is_shown_once_and_found_again(time, at_s):
    assert time.clip_s(time.shown_s(at_s)) == pytest.approx(at_s, abs=1e-6)


@given(slowed(), st.floats(0, 100), st.floats(0, 100))
def test_nothing_is_shown_quicker_than_it_was_nor_more_than_twice_as_long(time, one_s, other_s):
    first_s, last_s = sorted((one_s, other_s))
    shown_s = time.shown_s(last_s) - time.shown_s(first_s)
    assert last_s - first_s - 1e-9 <= shown_s <= 2 * (last_s - first_s) + 1e-9


@given(slowed(), st.floats(0, 100), st.floats(0, 100))
def test_pieces_follow_each_other_and_last_as_long_as_they_are_shown(time, one_s, other_s):
    first_s, last_s = sorted((one_s, other_s))
    at_s = first_s
    for piece in time.pieces(first_s, last_s):
        assert piece.start_s == pytest.approx(at_s, abs=1e-5)
        length_s = (piece.end_s - piece.start_s) * piece.factor
        assert time.shown_s(piece.end_s) - time.shown_s(piece.start_s) == pytest.approx(length_s, abs=1e-5)
        at_s = piece.end_s
    assert at_s == pytest.approx(last_s, abs=1e-5)


def test_a_video_in_which_nothing_is_slowed_has_the_time_of_its_clip():
    time = SlowedTime.of([(1.0, 2.0, 1.0)])
    assert not time
    assert [time.shown_s(at_s) for at_s in (0.0, 1.5, 9.25)] == [0.0, 1.5, 9.25]
    assert list(time.pieces(1.0, 3.0)) == [Stretch(1.0, 3.0)]


def test_lines_that_claim_the_same_time_slow_it_once():
    time = SlowedTime.of([(1.0, 3.0, 2.0), (2.0, 4.0, 1.5)])
    assert time.shown_s(4.0) == pytest.approx(4.0 + 2.0 * 1.0 + 1.0 * 0.5)


def test_somebody_elses_draft_cannot_stretch_time_without_end():
    time = SlowedTime.of([(1.0, 2.0, 1e308)])
    assert time.shown_s(10.0) == pytest.approx(11.0)
