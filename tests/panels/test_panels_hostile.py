"""Whatever a server or a person writes: the panels show it as text, stay small, and go on."""

from __future__ import annotations

import ast
import gzip
import importlib.util
import json
import time
from functools import partial
from pathlib import Path

import comm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemodub_nb.panels import calls, words, workflow
from nemodub_nb.panels.choices import Choices
from nemodub_nb.panels.story import bundle
from nemodub_nb.panels.studio import Studio
from nemodub_nb.project import aopen_project
from nemodub_nb.project.connection import Pace
from nemodub_nb.project.loop import LOOP
from nemodub_nb.project.safe import plain

_SPEC = importlib.util.spec_from_file_location("hostile", Path(__file__).with_name("hostile.py"))
hostile = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(hostile)

QUICK = Pace(0.02, 1.0, 0.05, 20, 0.02, 0.05, 20)
MEDIA = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 64
LARGEST = 50_000
"""Bytes of one view."""


class Page:
    """A Studio and what its page gets to see."""

    def __init__(self, server, folder):
        self.server, self.folder = server, folder
        self.sent, self.refused = [], []

    def open(self, name="project"):
        self.studio = Studio(name, backend="cloud")
        self.flow = self.studio.workflow
        panels = (self.studio.header, *self.studio.panels)
        self.connect, self.upload, self.languages, self.live, self.timeline, self.export, self.credits = (
            self.studio.panels
        )
        self.panels = panels
        return self

    def say(self, panel, do, **more):
        panel._handle_msg(
            {"content": {"data": {"method": "custom", "content": {"do": do, **more}}}, "buffers": []}
        )

    def until(self, true, seconds=60.0):
        end = time.monotonic() + seconds
        while not (found := LOOP.run(_of(true))):
            assert time.monotonic() < end, {
                one.title: one.view["error"] for one in self.panels if one.view["error"]
            }
            time.sleep(0.02)
        return found

    def connected(self):
        self.say(self.connect, "connect", backend="cloud")
        self.until(lambda: self.flow.phase == "ready")
        return self

    def uploaded(self, name="clip.mp4"):
        path = self.folder / name
        path.write_bytes(MEDIA)
        self.say(self.upload, "add", text=str(path))
        self.until(lambda: self.flow.clips and self.flow.draft is not None)
        return self

    def settle(self):
        """Wait until nothing is under way and all is drawn; then ask for everything that a new page asks for."""
        self.until(self._rests)
        for panel in self.panels:
            self.say(panel, "hello")
        self.say(self.timeline, "rows")
        self.until(self._rests)

    def _rests(self):
        idle = self.flow.work is None and self.flow.rendering is None
        return idle and not any(panel._tasks or panel._later for panel in self.panels)

    def texts(self):
        """Return every string that went to the page, with the name that it went under."""
        for data, buffers in self.sent:
            yield from _strings(data, "")
            if data.get("method") == "custom" and data["content"].get("kind") == "rows" and data["content"]["pieces"] == 1:  # fmt: skip
                yield from _strings(json.loads(gzip.decompress(buffers[0])), "rows")


async def _of(call):
    return call()


def _strings(value, name):
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield name, key
            yield from _strings(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one, name)


@pytest.fixture
def server(monkeypatch):
    with hostile.hostile_server() as running:
        monkeypatch.setenv("NEMO_API_URL", running.url)
        monkeypatch.setenv("NEMO_TOKEN", hostile.TOKEN)
        yield running


@pytest.fixture
def page(server, tmp_path, monkeypatch):
    made = Page(server, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hostile.StrictWire, "sent", made.sent, raising=False)
    monkeypatch.setattr(hostile.StrictWire, "refused", made.refused, raising=False)
    monkeypatch.setattr(comm, "create_comm", hostile.StrictWire)
    monkeypatch.setattr(workflow, "aopen_project", partial(aopen_project, pace=QUICK))
    yield made
    made.studio.shut()
    if made.flow.project:
        made.flow.project.close()


