"""Foreseeing: the same rules as the dub's, honest about what does not fit, and what each limit would change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.fitting import (
    LIMITS,
    OUTCOMES,
    Limits,
    Pace,
    PlannedLine,
    Spoken,
    foresee,
    place,
    rate_for,
    slots,
    what_if,
)

PACE = Pace(16.0, 0.1)


def text_of(seconds: float) -> str:
    return "a" * max(1, round((seconds - PACE.overhead_s) * PACE.characters_per_s))


@st.composite
def scripts(draw: st.DrawFn) -> list[PlannedLine]:
    lines, at = [], draw(st.floats(0, 3))
    for _ in range(draw(st.integers(1, 10))):
        source, pause = draw(st.floats(0.4, 6)), draw(st.floats(0.06, 3))
        text = text_of(source * draw(st.floats(0.3, 2.5)))
        shorter = draw(st.sampled_from(["", text[: len(text) // 2]]))
        lines.append(PlannedLine(at, at + source, "x" * 10, text, shorter))
        at += source + pause
    return lines


@given(scripts())
def test_what_is_foreseen_is_what_the_dub_would_do(lines) -> None:
    """Were the voice to speak exactly at its pace, the dub would place every line there."""
    found = foresee(lines, lines[-1].end_s, PACE)
    slot_each = slots(lines, lines[-1].end_s)
    spoken = []
    for one, slot_s in zip(found, slot_each, strict=True):
        natural = PACE.seconds(one.text)
        rate = rate_for(natural, slot_s, one.line.source_s)
        spoken.append(Spoken(one.line.start_s, one.line.source_s, slot_s, natural / rate))
    for one, placed in zip(found, place(spoken, lines[-1].end_s), strict=True):
        assert one.placement == placed


@given(scripts())
def test_a_line_without_trouble_is_within_every_target(lines) -> None:
    for one in foresee(lines, lines[-1].end_s, PACE):
        assert one.outcome in OUTCOMES
        if one.outcome in {"fits", "faster voice", "stretched"}:
            assert one.placement.stretch <= LIMITS.clean_stretch + 1e-6
            assert abs(one.onset_error_s) <= 0.2
            assert one.placement.overflow_s <= 0.02


@given(scripts())
def test_each_scenario_counts_every_line_once(lines) -> None:
    for scenario in what_if(lines, lines[-1].end_s, PACE):
        assert sum(scenario.outcomes.values()) == len(lines)


@given(scripts())
def test_a_slower_picture_never_lets_more_overflow(lines) -> None:
    told = {one.title: one for one in what_if(lines, lines[-1].end_s + 5, PACE)}
    slowed = told["the picture slowed up to 2 ×"]
    assert slowed.outcomes["overflow"] <= told["as it is"].outcomes["overflow"]
    assert (slowed.longer_s > 0) == (slowed.outcomes["slow picture"] > 0)
    assert told["as it is"].longer_s == 0


LONG = PlannedLine(0.0, 2.0, "source", text_of(4.0))
NEXT = PlannedLine(2.1, 4.0, "source", text_of(1.8))


def test_the_characters_that_are_too_many_are_enough() -> None:
    (one, _) = foresee([LONG, NEXT], 4.0, PACE)
    assert one.over > 0
    cut = replace(LONG, text=LONG.text[: -one.over])
    (less, _) = foresee([cut, NEXT], 4.0, PACE)
    assert less.placement.stretch <= LIMITS.clean_stretch + 0.02
    more = replace(LONG, text=LONG.text[: -one.over // 2])
    assert foresee([more, NEXT], 4.0, PACE)[0].over > 0


def test_the_characters_that_are_wanting_are_enough() -> None:
    short = PlannedLine(0.0, 4.0, "source", text_of(1.5))
    (one,) = foresee([short], 6.0, PACE)
    assert one.outcome == "short"
    assert one.over < 0
    (filled,) = foresee([replace(short, text=short.text + "a" * -one.over)], 6.0, PACE)
    assert filled.outcome != "short"


def test_a_shorter_wording_is_taken_where_it_helps_and_only_there() -> None:
    lines = [replace(LONG, alternative=text_of(1.9)), replace(NEXT, alternative="b")]
    first, second = foresee(lines, 4.0, PACE)
    assert first.shorter
    assert not second.shorter
    assert first.outcome == "fits"


def test_what_was_measured_is_not_guessed() -> None:
    (one,) = foresee([PlannedLine(0.0, 3.0, "source", "hardly a word", spoken_s=2.9)], 3.5, PACE)
    assert one.natural_s == 2.9


def test_a_line_without_a_translation_is_listed_and_takes_no_time() -> None:
    first, second = foresee([replace(LONG, text=" "), NEXT], 4.0, PACE)
    assert (first.outcome, first.natural_s) == ("not spoken", 0.0)
    assert second.outcome == "fits"


@pytest.mark.parametrize(
    ("limits", "outcome"),
    [
        (Limits(), "runs on"),
        (Limits(slow_video=2.0), "slow picture"),
        (Limits(merge_lines=1), "overflow"),
        (Limits(fastest_rate=2.0), "faster voice"),
        (Limits(flagged_stretch=1.8), "flagged"),
    ],
)
def test_each_limit_moves_a_line_on_the_ladder(limits, outcome) -> None:
    lines = [
        LONG,
        PlannedLine(2.1, 4.0, "source", text_of(1.6)),
        PlannedLine(5.4, 7.0, "source", text_of(1.6)),
    ]
    assert foresee(lines, 8.0, PACE, limits)[0].outcome == outcome
