"""What the panels promise about single lines: changed, sent by one button, approved, taken back, and read before they are spoken."""

from __future__ import annotations

import ast
import gzip
import importlib.util
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemodub_nb.panels import edit_words, line_work, pending, timeline_story, words
from nemodub_nb.panels.languages import Languages
from nemodub_nb.panels.timeline import Timeline
from nemodub_nb.panels.timeline_lines import sheet
from nemodub_nb.panels.workflow import Workflow
from nemodub_nb.project import BadInputError
from nemodub_nb.project.loop import LOOP

_ROOM = Path(__file__).parents[1]
_SPEC = importlib.util.spec_from_file_location("project_room", _ROOM / "project/conftest.py")
project_room = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(project_room)
CLIP = _ROOM.parent / "notebooks/sample/explainer.mp4"
EVIL = '<img src=x onerror="alert(1)">\x1b[31m\u202e"]); import os  #'


def row(index, role, tag, text, **more):
    start = index * 3000
    report = {
        "index": index,
        "source_start_s": start / 1000,
        "source_end_s": start / 1000 + 2.4,
        "start_s": start / 1000,
        "slot_s": 2.9,
        "chars_ratio": len(text) / 7,
        "source_text": f"Line {index}.",
        "sound": "dub",
        "approved": False,
        "route": "memory",
        **({"verdict": "good", "voice": f"espeak:{tag}"} if role == "dub" else {}),
        **more,
    }
    return {"d": 2400, "m": {"start_ms": start, "text": text, "report": report}}


def draft(count=4, *, dubs=("es",), scripts=(), **more):
    """A clip of lines; `more` maps a number to what is different in its row in the first language."""
    said = [{"d": 2400, "m": {"start_ms": n * 3000, "text": f"Line {n}.", "line": n}} for n in range(count)]
    tracks = [
        {"tt": 0, "sg": [{"d": count * 3000, "m": {"start_ms": 0, "in_ms": 0}}], "m": {"role": "picture"}},
        {"tt": 7, "sg": said, "m": {"role": "transcript", "language": "en"}},
    ]
    for role, tags in (("dub", dubs), ("script", scripts)):
        for tag in tags:
            rows = [row(n, role, tag, f"{tag} {n}", **more.get(f"line_{n}", {})) for n in range(count)]
            meta = {"role": role, "language": tag, **({"voice": f"espeak:{tag}"} if role == "dub" else {})}
            tracks.append({"tt": 1, "sg": rows, "m": meta})
    return {"t": tracks, "d": count * 3000, "m": {}}


# Changes that are not sent yet


def test_what_is_there_already_is_no_change():
    found = sheet(draft())
    same = {"text": " es  1 ", "voice": "espeak:es", "start_s": 3.0, "sound": "dub", "approved": False}
    assert pending.decide({}, found, "es", 1, same) == {}
    assert pending.decide({}, found, "", 1, {"text": "Line 1."}) == {}
    changed = pending.decide({}, found, "es", 1, {"text": "otra", "sound": "mute"})
    assert changed == {"es": {"1": {"text": "otra", "sound": "mute"}}}
    assert pending.decide(changed, found, "es", 1, {"text": "es 1", "sound": "dub"}) == {}


def test_a_change_takes_an_approval_back_unless_it_is_given_anew():
    found = sheet(draft(line_1={"approved": True}))
    changed = pending.decide({}, found, "es", 1, {"text": "otra"})
    assert pending.decide(changed, found, "es", 1, {"approved": False}) == changed
    assert pending.decide(changed, found, "es", 1, {"approved": True})["es"]["1"]["approved"] is True
    assert pending.decide({}, found, "es", 1, {"approved": False}) == {"es": {"1": {"approved": False}}}


def test_an_emptied_line_is_translated_again_and_an_emptied_source_is_no_speech():
    found = sheet(draft(line_1={"route": "edited"}))
    assert pending.decide({}, found, "es", 1, {"text": "  "}) == {"es": {"1": {"text": None}}}
    assert pending.decide({}, found, "es", 2, {"text": ""}) == {}, "it is as it was translated"
    assert pending.decide({}, found, "", 2, {"text": ""}) == {"": {"2": {"text": ""}}}


