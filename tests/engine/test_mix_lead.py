"""A line is heard from its place on, whatever silence its recording begins with."""

from __future__ import annotations

import numpy as np
import pytest

from nemodub_nb.local.engine.mix.lead import MOST_S, lead_s


def recording(silent_s: float, breath: float = 0.0) -> np.ndarray:
    voice = 0.3 * np.sin(2 * np.pi * 180 * np.arange(24_000) / 48_000)
    room = breath * np.random.default_rng(0).standard_normal(round(silent_s * 48_000))
    return np.concatenate([room, voice]).astype(np.float32)


@pytest.mark.parametrize(("silent_s", "earlier_s"), [(0.0, 0.0), (0.01, 0.0), (0.025, 0.01), (0.04, 0.025)])
def test_the_silence_before_the_first_sound_lies_before_the_line(silent_s, earlier_s):
    assert lead_s(recording(silent_s)) == pytest.approx(earlier_s, abs=0.005)


def test_a_breath_is_not_yet_the_line():
    assert lead_s(recording(0.03, breath=0.0005)) == pytest.approx(0.015, abs=0.005)


def test_no_line_begins_earlier_than_the_pause_between_two_lines_allows():
    assert lead_s(recording(0.5)) == MOST_S < 0.05


def test_nothing_leads_to_silence():
    assert lead_s(np.zeros(4800, np.float32)) == lead_s(np.zeros(0, np.float32)) == 0.0
