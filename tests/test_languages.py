"""Languages as people name them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb import languages


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("es", "es"), ("Spanish", "es"), ("español", "es"), ("西班牙语", "es"), ("pt-br", "pt-BR"), ("PT_BR", "pt-BR"),
        ("Brazilian Portuguese", "pt-BR"), ("日本語", "ja"), ("日语", "ja"), ("Deutsch", "de"), ("Chinese", "zh"),
        ("中文", "zh"), ("Klingon", "tlh"), (" french ", "fr"), ("Portuguese (Brazil)", "pt-BR"),
    ],
)  # fmt: skip
def test_a_language_is_understood_by_tag_and_by_name(text: str, tag: str) -> None:
    assert languages.parse(text) == tag


@pytest.mark.parametrize("text", ["", "xx", "klingonish", "Spanglish", "es fr", "../es"])
def test_what_is_no_language_is_refused_with_advice(text: str) -> None:
    with pytest.raises(languages.UnknownLanguageError, match="is not a language"):
        languages.parse(text)


@given(st.sampled_from(languages.COMMON))
def test_every_name_leads_back_to_its_language(tag: str) -> None:
    assert languages.base(languages.parse(languages.english_name(tag))) == tag
    assert languages.base(languages.parse(languages.own_name(tag))) == tag
