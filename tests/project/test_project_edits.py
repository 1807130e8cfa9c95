"""Lines that are reviewed, changed, approved and taken back: on a real engine, from a table, a CSV and code."""

from __future__ import annotations

import io
import wave

import numpy as np
import pandas as pd
import pytest

from nemodub_nb.project import BadInputError, open_project

pytestmark = pytest.mark.engine

TRANSCRIPT = """1
00:00:00,300 --> 00:00:03,000
Good morning, my friends.

2
00:00:08,000 --> 00:00:10,500
He was not an ill-disposed young man.

3
00:00:12,000 --> 00:00:16,000
The house has three rooms.
"""
MEMORY = """source,target,target_language
"Good morning, my friends.","Buenos días, amigos.",es
He was not an ill-disposed young man.,No era un joven malo.,es
The house has three rooms.,La casa tiene tres cuartos.,es
"""


def samples(sound):
    with wave.open(io.BytesIO(sound.wav)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)


@pytest.fixture
def project(speech_clip, models, tmp_path, monkeypatch):
    monkeypatch.setenv("NEMODUB_MODELS", str(models))
    (tmp_path / "t.srt").write_text(TRANSCRIPT)
    (tmp_path / "m.csv").write_text(MEMORY)
    with open_project("edits", backend="local", home=tmp_path / "home") as opened:
        opened.upload(speech_clip, show=False)
        yield opened


def options(tmp_path):
    return {"transcript": tmp_path / "t.srt", "memory": tmp_path / "m.csv", "source": "en", "show": False}


def test_a_script_is_reviewed_before_a_word_is_spoken(project, tmp_path):
    reply = project.review("es", **options(tmp_path))
    assert "script is written" in reply.text
    assert list((tmp_path / "home" / "cache").glob("speech/**/*.wav")) == []
    lines = project.lines("es")
    assert list(lines["text"]) == [
        "Buenos días, amigos.",
        "No era un joven malo.",
        "La casa tiene tres cuartos.",
    ]

    # The transcript is corrected, the translation too, and both hold in the dub.
    source = project.lines()
    source.loc[2, "text"] = "The house has four rooms."
    project.edit(source, show=False)
    lines = project.lines("es")
    assert lines.loc[2, "source_text"] == "The house has four rooms."
    lines.loc[2, "text"] = "La casa tiene cuatro cuartos en total."
    lines.to_csv(tmp_path / "es.csv", index=False)
    project.edit(tmp_path / "es.csv", show=False)

    assert project.dub("es", fast=True, **options(tmp_path)).languages == ("es",)
    spoken = project.lines("es")
    assert list(spoken["text"]) == [
        "Buenos días, amigos.",
        "No era un joven malo.",
        "La casa tiene cuatro cuartos en total.",
    ]
    assert spoken["route"][2] == "edited"
    assert spoken["stretch"].notna().all()


def test_a_changed_line_changes_its_own_sound_and_no_other(project, tmp_path):
    project.dub("es", fast=True, **options(tmp_path))
    parts = [(0.0, 7.9), (8.0, 11.9), (12.0, 20.0)]
    before = [samples(project.sound(*part, "es")) for part in parts]

    reply = project.edit([{"line": 1, "text": "Era un buen hombre."}], "es", show=False)
    assert "Line 1 in Spanish: “Era un buen hombre.”" in reply.text
    after = [samples(project.sound(*part, "es")) for part in parts]
    assert np.array_equal(before[0], after[0])
    assert not np.array_equal(before[1], after[1])
    assert np.array_equal(before[2], after[2])

    project.edit(
        [{"line": 0, "sound": "mute"}, {"line": 2, "sound": "original", "approved": True}], "es", show=False
    )
    muted, _, original = (samples(project.sound(*part, "es")) for part in parts)
    assert np.abs(muted).max() == 0
    assert np.abs(original).max() > 1000
    lines = project.lines("es")
    assert list(lines["sound"]) == ["mute", "dub", "original"]
    assert list(lines["approved"]) == [False, False, True]

    project.undo(show=False)
    assert list(project.lines("es")["sound"]) == ["dub"] * 3
    project.undo(show=False)
    assert np.array_equal(samples(project.sound(*parts[1], "es")), before[1])


def test_a_voice_and_a_start_are_chosen_for_one_line(project, tmp_path):
    project.dub("es", fast=True, **options(tmp_path))
    lines = project.lines("es")
    lines.loc[lines["line"] == 1, ["voice", "start_s"]] = ["kokoro:em_alex", 9.0]
    project.edit(lines, "es", show=False)
    changed = project.lines("es")
    assert list(changed["voice"]) == ["espeak:es", "kokoro:em_alex", "espeak:es"]
    assert changed["start_s"][1] == pytest.approx(9.0, abs=0.21)


def test_approved_lines_are_used_word_for_word_in_the_next_clip(project, speech_clip, tmp_path):
    project.dub("es", fast=True, **options(tmp_path))
    project.edit([{"line": 1, "text": "Era un buen hombre."}], "es", show=False)
    lines = project.lines("es")
    project.edit(lines.assign(approved=[True, False, False]), "es", show=False)
    assert list(project.memory()["source"]) == ["Good morning, my friends."]
    assert "3 lines in Spanish approved" in project.approve("es", show=False).text
    known = project.memory()
    assert "Era un buen hombre." in list(known["target"])
    with open_project("next", backend="local", home=tmp_path / "home") as second:
        second.upload(speech_clip, show=False)
        second.review("es", source="en", transcript=tmp_path / "t.srt", show=False)
        lines = second.lines("es")
    assert lines["text"][1] == "Era un buen hombre."
    assert lines["route"][1] == "memory exact"


def test_what_cannot_be_changed_is_said_before_anything_is_sent(project, tmp_path):
    project.dub("es", fast=True, **options(tmp_path))
    lines = project.lines("es")
    for wrong, said in (
        (lines.assign(end_s=99.0), "end_s cannot be set"),
        (lines.assign(line=[0, 1, 7]), "There is no line 7"),
        (lines.assign(line=[0, 1, 1]), "twice"),
        (lines.drop(columns="line"), "no column"),
        (lines, "Nothing is different"),
        ([{"line": 1, "colour": "red"}], "colour cannot be set"),
        ([{"text": "x"}], "no line"),
        (tmp_path / "nowhere.csv", "cannot be read"),
    ):
        with pytest.raises(BadInputError, match=said):
            project.edit(wrong, "es", show=False)
    with pytest.raises(BadInputError, match="no French lines"):
        project.edit(lines.drop(columns="language"), "fr", show=False)
    assert pd.testing.assert_frame_equal(project.lines("es"), lines) is None
