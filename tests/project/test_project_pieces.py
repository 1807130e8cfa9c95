"""Languages, voices and pieces of clips, as a project gives them."""

from __future__ import annotations

import asyncio
import io
import wave

import numpy as np
import pytest

from nemodub_nb.client import BadRequestError, NotFoundError
from nemodub_nb.project import BadInputError, NotHereError, open_project
from nemodub_nb.project.connection import Connection
from nemodub_nb.project.offers import COLUMNS


@pytest.fixture
def spoken(lab, tmp_path):
    """Return a project with three seconds of sound."""
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes((np.sin(np.arange(48000) / 5) * 16384).astype("<i2").tobytes())
    project = lab.open()
    project.upload(path, show=False)
    return project


@pytest.fixture
def cloud(spoken, monkeypatch):
    monkeypatch.setattr(Connection, "extended", False)
    return spoken


def test_the_table_of_languages_says_what_is_ready_and_who_speaks(lab):
    project = lab.open()
    frame = project.languages("English")
    assert tuple(frame.columns) == COLUMNS
    assert str(frame["ready"].dtype) == "bool"
    assert all(str(frame[name].dtype) == "string" for name in COLUMNS if name != "ready")
    spanish = frame.set_index("language").loc["es"]
    assert (spanish["name"], spanish["endonym"]) == ("Spanish", "español")
    assert any(voice["id"] == "kokoro:ef_dora" for voice in frame.attrs["voices"]["es"])
    assert asyncio.run(project.alanguages("en")).equals(frame)


def test_a_voice_plays_where_it_is_shown(lab):
    sound = lab.open().preview_voice("Spanish", "espeak:es")
    assert sound.wav.startswith(b"RIFF")
    assert '<audio controls src="data:audio/wav;base64,' in sound._repr_html_()
    assert "Spanish" in repr(sound)


def test_a_voice_that_is_not_there_is_told_with_what_to_do(lab):
    with pytest.raises(BadRequestError) as caught:
        lab.open().preview_voice("es", "kokoro:nobody")
    assert caught.value.message == "There is no voice “kokoro:nobody” for Spanish."
    assert caught.value.advice.startswith("Choose one of kokoro:ef_dora")


def test_pieces_of_a_clip(spoken):
    peaks = spoken.peaks(n=30)
    assert len(peaks) == 30
    assert all(0.4 < peak < 0.6 for peak in peaks)
    assert spoken.poster() is None
    assert spoken.facts()["audio_tracks"] == 1
    sound = spoken.sound(1, 2)
    with wave.open(io.BytesIO(sound.wav)) as heard:
        assert heard.getnframes() == heard.getframerate()
    with pytest.raises(NotFoundError, match=r"not dubbed into French\. Dub it first\."):
        spoken.sound(0, 1, "fr")
    with pytest.raises(BadInputError):
        spoken.sound(2, 1)
    assert asyncio.run(spoken.apeaks("tone.wav", 30)) == peaks


def test_a_clip_without_sound_has_a_picture_and_no_peaks(lab, clip):
    project = lab.open()
    with pytest.raises(BadInputError):
        project.peaks()
    project.upload(clip, show=False)
    assert project.peaks() is None
    assert project.poster().startswith(b"\xff\xd8")


def test_the_cloud_says_what_only_the_embedded_backend_gives(cloud):
    assert cloud.peaks() is None
    assert cloud.poster() is None
    for call in (cloud.facts, lambda: cloud.sound(0, 1), lambda: cloud.preview_voice("es")):
        with pytest.raises(NotHereError, match="Only the embedded backend"):
            call()
    frame = cloud.languages()
    assert frame["ready"].all()
    assert set(frame["voice"]) == {"chosen by the cloud"}
    assert tuple(frame.columns) == COLUMNS


def test_a_project_of_the_cloud_opens_in_the_browser_and_one_of_this_machine_does_not(lab, clip):
    with pytest.raises(NotHereError, match="this machine only"):
        lab.open().claim_url()
    child = lab.backend.start()
    with open_project(base_url=child.url, token=child.token, home=lab.folder / "other") as project:
        project.upload(clip, show=False)
        url = project.claim_url()
    assert "/workspace/claim?ct=" in url
    assert child.token not in url
