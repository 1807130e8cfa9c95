from __future__ import annotations

import hashlib
import importlib.util
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.client import PlanBlocksExportError
from nemodub_nb.panels import export_words, words
from nemodub_nb.panels.export import Export
from nemodub_nb.panels.export_choices import SHAPES, FileChoices
from nemodub_nb.panels.shelf import PIECE_BYTES, FileGoneError, Item, piece, shelf
from nemodub_nb.panels.workflow import Workflow
from nemodub_nb.project import Clip
from nemodub_nb.project.loop import LOOP

_ROOM = importlib.util.spec_from_file_location(
    "project_room", Path(__file__).parents[1] / "project/conftest.py"
)
project_room = importlib.util.module_from_spec(_ROOM)
_ROOM.loader.exec_module(project_room)
lab, clip, clip_source = project_room.lab, project_room.clip, project_room.clip_source


def until(check, seconds=15.0):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := check():
            return found
        time.sleep(0.03)
    raise AssertionError("it did not happen in time")


class Page:
    """What a page does with the panel: it sends, and hears what is pushed."""

    def __init__(self, panel):
        self.panel = panel
        self.heard = []
        panel.push = lambda message, buffers=(): self.heard.append((message, [*buffers]))

    def send(self, what, **more):
        self.panel._hear(self.panel, {"do": what, **more}, [])

    def ask(self, what, **more):
        number = f"n{len(self.heard)}-{what}"
        self.send(what, id=number, **more)
        return until(lambda: next(((m, b) for m, b in self.heard if m["id"] == number), None))

    def row(self, name):
        return next(row for row in self.panel.view["rows"] if row["name"] == name)

    def fetch(self, key, size, each=PIECE_BYTES):
        parts = []
        while (have := sum(len(part) for part in parts)) < size:
            message, buffers = self.ask("video", key=key, offset=have, length=each)
            assert "refused" not in message, message
            assert len(buffers[0]) <= PIECE_BYTES
            parts.append(buffers[0])
        return b"".join(parts)


@pytest.fixture
def dubbed(lab, clip, tmp_path, monkeypatch):
    """A project with a clip dubbed into Spanish and French, in a folder of its own."""
    folder = tmp_path / "beside"
    folder.mkdir()
    monkeypatch.chdir(folder)
    project = lab.open()
    project.upload(clip, show=False)
    project.dub(["es", "fr"], show=False)
    return project


@pytest.fixture
def page(dubbed):
    panel = Export(dubbed)
    until(lambda: len(panel.view["rows"]) == 2)
    yield Page(panel)
    panel.shut()


def export(page, *names):
    page.send("export")
    until(lambda: all(page.row(name)["state"] in {"saved", "failed"} for name in names))
    until(lambda: not page.panel.view["busy"])


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


def test_a_video_comes_to_the_page_in_pieces_that_make_the_identical_file(page):
    export(page, "es", "fr")
    film = next(film for film in page.panel.view["films"] if film["lang"] == "es")
    got = page.fetch(film["key"], film["size"], each=3000)
    assert hashlib.sha256(got).digest() == hashlib.sha256(Path("clip.es.mp4").read_bytes()).digest()
    assert page.fetch(film["captions"]["key"], film["captions"]["size"]).startswith(b"WEBVTT")
    source = page.panel.view["films"][0]
    assert source["key"] == "source"
    assert page.fetch("source", source["size"]) == page.panel.workflow.clip.path.read_bytes()


def test_what_the_source_says_comes_as_subtitles(page):
    message, _ = page.ask("captions")
    assert "Hello there." in message["text"]


REFUSED = [
    ("/etc/passwd", 0, 100),
    ("../secret.txt", 0, 100),
    ("clip.es.mp4", 0, 100),
    ("es.exe", 0, 100),
    (["source"], 0, 100),
    ({"path": "/etc/passwd"}, 0, 100),
    (None, 0, 100),
    ("source", -1, 100),
    ("source", 0, 0),
    ("source", 0, 1.5),
    ("source", True, 100),
    ("source", "0", 100),
    ("source", 0, None),
]


def test_a_path_from_the_page_is_refused_and_so_is_what_is_no_piece(page):
    Path("../secret.txt").write_text("secret")
    for key, offset, length in REFUSED:
        message, buffers = page.ask("video", key=key, offset=offset, length=length)
        assert message["refused"] == export_words.NO_SUCH_FILE
        assert buffers == []


def test_no_piece_is_larger_than_promised_whatever_is_asked_for(tmp_path):
    path = tmp_path / "long.mp4"
    path.write_bytes(b"x" * (PIECE_BYTES + 10))
    item = shelf(Clip("long.mp4", path=path), [])["source"]
    assert len(piece(item, 0, 10**9)) == PIECE_BYTES
    assert piece(item, PIECE_BYTES, 10**9) == b"x" * 10
    assert piece(item, 10**9, 10) == b""


@given(st.binary(max_size=3000), st.integers(1, 700))
def test_pieces_of_any_length_make_the_file_again(tmp_path_factory, content, each):
    path = tmp_path_factory.mktemp("pieces") / "any.mp4"
    path.write_bytes(content)
    item = shelf(Clip("any.mp4", path=path), [])["source"]
    assert b"".join(piece(item, at, each) for at in range(0, len(content), each)) == content


def test_a_file_that_changed_is_not_mixed_with_its_earlier_self(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"first")
    item = shelf(Clip("clip.mp4", path=path), [])["source"]
    path.write_bytes(b"second one")
    with pytest.raises(FileGoneError):
        piece(item, 0, 5)


def test_folders_and_files_that_are_gone_are_not_offered(tmp_path):
    assert shelf(Clip("x.mp4", path=tmp_path), []) == {}
    assert shelf(Clip("x.mp4", path=tmp_path / "none.mp4"), []) == {}
    assert shelf(Clip("x.mp4"), []) == {}
    assert not Item("source", Path("x.mkv"), 1, "s").plays


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
