"""What the panels promise about single lines: changed, sent by one button, approved, taken back, and read before they are spoken."""

from __future__ import annotations

import ast
import importlib.util
import json
import time
from pathlib import Path

import pytest

from nemodub_nb.panels import edit_words, line_work, words
from nemodub_nb.panels.languages import Languages
from nemodub_nb.panels.timeline import Timeline
from nemodub_nb.panels.workflow import Workflow
from nemodub_nb.project import BadInputError
from nemodub_nb.project.loop import LOOP

_ROOM = Path(__file__).parents[1]
_SPEC = importlib.util.spec_from_file_location("project_room", _ROOM / "project/conftest.py")
project_room = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(project_room)
CLIP = _ROOM.parent / "notebooks/sample/explainer.mp4"
EVIL = '<img src=x onerror="alert(1)">\x1b[31m\u202e"]); import os  #'


# The panel, with a real backend whose engine is a stand-in


class Page:
    """A workflow with its Languages and Timeline panels, and what their page does."""

    def __init__(self, lab):
        self.lab = lab
        self.project = lab.open()
        self.flow = Workflow(self.project)
        self.timeline = Timeline(self.flow, alone=False)
        self.languages = Languages(self.flow, alone=False)
        LOOP.run(self.flow.begin())

    def say(self, do, panel=None, **more):
        panel = panel or self.timeline
        LOOP.run(panel._guarded(getattr(panel, f"do_{do}")({"do": do, **more}, [])))
        self.settle()

    def settle(self):
        self.until(lambda: LOOP.run(self.drawn()))

    async def drawn(self):
        """Tell, on the panels' own loop, whether nothing is under way and the pages show all of it."""
        waiting = [panel for panel in (self.timeline, self.languages) if panel._later is not None]
        return self.flow.work is None and self.timeline.latest() is None and not waiting

    def until(self, true, seconds=30):
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, (self.timeline.view["error"], self.languages.view["error"])
            time.sleep(0.02)

    @property
    def edit(self):
        return self.timeline.view["edit"]

    def line(self, tag="es", number=0):
        return self.timeline._sheet.numbered[number].rows[tag]

    def jobs(self):
        return [json.loads(one.read_text()) for one in sorted(self.lab.notes.glob("*.job"), key=lambda one: one.stat().st_mtime_ns)]  # fmt: skip

    def choose(self, **what):
        async def chosen():
            self.flow.choose(**what)

        LOOP.run(chosen())

    def dub(self, *tags):
        self.choose(to=tags)
        LOOP.run(self.flow.dub())
        self.settle()
        return self


@pytest.fixture
def page(tmp_path):
    lab = project_room.Lab(tmp_path)
    made = Page(lab)
    LOOP.run(made.flow.upload([CLIP]))
    made.settle()
    yield made
    lab.close()


def test_changes_are_collected_and_spoken_in_one_go(page):
    page.dub("es", "fr")
    page.say("decide", line=0, said={"es": {"text": "Buenas."}})
    page.say("decide", line=0, said={"fr": {"sound": "mute"}, "": {"text": "Hi."}})
    assert page.timeline.pending == {
        "es": {"0": {"text": "Buenas."}},
        "fr": {"0": {"sound": "mute"}},
        "": {"0": {"text": "Hi."}},
    }
    assert (page.edit["count"], page.edit["effect"]) == (3, "speak")
    assert page.edit["waiting"] == "3 lines changed, not spoken yet"
    code = page.timeline.view["code"]
    ast.parse(code)
    assert '{"line": 0, "language": "es", "text": "Buenas."}' in code

    before = len(page.jobs())
    page.say("apply")
    assert page.timeline.view["error"] is None
    assert page.timeline.pending == {}
    assert (page.line("es").text, page.line("es").facts.edited) == ("Buenas.", True)
    assert page.line("fr").facts.sound == "mute"
    assert "Line 0 in Spanish: “Buenas.”" in page.edit["said"]
    assert page.jobs()[before]["edits"] == [
        {"line": 0, "text": "Hi."},
        {"line": 0, "language": "es", "text": "Buenas."},
        {"line": 0, "language": "fr", "sound": "mute"},
    ]

    page.say("undo")
    assert page.line("es").text == "Hello in es."
    assert page.line("fr").facts.sound == "dub"