@pytest.mark.parametrize(
    ("tag", "number", "said"),
    [
        ("es", 9, {"text": "x"}),
        ("fr", 1, {"text": "x"}),
        ("es", 1, {"start_s": 99.0}),
        ("es", 1, {"start_s": float("nan")}),
        ("es", 1, {"start_s": "12"}),
        ("es", 1, {"start_s": True}),
        ("es", 1, {"text": "x" * 2001}),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence_and_nothing_is_lost(tag, number, said):
    found = sheet(draft())
    kept = {"es": {"2": {"sound": "mute"}}}
    with pytest.raises(BadInputError) as refused:
        pending.decide(kept, found, tag, number, said)
    assert refused.value.message.endswith(".")
    assert refused.value.advice.endswith(".")
    assert kept == {"es": {"2": {"sound": "mute"}}}


said_of_lines = st.fixed_dictionaries(
    {},
    optional={
        "text": st.sampled_from(["", "es 1", "otra", EVIL, None]),
        "voice": st.sampled_from([None, "", "espeak:es", "kokoro:em_alex"]),
        "start_s": st.sampled_from([None, 3.0, 4.5, 0]),
        "sound": st.sampled_from(["dub", "mute", "original", None, "loud"]),
        "approved": st.sampled_from([True, False, None]),
    },
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["es", ""]), st.integers(0, 3), said_of_lines), max_size=8))
def test_changes_are_rows_for_project_edit_and_survive_a_page(steps):
    found = sheet(draft(line_1={"approved": True, "route": "edited"}))
    changes = {}
    for tag, number, said in steps:
        changes = pending.decide(changes, found, tag, number, said)
    assert json.loads(json.dumps(changes)) == changes
    rows = pending.rows(changes)
    assert len(rows) == pending.count(changes)
    assert all(len(one) > (2 if "language" in one else 1) for one in rows), "no row decides nothing"
    assert pending.still_open(changes, found) == changes
    back = {"text": "es 1", "voice": None, "start_s": 3.0, "sound": "dub", "approved": True}
    assert "1" not in pending.decide(changes, found, "es", 1, back).get("es", {})


def test_what_is_on_the_timeline_is_not_pending_any_more():
    changes = {
        "es": {"1": {"text": "otra", "start_s": 4.0}, "2": {"sound": "mute"}},
        "fr": {"1": {"text": "x"}},
    }
    made = sheet(draft(dubs=("es",), line_1={"start_s": 4.05}, line_2={"sound": "mute"}))
    made.numbered[1].rows["es"] = made.numbered[1].rows["es"]._replace(text="otra")
    assert pending.still_open(changes, made) == {"es": {"1": {"start_s": 4.0}}}
    assert pending.came_to_nothing(changes, made, ()) == {}, "where a voice begins is the backend's to say"
    assert pending.came_to_nothing(changes, made, ("es",)) == {"es": {"1": {"start_s": 4.0}}}


def test_ten_thousand_lines_with_decisions_stay_quick():
    found = sheet(draft(10_000))
    began = time.perf_counter()
    packed = found.packed()
    for number in range(0, 10_000, 100):
        pending.decide({}, found, "es", number, {"text": "otra"})
    assert time.perf_counter() - began < 5
    columns = json.loads(gzip.decompress(packed))
    assert columns["no"] == list(range(10_000))
    assert columns["voiced"] == ["espeak:es"]


# What a saved notebook and a drawing show


def test_the_story_shows_what_a_person_decided():
    told = sheet(draft(line_0={"route": "edited"}, line_1={"approved": True}, line_2={"sound": "mute"}))
    html, text = timeline_story.html(told), timeline_story.text(told)
    for word in ("edited", "approved", "muted"):
        assert f"({word})" in html
        assert word in text
    assert "<td>0</td>" in html, "lines are numbered as tables and sentences number them"


def test_a_script_is_judged_by_its_length_before_a_word_is_spoken():
    long = {"chars_ratio": 3.0}
    found = sheet(draft(dubs=(), scripts=("de",), line_1=long, line_2={"numbers_kept": False}))
    labels = [found.labels[line.rows["de"].label] for line in found.lines]
    assert [one.verdict for one in labels] == ["good", "bad", "look", "good"]
    assert all(line.rows["de"].facts.script for line in found.lines)
    assert [lane.note for lane in found.lanes if lane.kind == "dub"] == [edit_words.SCRIPT]


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
        self.until(lambda: self.timeline.latest() is None and self.flow.work is None)
        time.sleep(0.15)

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
    end = time.monotonic() + 10
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
