"""What kind of file the Export panel makes: shapes, presets, formats, several languages in one."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from nemodub_nb.panels import export_words
from nemodub_nb.panels.export_choices import SHAPES, FileChoices

_SPEC = importlib.util.spec_from_file_location("export_page", Path(__file__).with_name("export_page.py"))
room = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(room)
lab, clip, clip_source, dubbed, page = room.lab, room.clip, room.clip_source, room.dubbed, room.page
until, export = room.until, room.export


def test_a_shape_is_said_to_the_agent_and_then_exported(page):
    page.send("choose", shape="9:16")
    until(lambda: page.panel.view["sentence"] == "Make it 9:16.")
    assert "project.ask('Make it 9:16.')" in page.panel.view["code"]
    export(page, "es", "fr")
    assert ("you", "Make it 9:16.") in [(said.who, said.text) for said in page.panel.workflow.messages]
    assert page.panel.view["shape_now"] == "9:16"
    assert page.panel.view["shape"] == ""
    assert page.panel.view["sentence"] == ""


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape])
def test_the_agent_understands_the_sentence_of_each_shape(shape):
    from nemodub_nb.local.agent.actions import Aspect
    from nemodub_nb.local.agent.grammar import understand

    assert [*understand(export_words.shape_sentence(shape)).actions] == [Aspect(shape)]


def jobs(lab):
    found = [json.loads(path.read_text()) for path in lab.notes.glob("*.job")]
    return [job for job in found if job["kind"] == "render"]


def test_all_languages_go_into_one_file_for_a_platform_and_the_code_says_the_same(page, lab):
    page.send("choose", preset="tiktok", together=True, original=True)
    view = until(lambda: page.panel.view["together"] and page.panel.view)
    assert (view["format"], view["own_shape"], view["preset_facts"]) == (
        "mp4",
        False,
        "9:16, −14 LUFS, MP4",
    )
    assert "MP4, 9:16, −14 LUFS" in view["say"]
    assert page.row("es")["will"] == "a track of clip.mul.mp4"
    assert (page.row("")["language"], page.row("")["tick"]) == ("One file: Spanish, French", False)
    assert (
        "export(['es', 'fr'], quality='high', preset='tiktok', together=True, original=True)" in view["code"]
    )
    export(page, "")
    assert "own sound" in page.row("")["failed"], "this clip has none"
    page.send("choose", original=False)
    page.send("export")
    until(lambda: page.row("")["state"] == "saved")
    until(lambda: not page.panel.view["busy"])
    assert [file["name"] for file in page.row("")["files"]] == [
        "clip.mul.mp4",
        "clip.mul.es.srt",
        "clip.mul.es.vtt",
        "clip.mul.fr.srt",
        "clip.mul.fr.vtt",
        "clip.mul.es.report.json",
        "clip.mul.fr.report.json",
    ]
    (job,) = jobs(lab)
    assert [sound["language"] for sound in job["sounds"]] == ["es", "fr"]
    assert job["aspect"] == "9:16"
    assert page.panel.done()
    film = page.panel.view["films"][-1]
    assert (film["name"], film["lang"]) == ("clip.mul.mp4", "es")
    assert page.fetch(film["captions"]["key"], film["captions"]["size"]).startswith(b"WEBVTT")
    assert "clip.mul.mp4" in page.panel.story().html


def test_a_preset_brings_its_format_and_what_does_not_fit_it_is_not_offered(page):
    page.send("choose", together=True, shape="9:16")
    page.send("choose", preset="podcast")
    view = until(lambda: page.panel.view["preset"] == "podcast" and page.panel.view)
    assert (view["format"], view["pictured"], view["can_join"], view["together"]) == (
        "mp3",
        False,
        False,
        False,
    )
    assert (view["shape"], view["sentence"]) == ("", "")
    page.send("choose", format="wav")
    until(lambda: "format='wav'" in page.panel.view["code"])
    assert page.row("es")["will"] == "clip.es.wav"


def test_of_the_cloud_only_what_it_is_known_to_make_is_offered():
    cloud = FileChoices(lambda: False)
    cloud.take({"format": "webm", "preset": "tiktok", "together": True})
    assert cloud.options(["es", "fr"]) == {
        "format": "mp4",
        "quality": "high",
        "preset": None,
        "together": False,
        "original": False,
    }