def test_lines_are_approved_one_by_one_and_all_at_once(page):
    page.dub("es")
    page.say("decide", line=0, said={"es": {"approved": True}})
    assert (page.edit["effect"], page.edit["approve"]) == ("approve", "Approve 1 line")
    page.say("approve", of="es")
    assert page.timeline.view["error"]["cause"] == edit_words.FINISH_FIRST
    page.say("discard")
    page.say("approve", of="es")
    assert page.timeline.view["error"] is None
    assert page.line().facts.approved
    assert list(page.project.memory()["target"]) == ["Hello in es."]


def test_while_something_is_under_way_nothing_is_changed_and_it_says_why(page):
    page.dub("es")
    page.say("decide", line=0, said={"es": {"text": "Buenas."}})
    page.lab.hold()
    page.timeline._hear(None, {"do": "apply"}, [])
    page.until(lambda: page.edit["why"] == words.STEP_RUNS)
    LOOP.run(page.timeline._guarded(page.timeline.do_decide({"line": 0, "said": {"es": {"text": "no"}}}, [])))
    page.until(lambda: page.timeline.view["error"])
    assert page.timeline.view["error"]["cause"] == words.BUSY
    page.lab.release()
    page.until(lambda: page.line().text == "Buenas.")


def test_changes_that_come_to_nothing_are_still_there(page):
    page.dub("es")
    page.say("decide", line=0, said={"es": {"text": "Buenas."}})
    (page.lab.notes / "die").touch()
    page.say("apply")
    (page.lab.notes / "die").unlink()
    error = page.timeline.view["error"]
    assert error["advice"] == edit_words.STILL_HERE
    assert error["cause"].startswith("The changes in Spanish came to nothing")
    assert "Traceback" not in error["cause"]
    assert page.timeline.pending == {"es": {"0": {"text": "Buenas."}}}
    page.say("apply")
    assert page.line().text == "Buenas."
    assert page.timeline.pending == {}


def test_it_is_read_before_it_is_spoken_and_corrected_on_the_way(page):
    page.choose(to=("es", "fr"))
    page.say("choose", page.languages, what="look", value=True)
    view = page.languages.view
    assert (view["look"], view["main"]) == (True, "Write 2 scripts")
    assert view["sentence"] == "Translate this video into Spanish and French for review."
    assert view["code"] == 'project.review(to=["es", "fr"])'
    page.say("dub", page.languages, sentence=view["sentence"])
    assert page.jobs()[-1]["speak"] is False
    assert page.edit["scripts"] == ["es", "fr"]
    assert page.edit["dub"] == "Dub these languages"
    assert page.flow.step == 5
    assert page.languages.view["main"] == "Dub into 2 languages"
    assert page.line().facts.script

    page.say("decide", line=0, said={"es": {"text": "Buenas."}})
    assert page.edit["effect"] == "keep"
    page.say("speak", line=0, said={"fr": {"sound": "mute"}})
    assert page.timeline.view["error"] is None
    assert page.edit["scripts"] == []
    assert page.flow.languages == ("es", "fr")
    assert page.jobs()[-1]["speak"] is True
    assert (page.line().text, page.line().facts.script) == ("Buenas.", False)
    assert page.line("fr").facts.sound == "mute"


def test_what_is_said_is_written_down_and_corrected_first(page):
    assert page.edit["write"]
    page.say("write")
    assert page.timeline.view["lines"] == 1
    assert not page.edit["write"]
    page.say("decide", line=0, said={"": {"text": "Hi there."}})
    assert page.edit["effect"] == "keep"
    page.say("apply")
    assert page.jobs()[-1]["edits"] == [{"line": 0, "text": "Hi there."}]


def test_when_a_line_is_said_is_corrected_and_every_language_follows(page):
    page.dub("es")
    page.say("decide", of="es", line=0, said={"": {"start_s": 0.8, "end_s": 2.0}})
    assert page.edit["effect"] == "speak"
    assert '{"line": 0, "start_s": 0.8, "end_s": 2.0}' in page.timeline.view["code"]
    page.say("decide", of="es", line=0, said={"": {"end_s": 0.4}})
    assert page.timeline.view["error"] == {
        "cause": edit_words.ENDS_TOO_SOON,
        "advice": edit_words.MOVE_OTHER_END,
    }
    page.say("apply")
    assert page.jobs()[-1]["edits"] == [{"line": 0, "start_s": 0.8, "end_s": 2.0}]
    assert page.timeline.pending == {}
    line = page.timeline._sheet.numbered[0]
    assert (line.start_ms, line.end_ms) == (800, 2000)


