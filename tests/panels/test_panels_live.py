from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import time
from pathlib import Path

import comm
import pytest
from comm.base_comm import BaseComm

from nemodub_nb.client import AgentEvent, NemoError
from nemodub_nb.local.agent.actions import ExportTalk
from nemodub_nb.local.agent.grammar import understand
from nemodub_nb.panels import live_words, words
from nemodub_nb.panels.live import CHECKED_EVERY_S, Live
from nemodub_nb.panels.terms import Glossary, Term
from nemodub_nb.panels.workflow import Workflow
from nemodub_nb.project.intents import route
from nemodub_nb.project.loop import LOOP

_ROOM = importlib.util.spec_from_file_location(
    "project_room", Path(__file__).parents[1] / "project/conftest.py"
)
project_room = importlib.util.module_from_spec(_ROOM)
_ROOM.loader.exec_module(project_room)
lab, clip, clip_source = project_room.lab, project_room.clip, project_room.clip_source

_SCREEN = importlib.util.spec_from_file_location("screen", Path(__file__).with_name("screen.py"))
screens = importlib.util.module_from_spec(_SCREEN)
_SCREEN.loader.exec_module(screens)
HOSTILE, Screen = screens.HOSTILE, screens.Screen


class Wire(BaseComm):
    """Stands where Jupyter's connection is, and hands what is sent to the screens."""

    made = ()

    def publish_msg(self, _type, data=None, metadata=None, buffers=None, **_):  # noqa: ARG002
        if data and data.get("method") == "custom" and "kind" in data["content"]:
            json.dumps(data)
            for screen in Wire.made:
                screen.hear(data["content"])


@pytest.fixture
def screen(monkeypatch):
    made = Screen()
    monkeypatch.setattr(comm, "create_comm", Wire)
    monkeypatch.setattr(Wire, "made", (made,))
    return made


def tell(panel, do, **more):
    """Send what the page sends."""
    content = {"do": do, **more}
    panel._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


