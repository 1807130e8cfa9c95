"""`nemodub doctor` tells what works now and the one command that adds the rest."""

from __future__ import annotations

import pytest

from nemodub_nb.local.engine import doctor
from nemodub_nb.local.engine.translate import apertium


@pytest.fixture(autouse=True)
def _without_apertium(monkeypatch):
    """What is installed on this machine must not decide what is told of an empty one."""
    monkeypatch.setattr(apertium, "pairs", lambda: ())


def test_every_language_has_a_row_and_a_next_step(tmp_path):
    found = doctor.report(tmp_path / "home", languages=["en", "es", "uk", "ga"])
    rows = {row.language: row for row in found.rows}
    assert rows["es"].command == "nemodub models get whisper-base firefox-en-es kokoro"
    assert rows["es"].translates.startswith("firefox-en-es (to fetch)")
    assert not rows["es"].ready
    assert rows["en"].translates == "the same language"
    assert rows["ga"].recognises == "subtitles only"
    assert all(row.speaks for row in found.rows)


def test_looking_writes_nothing(tmp_path):
    doctor.report(tmp_path / "home", languages=["es"])
    assert list(tmp_path.iterdir()) == []


def test_the_table_names_the_machine_and_lines_up(tmp_path):
    text = doctor.as_text(doctor.report(tmp_path, languages=["es", "fr"]))
    assert "cores" in text
    assert "ffmpeg: not needed" in text
    assert "nemodub models get whisper-base firefox-en-es kokoro" in text
    table = text.split("\n\n")[1].splitlines()
    assert len({line.index("espeak:") for line in table[1:]}) <= 1


def test_an_installed_apertium_is_told_of(tmp_path, monkeypatch):
    monkeypatch.setattr(apertium, "pairs", lambda: (("en", "es"),))
    (row,) = doctor.report(tmp_path, languages=["es"]).rows
    assert row.translates == "apertium"
    assert row.command == "nemodub models get whisper-base kokoro"


def test_german_asks_for_the_voice_that_has_no_accent(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "installed", lambda _engine: True)
    (row,) = doctor.report(tmp_path, languages=["de"]).rows
    assert row.command.endswith("piper-de_DE-thorsten-medium")


def test_the_voices_of_each_gender_are_counted(tmp_path):
    found = doctor.report(tmp_path, languages=["es", "gl"])
    rows = {row.language: row for row in found.rows}
    assert rows["es"].voices == "2 women, 3 men"  # eSpeak's ways to speak: nothing else is here
    assert rows["gl"].voices == "-"
    assert not found.machine.speakers
    assert "nemodub models get speakers" in doctor.as_text(found)
