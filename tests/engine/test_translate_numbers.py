"""Numbers, units, currencies, months and names are missed when they are lost, and only then."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.local.engine.numerals import readings, written
from nemodub_nb.local.engine.translate.names import doubtful_names, lost_names
from nemodub_nb.local.engine.translate.numbers import lost_numbers, numbers_kept

GOOD = """
en es | It costs $1,299.50. | Cuesta 1.299,50 dólares.
en de | It costs $1,299.50. | Es kostet 1.299,50 $.
en es | 40% faster | un 40 % más rápido
en es | 40% faster | cuarenta por ciento más rápido
en ja | 40% faster | 40パーセント速く
en zh | 40% off | 百分之40的折扣
en ar | 40% faster | أسرع بنسبة 40٪
en de | 3 steps | drei Schritte
en pt | three steps | três passos
en pt | Three new leads | 3 novos leads
en de | 10 000 users | 10.000 Nutzer
en fr | 1,500 people | 1 500 personnes
es en | 1.500 euros | 1,500 euros
en hi | 1,500,000 people | 15,00,000 लोग
en pt | at 3:30 pm | às 15:30
en es | at 3 pm | a las 15:00
en es | at 3 pm | a las tres de la tarde
en fr | $5 million | 5 millions de dollars
en pt | 2 million users | 2.000.000 de usuários
en zh | 20 million people | 2000万人
en zh | $5 million | 500万美元
en es | 5k users | 5.000 usuarios
en es | on January 2, 2024 | el 2 de enero de 2024
en fr | May 5 was | le 5 mai était
en de | the 1st of May | der 1. Mai
en zh | January 2 | 1月2日
en pl | on January 2 | 2 stycznia
en de | 5 km away | 5 Kilometer entfernt
en ja | 5 km away | 5 キロ先
en pl | 5 km | 5 km
en ru | 5 km from here | 5 км отсюда
en nl | 100 km/h | 100 km/u
en es | 60 mph | 60 millas por hora
en de | 20 °C | 20 Grad Celsius
en es | 2.5 GB of data | 2,5 GB de datos
en fr | 2.5 GB of data | 2,5 Go de données
en ru | It costs $50. | Это стоит 50 долларов.
en es | an R$ 20 ticket | una entrada de 20 reales
en fr | €50 | 50 euros
en pt | In 2024 we grew by 3.5%. | Em 2024, crescemos 3,5%.
en it | ten minutes | dieci minuti
en de | 25 people | fünfundzwanzig Leute
en es | twenty-five people | veinticinco personas
en es | a hundred and five people | ciento cinco personas
en pt | nineteen ninety-nine | mil novecentos e noventa e nove
en es | It's three thirty | Son las tres y media
en es | 24 hours a day, 7 days a week | 24 horas al día, siete días a la semana
en pt | It takes ten to fifteen minutes. | Leva de dez a quinze minutos.
en hi | 12 people | बारह लोग
en fr | one of us | l’un de nous
en es | The two of us | Nosotros
en es | H.264 and MP4 files | archivos H.264 y MP4
en es | version 1.2.3 | la versión 1.2.3
en es | plain words | palabras sencillas
fr de | neuf livres | neue Bücher
de en | Wir haben drei. | We have three.
en es | You may go, 5 of you | Podéis iros, cinco
"""
BAD = """
en es | In 2024 we grew | Crecimos | 2024
en es | 40% off | 40 de descuento | 40 %
en es | It costs $50 | Cuesta 50 libras | $50
en pt | three leads | novos leads | three
en de | 5 km | 5 Meilen | 5 km
en es | January 2 | 2 de julio | January
en es | March 2024 | marcha 2024 | March
en pt | 15 people | 50 pessoas | 15
en es | seven days | seis días | seven
en es | 3 and 3 | 3 y tal | 3
en es | It costs 1,500 | Cuesta 15,00 | 1,500
"""


def rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")] for row in table.strip().splitlines()]


@pytest.mark.parametrize(("languages", "source", "target"), rows(GOOD))
def test_a_good_translation_raises_no_alarm(languages: str, source: str, target: str) -> None:
    one, other = languages.split()
    assert lost_numbers(source, target, (one, other)) == ()


@pytest.mark.parametrize(("languages", "source", "target", "lost"), rows(BAD))
def test_a_lost_number_is_named(languages: str, source: str, target: str, lost: str) -> None:
    one, other = languages.split()
    assert lost_numbers(source, target, (one, other)) == (lost,)


def test_without_languages_digits_alone_are_watched() -> None:
    assert numbers_kept("3 steps to $1,299.50", "drei Schritte zu 1.299,50 $")
    assert not numbers_kept("In 2024", "Damals")


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["en", "es", "de", "fr", "pt-BR", "pl", "hi", "zh"]))
def test_a_number_is_read_back_however_a_language_writes_it(amount: Decimal, language: str) -> None:
    from babel.numbers import format_decimal

    text = format_decimal(amount, locale=language.replace("-", "_"), format="#,##0.00")
    assert amount in readings(text)
    assert amount in readings(written(text, language))


@given(st.lists(st.integers(0, 10**7), max_size=6), st.sampled_from([",", ".", " ", "\u202f", "’"]))
def test_numbers_that_are_all_there_are_never_missed(amounts: list[int], mark: str) -> None:
    source = " and ".join(f"{amount:,}" for amount in amounts)
    target = " y ".join(f"{amount:,}".replace(",", mark) for amount in reversed(amounts))
    assert lost_numbers(source, target, ("en", "es")) == ()


@given(st.text(), st.text(), st.sampled_from(["en", "es", "de", "ja", "xx"]))
def test_any_text_can_be_compared(source: str, target: str, language: str) -> None:
    lost_numbers(source, target, ("en", language))
    assert lost_numbers(source, source, (language, language)) == ()
    assert lost_names(source, source) == ()


@pytest.mark.parametrize(
    ("source", "target", "lost"),
    [
        ("NemoVideo on an iPhone", "NemoVideo en un iPhone", ()),
        ("NemoVideo on an iPhone", "Nemo Video en un iPhone", ("NemoVideo",)),
        ("MP4s with H265", "MP4 con H265", ()),
        ("See nemodub.com or mail a@b.org.", "Véase nemodub.com.", ("a@b.org",)),
        (
            "the 1990s, 3rd, 10am and a PhD in the USA",
            "los noventa, tercero, las diez, un doctorado en EE. UU.",
            (),
        ),
    ],
)
def test_what_can_only_be_a_name_is_kept_by_the_letter(
    source: str, target: str, lost: tuple[str, ...]
) -> None:
    assert lost_names(source, target) == lost


@pytest.mark.parametrize(
    ("source", "target", "doubtful"),
    [
        ("On Monday Elinor met Lincoln in London.", "El lunes, Elinor conoció a Lincoln en Londres.", ()),
        ("We speak German in Germany.", "Hablamos alemán en Alemania.", ()),
        ("Ask Marianne today.", "Pregúntale hoy.", ("Marianne",)),
        ("Open Your New Project", "Abre tu nuevo proyecto", ()),
        ("The end. Marianne left.", "Se fue.", ()),
    ],
)
def test_a_capital_inside_a_sentence_is_doubted_when_nothing_resembles_it(
    source: str, target: str, doubtful: tuple[str, ...]
) -> None:
    assert doubtful_names(source, target, ("en", "es")) == doubtful
