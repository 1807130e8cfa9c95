"""Words on the picture: whole, in few even lines, and where apps do not write over them."""

from __future__ import annotations

import numpy as np
import pytest
from av.video.frame import VideoFrame
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.local.engine.media.fonts import font_for
from nemodub_nb.local.engine.media.overlay import Painter, _lines
from nemodub_nb.local.engine.render_job import Cue

LONG = "Los números de tres idiomas se revisan\nantes de que nadie los oiga en el vídeo."


def painted(size, text):
    """Return where a subtitle covers a grey picture: top, bottom, left, right as parts of it."""
    width, height = size
    grey = np.full((height * 3 // 2, width), 128, np.uint8)
    frame = VideoFrame.from_ndarray(grey, format="yuv420p")
    seen = Painter(size, (), [Cue(0, 1, text)]).paint(frame, 0.5).to_ndarray()[:height]
    rows, columns = np.flatnonzero((seen != 128).any(1)), np.flatnonzero((seen != 128).any(0))
    return rows[0] / height, (rows[-1] + 1) / height, columns[0] / width, (columns[-1] + 1) / width


@pytest.mark.parametrize(
    ("size", "lowest", "narrowest"),
    [((1920, 1080), 0.94, 0.9), ((1080, 1080), 0.95, 0.95), ((1080, 1920), 0.79, 0.86)],
)
def test_a_long_subtitle_keeps_inside_and_clear_of_the_edge(size, lowest, narrowest):
    top, bottom, left, right = painted(size, LONG)
    assert top > 0.5
    assert bottom <= lowest
    assert right - left <= narrowest
    assert left + right == pytest.approx(1, abs=0.01)


def test_lines_that_fit_stay_and_others_are_broken_anew_about_as_long_as_each_other():
    font = font_for(frozenset(LONG), 50)
    assert _lines(LONG, font, 5000) == LONG.split("\n")
    lines = _lines(LONG, font, 864)
    assert " ".join(lines) == LONG.replace("\n", " ")
    widths = [font.getlength(line) for line in lines]
    assert len(lines) == 3
    assert max(widths) <= 864
    assert min(widths) > 0.6 * max(widths)


@given(st.text("abc de 中文，é\n", min_size=1, max_size=80).filter(str.strip), st.integers(100, 900))
def test_no_word_is_lost_when_lines_are_broken(text, widest):
    font = font_for(frozenset("abcdeé"), 30)
    assert "".join("".join(_lines(text, font, widest)).split()) == "".join(text.split())
