"""A line that would end while its speaker still talks pauses where the speaker pauses."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.fitting import SLOT_GAP_S, Placement, Spoken, room_s, widened
from nemodub_nb.local.engine.mix.heard import heard

ALWAYS = [(0.0, 100.0)]
"""A speaker who does not pause."""


def line(source_s: float, natural_s: float, **more) -> Spoken:
    return Spoken(10.0, source_s, source_s + 0.5, natural_s, **more)


def placed(natural_s: float, stretch: float = 1.0, **more) -> Placement:
    return Placement(10.0, natural_s / stretch, stretch, **more)


@st.composite
def stretches(draw, start_s=0.0, end_s=6.0):
    edges = sorted(draw(st.sets(st.integers(0, 600), min_size=2, max_size=14)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return [(start_s + a / 600 * (end_s - start_s), start_s + b / 600 * (end_s - start_s)) for a, b in pairs]


@given(
    stretches(),
    stretches(10.0, 20.0),
    st.floats(1, 12),
    st.sampled_from([0.85, 1.0, 1.15]),
    st.floats(16, 25),
)
def test_no_sound_is_lost_and_nobody_is_spoken_over(voice, speaker, source_s, stretch, next_s):
    spoken, before = line(source_s, 6.0), placed(6.0, stretch)
    after = widened(before, spoken, next_s, voice, speaker)
    more_s = sum(pause.more_s for pause in after.pauses)
    assert (after.start_s, after.stretch) == (before.start_s, before.stretch)
    assert after.length_s == pytest.approx(before.length_s + more_s)
    assert all(pause.more_s > 0 for pause in after.pauses)
    assert all(first.at_s < second.at_s for first, second in pairwise(after.pauses))
    assert not any(start < pause.at_s < end for pause in after.pauses for start, end in voice)
    if after.pauses:
        last_s = min(10.0 + source_s, spoken.until_s, next_s - SLOT_GAP_S)
        assert after.end_s <= last_s + 1e-9


def test_a_line_goes_on_when_its_speaker_goes_on():
    voice = [(0.0, 1.9), (2.2, 4.0)]
    speaker = [(10.0, 12.0), (14.0, 16.0)]
    after = widened(placed(4.0), line(6.0, 4.0), 20.0, voice, speaker)
    assert [pause.at_s for pause in after.pauses] == pytest.approx([2.05])
    assert 12.2 + after.pauses[0].more_s == pytest.approx(14.0, abs=0.11)


def test_several_short_silences_are_less_noticed_than_a_long_one():
    voice = [(0.0, 1.0), (1.3, 2.3), (2.6, 3.6)]
    after = widened(placed(3.6), line(6.0, 3.6), 20.0, voice, ALWAYS)
    added = [pause.more_s for pause in after.pauses]
    assert len(added) == 2
    assert max(*added, 16.0 - after.end_s) < 1.1, "2.4 s were silent at the end"


@pytest.mark.parametrize(
    ("before", "spoken", "voice"),
    [
        (placed(5.8), line(6.0, 5.8), [(0.0, 2.0), (2.5, 5.8)]),
        (placed(4.0), line(6.0, 4.0), [(0.0, 2.0), (2.1, 4.0)]),
        (placed(4.0), line(6.0, 4.0), []),
        (placed(4.0), line(6.0, 4.0, fixed=True), [(0.0, 1.9), (2.5, 4.0)]),
        (placed(4.0, slow=1.2), line(6.0, 4.0), [(0.0, 1.9), (2.5, 4.0)]),
        (placed(4.0), line(3.0, 4.0), [(0.0, 1.9), (2.5, 4.0)]),
    ],
    ids=[
        "it ends with its speaker",
        "no pause, only a stop within a word",
        "silence",
        "the original voice",
        "a slowed picture",
        "too long",
    ],
)
def test_what_needs_no_longer_pause_stays_as_it_is(before, spoken, voice):
    assert widened(before, spoken, 20.0, voice, ALWAYS) == before


def test_the_next_line_is_not_delayed():
    assert room_s(placed(4.0), line(6.0, 4.0), 15.0) == pytest.approx(1.0 - SLOT_GAP_S)
    assert room_s(placed(4.0), line(6.0, 4.0), 13.0) == 0.0


def test_a_voice_is_heard_where_it_is_louder_than_a_breath():
    second = 0.3 * np.sin(2 * np.pi * 180 * np.arange(48_000) / 48_000)
    breath = 0.0005 * np.random.default_rng(0).standard_normal(24_000)
    found = heard(np.concatenate([breath, second, breath, second]).astype(np.float32))
    assert np.array(found) == pytest.approx(np.array([(0.5, 1.5), (2.0, 3.0)]), abs=0.006)
    assert heard(np.zeros(4800, np.float32)) == []
