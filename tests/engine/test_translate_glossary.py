"""Glossary terms come out in their wanted form, names letter by letter, or the line says so."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.local.engine.edits import LineEdit
from nemodub_nb.local.engine.errors import BadGlossaryError
from nemodub_nb.local.engine.jobs import DubJob
from nemodub_nb.local.engine.lines import Line
from nemodub_nb.local.engine.progress import silent
from nemodub_nb.local.engine.script import script_rows, write_script
from nemodub_nb.local.engine.steps import Steps
from nemodub_nb.local.engine.transcribe.source import Transcript
from nemodub_nb.local.engine.translate.agreement import agreeing, gender
from nemodub_nb.local.engine.translate.engines import hops
from nemodub_nb.local.engine.translate.glossary import Glossary, Term, load, lost, parse, read
from nemodub_nb.local.engine.translate.lines import Pair, Translated, translate
from nemodub_nb.local.engine.translate.terms import with_terms

PORTUGUESE = """source,target,target_language,forms
dashboard,quadro de comandos,pt,quadros de comandos
timeline,linha de edição,pt,linhas de edição
lead,oportunidade,pt,oportunidades
pipeline,esteira,pt,esteiras
dub,dublagem,pt,dublagens
workspace,área de trabalho,pt,áreas de trabalho
launch,estreia,pt,
render,exportação,pt,exportações
Word,*,,
NemoVideo,,,
Final Cut Pro,,,
Studio,,,
"""
SPANISH = """source;target;target_language;forms
dashboard;panel de control;es;paneles de control
timeline;línea de tiempo;es;líneas de tiempo
lead;cliente potencial;es;clientes potenciales
pipeline;canalización;es;canalizaciones
dub;doblaje;es;doblajes
workspace;espacio de trabajo;es;espacios de trabajo
launch;estreno;es;
render;exportación;es;
Word;*;;
NemoVideo;;;
Final Cut Pro;;;
Studio;;;
"""
SAID = (
    "Open the dashboard and choose the project you want to share.",
    "The dashboard shows three new leads.",
    "Our new dashboards are faster than the old dashboard.",
    "Drag the clip into the timeline.",
    "Every lead that you add is saved.",
    "We measured the throughput of the pipeline.",
    "NemoVideo turns your clips into dubs in ten languages.",
    "Invite your team to the workspace.",
    "The launch is on Monday.",
    "Ask Word to open Final Cut Pro in Studio.",
    "Start the render now, then wait.",
    "We saved three hours.",
)


def lines(*texts: str) -> list[Line]:
    return [Line(at, at * 3.0, at * 3.0 + 2.5, text) for at, text in enumerate(texts)]


def translated(texts: tuple[str, ...], pair: Pair, folder: Path) -> list[Translated]:
    return translate(lines(*texts), pair, Steps(folder / "cache"), silent)


@pytest.fixture
def portuguese(tmp_path: Path, models: Path) -> Pair:
    path = tmp_path / "terms.csv"
    path.write_text(PORTUGUESE, encoding="utf-8")
    return Pair("en", "pt", (), models, (path,))


def test_firefox_says_every_term_as_the_glossary_wants_it(portuguese: Pair, tmp_path: Path) -> None:
    made = translated(SAID, portuguese, tmp_path)
    assert [one.glossary_kept for one in made] == [True] * 11 + [None]
    said = [one.text for one in made]
    assert said[3] == "Arraste o clipe para a linha de edição."
    assert "da esteira" in said[5]
    assert "para a área de trabalho" in said[7]
    assert said[8] == "A estreia é na segunda-feira."
    assert all(name in said[9] for name in ("Word", "Final Cut Pro", "Studio"))
    assert "a exportação" in said[10]
    assert not any(mark in text for text in said for mark in ("XQ", "KX-", "Zorblax", '"'))


def test_apertium_says_every_term_as_the_glossary_wants_it(
    tmp_path: Path, lacking: Callable[[str], NoReturn]
) -> None:
    if not any(hop.name == "apertium en→es" for hop in hops(tmp_path)):
        lacking("Apertium with en-es")
    path = tmp_path / "terms.csv"
    path.write_text(SPANISH, encoding="utf-8")
    made = translated(SAID, Pair("en", "es", (), tmp_path, (path,)), tmp_path)
    assert [one.glossary_kept for one in made] == [True] * 11 + [None]
    assert "a la línea de tiempo" in made[3].text
    assert "de la canalización" in made[5].text
    assert "Final Cut Pro" in made[9].text


def test_without_a_glossary_the_machine_speaks_for_itself(models: Path, tmp_path: Path) -> None:
    (made,) = translated(SAID[:1], Pair("en", "pt", (), models), tmp_path)
    assert (made.text, made.glossary_kept) == (
        "Abra o painel e escolha o projeto que deseja compartilhar.",
        None,
    )


def test_a_memory_that_does_without_the_term_is_flagged_and_left_alone(
    portuguese: Pair, tmp_path: Path
) -> None:
    memory = tmp_path / "memory.csv"
    memory.write_text("source,target,target_language\nThe launch is on Monday.,Começa na segunda.,pt\n")
    pair = Pair("en", "pt", (memory,), tmp_path, portuguese.glossaries)
    (made,) = translated(SAID[8:9], pair, tmp_path)
    assert (made.text, made.glossary_kept, made.lost) == ("Começa na segunda.", False, ("launch",))


def test_a_script_names_what_a_person_s_own_words_lost(portuguese: Pair, tmp_path: Path) -> None:
    said = Transcript("en", (Line(0, 0.0, 2.0, "The launch of NemoVideo is on Monday."),), "given")
    edits = (LineEdit(0, "pt", text="Começa na segunda."),)
    script = write_script(said, portuguese, edits, Steps(tmp_path), silent)
    (row,) = (row.to_dict() for row in script_rows(script, "pt", 2.0))
    assert (row["glossary_kept"], row["numbers_kept"]) == (False, True)
    assert sorted(row["lost"]) == ["NemoVideo", "launch"]


def test_a_machine_that_mangles_everything_leaves_its_sentence_and_the_line_says_so() -> None:
    glossary = Glossary(tuple(parse(PORTUGUESE, "x")), "en")
    found = [glossary.found("Open the dashboard.")]
    made = with_terms(
        ["Open the dashboard."], ["Abra isso."], found, lambda texts: ["nada"] * len(texts), "pt"
    )
    assert made == ["Abra isso."]
    assert lost(found[0], made[0])


def test_a_job_brings_its_glossaries(tmp_path: Path) -> None:
    job = DubJob.from_dict(
        {"source": "a.mp4", "languages": ["es"], "home": str(tmp_path), "glossaries": ["g.csv"]}
    )
    assert job.glossaries == (Path("g.csv"),)


def test_a_glossary_is_read_with_its_languages_forms_and_case(tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    path.write_text(
        "\ufeffSource;Target;target_language;source_language;forms;case\n"
        "clip|video clip;Clip;Spanish;en;clips|los clips;yes\n"
        "Word;*;;;;\n;x;es;;;\nhub;centro;fr;;;\nhub;Zentrum;de;en;;\n",
        encoding="utf-8",
    )
    assert read(path)[:2] == [
        Term(("clip", "video clip"), "Clip", "es", "en", ("clips", "los clips"), exact_case=True),
        Term(("Word",), "", exact_case=True),
    ]
    assert [term.target for term in load([path], "en-US", "fr-CA").terms] == ["", "centro"]
    assert [term.target for term in load([path], "pt", "de").terms] == [""]


def test_a_later_glossary_and_a_nearer_region_win(tmp_path: Path) -> None:
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_text("source,target,target_language\nscreen,tela,pt-BR\nscreen,ecrã,pt\nmouse,rato,pt\n")
    second.write_text("source,target,target_language\nmouse,mouse,pt\n")
    assert {term.target for term in load([first, second], "en", "pt-BR").terms} == {"tela", "mouse"}


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "source,target,target_language\nx,y,Klingonish\n"])
def test_an_unreadable_glossary_says_why(tmp_path: Path, text: str) -> None:
    path = tmp_path / "g.csv"
    path.write_text(text)
    with pytest.raises(BadGlossaryError, match=r"The glossary g\.csv cannot be read: .*Give a CSV"):
        read(path)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Dashboards and the DASHBOARD", ["Dashboards", "DASHBOARD"]),
        ("dashboarding", []),
        ("in a word", []),
        ("Word's and Words", ["Word", "Word"]),
        ("Final Cut Pro", ["Final Cut Pro"]),
        ("the final cut", []),
    ],
)
def test_terms_are_whole_words_in_any_number(text: str, found: list[str]) -> None:
    assert [one.written for one in Glossary(tuple(parse(PORTUGUESE, "x")), "en").found(text)] == found


def test_the_longer_of_two_terms_is_meant() -> None:
    glossary = Glossary((Term(("cut",), "corte", "es"), Term(("final cut",), "montaje", "es")), "en")
    assert [one.term.target for one in glossary.found("The final cut, a cut.")] == ["montaje", "corte"]


def test_chinese_terms_need_no_spaces() -> None:
    glossary = Glossary((Term(("时间线",), "timeline", "en"), Term(("dashboard",), "仪表板", "zh")), "zh")
    (one,) = glossary.found("请打开时间线吧")
    assert one.term.said_in("Open the timelines.", one.written)
    assert Term(("dashboard",), "仪表板", "zh").said_in("请打开仪表板吧", "dashboard")


@pytest.mark.parametrize(
    ("language", "before", "term", "after"),
    [
        ("pt", "Abra o linha e veja.", "linha", "Abra a linha e veja."),
        ("es", "Ve al línea. El línea.", "línea", "Ve a la línea. La línea."),
        ("es", "en la panel", "panel", "en el panel"),
        ("fr", "du équipe", "équipe", "du équipe"),
        ("de", "der Zeile", "Zeile", "der Zeile"),
        ("es", "el agua", "agua", "el agua"),
    ],
)
def test_the_small_word_before_a_term_agrees_with_it(
    language: str, before: str, term: str, after: str
) -> None:
    assert agreeing(before, term, gender(term, language), language) == after


def test_a_form_with_its_article_tells_the_gender() -> None:
    assert gender("central de controle", "pt", ["a central de controle"]) == "f"
    assert gender("sistema", "es") == "m"


WORDS = st.text("abcdefghijklmnopqrstuvwxyzáéíóúñ ", min_size=1, max_size=12).map(str.strip).filter(bool)


@given(st.lists(WORDS, min_size=1, max_size=5, unique=True), st.lists(WORDS, max_size=12))
def test_found_terms_stand_in_the_text_and_never_overlap(terms: list[str], words: list[str]) -> None:
    text = " ".join(words)
    found = Glossary(tuple(Term((term,), "x", "es") for term in terms), "en").found(text)
    assert all(text[one.start : one.end] == one.written for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(WORDS, WORDS, WORDS)
def test_a_name_survives_a_machine_that_changes_every_word(before: str, name: str, after: str) -> None:
    written = name.title() + "Q"
    glossary = Glossary((Term((written,), "", exact_case=True),), "en")

    def upside_down(texts: list[str]) -> list[str]:
        return [
            " ".join(word if word.startswith("XQ") else word[::-1] + "a" for word in text.split())
            for text in texts
        ]

    source = f"{before} {written} {after}"
    found = glossary.found(source)
    (made,) = with_terms([source], upside_down([source]), [found], upside_down, "es")  # type: ignore[arg-type]
    assert not lost(found, made)


@given(st.text(), st.sampled_from(["en", "es", "ja"]))
def test_any_text_is_a_glossary_or_an_error_that_says_why(text: str, language: str) -> None:
    try:
        terms = parse(text, "any.csv")
    except BadGlossaryError as error:
        assert "any.csv" in error.message  # noqa: PT017 - either is right
    else:
        Glossary(tuple(terms), language).found(text)
