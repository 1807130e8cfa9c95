"""Subtitles: short, readable, in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.local.engine import thresholds as t
from nemodub_nb.local.engine.cues import cues, width

WORD = st.text(alphabet=st.characters(categories=["Ll", "Lu"]), min_size=1, max_size=14)
TEXT = st.lists(WORD, min_size=1, max_size=60).map(" ".join)


@given(TEXT, st.floats(0.5, 12))
def test_cues_are_at_most_two_lines_of_42(text: str, seconds: float) -> None:
    for cue in cues([(1.0, 1.0 + seconds, text)], 60.0):
        lines = cue.text.split("\n")
        assert len(lines) <= t.CUE_LINES
        assert all(width(line) <= t.CUE_CHARACTERS for line in lines)


@given(TEXT)
def test_no_word_is_lost(text: str) -> None:
    shown = " ".join(cue.text.replace("\n", " ") for cue in cues([(0.0, 9.0, text)], 60.0))
    assert shown.split() == text.split()


def test_a_fast_line_is_shown_longer_when_there_is_time() -> None:
    text = "This sentence was spoken much too fast to be read."
    (cue,) = cues([(0.0, 1.0, text)], 60.0)
    assert len(text) / (cue.end_s - cue.start_s) <= t.CUE_CHARACTERS_PER_S + 0.1


def test_a_cue_leaves_two_frames_before_the_next() -> None:
    first, second = cues([(0.0, 2.0, "One."), (2.0, 4.0, "Two.")], 10.0)
    assert second.start_s - first.end_s >= t.CUE_GAP_S - 0.001


def test_a_long_line_is_cut_at_a_phrase() -> None:
    text = "Open the dashboard, choose the project that you want to share, and press the button that says publish now."
    first, *_ = cues([(0.0, 8.0, text)], 10.0)
    assert first.text.endswith(",")


def test_chinese_is_cut_without_spaces() -> None:
    text = "打开控制台，选择要分享的项目，然后按下发布按钮，几秒钟之后大家就能看到。我们每周为您节省两个小时，无需会议。"
    for cue in cues([(0.0, 8.0, text)], 10.0):
        assert all(width(line) <= t.CUE_CHARACTERS for line in cue.text.split("\n"))
