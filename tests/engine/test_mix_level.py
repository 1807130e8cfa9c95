"""A dubbed line is as loud as the speaker was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.local.engine.mix.level import HEADROOM, at_level


def line(peak: float) -> np.ndarray:
    return (peak * np.sin(np.arange(48_000) * 0.05)).astype(np.float32)


@given(st.floats(-31, -12))
def test_a_line_comes_out_at_the_level_of_the_speaker(level: float) -> None:
    out = at_level(line(0.2), level)
    assert 10 * np.log10(np.mean(out**2)) == pytest.approx(level, abs=0.1)


def test_no_line_is_driven_into_clipping() -> None:
    spiky = line(0.01)
    spiky[100] = 0.5
    assert np.abs(at_level(spiky, -12)).max() <= HEADROOM + 1e-6


def test_silence_stays_silence() -> None:
    assert not at_level(np.zeros(100, np.float32), -20).any()
