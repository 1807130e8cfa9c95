"""Every language gets the best voice that is here, or a sentence that says how to get one."""

from __future__ import annotations

import pytest

from nemodub_nb.local.engine.errors import NoVoiceError
from nemodub_nb.local.engine.speak import candidates, choose, usual
from nemodub_nb.local.engine.weights import entry


@pytest.fixture
def with_kokoro(tmp_path):
    folder = tmp_path / "kokoro"
    folder.mkdir()
    for file in entry("kokoro").files:
        with (folder / file.name).open("wb") as out:
            out.truncate(file.size_bytes)  # sparse: only names and sizes are looked at
    return tmp_path


@pytest.mark.parametrize(
    ("language", "voice", "code"),
    [
        ("es", "kokoro:ef_dora", "es"),
        ("fr", "kokoro:ff_siwis", "fr-fr"),
        ("pt", "kokoro:pf_dora", "pt-br"),
        ("en-GB", "kokoro:bf_emma", "en-gb"),
        ("de", "kokoro:ef_dora", "de"),
        ("uk", "espeak:uk", "uk"),
        ("zh", "espeak:cmn", "cmn"),
    ],
)
def test_the_default_voice_of_a_language(with_kokoro, language, voice, code):
    chosen = choose(language, "best", with_kokoro)
    assert (chosen.id, chosen.code) == (voice, code)
    assert 4 < usual(chosen).characters_per_s < 30


def test_without_models_the_robotic_voice_speaks(tmp_path):
    assert choose("es", "best", tmp_path).id == "espeak:es"


def test_fast_prefers_speed_to_sound(with_kokoro):
    assert choose("es", "fast", with_kokoro).engine == "espeak"


@pytest.mark.parametrize("language", ["es", "de", "nl", "pl", "ru", "sv"])
def test_a_man_speaks_when_a_man_is_wanted(with_kokoro, language):
    assert choose(language, "best", with_kokoro, gender="male").id == "kokoro:em_alex"


def test_a_wanted_voice_is_used_or_refused(with_kokoro, tmp_path):
    assert choose("es", "best", with_kokoro, wanted="kokoro:em_alex").id == "kokoro:em_alex"
    assert choose("nl", "best", with_kokoro, wanted="kokoro:ef_dora").grade == "accented"
    assert choose("de", "best", with_kokoro, wanted="espeak:de").id == "espeak:de"
    with pytest.raises(NoVoiceError, match="There is no voice"):
        choose("es", "best", with_kokoro, wanted="kokoro:nobody")
    with pytest.raises(NoVoiceError, match="nemodub models get kokoro"):
        choose("es", "best", tmp_path / "empty", wanted="kokoro:ef_dora")


def test_a_language_that_nothing_speaks_is_told(tmp_path):
    assert candidates("gl") == ()

    with pytest.raises(NoVoiceError, match="Galician"):
        choose("gl", "best", tmp_path)
