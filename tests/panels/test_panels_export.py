"""What the Export panel promises: the chosen languages are saved, shown and told of, also after a restart."""

from __future__ import annotations

import importlib.util
import json
import time
from pathlib import Path

from nemodub_nb.client import PlanBlocksExportError
from nemodub_nb.panels import export_words, words
from nemodub_nb.panels.export import Export
from nemodub_nb.panels.workflow import Workflow
from nemodub_nb.project.loop import LOOP

_SPEC = importlib.util.spec_from_file_location("export_page", Path(__file__).with_name("export_page.py"))
room = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(room)
lab, clip, clip_source, dubbed, page = room.lab, room.clip, room.clip_source, room.dubbed, room.page
Page, until, export = room.Page, room.until, room.export


def test_dubbed_languages_are_chosen_beforehand_and_are_saved_beside_the_notebook(page):
    assert [(row["name"], row["own"], row["chosen"], row["state"]) for row in page.panel.view["rows"]] == [
        ("es", "español", True, "ready"),
        ("fr", "français", True, "ready"),
    ]
    export(page, "es", "fr")
    row = page.row("es")
    assert [file["name"] for file in row["files"]] == [
        "clip.es.mp4",
        "clip.es.srt",
        "clip.es.vtt",
        "clip.es.report.json",
    ]
    assert row["files"][0]["href"] == "clip.es.mp4"
    assert Path("clip.es.mp4").is_file()
    assert row["size"] == Path("clip.es.mp4").stat().st_size
    assert "−16.0 LUFS" in row["facts"]
    assert page.panel.view["phase"] == "alone"
    assert page.panel.done()
    assert page.panel.view["cost"] == "free"


def test_only_the_ticked_languages_are_exported_and_the_code_says_the_same(page):
    page.send("choose", languages=["fr"], quality="low", folder="out")
    until(lambda: page.panel.view["quality"] == "low")
    assert "export(['fr'], to='out', quality='low')" in page.panel.view["code"]
    compile(page.panel.view["code"], "twin", "exec")
    export(page, "fr")
    assert sorted(path.name for path in Path("out").glob("*.mp4")) == ["clip.fr.mp4"]
    assert page.row("es")["state"] == "ready"
    assert page.row("fr")["files"][0]["href"] == "out/clip.fr.mp4"


def test_an_export_that_is_older_than_the_timeline_says_so(page, dubbed):
    export(page, "es", "fr")
    dubbed.ask("Make it 1:1.", show=False)
    LOOP.run(page.panel.workflow.look())
    until(lambda: page.row("es")["state"] == "older")
    assert not page.panel.done()
    page.send("export")
    until(lambda: page.row("es")["state"] == "saved")


def test_progress_is_shown_while_a_render_waits(page, lab):
    lab.hold()
    page.send("export")
    until(lambda: page.row("es")["state"] == "rendering")
    assert page.row("fr")["state"] == "waiting"
    assert page.panel.view["busy"]
    page.send("export")  # as a double click does
    lab.release()
    until(lambda: page.row("fr")["state"] == "saved")
    assert not page.panel.view["error"]
    assert lab.jobs() == 3, "one dub and two renders"


def test_a_folder_that_cannot_be_written_is_an_error_in_one_sentence_and_advice(page):
    Path("file").write_text("")
    page.send("choose", folder="file/below")
    page.send("export")
    error = until(lambda: page.panel.view["error"])
    assert "Nothing can be written" in error["cause"]
    assert "folder" in error["advice"]


def test_nothing_chosen_is_said_and_nothing_is_exported(page):
    page.send("choose", languages=[])
    page.send("export")
    assert until(lambda: page.panel.view["error"])["cause"] == export_words.NO_LANGUAGE
    assert not [*Path().glob("*.mp4")]


NO_CHOICES = [
    {"preset": "myspace"},
    {"together": "yes"},
    {"quality": "4k"},
    {"quality": 3},
    {"format": "exe"},
    {"shape": "Delete all"},
    {"languages": "es"},
    {"folder": 1},
]


def test_choices_that_are_none_change_nothing(page):
    before = {**page.panel.view}
    for choice in NO_CHOICES:
        page.send("choose", **choice)
    time.sleep(0.3)
    assert page.panel.view == before


def test_before_there_is_a_dub_the_panel_says_why_not(lab, clip):
    project = lab.open()
    panel = Export(project)
    until(lambda: panel.view["why"] == words.UPLOAD_BEFORE)
    LOOP.run(panel.workflow.upload([clip]))
    until(lambda: panel.view["why"] == export_words.DUB_BEFORE)
    assert panel.view["folded"]
    panel.shut()


def test_after_a_restart_resume_gives_the_export_back(page, lab):
    lab.hold()
    page.send("export")
    until(lambda: page.row("es")["state"] == "rendering")
    page.panel.workflow.project._actions.desk.journal.close()
    page.panel.shut()
    again = Page(Export(lab.open()))
    until(lambda: again.panel.view["left"])
    assert again.panel.view["why"] == ""
    again.send("resume")
    lab.release()
    until(lambda: again.panel.view["rows"] and again.row("es")["state"] == "saved")
    assert again.row("es")["files"][0]["name"] == "clip.es.mp4"
    again.panel.shut()


def test_an_error_of_an_export_is_told_to_the_other_panels(dubbed, monkeypatch):
    flow = Workflow(dubbed)
    panel = Export(flow, alone=False)
    LOOP.run(flow.begin())
    told = []
    flow.subscribe(lambda topic, detail: told.append((topic, detail)))
    error = PlanBlocksExportError("The plan does not include export.")

    async def refused(*_, **__):
        raise error

    monkeypatch.setattr(flow, "export", refused)
    Page(panel).send("export")
    until(lambda: panel.view["error"])
    assert ("failed", error) in told
    panel.shut()


def test_the_story_has_players_and_relative_links_and_no_bytes(page):
    assert page.panel.story().html == ""
    export(page, "es", "fr")
    story = page.panel.story()
    assert 'src="clip.es.mp4"' in story.html
    assert "clip.fr.mp4" in story.text
    assert len(story.html) < 5000
    assert "2 videos saved" in story.say


def test_what_the_page_gets_is_small_json(page):
    export(page, "es", "fr")
    assert len(json.dumps(page.panel.view)) < 50_000


def test_a_panel_that_joins_later_shows_what_is_there_already(page):
    export(page, "es", "fr")
    later = Export(page.panel.workflow, alone=False)
    assert [film["lang"] for film in later.view["films"]][1:] == ["es", "fr"]
    assert later.view["phase"] == "done"
    later.shut()
