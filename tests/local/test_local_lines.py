"""What a session does with sentences about single lines."""

from __future__ import annotations

import pytest


@pytest.fixture
def session(shared, clip):
    made = shared.session("lines")
    shared.upload(made, clip)
    return made


def test_what_is_decided_about_a_line_reaches_the_engine_and_undo_takes_it_back(shared, session):
    shared.say(session, "Dub into Spanish. The video is in English.")
    answer = shared.say(session, 'Change line 0 in Spanish to "Buenas".')
    assert "Line 0 in Spanish: “Buenas”." in answer
    assert "I heard" not in answer, "what was told once is not told again"
    assert shared.jobs()[-1]["edits"] == [{"line": 0, "language": "es", "text": "Buenas"}]
    shared.say(session, "Mute line 0. Use the voice espeak:es for line 0.")
    assert shared.jobs()[-1]["edits"] == [
        {"line": 0, "language": "es", "text": "Buenas", "voice": "espeak:es", "sound": "mute"}
    ]
    made = len(shared.jobs())
    shared.say(session, "Undo.")
    assert "reset" not in shared.say(session, "Reset line 0.")
    shared.say(session, "Undo. Undo.")
    assert len(shared.jobs()) == made, "every state that was made once is kept"


def test_only_the_language_that_is_meant_is_made_again(shared, session):
    shared.say(session, "Dub into Spanish and French. The video is in English.")
    made = len(shared.jobs())
    shared.say(session, "Mute line 0 in French.")
    assert [job["languages"] for job in shared.jobs()[made:]] == [["fr"]]
    shared.say(session, 'Change line 0 of the transcript to "Hello, you."')
    assert shared.jobs()[-1]["languages"] == ["es", "fr"]


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Mute line 0.", "Say which language is meant: Spanish and French."),
        ("Mute line 7 in Spanish.", "There is no line 7: the lines are numbered from 0 to 0."),
        ("Mute line 0 in German.", "There is no German dub or script of this clip."),
        ("Approve all lines in German.", "There is no German to approve yet."),
    ],
)
def test_what_cannot_be_decided_is_said_and_changes_nothing(shared, session, sentence, said):
    shared.say(session, "Dub into Spanish and French. The video is in English.")
    made = len(shared.jobs())
    assert said in shared.say(session, sentence)
    assert len(shared.jobs()) == made


def test_before_anything_is_dubbed_there_is_nothing_to_decide(shared, session):
    assert "There are no lines yet" in shared.say(session, "Mute line 0.")


def test_a_script_is_written_without_a_voice_and_spoken_when_it_is_asked_for(shared, session):
    answer = shared.say(session, "Translate this video into Spanish for review. The video is in English.")
    assert shared.jobs()[-1]["speak"] is False
    assert "script is written" in answer
    assert ("script", "es") in shared.tracks(session)
    assert ("dub", "es") not in shared.tracks(session)
    shared.say(session, "Change line 0 in Spanish to “Hola”.")
    assert shared.jobs()[-1]["speak"] is False
    shared.say(session, "Dub this video into Spanish.")
    assert shared.jobs()[-1]["speak"] is True
    assert shared.jobs()[-1]["edits"] == [{"line": 0, "language": "es", "text": "Hola"}]
    assert ("dub", "es") in shared.tracks(session)
    assert ("script", "es") not in shared.tracks(session)


def test_what_is_said_is_written_down_once(shared, session):
    shared.say(session, "Transcribe this video.")
    assert shared.jobs()[-1]["languages"] == []
    made = len(shared.jobs())
    shared.say(session, "Transcribe this video.")
    assert len(shared.jobs()) == made


def test_a_new_transcript_leaves_the_old_lines_edits_behind(shared, session):
    shared.say(session, "Dub into Spanish. The video is in English.")
    shared.say(session, "Mute line 0.")
    srt = "Transcript: new.srt\n1\n00:00:00,500 --> 00:00:01,500\nSomething else.\n"
    assert "belonged to the old transcript" in shared.say(session, "Dub into Spanish.", srt)
    assert shared.jobs()[-1]["edits"] == []
