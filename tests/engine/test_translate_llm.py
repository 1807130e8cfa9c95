"""A language model behind OpenAI's chat API translates; whatever it answers is checked."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from chat_server import ChatServer, serving

from nemodub_nb.local.engine import weights
from nemodub_nb.local.engine.doctor import as_text, report
from nemodub_nb.local.engine.errors import NoTranslationError
from nemodub_nb.local.engine.lines import Line
from nemodub_nb.local.engine.progress import silent
from nemodub_nb.local.engine.steps import Steps
from nemodub_nb.local.engine.translate import llm
from nemodub_nb.local.engine.translate.engines import Hop, open_hop
from nemodub_nb.local.engine.translate.lines import Pair, translate

SECRET = "sk-very-secret"
TEXTS = ["The house is big.", "Your timeline is ready.", "We meet on Monday.", "The dog eats."]


@pytest.fixture(scope="module")
def chat(models: Path) -> Iterator[ChatServer]:
    weights.ensure("firefox-en-pt", models)
    with serving(lambda: open_hop(Hop("en", "pt", "firefox", 1.0), models, silent)) as server:
        yield server


@pytest.fixture
def server(chat: ChatServer) -> ChatServer:
    chat.faults.clear()
    chat.asked.clear()
    chat.headers.clear()
    return chat


def endpoint(server: ChatServer, timeout_s: float = 60.0) -> llm.Endpoint:
    return llm.Endpoint(server.url, "little", SECRET, timeout_s=timeout_s, pause_s=0.01)


def ask(texts: list[str], server: ChatServer, timeout_s: float = 60.0) -> list[llm.Answer]:
    return llm.translate([llm.Ask(text) for text in texts], "en", "pt", endpoint(server, timeout_s))


def lines(*texts: str) -> list[Line]:
    return [Line(at, at * 3.0, at * 3.0 + 2.5, text) for at, text in enumerate(texts)]


def test_lines_are_translated_in_their_order(server: ChatServer) -> None:
    found = [answer.text for answer in ask(TEXTS, server)]
    assert ["casa" in found[0], "linha do tempo" in found[1], "segunda" in found[2]] == [True] * 3
    assert server.headers[0]["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    "fault",
    ["429", "500", "503", "no response_format", "is no JSON", "misses a line", "repeats a line", "invents an id",
     "has an empty line", "has a number for text", "has an endless line", "nests deeply", "is fenced", "is a list",
     "is no completion", "is huge"],
)  # fmt: skip
def test_a_server_that_fails_once_is_asked_again(server: ChatServer, fault: str) -> None:
    server.faults = [fault]
    assert "casa" in ask(TEXTS, server)[0].text


def test_an_odd_line_does_not_take_the_others_with_it(server: ChatServer) -> None:
    # Both tries of the whole batch fail; its halves do not.
    server.faults = ["misses a line", "misses a line"]
    assert len(ask(TEXTS, server)) == len(TEXTS)
    assert [len(asked["lines"]) for asked in server.asked] == [4, 4, 2, 2]


@pytest.mark.parametrize(
    ("faults", "why"),
    [
        (["hangs"], r"did not answer within 0\.5 s"),
        (["401"], "refused the key"),
        (["404"], "does not know the address or the model"),
        (["redirects"], "redirects elsewhere"),
        (["429"] * 9, "status 429"),
        (["is no JSON"] * 9, "gave no usable translation"),
    ],
)
def test_a_server_that_goes_on_failing_is_a_typed_error(
    server: ChatServer, faults: list[str], why: str
) -> None:
    server.faults = faults
    with pytest.raises(llm.LanguageModelError, match=why) as raised:
        ask(TEXTS[:1], server, 0.5 if faults == ["hangs"] else 60.0)
    assert SECRET not in str(raised.value) + repr(raised.value.__cause__)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a/v1", "http://", "localhost:80", "http://[::1", "gopher://x"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(llm.LanguageModelError, match="NEMODUB_LLM_URL"):
        llm.translate([llm.Ask("Hi.")], "en", "pt", llm.Endpoint(url, "m"))


def test_a_server_that_is_not_there_is_a_typed_error() -> None:
    nobody = llm.Endpoint("http://user:pass@127.0.0.1:9/v1?key=x", "m", pause_s=0.01)
    with pytest.raises(llm.LanguageModelError, match=r"m at 127\.0\.0\.1:9 cannot be reached"):
        llm.translate([llm.Ask("Hi.")], "en", "pt", nobody)


def test_the_key_is_in_no_log_and_no_repr(server: ChatServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.faults = ["500"]
    ask(TEXTS[:1], server)
    assert SECRET not in caplog.text
    assert SECRET not in repr(endpoint(server))


def test_what_nothing_else_translates_goes_to_the_language_model(server: ChatServer, tmp_path: Path) -> None:
    glossary = tmp_path / "terms.csv"
    glossary.write_text("source,target,target_language\ntimeline,linha de edição,pt\nNemoVideo,,\n")
    pair = Pair("en", "pt", (), tmp_path / "no models", (glossary,), endpoint(server))
    said = lines("Drag your clip into the timeline.", "NemoVideo is here.", "We saved three hours")
    steps = Steps(tmp_path / "cache")
    pair = replace(pair, models=tmp_path)
    made = translate(said, replace(pair, llm=replace(endpoint(server), first=True)), steps, silent)
    assert "linha de edição" in made[0].text
    assert [one.glossary_kept for one in made] == [True, True, None]
    assert all(one.route == "llm little en→pt" for one in made)
    assert made[1].alternative
    assert made[1].alternative in made[1].text
    assert made[0].alternative == "", "the shorter wording has not got the term"
    (asked,) = server.asked
    assert asked["glossary"] == {"timeline": "linha de edição"}
    assert asked["keep"] == ["NemoVideo"]
    assert asked["lines"][0]["most_characters"] == 40
    # Only a line that changed is asked again, and its neighbours come along to be understood.
    said[2] = replace(said[2], text="We saved four hours")
    translate(said, replace(pair, llm=replace(endpoint(server), first=True)), steps, silent)
    assert [line["text"] for line in server.asked[1]["lines"]] == ["We saved four hours"]
    assert server.asked[1]["before"] == "NemoVideo is here."


def test_a_model_that_ignores_the_glossary_is_brought_to_it(
    server: ChatServer, tmp_path: Path, models: Path
) -> None:
    glossary = tmp_path / "terms.csv"
    glossary.write_text("source,target,target_language\ntimeline,linha de edição,pt\n")
    server.faults = ["ignores the glossary"]
    pair = Pair("en", "pt", (), models, (glossary,), replace(endpoint(server), first=True))
    (made,) = translate(lines("Drag the clip into the timeline."), pair, Steps(tmp_path / "c"), silent)
    assert (made.text, made.route) == ("Arraste o clipe para a linha de edição.", "llm little en→pt")


def test_the_next_way_is_taken_when_the_language_model_fails(
    server: ChatServer, tmp_path: Path, models: Path
) -> None:
    server.faults = ["500"] * 9
    first = replace(endpoint(server), first=True)
    (made,) = translate(
        lines("The house is big."), Pair("en", "pt", (), models, (), first), Steps(tmp_path), silent
    )
    assert made.route == "firefox en→pt"


def test_nothing_left_names_the_language_models_failure(server: ChatServer, tmp_path: Path) -> None:
    server.faults = ["401"]
    with pytest.raises(NoTranslationError, match=r"Welsh to Irish.*refused the key.*NEMODUB_LLM_URL"):
        translate(
            lines("Bore da."), Pair("cy", "ga", (), tmp_path, (), endpoint(server)), Steps(tmp_path), silent
        )


def test_the_doctor_names_the_language_model(
    server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "language model: none (NEMODUB_LLM_URL is not set)" in as_text(report(tmp_path, "cy", ["ga"]))
    monkeypatch.setenv("NEMODUB_LLM_URL", server.url)
    monkeypatch.setenv("NEMODUB_LLM_MODEL", "little")
    monkeypatch.setenv("NEMODUB_LLM_KEY", SECRET)
    found = report(tmp_path, "cy", ["ga"])
    assert found.machine.llm == f"little at {server.url[7:-3]} (answers)"
    assert found.rows[0].translates == "llm little"
    assert SECRET not in as_text(found)
    monkeypatch.setenv("NEMODUB_LLM_URL", "http://127.0.0.1:9/v1")
    assert report(tmp_path, "cy", ["ga"]).machine.llm.endswith("(does not answer)")


@given(
    st.text()
    | st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ).map(repr)
)
def test_no_answer_is_taken_for_a_translation_by_mistake(content: str) -> None:
    with pytest.raises(llm._UnusableAnswerError):
        llm._read(content, [llm.Ask("Hi.")])
