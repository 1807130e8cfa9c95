"""Fitting: no word is cut, nothing overlaps, an error never travels past the next pause."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.local.engine import thresholds as t
from nemodub_nb.local.engine.fit import Spoken, place, rate_for, slots
from nemodub_nb.local.engine.lines import Line

LONG = 10_000.0
"""A clip that ends long after its last line."""


@st.composite
def spoken_lines(draw: st.DrawFn) -> list[Spoken]:
    lines: list[Spoken] = []
    onset = draw(st.floats(0, 5))
    for _ in range(draw(st.integers(1, 12))):
        source = draw(st.floats(0.3, 8))
        pause = draw(st.floats(0.06, 4))
        natural = source * draw(st.floats(0.3, 2.5))
        lines.append(Spoken(onset, source, source + pause - t.SLOT_GAP_S, natural))
        onset += source + pause
    return lines


@given(spoken_lines())
def test_lines_keep_their_order_and_never_overlap(lines: list[Spoken]) -> None:
    placed = place(lines, LONG)
    assert len(placed) == len(lines)
    for before, after in pairwise(placed):
        assert after.start_s >= before.end_s


@given(spoken_lines())
def test_no_word_is_cut_and_no_limit_is_passed(lines: list[Spoken]) -> None:
    for line, placement in zip(lines, place(lines, LONG), strict=True):
        assert placement.length_s * placement.stretch == pytest.approx(line.natural_s)
        assert t.SLOWEST_STRETCH - 1e-9 <= placement.stretch <= t.FLAGGED_STRETCH + 1e-9


@given(spoken_lines())
def test_no_line_starts_before_its_source(lines: list[Spoken]) -> None:
    assert all(placed.start_s >= line.onset_s for line, placed in zip(lines, place(lines, LONG), strict=True))


@given(spoken_lines())
def test_a_line_that_fits_its_slot_starts_on_time_when_the_one_before_did(lines: list[Spoken]) -> None:
    placed = place(lines, LONG)
    free = 0.0
    for line, placement in zip(lines, placed, strict=True):
        if free <= line.onset_s:
            assert placement.start_s == line.onset_s
        free = placement.end_s + t.SLOT_GAP_S


def test_ten_minutes_of_long_lines_do_not_drift() -> None:
    # Every line is a fifth too long for itself, but each pause is long enough: all start on time.
    lines = [Spoken(i * 5.0, 4.0, 4.95, 4.8) for i in range(120)]
    assert all(placed.start_s == line.onset_s for line, placed in zip(lines, place(lines, LONG), strict=True))


def test_a_line_that_is_far_too_long_takes_time_from_the_pause_of_the_next() -> None:
    lines = [Spoken(0.0, 2.0, 2.05, 3.4), Spoken(2.1, 1.0, 4.0, 1.0)]
    first, second = place(lines, LONG)
    assert first.merged
    assert second.merged
    assert first.overflow_s == 0
    assert first.stretch == second.stretch <= t.FLAGGED_STRETCH


def test_what_cannot_fit_is_flagged_and_whole() -> None:
    (placed,) = place([Spoken(0.0, 1.0, 1.0, 3.0)], LONG)
    assert placed.stretch == t.FLAGGED_STRETCH
    assert placed.overflow_s == pytest.approx(3.0 / t.FLAGGED_STRETCH - 1.0)


def test_a_short_line_is_slowed_but_not_dragged() -> None:
    (placed,) = place([Spoken(0.0, 4.0, 5.0, 2.0)], LONG)
    assert placed.stretch == t.SLOWEST_STRETCH


@given(st.floats(0.1, 20), st.floats(0.1, 20), st.floats(0.1, 20))
def test_a_voice_is_never_asked_for_an_unnatural_rate(expected: float, slot: float, source: float) -> None:
    assert 0.95 <= rate_for(expected, slot, source) <= t.FASTEST_RATE


def test_a_slot_reaches_to_the_next_onset() -> None:
    lines = [Line(0, 1.0, 2.0, "a"), Line(1, 4.0, 5.0, "b")]
    assert slots(lines, 9.0) == pytest.approx([3.0 - t.SLOT_GAP_S, 5.0])


@given(spoken_lines(), st.floats(0, 3))
def test_the_last_words_are_not_lost_at_the_end_of_the_clip(lines: list[Spoken], after: float) -> None:
    end = lines[-1].onset_s + lines[-1].source_s + after
    speech = sum(line.natural_s / t.FLAGGED_STRETCH + t.SLOT_GAP_S for line in lines)
    placed = place(lines, end)
    for before, behind in pairwise(placed):
        assert behind.start_s >= before.end_s - 1e-9
    if speech < lines[-1].source_s + after:  # there is certainly room for all
        assert placed[-1].end_s <= end + 1e-6
