"""Each speaker gets a voice: of their gender, their own while there are enough, the same every time."""

from __future__ import annotations

import pytest

from nemodub_nb.local.engine.errors import NoVoiceError
from nemodub_nb.local.engine.lines import Line
from nemodub_nb.local.engine.speak import candidates
from nemodub_nb.local.engine.speak.voices import pace_of
from nemodub_nb.local.engine.speakers.cast import cast, level_db
from nemodub_nb.local.engine.speakers.who import Speaker, Speakers
from nemodub_nb.local.engine.weights import entry


@pytest.fixture
def models(tmp_path):
    folder = tmp_path / "kokoro"
    folder.mkdir()
    for file in entry("kokoro").files:
        with (folder / file.name).open("wb") as out:
            out.truncate(file.size_bytes)  # sparse: only names and sizes are looked at
    return tmp_path


def _speakers(*people: Speaker) -> Speakers:
    return Speakers({n: one.name for n, one in enumerate(people)}, people, "voices")


def _one(name, gender=None, seconds=10.0, pace=None, level=-20.0):
    return Speaker(name, seconds, gender, None, level, pace)


LINES = [Line(n, n, n + 1, "x") for n in range(3)]
ANNA, BEN = _one("Anna", "female"), _one("Ben", "male")


@pytest.mark.parametrize("language", ["es", "fr", "it", "pt", "hi", "en", "de"])
def test_a_woman_and_a_man_have_voices_of_their_gender(models, language):
    found = cast(language, _speakers(ANNA, BEN), "best", models)
    assert [found.voice(line).gender for line in LINES[:2]] == ["female", "male"]
    assert all(voice.engine == "kokoro" for voice in found.voices.values())


@pytest.mark.parametrize("language", ["es", "fr", "de", "uk", "en"])
def test_voices_are_not_shared_while_there_are_enough(models, language):
    people = [_one(f"P{n}", ("female", "male")[n % 2]) for n in range(4)]
    voices = cast(language, _speakers(*people), "best", models).voices
    assert len({voice.id for voice in voices.values()}) == 4
    assert [voice.gender for voice in voices.values()] == ["female", "male", "female", "male"]


def test_more_speakers_than_voices_share_those_of_their_gender(models):
    people = [_one(f"P{n}", "male") for n in range(30)]
    assert {voice.gender for voice in cast("es", _speakers(*people), "best", models).voices.values()} == {
        "male"
    }


def test_who_speaks_most_has_the_best_voice_whoever_begins(models):
    little, much = _one("A", "female", 5.0), _one("B", "female", 50.0)
    best = candidates("es", gender="female")[0].id
    for people in ([little, much], [much, little]):
        assert cast("es", _speakers(*people), "best", models).voices["B"].id == best


def test_a_wish_for_one_speaker_leaves_the_others_alone(models):
    found = cast(
        "es", _speakers(ANNA, BEN), "best", models, {"anna": "kokoro:em_santa", "Zoe": "kokoro:ef_dora"}
    )
    assert found.voices["Anna"].id == "kokoro:em_santa"
    assert found.voices["Ben"].id == "kokoro:em_alex"
    assert "Nobody is called Zoe here: the speakers are Anna, Ben." in found.note


def test_a_wish_for_everybody_and_one_for_somebody(models):
    assert {
        v.id for v in cast("es", _speakers(ANNA, BEN), "best", models, "kokoro:em_santa").voices.values()
    } == {"kokoro:em_santa"}
    found = cast(
        "es", _speakers(ANNA, BEN), "best", models, {"": "kokoro:em_santa", "Anna": "kokoro:ef_dora"}
    )
    assert {name: voice.id for name, voice in found.voices.items()} == {
        "Anna": "kokoro:ef_dora",
        "Ben": "kokoro:em_santa",
    }
    with pytest.raises(NoVoiceError, match="There is no voice"):
        cast("es", _speakers(ANNA), "best", models, {"Anna": "kokoro:nobody"})


def test_a_slow_speaker_gets_a_slow_voice_among_equals(models):
    slow = cast("hi", _speakers(_one("A", "female", pace=11.0)), "best", models).voices["A"]
    quick = cast("hi", _speakers(_one("A", "female", pace=17.0)), "best", models).voices["A"]
    assert pace_of(slow) < 13 < pace_of(quick)


def test_nobody_whispers_unless_that_is_asked_for(models):
    people = [_one(f"P{n}", "female", pace=9.0) for n in range(7)]
    assert "kokoro:af_nicole" not in {
        voice.id for voice in cast("en", _speakers(*people), "best", models).voices.values()
    }
    asked = cast("en", _speakers(ANNA), "best", models, {"Anna": "kokoro:af_nicole"})
    assert asked.voices["Anna"].id == "kokoro:af_nicole"


def test_a_quiet_speaker_stays_quiet_within_reason():
    people = Speakers(
        {0: "A", 1: "B", 2: "C"},
        (_one("A", level=-26.0), _one("B", level=None), _one("C", level=-60.0)),
        "voices",
    )
    assert [level_db(people, line, -20.0) for line in LINES] == [-26.0, -20.0, -29.0]
