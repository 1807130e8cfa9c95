"""From the choices to the dub: the sentence that is sent, the call that does the same, and what is asked first."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from nemodub_nb.local.agent.grammar import understand
from nemodub_nb.panels import language_words, words
from nemodub_nb.project import Credits, Estimate
from nemodub_nb.project.loop import LOOP
from nemodub_nb.project.sentences import dub_sentence

_SPEC = importlib.util.spec_from_file_location(
    "languages_page", Path(__file__).with_name("languages_page.py")
)
room = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(room)
lab, clip, empty, panel = room.lab, room.clip, room.empty, room.panel
Touched = room.Touched


def test_the_sentence_is_the_one_that_a_dub_sends_and_the_agent_understands_all_of_it(panel):
    panel.offered()
    panel.do("add", text="es, pt-BR, ar")
    panel.until(lambda view: len(view["cards"]) == 3)
    panel.choose("source", "en")
    panel.choose("original", "duck")
    panel.choose("background", 0.35)
    panel.choose("subtitles", "burned")
    panel.choose("slow_video", True)
    panel.do("voice", language="es", voice="kokoro:em_alex")
    sentence = panel.until(lambda view: "em_alex" in view["sentence"] and view["sentence"])
    choices = panel.workflow.choices
    assert sentence == dub_sentence(
        choices.to,
        source="en",
        original="duck",
        background=0.35,
        subtitles="burned",
        voices={"es": "kokoro:em_alex"},
        slow_video=True,
    )
    understood = understand(sentence)
    assert not understood.left_out
    assert len(understood.actions) == 7
    assert panel.view["code"] == (
        'project.dub(\n    to=["es", "pt-BR", "ar"],\n    source="en",\n    original="duck",\n    background=0.35,\n'
        '    subtitles="burned",\n    slow_video=True,\n    voices={"es": "kokoro:em_alex"},\n)'
    )
    compile(panel.view["code"], "twin", "exec")


def test_the_twin_names_only_what_is_not_usual(panel):
    assert panel.view["code"] == ""
    panel.do("add", text="es, fr")
    assert panel.until(lambda view: view["code"]) == 'project.dub(to=["es", "fr"])'


def test_terms_are_part_of_the_call_and_of_the_dub(panel, lab, tmp_path):
    panel.do("add", text="es, fr")
    panel.until(lambda view: len(view["cards"]) == 2)
    panel.do("glossary", use="terms", terms=[["hello", {"es": "buenas"}], ["Nemo", {}]])
    panel.until(lambda view: view["glossary"]["use"] == "terms")
    assert panel.view["code"] == (
        'project.dub(to=["es", "fr"], glossary={"hello": {"es": "buenas"}, "Nemo": None})'
    )
    panel.do("dub")
    panel.until(lambda view: all(card["dubbed"] for card in view["cards"]) and not view["work"])
    asked = json.loads(max(lab.notes.glob("*.job"), key=lambda one: one.stat().st_mtime_ns).read_text())
    assert [Path(one).read_text() for one in asked["glossaries"]] == [
        "source,target,target_language\nhello,buenas,es\nNemo,,*\n"
    ]

    panel.do("glossary", terms=[["", {"es": "buenas"}]])
    assert panel.error()["cause"] == language_words.term_missing("buenas")
    panel.do("dismiss")
    panel.until(lambda view: view["error"] is None)
    before = lab.jobs()
    panel.do("dub")
    panel.error()
    assert lab.jobs() == before, "a mistake is not dubbed"
    panel.do("glossary", use="file", file=str(tmp_path / "none.csv"))
    panel.until(lambda view: view["error"] and "cannot be read" in view["error"]["cause"])
    (tmp_path / "terms.csv").write_text("source,target,target_language\nhello,buenas,es\n")
    panel.do("glossary", use="file", file=f" {tmp_path / 'terms.csv'} ")
    panel.until(lambda view: view["error"] is None and f'glossary="{tmp_path}/terms.csv"' in view["code"])
    panel.do("glossary", use="none")
    panel.until(lambda view: "glossary={}" in view["code"])
    assert panel.view["sentence"].endswith("Use no glossary."), "what was given before is taken away"


def test_an_edited_sentence_stays_until_it_is_undone(panel):
    panel.do("add", text="es")
    made = panel.until(lambda view: view["sentence"])
    panel.do("say", sentence="Dub this video into Spanish, please.")
    panel.until(lambda view: view["edited"])
    assert panel.view["code"] == 'project.ask("Dub this video into Spanish, please.")'
    panel.choose("subtitles", "off")
    panel.until(lambda view: view["subtitles"] == "off")
    assert panel.view["sentence"] == "Dub this video into Spanish, please."
    panel.do("say", sentence="")
    panel.until(lambda view: not view["edited"])
    assert panel.view["sentence"] == f"{made} No subtitles."
    panel.do("say", sentence=f"{made} No subtitles. ")
    panel.do("choose", what="subtitles", value="track")
    panel.until(lambda view: view["sentence"] == made)


def test_it_is_dubbed_as_chosen_and_the_choices_survive(panel):
    panel.do("add", text="es, fr")
    panel.until(lambda view: len(view["cards"]) == 2)
    panel.do("dub", sentence=panel.view["sentence"])
    panel.until(lambda view: all(card["dubbed"] for card in view["cards"]) and not view["work"])
    assert panel.workflow.languages == ("es", "fr")
    assert panel.tags() == ["es", "fr"]
    assert panel.view["say"] == "English (heard) → Spanish and French"
    assert panel.view["heard"] == "English"
    assert panel.panel.done()
    other = Touched(panel.workflow)
    assert other.tags() == ["es", "fr"]


def test_the_edited_sentence_is_what_is_sent(panel):
    panel.do("dub", sentence="Dub this video into German.")
    panel.until(lambda _: panel.workflow.languages == ("de",))
    assert panel.workflow.messages[0].text == "Dub this video into German."


def test_nothing_is_sent_without_a_language(panel):
    assert panel.view["blocked"] == language_words.ADD_FIRST
    panel.do("dub")
    assert panel.error()["cause"] == language_words.ADD_FIRST
    assert not panel.workflow.messages


def test_nothing_new_begins_while_something_is_under_way(panel, lab):
    panel.do("add", text="es")
    panel.until(lambda view: view["cards"])
    before = lab.jobs()
    lab.hold()
    panel.do("dub")
    panel.until(lambda view: view["work"])
    assert panel.view["blocked"] == words.STEP_RUNS
    panel.do("dub")
    panel.choose("subtitles", "off")
    panel.until(lambda view: view["subtitles"] == "off")
    assert panel.view["error"] is None
    lab.release()
    panel.until(lambda view: not view["work"])
    assert lab.jobs() - before == 1


def test_what_it_will_take_is_said_before(panel):
    panel.do("add", text="es")
    assert "0 credits" in panel.until(lambda view: view["estimate"])
    assert panel.view["how"]


def test_it_asks_before_it_spends(panel, monkeypatch):
    async def costly(*_, **__):
        return Estimate(50.0, None, 400, "by the API's rules")

    monkeypatch.setattr(panel.workflow.project, "aestimate", costly)
    panel.workflow.credits = Credits(30, 0, 100)
    panel.do("add", text="es")
    panel.until(lambda view: view["cards"])
    panel.do("dub", agreed=True)
    question = panel.until(lambda view: view["question"])
    assert question == "This will spend about 50 credits. You have 30. That may not be enough."
    panel.choose("subtitles", "off")
    panel.until(lambda view: not view["question"])
    panel.do("dub")
    panel.until(lambda view: view["question"])
    panel.do("cancel")
    panel.until(lambda view: not view["question"])
    assert panel.workflow.work is None
    assert not panel.workflow.languages
    panel.do("dub")
    panel.until(lambda view: view["question"])
    panel.do("dub", agreed=True)
    panel.until(lambda _: panel.workflow.languages == ("es",))


def test_with_several_clips_it_says_for_which(panel, clip):
    second = clip.with_name("second.mp4")
    second.write_bytes(clip.read_bytes() + b"\0")
    LOOP.run(panel.workflow.upload([second]))
    panel.do("add", text="es")
    panel.until(lambda view: view["cards"])
    assert panel.view["clip"] == "second.mp4"
    assert panel.view["lead"] == 'For the clip "second.mp4":'
    assert panel.view["code"] == 'project.dub(to=["es"], clip="second.mp4")'
    assert understand(f"{panel.view['lead']} {panel.view['sentence']}").clip == "second.mp4"
