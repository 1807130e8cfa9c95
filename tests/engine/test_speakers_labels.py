"""A transcript's labels say who speaks; they are never spoken."""

from __future__ import annotations

import pytest

from nemodub_nb.speaker_labels import said_by, turns
from nemodub_nb.spoken_lines import from_cues
from nemodub_nb.timed_text import Said, timed_blocks


def _pairs(*subtitles: str) -> list[list[tuple[str, str]]]:
    return [[(turn.speaker, turn.text) for turn in each] for each in turns(subtitles)]


@pytest.mark.parametrize(
    ("subtitles", "said"),
    [
        (["<v Anna>Good <b>morning</b>.</v>", "<v.loud Ben Smith>Hi!"], [("Anna", "Good morning."), ("Ben Smith", "Hi!")]),
        (["ANNA: Good morning.", "BEN: Hi!", "How are you?"], [("Anna", "Good morning."), ("Ben", "Hi!"), ("Ben", "How are you?")]),
        (["Anna: Good morning.", "Ben: Hi!", "Anna: Well?"], [("Anna", "Good morning."), ("Ben", "Hi!"), ("Anna", "Well?")]),
        (["[Anna] Good morning.", "[Ben] Hi!", "[Anna]: Well?"], [("Anna", "Good morning."), ("Ben", "Hi!"), ("Anna", "Well?")]),
        ([">> ANNA: Good morning.", ">> BEN: Hi!"], [("Anna", "Good morning."), ("Ben", "Hi!")]),
        (["АННА: Доброе утро.", "БЕН: Привет!"], [("Анна", "Доброе утро."), ("Бен", "Привет!")]),
    ],
)  # fmt: skip
def test_labels_name_the_speaker_and_are_not_spoken(subtitles, said):
    assert [turn for each in _pairs(*subtitles) for turn in each] == said


@pytest.mark.parametrize(
    "spoken",
    [
        "Remember: press the button first.",
        "WARNING: the surface is hot.",
        "It is 10:30 now.",
        "Three things: speed, price and comfort.",
        "[laughs] That is funny.",
        "Ratio 3: 4 is common.",
    ],
)
def test_what_only_looks_like_a_label_is_spoken(spoken):
    others = ["We begin at noon.", "Nobody came.", "It rained all day.", "Then we left."]
    assert _pairs(spoken, *others)[0] == [("", spoken)]


def test_the_dashes_of_a_dialogue_part_it_without_naming_anybody():
    assert _pairs("- Where were you?\n- At home.", "– Oh.\n– Yes.") == [
        [("", "Where were you?"), ("", "At home.")],
        [("", "Oh."), ("", "Yes.")],
    ]


def test_one_subtitle_of_two_people_is_shared_by_length():
    cues = said_by(timed_blocks("1\n00:00:01,000 --> 00:00:04,000\n- Twelve signs.\n- Yes.\n"))
    assert [cue.text for cue in cues] == ["Twelve signs.", "Yes."]
    assert cues[0].end_s == cues[1].start_s
    assert cues[0].end_s - cues[0].start_s > 2 * (cues[1].end_s - cues[1].start_s)
    assert (cues[0].start_s, cues[1].end_s) == (1.0, 4.0)


def test_two_people_never_share_a_line():
    cues = [Said(0.0, 1.0, "And then", "Anna"), Said(1.1, 2.0, "I left.", "Ben"), Said(2.1, 3.0, "He left.", "Ben")]  # fmt: skip
    assert from_cues(cues) == cues
    assert from_cues([cues[0]._replace(speaker="Ben"), *cues[1:]])[0] == Said(
        0.0, 2.0, "And then I left.", "Ben"
    )
