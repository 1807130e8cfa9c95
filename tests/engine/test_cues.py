"""Subtitles: short, readable, in order."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.local.engine import thresholds as t
from nemodub_nb.local.engine.cues import Cue, cues, faults, flagged, width
from nemodub_nb.local.engine.phrases import TORN, cuts

WORD = st.text(alphabet=st.characters(categories=["Ll", "Lu"]), min_size=1, max_size=14)
TEXT = st.lists(WORD, min_size=1, max_size=60).map(" ".join)


@given(TEXT, st.floats(0.5, 12))
def test_cues_are_at_most_two_lines_of_42(text: str, seconds: float) -> None:
    for cue in cues([(1.0, 1.0 + seconds, text)], 60.0):
        lines = cue.text.split("\n")
        assert len(lines) <= t.CUE_LINES
        assert all(width(line) <= t.CUE_CHARACTERS for line in lines)


@given(TEXT)
def test_no_word_is_lost(text: str) -> None:
    shown = " ".join(cue.text.replace("\n", " ") for cue in cues([(0.0, 9.0, text)], 60.0))
    assert shown.split() == text.split()


def test_a_fast_line_is_shown_longer_when_there_is_time() -> None:
    text = "This sentence was spoken much too fast to be read."
    (cue,) = cues([(0.0, 1.0, text)], 60.0)
    assert len(text) / (cue.end_s - cue.start_s) <= t.CUE_CHARACTERS_PER_S + 0.1


def test_a_cue_leaves_two_frames_before_the_next() -> None:
    first, second = cues([(0.0, 2.0, "One."), (2.0, 4.0, "Two.")], 10.0)
    assert second.start_s - first.end_s >= t.CUE_GAP_S - 0.001


def test_a_long_line_is_cut_at_a_phrase() -> None:
    text = "Open the dashboard, choose the project that you want to share, and press the button that says publish now."
    first, *_ = cues([(0.0, 8.0, text)], 10.0)
    assert first.text.endswith(",")


def test_chinese_is_cut_without_spaces() -> None:
    text = "打开控制台，选择要分享的项目，然后按下发布按钮，几秒钟之后大家就能看到。我们每周为您节省两个小时，无需会议。"
    for cue in cues([(0.0, 8.0, text)], 10.0):
        assert all(width(line) <= t.CUE_CHARACTERS for line in cue.text.split("\n"))


SENTENCES = {
    "en": "Before the end of the year we want to open a new office in the centre of Lisbon for the people of our team.",
    "es": "Hace más de diez años que la empresa de mi hermano vende productos de limpieza para los hoteles del sur de España.",
    "fr": "Nous avons l’intention d’ouvrir une nouvelle boutique dans le centre de la ville avant la fin de l’année prochaine.",
    "de": "Wir haben im vergangenen Jahr mit der neuen Anlage in Hamburg mehr als 1.200 Maschinen für den Markt gebaut.",
    "it": "Alla fine di ogni settimana gli studenti della scuola portano a casa i libri che hanno letto con la maestra.",
    "pt": "No fim de cada semana os alunos da escola levam para casa os livros que leram com a professora na sala de aula.",
}
LOOSE = {
    "en": {"a", "an", "the", "of", "in", "on", "to", "for", "with", "and", "our"},
    "es": {"el", "la", "los", "las", "un", "una", "de", "del", "en", "para", "con", "que", "mi", "y", "más"},
    "fr": {"le", "la", "les", "un", "une", "de", "du", "dans", "avant", "et"},
    "de": {"der", "die", "das", "den", "dem", "im", "in", "mit", "für", "als", "mehr"} - {"mehr"},
    "it": {"il", "la", "i", "gli", "di", "della", "a", "alla", "con", "che", "ogni"},
    "pt": {"o", "a", "os", "as", "de", "da", "no", "na", "para", "com", "que", "cada"},
}


@pytest.mark.parametrize("language", sorted(SENTENCES))
@pytest.mark.parametrize(
    "begin", ["", "Well, ", "And so, my friends, ", "As everyone at home knows by now, "]
)
def test_no_line_ends_with_an_article_or_a_preposition(language: str, begin: str) -> None:
    shown = cues([(0.0, 9.0, begin + SENTENCES[language])], 20.0, language)
    lines = [line for cue in shown for line in cue.text.split("\n")]
    assert not [line for line in lines[:-1] if line.split()[-1].casefold() in LOOSE[language]], lines


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_the_lines_of_a_cue_are_about_as_long(language: str) -> None:
    for cue in cues([(0.0, 9.0, SENTENCES[language])], 20.0, language):
        first, _, second = cue.text.partition("\n")
        assert not second or 0.4 < len(first) / len(second) < 2.5


@pytest.mark.parametrize(
    ("language", "text", "torn"),
    [
        ("en", "It takes 40 minutes", "40|minutes"),
        ("es", "el 40 % de todo", "40|%"),
        ("fr", "l’ ami de Paul", "l’|ami"),
        ("en", "Dr. Smith is here", "Dr.|Smith"),
    ],
)
def test_what_belongs_together_is_not_torn(language: str, text: str, torn: str) -> None:
    costs = {
        f"{text[: cut.at].rsplit(maxsplit=1)[-1]}|{text[cut.at :].split(maxsplit=1)[0]}": cut.cost
        for cut in cuts(text, language)
    }
    assert costs[torn] == TORN


def test_japanese_lines_begin_with_no_small_mark() -> None:
    text = "ここでは、新しいダッシュボードを使って、毎週二時間を節約しています。とても便利ですよ、ぜひ試してみてください。"
    lines = [line for cue in cues([(0.0, 9.0, text)], 20.0, "ja") for line in cue.text.split("\n")]
    assert all(width(line) <= t.CUE_CHARACTERS and line[0] not in "、。ーっゃゅょ" for line in lines)
    assert "".join(lines) == text


SCRIPTS = st.sampled_from(["en", "es", "de", "zh", "ja", "th", ""])
ANY_TEXT = st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=12).map(" ".join)
PLACED = st.lists(st.tuples(st.floats(0, 6), st.floats(0.01, 8), ANY_TEXT), min_size=1, max_size=6)


@given(PLACED, SCRIPTS)
def test_limits_are_kept_or_flagged_and_nothing_overlaps(
    rows: list[tuple[float, float, str]], language: str
) -> None:
    placed, at_s = [], 0.0
    for pause_s, seconds, text in rows:
        placed.append((at_s + pause_s, at_s + pause_s + seconds, text))
        at_s += pause_s + seconds * 0.8  # some are spoken into the next
    shown = cues(placed, at_s + 5.0, language)
    for cue in shown:
        lines = cue.text.split("\n")
        assert len(lines) <= t.CUE_LINES
        assert all(width(line) <= t.CUE_CHARACTERS for line in lines)
        assert cue.end_s > cue.start_s
        fast = width(cue.text.replace("\n", " ")) / (cue.end_s - cue.start_s) > t.CUE_CHARACTERS_PER_S * 1.02
        assert not fast or "fast" in faults(cue)
    for one, other in pairwise(shown):
        assert other.start_s - one.end_s >= t.CUE_GAP_S - 2e-3
    wanted = "".join("".join(text.split()) for _, _, text in placed)
    assert "".join("".join(cue.text.split()) for cue in shown) == wanted


def test_what_breaks_a_limit_is_named() -> None:
    fast = Cue(0.0, 1.0, "This is far too much for a single second.")
    long = Cue(1.0, 9.0, "x" * 43)
    assert faults(fast, long) == ("fast", "close")
    assert faults(long) == ("long",)
    assert flagged([fast, long, Cue(9.1, 10.0, "Good.")]) == 2


def test_a_text_of_a_thousand_words_is_cut_quickly() -> None:
    text = " ".join(["word"] * 1000)
    assert len(cues([(0.0, 400.0, text)], 500.0, "en")) > 50
