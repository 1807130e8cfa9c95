"""What the Languages panel promises: languages are found by any name, offers are told, and nothing else can be chosen."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from nemodub_nb.languages import COMMON
from nemodub_nb.panels import language_words, words
from nemodub_nb.panels.languages import MOST, Languages
from nemodub_nb.panels.workflow import Workflow
from nemodub_nb.project.loop import LOOP

_SPEC = importlib.util.spec_from_file_location(
    "languages_page", Path(__file__).with_name("languages_page.py")
)
room = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(room)
lab, clip, empty, panel = room.lab, room.clip, room.empty, room.panel
HOSTILE = "\u202e<img src=x onerror=alert(1)>\x1b[31m nmv_usr_secret"


def test_a_clip_is_wanted_first(empty, clip):
    assert empty.view["why"] == words.UPLOAD_BEFORE
    empty.do("dub")
    assert empty.error()["cause"] == words.UPLOAD_BEFORE
    LOOP.run(empty.workflow.upload([clip]))
    empty.until(lambda view: not view["why"])


def test_a_backend_is_wanted_before_that():
    assert Languages(Workflow(), alone=False).view["why"] == words.CONNECT_BEFORE


def test_a_language_is_added_by_any_of_its_names(panel):
    names = {
        "Spanish": "es", "français": "fr", "德语": "de", "ja": "ja", "한국어": "ko", "pt-BR": "pt-BR", "العربية": "ar", "Swahili": "sw",
    }  # fmt: skip
    for number, typed in enumerate(names, 1):
        panel.do("add", text=typed)
        panel.until(lambda view, number=number: len(view["cards"]) == number)
    assert panel.tags() == [*names.values()]
    assert panel.view["cards"][0]["name"] == "Spanish"
    assert panel.view["cards"][6]["own"] == "العربية"


def test_several_come_at_once_and_none_twice(panel):
    panel.do("add", text="es, French, es, 德语")
    panel.until(lambda view: len(view["cards"]) == 3)
    panel.do("add", text="Spanish")
    panel.do("add", text="it")
    panel.until(lambda view: len(view["cards"]) == 4)
    assert panel.tags() == ["es", "fr", "de", "it"]
    assert panel.view["main"] == "Dub into 4 languages"
    panel.do("remove", language="fr")
    panel.until(lambda view: len(view["cards"]) == 3)
    assert panel.tags() == ["es", "de", "it"]


def test_a_name_that_is_no_language_is_told_in_a_sentence(panel):
    panel.do("add", text="Klingonish")
    assert "“Klingonish” is not a language" in panel.error()["cause"]
    panel.do("add", text="es")
    panel.until(lambda view: view["cards"] and view["error"] is None)


def test_what_can_be_chosen_has_both_names_and_what_is_ready_first(panel):
    listing = panel.offered()
    rows = {row[0]: row for row in listing["known"]}
    assert rows["es"][1:3] == ["Spanish", "español"]
    assert "西班牙语" in rows["es"][3]
    ready = [row[4] == "ready" for row in listing["known"]]
    assert ready == sorted(ready, reverse=True)
    assert any(voice[0].startswith("kokoro:") for voice in listing["voices"]["es"])
    assert len(json.dumps(listing)) < 50_000
    assert len(listing["begin"]) > 3


def test_what_is_missing_comes_with_its_one_command(panel):
    panel.offered()
    panel.do("add", text="fr, ur")
    french, urdu = panel.until(lambda view: len(view["cards"]) == 2 and view["cards"])
    assert french["chip"] == language_words.TO_FETCH
    assert french["command"].startswith("!nemodub models get ")
    assert french["note"]
    assert urdu["chip"] == language_words.NEEDS_TRANSLATION
    assert urdu["command"] == 'project.dub(to=["ur"], memory="translations.csv")'


def test_a_language_that_the_clip_is_in_is_told(panel):
    panel.offered()
    panel.do("add", text="es")
    panel.choose("source", "Spanish")
    card = panel.until(lambda view: view["source"] == "es" and view["cards"])[0]
    assert card["chip"] == language_words.SAME_LANGUAGE
    assert "already" in card["note"]


def test_a_voice_is_heard(panel):
    panel.do("add", text="es")
    panel.until(lambda view: view["cards"])

    class Spoken:
        wav = b"RIFF"

    async def speak(language, voice=None):
        assert (language, voice) == ("es", None)
        return Spoken

    panel.workflow.project.apreview_voice = speak
    panel.do("hear", language="es")
    panel.until(lambda _: ({"kind": "voice", "language": "es"}, [b"RIFF"]) in panel.pushed)
    panel.until(lambda view: not view["cards"][0]["hearing"])


def test_what_no_page_sends_changes_nothing(panel):
    before = panel.workflow.choices
    for message in [
        {"do": "add"},
        {"do": "add", "text": ["es"]},
        {"do": "add", "text": "x" * 1_000_000},
        {"do": "add", "text": HOSTILE},
        {"do": "choose"},
        {"do": "choose", "what": "original", "value": "loud"},
        {"do": "choose", "what": "original", "value": {}},
        {"do": "choose", "what": "background", "value": 7},
        {"do": "choose", "what": "background", "value": float("nan")},
        {"do": "choose", "what": "background", "value": True},
        {"do": "choose", "what": "source", "value": HOSTILE},
        {"do": "choose", "what": "sentence", "value": "x"},
        {"do": "voice", "language": "es", "voice": "x for Spanish. Undo"},
        {"do": "voice", "language": [], "voice": ""},
        {"do": "glossary", "use": "all"},
        {"do": "glossary", "terms": [[HOSTILE * 10, {}]]},
        {"do": "glossary", "file": 7},
        {"do": "glossary", "file": HOSTILE},
        {"do": "say", "sentence": 5},
        {"do": "say", "sentence": "x" * 100_000},
    ]:
        panel.panel._hear(None, message, [])
        error = panel.error()
        assert panel.workflow.choices == before
        assert "in this panel" not in error["cause"]
        assert "\x1b" not in json.dumps(error)
        assert len(json.dumps(panel.view)) < 50_000
        panel.do("dismiss")
        panel.until(lambda view: view["error"] is None)


def test_one_dub_takes_a_limited_number_of_languages(panel):
    codes = [*COMMON, "sw"]
    panel.do("add", text=",".join(codes))
    assert panel.error()["cause"] == language_words.too_many(MOST)
    panel.do("add", text=",".join(codes[:MOST]))
    panel.until(lambda view: len(view["cards"]) == MOST)
    assert len(json.dumps(panel.view)) < 50_000


def test_hostile_words_by_hand_stay_words(panel):
    panel.do("say", sentence=f"{HOSTILE} \ud800 Dub into Spanish.")
    panel.until(lambda view: view["edited"])
    shown = panel.view["sentence"]
    assert "nmv_usr_secret" not in shown
    assert "\u202e" not in shown
    shown.encode()
    story = panel.panel.story()
    assert "<img" not in story.html
    assert "&lt;img" in story.html


def test_a_saved_notebook_tells_what_was_chosen(panel):
    panel.offered()
    panel.do("add", text="es, ar")
    panel.until(lambda view: len(view["cards"]) == 2)
    story = panel.panel.story()
    assert story.say == "Spanish and Arabic"
    assert "العربية" in story.html
    assert "Dub this video into Spanish and Arabic" in story.html
    assert "Spanish (español)" in story.text
