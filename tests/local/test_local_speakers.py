"""What can be said of the people in a clip, and what it changes."""

from __future__ import annotations

import pytest

from nemodub_nb.local.agent import replies
from nemodub_nb.local.agent.actions import Dub, OriginalVoice, TellApart, UseSeparator, UseVoice
from nemodub_nb.local.agent.grammar import understand
from nemodub_nb.local.agent.plan import ClipPlan, language_key
from nemodub_nb.project.sentences import dub_sentence

DORA = "kokoro:ef_dora"


@pytest.mark.parametrize(
    ("sentence", "actions"),
    [
        ("Use the voice kokoro:ef_dora for Anna in Spanish.", [UseVoice(DORA, "es", "Anna")]),
        ("Use the voice kokoro:ef_dora for “Dr. Smith, the elder” in Spanish", [UseVoice(DORA, "es", "Dr. Smith, the elder")]),
        ("use ef_dora for Speaker 2 in es and fr", [UseVoice(DORA, "es", "Speaker 2"), UseVoice(DORA, "fr", "Speaker 2")]),
        ("Use the voice kokoro:ef_dora for Spanish in the video.", [UseVoice(DORA, "es")]),
        ("Dub it into Spanish and use one voice for everybody", [Dub(("es",)), TellApart(wanted=False)]),
        ("Use the same voice for all speakers.", [TellApart(wanted=False)]),
        ("Don't tell the speakers apart", [TellApart(wanted=False)]),
        ("Give each speaker their own voice", [TellApart(wanted=True)]),
        ("Use different voices for different speakers", [TellApart(wanted=True)]),
    ],
)  # fmt: skip
def test_what_is_said_of_speakers_is_understood(sentence, actions):
    understanding = understand(sentence)
    assert list(understanding.actions) == actions
    assert understanding.left_out == ()


@pytest.mark.parametrize(
    ("sentence", "actions"),
    [
        ("Take the voice out with Demucs.", [UseSeparator("demucs")]),
        ("remove the original voice using demucs", [UseSeparator("demucs")]),
        ("Use Demucs to remove the voice", [UseSeparator("demucs")]),
        ("take the voice out with DeepFilterNet", [UseSeparator("deepfilternet")]),
        ("Remove the original voice", [OriginalVoice("remove")]),
    ],
)
def test_what_takes_the_voice_out_can_be_chosen(sentence, actions):
    understanding = understand(sentence)
    assert list(understanding.actions) == actions
    assert understanding.left_out == ()


def test_the_sentence_of_a_call_is_read_back():
    wanted = {
        "es": {"Anna": DORA, "": "kokoro:em_alex", "The “old” man": "kokoro:em_santa"},
        "fr": "espeak:fr+f2",
    }
    understanding = understand(dub_sentence(["es", "fr"], voices=wanted))
    assert list(understanding.actions)[1:] == [
        UseVoice("kokoro:em_alex", "es"),
        UseVoice(DORA, "es", "Anna"),
        UseVoice("kokoro:em_santa", "es", "The old man"),
        UseVoice("espeak:fr+f2", "fr"),
    ]
    assert understanding.left_out == ()


def test_a_plan_holds_the_cast_and_a_change_of_it_is_another_dub():
    plan = ClipPlan(("es",)).with_voice("es", "kokoro:em_alex").with_cast("es", "Anna", DORA)
    assert plan.voices_of("es") == {"": "kokoro:em_alex", "Anna": DORA}
    assert plan.voices_of("fr") is None
    assert ClipPlan.from_dict(plan.to_dict()) == plan
    assert plan.with_cast("es", "ANNA", "kokoro:em_santa").voices_of("es") == {"": "kokoro:em_alex", "ANNA": "kokoro:em_santa"}  # fmt: skip
    assert plan.with_voice("es", DORA).voices_of("es") == DORA
    assert language_key(plan, "es") != language_key(plan.with_cast("es", "Ben", DORA), "es")
    assert language_key(plan, "fr") == language_key(ClipPlan(("es",)), "fr")


def test_the_speakers_are_named_where_there_are_several():
    people = [{"name": "Speaker 1", "gender": "male"}, {"name": "Anna", "gender": None}]
    analysis = {
        "source_language": "en",
        "transcript_by": "whisper-base",
        "transcript": [1, 2],
        "speakers": people,
    }
    said = "I heard 2 lines of English in a.mp4."
    assert replies.heard(analysis, "a.mp4") == f"{said} 2 people speak: Speaker 1 (a man) and Anna."
    assert replies.heard(analysis | {"speakers": people[:1]}, "a.mp4") == said
