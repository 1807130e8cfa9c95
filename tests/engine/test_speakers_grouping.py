"""Lines are given to as many people as speak, by voices alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemodub_nb.local.engine.speakers import cluster
from nemodub_nb.local.engine.speakers.pitch import gender_of, median_hz, voiced_hz
from nemodub_nb.local.engine.speakers.who import told_apart

RATE = 16_000


def _people(count: int, order: list[int], spread: float, seed: int) -> np.ndarray:
    """Unit vectors around `count` directions that are at right angles to each other."""
    random = np.random.default_rng(seed)
    middles = np.eye(256, dtype=np.float32)[:count]
    vectors = middles[order] + random.normal(0, spread / 16, (len(order), 256)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@given(
    order=st.lists(st.integers(0, 4), min_size=1, max_size=40),
    spread=st.floats(0.0, 0.4),
    seed=st.integers(0, 1000),
)
@settings(max_examples=60, deadline=None)
def test_people_are_counted_and_told_apart(order, spread, seed):
    found = cluster.grouped(_people(5, order, spread, seed), np.ones(len(order), np.float32), 0.6)
    assert found[0] == 0
    assert len(set(found)) == len(set(order))
    assert len(set(zip(found, order, strict=True))) == len(set(order)), "a group is one person's"
    assert [int(group) for group in found] == [int(group) for group in cluster.in_order(found)]


@given(st.lists(st.integers(0, 2), min_size=2, max_size=20), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_lines_does_not_matter(order, random):
    vectors, weights = _people(3, order, 0.3, 1), np.ones(len(order), np.float32)
    there = list(range(len(order)))
    random.shuffle(there)
    first = cluster.grouped(vectors, weights, 0.6)
    again = cluster.grouped(vectors[there], weights[there], 0.6)
    assert list(cluster.in_order(first[there])) == list(again)


def test_more_lines_than_can_be_compared_are_grouped_all_the_same(monkeypatch):
    monkeypatch.setattr(cluster, "MOST", 30)
    order = [n % 3 for n in range(200)]
    found = cluster.grouped(_people(3, order, 0.3, 2), np.ones(200, np.float32), 0.6)
    assert list(found) == order


def test_a_word_or_two_do_not_make_a_person():
    order = [0, 1, 0, 1, 2]
    seconds = np.array([5, 5, 5, 5, 1.5], np.float32)
    found = told_apart(_people(3, order, 0.1, 3), seconds)
    assert found[:4] == [0, 1, 0, 1]
    assert found[4] in (0, 1)


def test_a_line_in_which_nothing_was_heard_goes_on_with_the_one_before():
    vectors = _people(2, [0, 1, 1, 0], 0.1, 4)
    vectors[2] = 0
    assert told_apart(vectors, np.array([5, 5, 0, 5], np.float32)) == [0, 1, 1, 0]
    assert told_apart(np.zeros((3, 256), np.float32), np.zeros(3, np.float32)) == [0, 0, 0]


def _voice(hz: float, seconds: float = 2.0, noise: float = 0.0) -> np.ndarray:
    """A buzz with the overtones and the wavering of a voice."""
    t = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * hz * (t + 0.002 * np.sin(2 * np.pi * 3 * t))
    sound = sum(np.sin(k * phase) / k for k in range(1, 12))
    return (0.1 * sound + noise * np.random.default_rng(0).normal(0, 1, len(t))).astype(np.float32)


@given(st.floats(80.0, 350.0))
@settings(max_examples=30, deadline=None)
def test_the_pitch_of_a_voice_is_found(hz):
    assert median_hz(voiced_hz(_voice(hz))) == pytest.approx(hz, rel=0.03)


@pytest.mark.parametrize(
    ("hz", "gender"), [(95, "male"), (140, "male"), (165, None), (200, "female"), (260, "female")]
)
def test_gender_is_said_where_pitch_says_it(hz, gender):
    assert gender_of(median_hz(voiced_hz(_voice(hz, noise=0.01)))) == gender


@pytest.mark.parametrize(
    "sound", [np.zeros(RATE), np.random.default_rng(1).normal(0, 0.1, RATE), np.zeros(10)]
)
def test_no_gender_is_claimed_of_silence_or_noise(sound):
    assert median_hz(voiced_hz(sound.astype(np.float32))) is None
    assert gender_of(None) is None