def check(page):
    """What every page is promised, whatever was sent to it."""
    assert page.refused == []
    for panel in page.panels:
        size = len(json.dumps(panel.view))
        assert size < LARGEST, (
            panel.title,
            size,
            {key: len(json.dumps(one)) for key, one in panel.view.items()},
        )
        code = panel.view["code"]
        ast.parse(code)
        assert all(sign.isprintable() or sign == "\n" for sign in code), panel.title
    for name, text in page.texts():
        if name not in {"code", "_esm", "_css"}:
            bare = text.replace("nmv_usr_", "")
            assert plain(bare, 10_000_000) == bare, (name, text[:200])
            assert len(text) <= 50_000, (name, text[:50])
        assert hostile.SAID not in text, name
        assert hostile.TOKEN not in text, name
    told = LOOP.run(_of(lambda: bundle(page.studio._stories(), "mark")))
    assert hostile.Tags(told["text/html"]).bad == []
    for form in told.values():
        assert "\x1b" not in form
        assert "\u202e" not in form
        assert hostile.SAID not in form
        assert len(form) < 200_000


def test_hostile_text_of_a_server_is_shown_as_text_in_every_panel(page):
    page.open("a \"name\" of\n'mine'\u202e").connected().uploaded()
    page.until(lambda: page.upload.view["clips"])
    page.settle()
    check(page)
    page.say(page.live, "say", text="do something")
    page.until(lambda: page.flow.languages)
    page.settle()
    assert "es" in page.flow.languages
    check(page)
    page.say(page.timeline, "show", show=[*page.flow.languages], of=page.flow.languages[2], text="x", verdict="bad")  # fmt: skip
    page.server.state = json.loads(
        json.dumps(page.server.state), parse_constant=lambda _: 0
    )  # else refused here
    page.say(page.export, "choose", languages=["es"])
    page.say(page.export, "export")
    page.until(lambda: page.flow.failed_exports)
    page.settle()
    check(page)
    assert page.timeline.view["lines"]
    assert not page.connect.view["error"]


def test_hostile_errors_of_a_server_are_one_sentence_of_cause_and_one_of_advice(page):
    refusal = hostile.http(400, {"code": 4242, "message": hostile.BROKEN + hostile.LINE})
    page.open().connected()
    page.server.on("POST /api/upload-video", refusal)
    (page.folder / "clip.mp4").write_bytes(MEDIA)
    page.say(page.upload, "add", text=str(page.folder / "clip.mp4"))
    trouble = page.until(lambda: [item["trouble"] for item in page.upload.view["items"] if item["trouble"]])[
        0
    ]
    assert len(trouble["cause"]) < 1000
    page.server.on("POST /api/upload-video", hostile.ok({"files": [{"filename": "clip.mp4"}]}))
    page.say(page.upload, "again", id=page.upload.view["items"][0]["id"])
    page.until(lambda: page.flow.clips)
    page.server.on("POST /run_sse", refusal)
    page.say(page.live, "say", text="x")
    error = page.until(lambda: page.live.view["error"])
    assert 10 < len(error["cause"]) <= 500
    page.settle()
    check(page)


def test_a_clip_name_that_is_no_text_ends_in_a_sentence(page):
    page.open().connected()
    page.server.on("POST /api/upload-video", hostile.ok({"files": [{"filename": hostile.BROKEN + ".mp4"}]}))
    (page.folder / "clip.mp4").write_bytes(MEDIA)
    page.say(page.upload, "add", text=str(page.folder / "clip.mp4"))
    page.until(lambda: page.flow.clips or any(item["trouble"] for item in page.upload.view["items"]))
    page.settle()
    check(page)


def test_a_clip_name_of_a_megabyte_is_cut_wherever_it_is_shown(page):
    page.server.on("POST /api/upload-video", hostile.ok({"files": [{"filename": hostile.LINE + ".mp4"}]}))
    page.open().connected().uploaded()
    page.settle()
    check(page)
    key = page.upload.view["clips"][0]["name"]
    page.say(page.upload, "choose", clip=key)
    page.until(lambda: page.flow.chosen_clip == hostile.LINE + ".mp4")


@pytest.mark.parametrize("text", [hostile.BROKEN, "\0", "\ud800", "/\0/x.mp4", "a\x1b[31mb.mp4", "file:///etc/passwd", "http://\ud800"])  # fmt: skip
def test_what_a_person_types_may_be_anything(page, text):
    page.open().connected()
    for panel, message in (
        (page.upload, {"do": "add", "text": text}),
        (page.upload, {"do": "complete", "text": text}),
        (page.upload, {"do": "begin", "name": text, "size": 10, "modified": 1, "n": text}),
        (page.languages, {"do": "add", "text": text}),
        (page.languages, {"do": "say", "sentence": text}),
        (page.languages, {"do": "choose", "what": "source", "value": text}),
        (page.languages, {"do": "voice", "language": text, "voice": text}),
        (page.live, {"do": "say", "text": text}),
        (page.timeline, {"do": "show", "text": text, "of": text, "show": [text], "verdict": text}),
        (
            page.export,
            {
                "do": "choose",
                "folder": text,
                "languages": [text],
                "quality": text,
                "preset": text,
                "format": text,
                "together": text,
            },
        ),
        (page.export, {"do": "video", "key": text, "id": text, "offset": text}),
        (page.connect, {"do": "connect", "backend": text}),
        (page.studio.header, {"do": text}),
    ):
        page.say(panel, **message)
    page.settle()
    errors = [panel.view["error"] for panel in page.panels if panel.view["error"]]
    assert not [error for error in errors if error["cause"].startswith("Something went wrong")], errors
    assert page.refused == []
    assert page.flow.phase == "ready"
    check(page)