def test_the_fit_of_a_changed_line_is_foreseen_for_the_page(page):
    page.choose(to=("es",))
    page.say("choose", page.languages, what="look", value=True)
    page.say("dub", page.languages, sentence=page.languages.view["sentence"])
    label = page.timeline._sheet.labels[page.line().label]
    assert label.hint.startswith("Not spoken yet. Foreseen: ")
    page.say("decide", of="es", line=0, said={"es": {"text": "Muchas palabras " * 80}})
    told = page.timeline.forecast
    assert (told["of"], told["line"]) == ("es", 0)
    assert "characters less" in told["takes"]
    page.say("decide", of="es", line=0, said={"": {"start_s": 9.0, "end_s": 10.0}})
    assert page.timeline.forecast["takes"] != told["takes"], "the line has another room"


def test_each_clip_keeps_its_own_changes(page, tmp_path):
    page.dub("es")
    page.say("decide", line=0, said={"es": {"text": "Buenas."}})
    other = tmp_path / "other.mp4"
    other.write_bytes(CLIP.read_bytes())
    LOOP.run(page.flow.upload([other]))
    page.settle()
    assert page.timeline.pending == {}

    async def choose():
        page.flow.choose_clip(CLIP.name)

    LOOP.run(choose())
    page.settle()
    assert page.timeline.pending == {"es": {"0": {"text": "Buenas."}}}
    assert f'clip="{CLIP.name}"' in page.timeline.view["code"]


@pytest.mark.parametrize(
    "message",
    [
        {"line": EVIL, "said": {"es": {"text": "x"}}},
        {"line": 0, "said": {EVIL: {"text": "x"}}},
        {"line": 0, "said": {"es": {"voice": EVIL}}},
        {"line": 0, "said": {"es": {"voice": [1]}}},
        {"line": 0, "said": {"es": {"start_s": EVIL}}},
        {"line": 0, "said": {"es": EVIL}},
        {"line": 0, "said": EVIL},
        {"line": -1, "said": {"es": {"approved": True}}},
        {"line": True, "said": {"es": {"approved": True}}},
    ],
)
def test_whatever_a_page_says_is_refused_in_a_sentence(shared_page, message):
    shared_page.say("decide", **message)
    error = shared_page.timeline.view["error"]
    assert error is None or not error["cause"].startswith("Something went wrong")
    assert shared_page.timeline.pending == {}


def test_hostile_words_of_a_person_are_words_everywhere(shared_page):
    shared_page.say("decide", line=0, said={"es": {"text": EVIL}})
    code = shared_page.timeline.view["code"]
    tree = ast.parse(code)
    assert sum(isinstance(node, ast.Import) for node in ast.walk(tree)) == 1
    held = shared_page.timeline.pending["es"]["0"]["text"]
    assert "\x1b" not in held
    assert "\u202e" not in held
    shared_page.say("discard", line=0)
    assert shared_page.timeline.pending == {}


@pytest.fixture(scope="module")
def shared_page(tmp_path_factory):
    lab = project_room.Lab(tmp_path_factory.mktemp("shared"))
    made = Page(lab)
    LOOP.run(made.flow.upload([CLIP]))
    made.dub("es")
    yield made
    lab.close()


def test_on_the_cloud_it_says_how_lines_are_changed_there(shared_page):
    flow = Workflow(shared_page.project)
    flow.backend, flow.draft = "cloud", shared_page.flow.draft
    panel = Timeline(flow, alone=False)
    end = time.monotonic() + 60
    while not panel.view["edit"]["note"]:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert not panel.view["edit"]["can"]
    assert panel.view["edit"]["note"] == edit_words.ON_CLOUD


def test_without_a_backend_it_says_what_to_do():
    flow = Workflow(name="nothing", backend="local")
    with pytest.raises(BadInputError) as refused:
        LOOP.run(line_work.undo(flow))
    assert refused.value.message == words.NOT_CONNECTED
