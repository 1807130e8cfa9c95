"""A dubbed line is as loud as the speaker was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.local.engine.media.loud_power import loud_power
from nemodub_nb.local.engine.mix.level import HEADROOM, at_level


def line(peak: float) -> np.ndarray:
    return (peak * np.sin(np.arange(48_000) * 0.05)).astype(np.float32)


@given(st.floats(-31, -12))
def test_a_line_comes_out_at_the_level_of_the_speaker(level: float) -> None:
    out = at_level(line(0.2), level)
    assert 10 * np.log10(loud_power(out, 48_000)) == pytest.approx(level, abs=0.1)


def test_pauses_make_a_line_no_louder() -> None:
    pauses = np.zeros(24_000, np.float32)
    parted = np.concatenate([line(0.2), pauses, line(0.2), pauses, line(0.2)])
    assert np.abs(at_level(parted, -20)).max() == pytest.approx(
        np.abs(at_level(line(0.2), -20)).max(), rel=0.02
    )


@pytest.mark.parametrize(("hz", "db"), [(997, 0.69), (100, -1.1), (4_000, 3.9)])
def test_power_is_weighed_as_bs_1770_weighs_it(hz: float, db: float) -> None:
    """A sine of 997 Hz reads -3.01 dB before the standard's -0.691 dB, which this power leaves out."""
    tone = np.sin(2 * np.pi * hz * np.arange(48_000) / 48_000).astype(np.float32)
    assert 10 * np.log10(loud_power(tone, 48_000)) == pytest.approx(-3.01 + db, abs=0.25)


def test_no_line_is_driven_into_clipping() -> None:
    spiky = line(0.01)
    spiky[100] = 0.5
    assert np.abs(at_level(spiky, -12)).max() <= HEADROOM + 1e-6


def test_silence_stays_silence() -> None:
    assert not at_level(np.zeros(100, np.float32), -20).any()