WORDS = st.text(st.characters(), max_size=60) | st.text(
    "\"'\\\n\r\t{}#\x00\x85\u2028\u202e\ud800 ", max_size=12
)


@settings(max_examples=200, deadline=None)
@given(WORDS, st.lists(WORDS, max_size=3), st.dictionaries(WORDS, WORDS, max_size=3))
def test_whatever_is_named_in_a_code_twin_is_the_same_when_the_code_runs(text, several, table):
    for value in (text, several, table):
        assert ast.literal_eval(calls.quoted(value)) == value
        assert calls.quoted(value).isprintable()


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS, WORDS)
def test_the_code_of_the_whole_studio_holds_every_name_as_it_is(name, clip, sentence):
    flow = workflow.Workflow(name=name, backend="local")
    flow.choices = Choices(sentence=sentence)
    from nemodub_nb.panels import Connect, Export, Languages, Live, Timeline, Upload
    from nemodub_nb.panels.export_choices import FileChoices
    from nemodub_nb.panels.export_made import Made
    from nemodub_nb.panels.studio import Header
    from nemodub_nb.project import Clip

    class Opened:
        clips = (Clip("first.mp4"), Clip(clip, path=Path("folder") / "x.mp4"))
        session_id = backend = None

    flow.project = Opened()
    made = [kind.__new__(kind) for kind in (Connect, Upload, Languages, Live, Timeline, Export)]
    for panel in made:
        panel.workflow, panel.alone = flow, False
    made[1]._items, made[2]._offers, made[3]._call = {}, {}, f"reply = project.ask({sentence!r})"
    made[4]._text = made[4]._verdict = ""
    made[5]._left_out, made[5]._made, made[5]._folder = frozenset(), Made(flow), clip or "."
    made[5]._file = FileChoices(lambda: True)
    header = Header.__new__(Header)
    header._steps = made
    for panel in (*made, header):
        held = {node.value for node in ast.walk(ast.parse(panel.twin())) if isinstance(node, ast.Constant)}
        if panel not in (made[2], header):
            assert name in held
        if clip and panel in (made[2], made[4], made[5]):
            assert clip in held
    assert {name, clip or name} <= held


def test_links_lead_to_the_service_or_nowhere(page):
    page.open().connected()
    for url in ("javascript:alert(1)", "https://nemovideo.com.evil.org/x", "https://a@evil.org", "http://nemovideo.com/", "https://nemovideo.com\\@evil.org/"):  # fmt: skip
        page.server.on("POST /api/upload-video", hostile.http(402, {"code": 2001, "message": hostile.EVIL, "registration_url": url, "data": {"registration_url": url}}))  # fmt: skip
        (page.folder / "clip.mp4").write_bytes(MEDIA)
        page.say(page.upload, "add", text=str(page.folder / "clip.mp4"))
    page.settle()
    trouble = page.credits.view["trouble"]
    assert trouble is None or trouble["link"] is None or trouble["link"].startswith("https://nemovideo.com")
    assert "evil.org" not in json.dumps([panel.view for panel in page.panels])
    check(page)


def test_one_panel_that_fails_stops_neither_the_work_nor_the_others(page, monkeypatch):
    page.open().connected().uploaded()

    def broken(*_):
        raise RuntimeError("a mistake")

    monkeypatch.setattr(page.credits, "heard", broken)
    monkeypatch.setattr(page.export, "draw", broken)
    page.say(page.live, "say", text="do something")
    page.until(lambda: page.flow.languages)
    page.until(lambda: page.export.view["error"])
    assert page.export.view["error"]["cause"] == words.unexpected("RuntimeError")
    page.until(lambda: page.live.view["ended"] == "done")
