"""What the Languages panel promises about a glossary: what is typed is what the engine is told, and mistakes are said."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.local.engine.translate import glossary as engine
from nemodub_nb.panels import language_words, terms
from nemodub_nb.project import BadInputError
from nemodub_nb.project.attachments import glossary_parts

ROWS = [["dashboard", {"es": "panel", "fr": "tableau de bord"}], ["NemoVideo", {}], ["", {"es": " "}]]


def typed(*rows, use="terms", file=""):
    return terms.Glossary(True, use, terms.read([list(row) for row in rows]), file)


def test_terms_are_given_with_all_their_wordings_since_they_replace_those_before():
    assert typed(*ROWS).given() == {"dashboard": {"es": "panel", "fr": "tableau de bord"}, "NemoVideo": None}
    assert typed(*ROWS, use="file", file="terms.csv").given() == "terms.csv"


def test_what_is_taken_back_is_given_as_empty_and_what_was_never_said_is_not_given():
    assert terms.Glossary().given() is None, "the clip keeps the glossary that it may have"
    assert typed(*ROWS, use="none").given() == {}
    assert typed(use="terms").given() == {}
    assert typed(use="file").given() == {}
    assert typed(["a", {}], ["A", {}], use="none").problem() is None


@pytest.mark.parametrize(
    ("rows", "cause"),
    [
        ([["", {"es": "panel"}]], language_words.term_missing("panel")),
        ([["Dashboard", {"es": "panel"}], ["dashboard", {}]], language_words.term_twice("dashboard")),
    ],
)
def test_terms_that_cannot_be_meant_are_told_in_two_sentences(rows, cause):
    wrong = typed(*rows).problem()
    assert wrong.message == cause
    assert wrong.advice.endswith(".")


def test_a_file_that_is_chosen_and_not_named_is_told_before_it_is_dubbed():
    assert typed(use="file").problem().message == language_words.NO_FILE


@pytest.mark.parametrize(
    "rows",
    [None, [["x"]], [["x", "y"]], [[3, {}]], [["x", {"es": 3}]], [["x" * 201, {}]], [[str(n), {}] for n in range(51)]],
)  # fmt: skip
def test_what_no_page_sends_is_refused_in_a_sentence(rows):
    with pytest.raises(BadInputError) as refused:
        terms.read(rows)
    assert refused.value.advice.endswith(".")


WORD = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp"], exclude_characters="|*"), max_size=12)  # fmt: skip


@given(st.lists(st.tuples(WORD, st.dictionaries(st.sampled_from(["es", "fr"]), WORD)), max_size=5))
def test_the_engine_reads_what_was_typed(rows):
    made = typed(*rows)
    if made.problem() is not None:
        return
    given_ = made.given()
    json.dumps(given_)
    parts = glossary_parts(given_)
    read = engine.parse(parts[0].partition("\n")[2], "typed") if parts else []
    meant = {(term.sources[0], term.target_language, term.target) for term in read}
    wanted = {
        (source, tag, target)
        for source, targets in (given_ or {}).items()
        for tag, target in (targets or {"*": ""}).items()
    }
    assert meant == wanted
