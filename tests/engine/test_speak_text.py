"""Lines are read aloud the way people say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.local.engine.speak import speakable


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("es", "Cuesta €50.", "Cuesta 50 euros."),
        ("es", "$5.20 & más", "5.20 dólares y más"),
        ("pt-BR", "R$ 20", "20 reais"),
        ("de", "10–15 Tage", "10 bis 15 Tage"),
        ("en", "$5 million", "5 million dollars"),
        ("fr", "1,000 clients", "1000 clients"),
        ("en", "1,000 users since 2024-01-02", "1,000 users since 2024-01-02"),
        ("es", "<i>Hola</i> [aplausos] ♪ **ya** 😀", "Hola ya"),
        ("en", "AT&amp;T is 24/7", "AT&T is 24 7"),
        ("ja", "€50です", "€50です"),
    ],
)
def test_signs_are_said_in_the_order_of_the_language(language, written, said):
    assert speakable(written, language) == said


@given(st.text(), st.sampled_from(["en", "es", "fr", "de", "xx"]))
def test_any_text_comes_out_as_one_line_without_tags(text, language):
    out = speakable(text, language)
    assert out == " ".join(out.split())


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9), min_size=1))
def test_plain_words_are_left_alone(words):
    assert speakable(" ".join(words), "es") == " ".join(words)
