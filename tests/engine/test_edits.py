"""Decisions about single lines: merged, taken back, applied to a transcript."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.local.engine.edits import LineEdit, corrected, merged, of_language
from nemodub_nb.local.engine.errors import BadJobError
from nemodub_nb.local.engine.lines import Line

LINES = tuple(Line(index, index * 2.0, index * 2.0 + 1.5, f"line {index}") for index in range(5))
DECISIONS = st.fixed_dictionaries(
    {},
    optional={
        "text": st.none() | st.text(min_size=1, max_size=20),
        "voice": st.none() | st.just("espeak:es"),
        "start_s": st.none() | st.floats(0, 20),
        "sound": st.none() | st.sampled_from(["dub", "mute", "original"]),
        "approved": st.booleans(),
    },
)
MANY = st.lists(st.tuples(st.integers(0, 4), st.sampled_from([None, "es", "fr"]), DECISIONS), max_size=12)


def apply(said: list[tuple[int, str | None, dict[str, object]]]) -> tuple[LineEdit, ...]:
    edits: tuple[LineEdit, ...] = ()
    for line, language, decided in said:
        edits = merged(edits, line, language, decided)
    return edits


@given(MANY)
def test_the_last_word_on_each_line_holds_and_survives_being_stored(said) -> None:
    edits = apply(said)
    assert len({(edit.language, edit.line) for edit in edits}) == len(edits)
    assert [LineEdit.from_dict(edit.to_dict()) for edit in edits] == list(edits)
    last: dict[tuple[int, str | None, str], object] = {}
    for line, language, decided in said:
        last |= {(line, language, name): value for name, value in decided.items() if name != "approved"}
    for (line, language, name), value in last.items():
        edit = of_language(edits, language).get(line, LineEdit(line, language))
        assert getattr(edit, name) == value


@given(MANY, st.integers(0, 4))
def test_taking_everything_back_leaves_nothing(said, line) -> None:
    nothing = dict.fromkeys(["text", "voice", "start_s", "end_s", "sound"])
    edits = merged(apply(said), line, "es", nothing)
    assert line not in of_language(edits, "es")


def test_a_change_takes_an_approval_back_unless_it_says_so_itself() -> None:
    approved = merged((), 1, "es", {"approved": True})
    assert not of_language(merged(approved, 1, "es", {"text": "Hola."}), "es")[1].approved
    assert of_language(merged(approved, 1, "es", {"text": "Hola.", "approved": True}), "es")[1].approved


def test_a_corrected_transcript_keeps_its_numbers() -> None:
    edits = (
        LineEdit(0, text="first"),
        LineEdit(1, text=""),
        LineEdit(3, start_s=0.5),
        LineEdit(2, "es", text="not of the transcript"),
    )
    lines = corrected(LINES, edits)
    assert [(line.index, line.text) for line in lines] == [
        (0, "first"),
        (3, "line 3"),
        (2, "line 2"),
        (4, "line 4"),
    ]
    assert all(line.end_s > line.start_s for line in lines)


@pytest.mark.parametrize(
    "wrong",
    [
        {"line": -1}, {"line": 1, "colour": 2}, {"line": 1, "sound": "loud"}, {"line": 1, "start_s": float("nan")},
        {"line": 1, "start_s": -1}, {"line": 1, "text": 5}, {"line": 1, "text": "x" * 5000}, {"line": "1"}, {},
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(wrong) -> None:
    with pytest.raises(BadJobError):
        LineEdit.from_dict(wrong)
