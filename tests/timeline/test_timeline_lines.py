"""Tables of lines go both ways: what comes back unchanged decides nothing, what was changed decides just that."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb import timeline
from nemodub_nb.timeline.lines import LINE_COLUMNS, ReadOnlyError

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
    lambda t: t.strip() == t
)


def draft(texts: list[str], role: str = "dub") -> dict[str, object]:
    rows = [
        {"index": n, "start_s": n * 2.0, "end_s": n * 2.0 + 1.1234, "source_start_s": n * 2.0, "source_end_s": n * 2 + 1.5,
         "source_text": f"source {n}", "text": text, "voice": "espeak:es", "sound": "dub", "approved": False, "stretch": 1.01,
         "flags": ["fast"], "verdict": "look", "numbers_kept": True,
         "names_kept": False, "glossary_kept": None, "lost": ["NemoVideo", "line of time"]}
        for n, text in enumerate(texts)
    ]  # fmt: skip
    segments = [
        {"d": 1100, "m": {"start_ms": n * 2000, "text": row["text"], "report": row}}
        for n, row in enumerate(rows)
    ]
    return {"t": [{"tt": 1, "sg": segments, "m": {"role": role, "language": "es", "clip": "a.mp4"}}]}


@given(st.lists(TEXT, min_size=1, max_size=6), st.sampled_from([",", ";"]))
def test_a_table_that_went_through_a_csv_decides_nothing(texts: list[str], separator: str) -> None:
    lines = timeline.lines(draft(texts), "es")
    text = lines.to_csv(index=False, sep=separator, float_format="%.3f")
    back = pd.read_csv(
        io.StringIO(text), sep=separator, dtype="string", keep_default_na=False, na_values=[""]
    )
    assert timeline.line_changes(lines, back) == []


@given(st.lists(TEXT, min_size=1, max_size=6), st.data())
def test_only_what_was_changed_is_decided(texts: list[str], data: st.DataObject) -> None:
    lines = timeline.lines(draft(texts), "es")
    at = data.draw(st.integers(0, len(texts) - 1))
    wanted = data.draw(TEXT.filter(lambda text: text != texts[at]))
    changed = lines.copy()
    changed.loc[at, "text"] = wanted
    assert timeline.line_changes(lines, changed.sample(frac=1, random_state=1)) == [
        {"line": at, "text": wanted}
    ]


def test_columns_and_types_are_the_same_whatever_there_is() -> None:
    for frame in (
        timeline.lines(draft(["a"]), "es"),
        timeline.lines(draft([]), "es"),
        timeline.lines(None, "fr"),
    ):
        assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
            name: "string" if dtype.startswith("string") else dtype for name, dtype in LINE_COLUMNS.items()
        }


def test_what_a_line_lost_is_named_for_dubs_and_scripts_alike() -> None:
    for role in ("dub", "script"):
        row = timeline.lines(draft(["a"], role), "es").iloc[0]
        assert row["lost"] == "NemoVideo, line of time"
        assert (row["numbers_kept"], row["names_kept"], row["glossary_kept"] is pd.NA) == (True, False, True)
    assert not timeline.frame(draft(["a"])).iloc[0]["names_kept"]


def test_emptied_cells_take_decisions_back_and_words_become_values() -> None:
    lines = timeline.lines(draft(["a", "b"]), "es")
    changed = lines.assign(
        text=[None, "b"], voice=["espeak:es", None], start_s=["0.5", 2.0], approved=["yes", "no"]
    )
    assert timeline.line_changes(lines, changed) == [
        {"line": 0, "text": None, "start_s": 0.5, "approved": True},
        {"line": 1, "voice": None},
    ]


def test_a_part_of_a_table_is_enough_and_own_columns_do_not_matter() -> None:
    lines = timeline.lines(draft(["a", "b", "c"]), "es")
    part = lines.loc[[1], ["line", "text"]].assign(text="B", remark="mine")
    assert timeline.line_changes(lines, part) == [{"line": 1, "text": "B"}]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stretch": 2.0}, "stretch cannot be set"),
        ({"line": 9}, "no line 9"),
        ({"start_s": "soon"}, "not a time"),
    ],
)
def test_what_cannot_be_set_is_refused(change: dict[str, object], said: str) -> None:
    lines = timeline.lines(draft(["a"]), "es")
    with pytest.raises(ReadOnlyError, match=said):
        timeline.line_changes(lines, lines.assign(**change))
