"""Sentences are translated whole, however many lines they were spoken in, and only where something changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.local.engine.lines import Line
from nemodub_nb.local.engine.phrases import apportioned
from nemodub_nb.local.engine.progress import silent
from nemodub_nb.local.engine.steps import Steps
from nemodub_nb.local.engine.translate.lines import Pair, translate
from nemodub_nb.local.engine.translate.sentences import into_lines, sentences, split


def lines(*texts: str, gap_s: float = 0.5) -> list[Line]:
    return [Line(at, at * 3.0, (at + 1) * 3.0 - gap_s, text) for at, text in enumerate(texts)]


def whole(*texts: str, gap_s: float = 0.5) -> list[str]:
    return [one.text for one in sentences(lines(*texts, gap_s=gap_s))]


def test_a_sentence_over_three_lines_is_one() -> None:
    assert whole("She had regular features,", "and a pretty figure", "that I liked. He left.") == [
        "She had regular features, and a pretty figure that I liked.",
        "He left.",
    ]


@pytest.mark.parametrize(
    "texts",
    [("First sentence.", "and another"), ("A heading", "Another heading"), ("No end", "Tomorrow we go")],
)
def test_lines_that_do_not_go_on_stay_apart(texts: tuple[str, ...]) -> None:
    assert whole(*texts) == list(texts)


def test_a_long_pause_ends_a_sentence() -> None:
    assert len(whole("and then", "we went home", gap_s=2.6)) == 2


def test_abbreviations_end_no_sentence() -> None:
    assert split("Mr. Smith met Dr. Jones. They talked! 好。再见。") == [
        "Mr. Smith met Dr. Jones.",
        "They talked!",
        "好。",
        "再见。",
    ]


def test_a_talk_without_full_stops_is_not_one_sentence() -> None:
    found = sentences(lines(*["and so we went on and on"] * 10))
    assert max(len(one.parts) for one in found) == 4


def test_a_translation_is_cut_at_a_phrase_near_its_share() -> None:
    text = "Sua forma, embora não tão correta como a de sua irmã, em ter a vantagem de altura, era mais marcante."
    assert apportioned(text, [58, 42], "pt") == [
        "Sua forma, embora não tão correta como a de sua irmã,",
        "em ter a vantagem de altura, era mais marcante.",
    ]


@given(
    st.lists(
        st.lists(
            st.sampled_from(["we", "go.", "Home", "and", "then,", "stop!", "x"]), min_size=1, max_size=8
        ),
        min_size=1,
        max_size=8,
    )
)
def test_no_word_is_lost_or_moved_by_joining_and_cutting(words: list[list[str]]) -> None:
    said = [" ".join(each) for each in words]
    found = sentences(lines(*said))
    assert " ".join(one.text for one in found) == " ".join(said)
    back = into_lines(found, [one.text.upper() for one in found], len(said), "en")
    assert " ".join(part for part in back if part) == " ".join(said).upper()


def test_a_broken_sentence_is_translated_whole(models: Path, tmp_path: Path) -> None:
    said = lines("She was so tired after the long trip that", "the bed looked like heaven.")
    first, second = translate(said, Pair("en", "pt", (), models), Steps(tmp_path), silent)
    assert first.text.startswith("Ela estava")
    assert second.text[0].islower()
    assert second.text.endswith(".")


def test_no_line_is_left_without_a_word(models: Path, tmp_path: Path) -> None:
    memory = tmp_path / "m.csv"
    memory.write_text("source,target,target_language\nSo it was fine.,Bem.,pt\n")
    made = translate(
        lines("So it was", "fine."), Pair("en", "pt", (memory,), models), Steps(tmp_path / "c"), silent
    )
    assert all(one.text for one in made)
    assert [one.route for one in made] == ["firefox en→pt"] * 2


def test_a_corrected_line_translates_nothing_but_its_sentence(models: Path, tmp_path: Path) -> None:
    said = lines("The house is big.", "Your timeline is", "nearly ready.", "The dog eats.")
    pair = Pair("en", "pt", (), models)
    before = translate(said, pair, Steps(tmp_path), silent)
    again = Steps(tmp_path)
    assert translate(said, pair, again, silent) == before
    assert again.computed == 0
    said[2] = replace(said[2], text="almost ready.")
    changed = Steps(tmp_path)
    after = translate(said, pair, changed, silent)
    assert changed.computed == 1
    assert [one.text for one in after][::3] == [one.text for one in before][::3]


def test_a_half_that_the_memory_knows_stays_the_memorys(models: Path, tmp_path: Path) -> None:
    memory = tmp_path / "m.csv"
    memory.write_text("source,target,target_language\nYour timeline is,Sua linha já está,pt\n")
    said = lines("Your timeline is", "nearly ready.")
    first, second = translate(said, Pair("en", "pt", (memory,), models), Steps(tmp_path / "c"), silent)
    assert (first.text, first.route) == ("Sua linha já está", "memory exact")
    assert second.route == "firefox en→pt"


def test_a_sentence_that_the_memory_knows_whole_is_cut_back_into_its_lines(tmp_path: Path) -> None:
    memory = tmp_path / "m.csv"
    memory.write_text(
        'source,target,target_language\nYour timeline is nearly ready.,"Sua linha está, enfim, pronta.",pt\n'
    )
    said = lines("Your timeline is", "nearly ready.")
    made = translate(said, Pair("en", "pt", (memory,), tmp_path), Steps(tmp_path / "c"), silent)
    assert [one.route for one in made] == ["memory exact"] * 2
    assert " ".join(one.text for one in made) == "Sua linha está, enfim, pronta."


def test_a_number_may_move_to_the_next_line_of_its_sentence(models: Path, tmp_path: Path) -> None:
    said = lines("In 2024, because of the 40 percent,", "we grew by 300 people.")
    assert all(
        one.numbers_kept for one in translate(said, Pair("en", "pt", (), models), Steps(tmp_path), silent)
    )


def test_a_name_that_a_machine_loses_is_told(models: Path, tmp_path: Path) -> None:
    memory = tmp_path / "m.csv"
    memory.write_text("source,target,target_language\nI use NemoVideo.,Eu uso o programa.,pt\n")
    kept, gone = translate(
        lines("On Monday Marianne met the President in London.", "I use NemoVideo."),
        Pair("en", "pt", (memory,), models),
        Steps(tmp_path / "c"),
        silent,
    )
    assert kept.names_kept
    assert (gone.names_kept, gone.lost) == (False, ("NemoVideo",))
