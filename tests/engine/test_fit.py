"""Fitting: no word is cut, nothing overlaps, an error never travels past the next pause."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nemodub_nb.fitting import LIMITS, SLOT_GAP_S, Limits, Spoken, place, rate_again, rate_for, slots
from nemodub_nb.fitting.limits import OVERFLOW_S, SLOWEST_RATE
from nemodub_nb.local.engine.lines import Line

LONG = 10_000.0
"""A clip that ends long after its last line."""
GOLDEN = json.loads((Path(__file__).parents[1] / "golden/fit_place.json").read_text(encoding="utf-8"))


@st.composite
def spoken_lines(draw: st.DrawFn) -> list[Spoken]:
    lines: list[Spoken] = []
    onset = draw(st.floats(0, 5))
    for _ in range(draw(st.integers(1, 12))):
        source = draw(st.floats(0.3, 8))
        pause = draw(st.floats(0.06, 4))
        natural = source * draw(st.floats(0.3, 2.5))
        lines.append(Spoken(onset, source, source + pause - SLOT_GAP_S, natural))
        onset += source + pause
    return lines


limits = st.builds(
    Limits,
    lean_s=st.floats(0, 0.5),
    merge_gap_s=st.floats(0, 3),
    merge_lines=st.integers(1, 6),
    slow_video=st.floats(1, 2),
)


@given(spoken_lines(), limits)
def test_lines_keep_their_order_and_never_overlap(lines: list[Spoken], limits: Limits) -> None:
    placed = place(lines, LONG, limits)
    assert len(placed) == len(lines)
    for before, after in pairwise(placed):
        assert after.start_s >= before.end_s + SLOT_GAP_S - 1e-9


@given(spoken_lines(), limits)
def test_no_word_is_cut_and_no_limit_is_passed(lines: list[Spoken], limits: Limits) -> None:
    for line, placement in zip(lines, place(lines, LONG, limits), strict=True):
        assert placement.length_s * placement.stretch == pytest.approx(line.natural_s)
        assert limits.slowest_stretch - 1e-9 <= placement.stretch <= limits.flagged_stretch + 1e-9
        assert 1 <= placement.slow <= limits.slow_video + 1e-9


@given(spoken_lines(), limits)
def test_no_line_starts_earlier_than_it_may(lines: list[Spoken], limits: Limits) -> None:
    for line, placed in zip(lines, place(lines, LONG, limits), strict=True):
        early = line.onset_s - placed.start_s
        assert early <= limits.lean_s + 1e-9
        if early > 1e-9:  # only for a line that would else be sped up noticeably
            assert line.natural_s > limits.clean_stretch * line.slot_s


@given(spoken_lines(), limits)
def test_a_line_starts_on_time_unless_the_one_before_still_speaks(
    lines: list[Spoken], limits: Limits
) -> None:
    free = 0.0
    for line, placed in zip(lines, place(lines, LONG, limits), strict=True):
        assert placed.start_s <= max(line.onset_s, free) + 1e-9
        free = placed.end_s + SLOT_GAP_S


@given(spoken_lines())
def test_what_is_late_by_more_than_a_lean_follows_a_line_at_its_limit(lines: list[Spoken]) -> None:
    placed = place(lines, LONG)
    for line, before, placement in zip(lines[1:], placed, placed[1:], strict=False):
        if placement.start_s > line.onset_s + LIMITS.lean_s + 1e-6:
            assert before.stretch == pytest.approx(LIMITS.flagged_stretch)


@given(spoken_lines(), st.floats(0, 100))
def test_where_a_line_goes_depends_on_nothing_but_the_differences(lines: list[Spoken], later: float) -> None:
    if lines[0].onset_s < 1:
        return  # the beginning of the clip is a wall
    moved = [Spoken(x.onset_s + later, x.source_s, x.slot_s, x.natural_s) for x in lines]
    for one, other in zip(place(lines, LONG), place(moved, LONG), strict=True):
        assert other.start_s - later == pytest.approx(one.start_s, abs=1e-4)
        assert other.stretch == pytest.approx(one.stretch, abs=1e-4)


@given(spoken_lines(), st.integers(0, 11), st.floats(0.5, 2))
def test_a_changed_line_moves_only_those_that_share_time_with_it(
    lines: list[Spoken], number: int, factor: float
) -> None:
    number = min(number, len(lines) - 1)
    other = [*lines]
    other[number] = replace(lines[number], natural_s=lines[number].natural_s * factor)
    before, after = place(lines, LONG), place(other, LONG)
    reach = LIMITS.merge_lines - 1
    assert before[: max(0, number - reach)] == after[: max(0, number - reach)]
    for at in range(number + 1, len(lines)):
        # From where both are free of what came before, nothing differs any more.
        if all(
            made[at - 1].end_s + SLOT_GAP_S <= lines[at].onset_s - LIMITS.lean_s - 0.2
            for made in (before, after)
        ):
            assert before[at:] == after[at:]
            break


@given(spoken_lines())
def test_a_picture_that_may_be_slowed_leaves_less_to_overflow(lines: list[Spoken]) -> None:
    slowed = place(lines, LONG, Limits(slow_video=2.0))
    assert sum(p.overflow_s for p in slowed) <= sum(p.overflow_s for p in place(lines, LONG)) + OVERFLOW_S


def material(seed: int, count: int, ratio: float, pauses: tuple[float, float]) -> list[Spoken]:
    """Lines as people speak them, with a translation longer by a ratio that differs from line to line."""
    rng, at, lines = random.Random(seed), 1.0, []
    for _ in range(count):
        source, pause = min(7.0, max(0.7, rng.lognormvariate(1.0, 0.5))), rng.uniform(*pauses)
        slot, natural = source + pause - SLOT_GAP_S, source * ratio * rng.lognormvariate(0, 0.12)
        lines.append(Spoken(at, source, slot, natural / rate_for(natural, slot, source)))
        at += source + pause
    return lines


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("ratio", "pauses"), [(1.05, (0.2, 1.2)), (1.15, (0.15, 0.8)), (1.25, (0.1, 0.4))])
def test_ten_minutes_end_as_much_in_time_as_they_start(seed, ratio, pauses) -> None:
    lines = material(seed, 150, ratio, pauses)
    placed = place(lines, LONG)
    errors = [p.start_s - line.onset_s for p, line in zip(placed, lines, strict=True)]
    worst = sorted(abs(error) for error in errors)
    assert worst[int(0.95 * len(worst))] <= 0.20
    third = len(errors) // 3
    assert abs(sorted(errors[-third:])[third // 2] - sorted(errors[:third])[third // 2]) <= 0.05
    assert sum(p.stretch <= LIMITS.clean_stretch + 1e-6 for p in placed) >= 0.8 * len(placed)
    assert all(p.overflow_s <= OVERFLOW_S for p in placed)


def test_one_line_far_too_long_is_made_up_for_within_a_few_lines() -> None:
    lines = material(1, 150, 1.1, (0.2, 1.0))
    lines[40] = Spoken(lines[40].onset_s, lines[40].source_s, lines[40].slot_s, 2.2 * lines[40].slot_s)
    late = [p.start_s - line.onset_s > 0.2 for p, line in zip(place(lines, LONG), lines, strict=True)]
    assert any(late[41:44])
    assert not any(late[:41] + late[60:])


@pytest.mark.parametrize("case", GOLDEN, ids=[case["case"] for case in GOLDEN])
def test_golden(case) -> None:
    placed = place([Spoken(**line) for line in case["lines"]], case["duration_s"])
    assert [
        {
            "start_s": round(p.start_s, 2),
            "end_s": round(p.end_s, 2),
            "stretch": round(p.stretch, 2),
            "overflow_s": round(p.overflow_s, 2),
            "merged": p.merged,
        }
        for p in placed
    ] == case["placed"]


def test_what_is_fixed_is_heard_where_it_stands_and_as_it_is() -> None:
    lines = [Spoken(0.0, 2.0, 2.0, 2.45), Spoken(2.05, 2.0, 3.5, 2.0, fixed=True), Spoken(5.6, 1, 1, 1)]
    before, fixed, _ = place(lines, LONG)
    assert (fixed.start_s, fixed.stretch, fixed.overflow_s) == (2.05, 1.0, 0.0)
    assert before.stretch > LIMITS.clean_stretch, "a fixed line helps nobody"


def test_a_slowed_picture_gives_a_line_the_time_that_it_needs() -> None:
    lines = [Spoken(0.0, 1.0, 1.0, 2.0), Spoken(1.05, 1.0, 1.0, 1.0)]
    first, second = place(lines, LONG, Limits(slow_video=2.0, merge_lines=1))
    assert first.slow == pytest.approx(2.0 / LIMITS.flagged_stretch)
    assert first.overflow_s == 0
    assert first.end_s == pytest.approx(1.0)
    assert second.start_s == 1.05


@given(st.floats(0.1, 20), st.floats(0.1, 20), st.floats(0.1, 20))
def test_a_voice_is_never_asked_for_an_unnatural_rate(expected: float, slot: float, source: float) -> None:
    assert SLOWEST_RATE <= rate_for(expected, slot, source) <= LIMITS.fastest_rate


@given(st.floats(0.3, 12), st.floats(0.5, 12), st.floats(0.3, 12), st.floats(0.6, 1.6))
def test_a_second_take_is_the_last(natural: float, slot: float, source: float, wrong: float) -> None:
    """A voice that does as it is asked is right at the second try, however wrong the guess was."""
    first = rate_for(natural * wrong, slot, source)
    again = rate_again(first, natural / first, slot, source)
    if again is not None:
        assert again == rate_for(natural, slot, source)
        assert rate_again(again, natural / again, slot, source) is None


def test_a_guess_that_was_nearly_right_is_left_to_stretching() -> None:
    assert rate_again(1.1, 3.0 / 1.1, 2.95, 2.8) is None


def test_speech_that_was_hurried_for_nothing_is_spoken_again() -> None:
    assert rate_again(1.2, 2.2, 3.0, 2.9) == 1.0


def test_a_slot_reaches_to_the_next_onset() -> None:
    lines = [Line(0, 1.0, 2.0, "a"), Line(1, 4.0, 5.0, "b")]
    assert slots(lines, 9.0) == pytest.approx([3.0 - SLOT_GAP_S, 5.0])


@example([Spoken(0.0, 2.0, 2.95, 2.5)], 0.0)
@given(spoken_lines(), st.floats(0, 3))
def test_the_last_words_are_not_lost_at_the_end_of_the_clip(lines: list[Spoken], after: float) -> None:
    end = lines[-1].onset_s + lines[-1].source_s + after
    speech = sum(line.natural_s / LIMITS.flagged_stretch + SLOT_GAP_S for line in lines)
    placed = place(lines, end)
    for before, behind in pairwise(placed):
        assert behind.start_s >= before.end_s - 1e-9
    if speech < lines[-1].source_s + after:  # there is certainly room for all
        assert placed[-1].end_s <= end + 1e-6
