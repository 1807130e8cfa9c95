from __future__ import annotations

import importlib.util
import json
import time
from pathlib import Path

import pytest

from nemodub_nb.languages import COMMON
from nemodub_nb.local.agent.grammar import understand
from nemodub_nb.panels import language_words, words
from nemodub_nb.panels.languages import MOST, Languages
from nemodub_nb.panels.workflow import Workflow
from nemodub_nb.project import Credits, Estimate
from nemodub_nb.project.loop import LOOP
from nemodub_nb.project.sentences import dub_sentence

_SPEC = importlib.util.spec_from_file_location("lab", Path(__file__).parents[1] / "project" / "conftest.py")
assert _SPEC
assert _SPEC.loader
_LAB = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_LAB)
HOSTILE = "\u202e<img src=x onerror=alert(1)>\x1b[31m nmv_usr_secret"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """One real backend for all; every test has a session of its own."""
    made = _LAB.Lab(tmp_path_factory.mktemp("lab"))
    yield made
    made.close()


@pytest.fixture
def clip(tmp_path):
    """Return what is enough of a video for a worker that does not look into it."""
    av = pytest.importorskip("av")
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(20):
            container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(stream.encode(None))
    return path


class Touched:
    """A panel as its page touches it: messages go in, the view comes out."""

    def __init__(self, workflow):
        self.workflow = workflow
        self.panel = Languages(workflow, alone=False)
        self.pushed = []
        self.panel.send = lambda content, buffers=None: self.pushed.append((content, buffers))

    def do(self, name, **more):
        self.panel._hear(None, {"do": name, **more}, [])

    @property
    def view(self):
        return self.panel.view

    def until(self, check, seconds=20.0):
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if found := check(self.panel.view):
                return found
            time.sleep(0.02)
        raise AssertionError(f"it did not happen in time: {json.dumps(self.panel.view, ensure_ascii=False)}")

    def error(self):
        return self.until(lambda view: view["error"])

    def choose(self, what, value):
        self.do("choose", what=what, value=value)

    def tags(self):
        return [card["tag"] for card in self.view["cards"]]

    def offered(self):
        self.do("hello")
        deadline = time.monotonic() + 20
        while not self.panel.listing["voices"] and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.panel.listing


@pytest.fixture
def empty(lab):
    """A panel before the first clip."""
    workflow = Workflow(lab.open())
    return Touched(workflow)


@pytest.fixture
def panel(empty, clip):
    """A panel with a clip."""
    LOOP.run(empty.workflow.upload([clip]))
    empty.until(lambda view: not view["why"])
    return empty


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


def test_a_language_that_the_clip_is_in_is_told(panel):
    panel.offered()
    panel.do("add", text="es")
    panel.choose("source", "Spanish")
    card = panel.until(lambda view: view["source"] == "es" and view["cards"])[0]
    assert card["chip"] == language_words.SAME_LANGUAGE
    assert "already" in card["note"]


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
