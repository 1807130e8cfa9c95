from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.project.replies import translate


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("I've added Spanish and French dubs.", "I've added Spanish and French dubs."),
        (
            "I've added a title. Click the Export button to download your video.",
            "I've added a title.\nGet the videos with project.export().",
        ),
        (
            "The dub is ready! You can preview it in the timeline.",
            "The dub is ready!\nTimeline (1 track): 1. Video (0-3s)",
        ),
        ("Done. Open the Audio panel to see the volume.", "Done.\nTimeline (1 track): 1. Video (0-3s)"),
        ("Drag the clip to the start.", "Say the change in a sentence with project.ask()."),
        ("To check your account, open billing.", "See your credits with project.credits()."),
        ('Added a title that says "Click here".', 'Added a title that says "Click here".'),
        ("I added a click sound at 3 s.", "I added a click sound at 3 s."),
        ("The video opens with a panel discussion.", "The video opens with a panel discussion."),
        ("I lowered the music to 35%, click Play to hear it.", "I lowered the music to 35%."),
        (
            "已添加西班牙语配音。点击“导出”按钮下载视频。",
            "已添加西班牙语配音。\n用 project.export() 导出视频。",
        ),
        ("标题已改好。把片段拖拽到开头。", "标题已改好。\n用 project.ask() 以一句话说明修改。"),
        ("已完成。请打开音频面板。", "已完成。\nTimeline (1 track): 1. Video (0-3s)"),
        ("All done.\nI encountered a temporary issue. Please try again later.", "All done."),
        ("I encountered a temporary issue.", "I encountered a temporary issue."),
        (
            "I exported nothing yet. Say export when you are ready.",
            "I exported nothing yet. Say export when you are ready.",
        ),
        (
            "It costs $3.50. See v1.2.3 at https://x.y/z?a=1.",
            "It costs $3.50. See v1.2.3 at https://x.y/z?a=1.",
        ),
    ],
)
def test_talk_of_buttons_becomes_talk_of_calls_and_content_is_kept(said, told):
    assert translate(said, "Timeline (1 track): 1. Video (0-3s)") == told


@given(st.text(alphabet="abc déf.,!?\n\"'中文。0123 ", max_size=200))
def test_a_text_without_talk_of_an_interface_stays_as_it_is(text):
    assert translate(text) == text.strip()


@given(st.text(max_size=300))
def test_no_text_breaks_the_translation(text):
    translate(text)
    translate(f"{text} click Export. {text}")