def until(true, seconds=60.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def rows(panel):
    return [(row["label"], row["state"]) for row in panel.view["rows"]]


@pytest.fixture
def panel(lab, clip, screen):
    flow = Workflow(lab.open())
    made = Live(flow)
    tell(made, "hello")
    until(lambda: screen.seq >= 0)
    LOOP.run(flow.upload([clip]))
    yield made
    made.shut()


def answer(text, changes=()):
    """An answer as the project returns it."""
    from nemodub_nb.project.values import Reply
    from nemodub_nb.timeline import Changes

    return Reply(text, Changes(tuple(changes), ()))


def streamed(panel, *fragments, reply):
    """Have the panel's workflow hear an answer."""

    async def work(view):
        async with view:
            for fragment in fragments:
                view.event(AgentEvent("text", fragment))
                await asyncio.sleep(0)
            if isinstance(reply, Exception):
                raise reply
            return reply

    async def run():
        with contextlib.suppress(NemoError):
            await panel.workflow.run("ask", "say", work)

    LOOP.run(run())


def test_what_is_said_here_is_done_and_both_sides_are_shown(panel, screen):
    tell(panel, "say", text="  Dub this into Spanish and French ")
    until(lambda: screen.said("change"))
    until(lambda: panel.view["ended"] == "done" and panel.view["examples"][0] == live_words.LIVE_AFTER[0])
    assert screen.said("you") == ["Dub this into Spanish and French"]
    assert screen.said("agent") == [panel.workflow.last.text]
    assert any("Spanish" in change for change in screen.said("change"))
    assert {("Spanish", "done"), ("French", "done")} <= set(rows(panel))
    assert panel.view["say"].startswith("Done in 0:")
    assert 'project.ask("Dub this into Spanish and French")' in panel.view["code"]


def test_languages_keep_the_order_in_which_they_were_chosen_and_a_failed_one_says_why(panel, screen):
    flow = panel.workflow
    LOOP.run(_choose_and_dub(flow, to=("fr", "tlh", "es"), original="duck", voices={"es": "espeak:es"}))
    until(lambda: panel.view["ended"] == "done")
    languages = [row for row in panel.view["rows"] if row["key"].startswith("language:")]
    assert [row["label"] for row in languages] == ["French", "Klingon", "Spanish"]
    assert [row["state"] for row in languages] == ["done", "failed", "done"]
    assert "Nothing here translates" in languages[1]["note"]
    assert screen.said("you") == ["Dub into French, Klingon and Spanish"]
    code = panel.view["code"]
    assert 'project.dub(to=["fr", "tlh", "es"], original="duck", voices={"es": "espeak:es"})' in code
    compile(code, "twin", "exec")


def test_the_code_of_a_dub_has_every_choice_that_the_dub_had(panel):
    flow = panel.workflow
    names = Glossary(decided=True, use="terms", terms=(Term("Nemo"),))
    LOOP.run(_choose_and_dub(flow, to=("es",), slow_video=True, glossary=names))
    until(lambda: panel.view["ended"] == "done")
    assert 'reply = project.dub(to=["es"], slow_video=True, glossary={"Nemo": None})' in panel.view["code"]


async def _choose_and_dub(flow, **choices):
    flow.choose(**choices)
    await flow.dub()


def test_stop_stops_and_is_no_error(panel, lab, screen):
    lab.hold()
    tell(panel, "say", text="Dub this into Spanish")
    until(lambda: panel.view["running"] and lab.jobs())
    assert panel.view["say"]
    tell(panel, "stop")
    until(lambda: panel.view["ended"] == "stopped")
    assert panel.view["error"] is None
    assert panel.view["say"].startswith("Stopped after")
    until(lambda: any("Stopped" in note for note in screen.said("note")))
    assert "now" not in {state for _, state in rows(panel)}
    lab.release()
    tell(panel, "say", text="Dub this into Spanish")
    until(lambda: panel.view["ended"] == "done")


def test_a_second_sentence_has_to_wait_and_says_so(panel, lab):
    lab.hold()
    tell(panel, "say", text="Dub this into Spanish")
    until(lambda: panel.view["running"] and lab.jobs())
    tell(panel, "say", text="make it louder")
    until(lambda: panel.view["error"])
    assert panel.view["error"] == {"cause": words.BUSY, "advice": words.WAIT_OR_STOP}
    lab.release()
    until(lambda: panel.view["ended"] == "done")


def test_export_typed_here_exports(panel, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    tell(panel, "say", text="Dub this into Spanish")
    until(lambda: panel.view["ended"] == "done" and panel.workflow.languages == ("es",))
    tell(panel, "say", text="export")
    until(lambda: panel.workflow.exports)
    assert panel.workflow.exports[0].video.exists()
    assert panel.view["error"] is None


def test_an_empty_sentence_is_not_sent(panel):
    tell(panel, "say", text="   ")
    until(lambda: panel.view["error"])
    assert panel.view["error"]["cause"] == live_words.EMPTY_SENTENCE
    tell(panel, "say", text=17)
    tell(panel, "dismiss")
    until(lambda: panel.workflow.work is None)
    assert not panel.view["running"]


def test_talk_of_buttons_becomes_what_it_means_when_the_answer_ends(panel, screen):
    streamed(
        panel,
        "Your 🎬 dub is ",
        "ready. Click the Export button.",
        reply=answer("Your 🎬 dub is ready. Get the videos with project.export()."),
    )
    until(lambda: screen.said("agent"))
    assert screen.said("agent") == ["Your 🎬 dub is ready. Get the videos with project.export()."]


def test_an_edit_without_a_word_is_told_by_what_changed(panel, screen):
    streamed(panel, reply=answer("The volume is 35 %.", ["The volume is 35 %."]))
    until(lambda: screen.said("change"))
    assert screen.said("change") == ["The volume is 35 %."]
    assert screen.said("agent") == []


def test_a_failure_that_another_panel_caused_is_shown_here_and_remembered(lab, screen):
    flow = Workflow(lab.open())
    panel = Live(flow, alone=False)
    tell(panel, "hello")
    until(lambda: screen.seq >= 0)
    streamed(panel, "I began", reply=NemoError("The disk is full.", "Make room."))
    until(lambda: panel.view["error"])
    assert panel.view["error"] == {"cause": "The disk is full.", "advice": "Make room."}
    assert panel.view["ended"] == "failed"
    assert screen.said("agent") == ["I began"]
    assert "The disk is full." in panel.story().html
    tell(panel, "dismiss")
    until(lambda: screen.said("error"))
    assert screen.said("error") == ["The disk is full. Make room."]
    panel.shut()


def test_a_long_silence_is_told_in_one_line(panel, screen):
    async def work(view):
        async with view:
            view.silence()
            view.silence()
            assert [text for text in screen.said("note") if "Still working" in text] == [
                "Still working… (0:00)"
            ]
            return answer("Done.")

    LOOP.run(panel.workflow.run("ask", "say", work))


def test_a_page_that_opens_later_is_told_all_of_it(panel, screen, monkeypatch):
    streamed(panel, "One ", "two.", reply=answer("One two."))
    late = Screen()
    monkeypatch.setattr(Wire, "made", (screen, late))
    tell(panel, "hello")
    until(lambda: late.seq >= 0)
    assert late.entries == screen.entries
    other = Live(panel.workflow, alone=False)  # the cell was run again
    monkeypatch.setattr(Wire, "made", (again := Screen(),))
    tell(other, "hello")
    until(lambda: again.seq >= 0)
    assert again.said("agent") == ["One two."]
    other.shut()


def test_the_story_and_the_view_show_hostile_text_as_text(panel, screen):
    streamed(panel, HOSTILE[:20], HOSTILE[20:], reply=NemoError(HOSTILE, HOSTILE))
    until(lambda: panel.view["ended"] == "failed" and panel.view["error"])
    story = panel.story()
    shown = story.html + story.text + "".join(screen.said("agent"))
    assert "<img" not in story.html
    assert "abcdefgh" not in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_the_view_stays_small_while_much_happens(panel):
    sent = []
    panel.observe(lambda change: sent.append(change.new), "view")

    async def work(view):
        async with view:
            for at in range(2000):
                payload = {"language": ["es", "fr"][at % 2], "step": "speak", "done": at, "total": 2000}
                view.event(AgentEvent("progress", payload=payload))
            await asyncio.sleep(0.6)
            return answer("Done.")

    began = time.monotonic()
    LOOP.run(panel.workflow.run("ask", "say", work))
    until(lambda: panel.view["ended"] == "done")
    assert len(sent) < 10 + (time.monotonic() - began) / CHECKED_EVERY_S
    assert len(json.dumps(sent[-1])) < 3000


@pytest.mark.parametrize("dubbed", [(), ("es",), ("it", "pt"), ("es", "it", "pt")])
def test_every_example_is_understood_as_it_stands(dubbed):
    for example in live_words.examples(dubbed):
        if route(example).action == "export":
            continue
        understood = understand(example)
        assert understood.actions, example
        assert not understood.left_out, example
        assert not any(isinstance(action, ExportTalk) for action in understood.actions)
