"""Translation: what people approved first, then the best route; numbers watched."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from nemodub_nb.local.engine.errors import BadTranscriptError, NoTranslationError
from nemodub_nb.local.engine.lines import Line
from nemodub_nb.local.engine.progress import silent
from nemodub_nb.local.engine.steps import Steps
from nemodub_nb.local.engine.translate.engines import Hop
from nemodub_nb.local.engine.translate.lines import Pair, translate
from nemodub_nb.local.engine.translate.memory import Entry, Memory, load, normalised, read
from nemodub_nb.local.engine.translate.routes import name, routes

TMX = """<?xml version="1.0"?><tmx version="1.4"><header srclang="en"/><body>
<tu><tuv xml:lang="en"><seg>Good <b>morning</b>.</seg></tuv><tuv xml:lang="de-DE"><seg>Guten Morgen.</seg></tuv></tu>
</body></tmx>"""


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    path = tmp_path / "memory.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["source", "target", "source_language", "target_language", "alternative"])
        writer.writerow(
            ["It saves 40% of your time.", "Ahorra el 40 % de su tiempo.", "en", "es", "Ahorra un 40 %."]
        )
        writer.writerow(["No meetings.", "Sin reuniones.", "en", "es", ""])
        writer.writerow(["No meetings.", "Sem reuniões.", "en", "pt", ""])
    return path


def test_a_memory_is_found_exactly_then_without_case_and_punctuation(memory: Path) -> None:
    found = load([memory], "en", "es")
    exact, normal = found.find("No meetings."), found.find("no meetings!")
    assert exact
    assert normal
    assert (exact.entry.target, exact.how) == ("Sin reuniones.", "exact")
    assert (normal.entry.target, normal.how) == ("Sin reuniones.", "normalised")
    assert found.find("It saves 40 percent of your time") is not None
    assert found.find("Something else entirely.") is None


def test_a_near_match_never_changes_a_number() -> None:
    found = Memory([Entry("It saves 40 hours of work every single week.", "x", "es")])
    near = found.find("It saves 40 hours of works every single week.")
    assert near
    assert near.how == "near"
    assert found.find("It saves 45 hours of work every single week.") is None


def test_tmx_is_read_in_both_directions_of_its_source_language(tmp_path: Path) -> None:
    path = tmp_path / "m.tmx"
    path.write_text(TMX)
    assert read(path) == [Entry("Good morning.", "Guten Morgen.", "de-DE", "en")]
    assert load([path], "en", "de").find("good morning") is not None


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "<tmx", "<!DOCTYPE x [<!ENTITY a 'b'>]><tmx/>"])
def test_an_unreadable_memory_says_why(tmp_path: Path, text: str) -> None:
    path = tmp_path / "memory.csv"
    path.write_text(text)
    with pytest.raises(BadTranscriptError, match=r"memory\.csv cannot be read: .*Give a CSV"):
        read(path)


def test_a_line_of_two_sentences_is_found_sentence_by_sentence(memory: Path, tmp_path: Path) -> None:
    lines = [Line(0, 0, 2, "It saves 40% of your time. No meetings.")]
    (done,) = translate(lines, Pair("en", "es", (memory,), tmp_path), Steps(tmp_path / "cache"), silent)
    assert done.text == "Ahorra el 40 % de su tiempo. Sin reuniones."
    assert done.alternative == "Ahorra un 40 %. Sin reuniones."
    assert done.numbers_kept


def test_a_pair_that_nothing_translates_names_the_pair_and_the_ways(memory: Path, tmp_path: Path) -> None:
    lines = [Line(0, 0, 2, "No meetings."), Line(1, 2, 4, "Nobody translated this.")]
    with pytest.raises(
        NoTranslationError, match=r"Welsh to Irish, and 2 lines .*Give a translation memory for ga"
    ):
        translate(lines, Pair("cy", "ga", (memory,), tmp_path), Steps(tmp_path / "cache"), silent)


def test_the_best_route_may_go_over_another_language() -> None:
    hops = [
        Hop("en", "es", "apertium", 6.0),
        Hop("en", "pt", "firefox", 1.0),
        Hop("pt", "es", "apertium", 1.5),
    ]
    assert [name(route) for route in routes(hops, "en", "es")] == [
        "firefox en→pt + apertium pt→es",
        "apertium en→es",
    ]
    assert routes(hops, "es", "en") == []


def test_normalising_keeps_letters_of_every_script() -> None:
    assert normalised("¡Hola, “Mundo”! Ça va? 你好。 It's 5%") == "hola mundo ça va 你好 its 5 percent"
