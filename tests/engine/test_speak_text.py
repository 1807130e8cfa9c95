"""Lines are read aloud the way people say them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.local.engine.speak import speakable


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("es", "Cuesta €50.", "Cuesta 50 euros."),
        ("es", "$5.20 & más", "5,20 dólares y más"),
        ("es", "1,299.50 €", "1299,50 euros"),
        ("es", "5 millones de dólares o $5 millones", "5 millones de dólares o 5 millones de dólares"),
        (
            "es",
            "a 5 km, a 120 km/h y a 25 °C",
            "a 5 kilómetros, a 120 kilómetros por hora y a 25 grados Celsius",
        ),
        ("es", "El 2024-01-02 subió un 40%", "El 2 de enero de 2024 subió un 40 por ciento"),
        ("es", "a 1 km, en 1 h, $1 y un 1 %", "a un kilómetro, en una hora, un dólar y un 1 por ciento"),
        ("pt-BR", "R$ 20", "20 reais"),
        ("pt", "$1,299.50", "1299,50 dólares"),
        ("pt", "R$ 2.5M", "2,5 milhões de reais"),
        ("de", "10–15 Tage", "10 bis 15 Tage"),
        ("de", "3 GB für $1", "3 Gigabyte für ein Dollar"),
        ("de", "35 % von 1.300.000", "fünfund-dreißig Prozent von eine Million dreihundert-tausend"),
        ("de", "1756 und 2006", "siebzehnhundert-sechsund-fünfzig und zweitausend-sechs"),
        (
            "de",
            "49,90 €, 0,99 € oder $1.50",
            "neunund-vierzig Euro neunzig, neunund-neunzig Cent oder ein Dollar fünfzig",
        ),
        ("de", "vom 3. bis 5. Mai um 9:05 Uhr", "vom dritten bis fünften Mai um 9 Uhr 5"),
        ("de", "die 2. Folge, in der 3. Etage, 1. Mai", "die zweite Folge, in der dritten Etage, erster Mai"),
        ("de", "Wir sind 12. Dann kam Nr. 3.", "Wir sind 12. Dann kam Nummer 3."),
        (
            "de",
            "z.B. Dr. Au, ca. 5 usw. Das war es, d. h. usw.",
            "zum Beispiel Doktor Au, zirka 5 und so weiter. Das war es, das heißt und so weiter.",
        ),
        ("de", "+49 170 1234567, 555-1234, 24/7, 90er", "+49 170 1234567, 555-1234, 24 7, 90er"),
        ("de", "Cloudspeicher für Games am Mac", "klaudspeicher für gehms am mäck"),
        ("de", "Wir genießen Gameten, Hyperlinks und Macht.", "Wir genießen Gameten, Hyperlinks und Macht."),
        ("en", "$5 million", "5 million dollars"),
        ("en", "$2.5bn", "2.5 billion dollars"),
        ("fr", "1,000 clients", "1000 clients"),
        ("fr", "2 Go et 10-15%", "2 gigaoctets et 10 à 15 pour cent"),
        ("fr", "5 millions €", "5 millions d'euros"),
        ("it", "€1 o 2 kg", "un euro o 2 chilogrammi"),
        ("nl", "£5", "5 pond"),
        ("pl", "$2 i $5", "2 dolary i 5 dolarów"),
        ("ru", "$2, $5 и 3 км", "2 доллара, 5 долларов и 3 километра"),
        ("ru", "5 с половиной", "5 с половиной"),
        ("hi", "40% और ₹500", "40 प्रतिशत और 500 रुपए"),
        ("ja", "€50です", "50ユーロです"),
        ("zh", "40%，5公里，$5M", "百分之40，5公里，500万美元"),
        ("en", "1,000 users since 2024-01-02", "1,000 users since January 2, 2024"),
        (
            "en",
            "a 3:2 win, 555-1234, +1 600 123 456, H.264, v1.2.3",
            "a 3:2 win, 555-1234, +1 600 123 456, H.264, v1.2.3",
        ),
        ("es", "192.168.1.1 y 2024-13-45", "192.168.1.1 y 2024-13-45"),
        ("es", "<i>Hola</i> [aplausos] ♪ **ya** 😀", "Hola ya"),
        ("en", "AT&amp;T is 24/7", "AT&T is 24 7"),
        ("tlh", "$5 & 40%", "$5 & 40%"),
    ],
)
def test_signs_are_said_in_the_order_and_the_words_of_the_language(language, written, said):
    assert speakable(written, language) == said


@given(st.text(), st.sampled_from(["en", "es", "fr", "de", "ja", "xx"]))
def test_any_text_comes_out_as_one_line_without_tags(text, language):
    out = speakable(text, language)
    assert out == " ".join(out.split())


AMOUNT = st.from_regex(r"\A[1-9][0-9]{0,8}([.,][0-9]{1,3})?\Z")


@given(
    AMOUNT,
    st.sampled_from(["%", " km", " €", "", " GB", " °C"]),
    st.sampled_from(["en", "es", "fr", "de", "pl", "hi"]),
)
def test_what_was_worded_once_stays_as_it_is(amount, sign, language):
    once = speakable(f"a {amount}{sign} b", language)
    assert speakable(once, language) == once


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9), min_size=1))
def test_plain_words_are_left_alone(words):
    assert speakable(" ".join(words), "es") == " ".join(words)


@pytest.mark.parametrize(
    ("language", "code", "written", "said"),
    [
        ("es", "es", "1,299.50 €", "mil doscientos noventa y nueve coma cincuenta euros"),
        ("es", "es", "5 km", "cinco kilómetros"),
        ("fr", "fr-fr", "€50", "cinquante euros"),
        ("it", "it", "5 km", "cinque chilometri"),
        ("de", "de", "5 km", "fünf kilometer"),
        ("de", "de", "10–15 Tage", "zehn bis fünfzehn tage"),
        ("pt", "pt-br", "R$ 20", "vinte reais"),
        ("pl", "pl", "$5", "pięć dolarów"),
    ],
)
def test_espeak_says_what_a_person_would(language, code, written, said, lacking: Callable[[str], NoReturn]):
    if shutil.which("espeak-ng") is None:
        lacking("espeak-ng")
    assert _sounds(speakable(written, language), code) == _sounds(said, code)
    assert _sounds(written, code) != _sounds(said, code), "the voice reads this by itself by now"


def _sounds(text: str, code: str) -> str:
    """Return a text's phonemes, without stress and pauses, which differ between a figure and its words."""
    command = ["espeak-ng", "-v", code, "-q", "-x", text]
    heard = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return "".join(c for c in heard.casefold() if c not in "',_|%: \n=;")
