"""The fit explorer: from files alone, from tables, from a dub on the timeline; what it says is what people act on."""

from __future__ import annotations

import pandas as pd
import pytest

import nemodub_nb as nd
from nemodub_nb.fitting import Pace
from nemodub_nb.project import BadInputError
from nemodub_nb.project.foreseen import COLUMNS

SRT = """1
00:00:01,000 --> 00:00:03,000
Welcome to the show.

2
00:00:03,200 --> 00:00:04,200
It is short.

3
00:00:08,000 --> 00:00:10,000
Thank you & good night.
"""
SPANISH = {
    "Welcome to the show.": "Bienvenidos al programa de hoy, queridos amigos de todas partes del mundo entero, sean ustedes bienvenidos.",
    "It is short.": "Es corto.",
    "thank you, good night": "Gracias y buenas noches.",
}
PACE = Pace(16.0, 0.1)


@pytest.fixture
def transcript(tmp_path):
    path = tmp_path / "talk.srt"
    path.write_text(SRT)
    return path


def test_from_files_alone_the_line_that_will_not_fit_is_found(transcript, tmp_path):
    memory = tmp_path / "talk.memory.csv"
    rows = [
        ("source", "target", "target_language", "alternative"),
        *((s, t, "es", "") for s, t in SPANISH.items()),
    ]
    memory.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows))
    found = nd.fit(transcript, memory, "Spanish", pace=PACE)
    lines = found.lines
    assert list(lines.columns) == list(COLUMNS)
    assert {name: str(dtype) for name, dtype in lines.dtypes.items()} == {
        name: dtype.replace("[python]", "") if "[" in dtype else dtype for name, dtype in COLUMNS.items()
    }
    assert found.troubled()["line"].tolist()[0] == 0
    assert lines.loc[0, "tempo"] > 2
    assert f"{lines.loc[0, 'over']} characters less" in lines.loc[0, "takes"]
    assert lines.loc[2, "outcome"] == "fits", "signs and capitals do not matter"


@pytest.mark.parametrize("kind", ["dict", "list", "frame", "timed", "subtitles", "semicolons"])
def test_translations_come_as_people_have_them(transcript, tmp_path, kind):
    texts = ["Hola a todos.", "Es corto.", "Gracias."]
    sources = ["Welcome to the show.", "It is short.", "Thank you & good night."]
    table = pd.DataFrame({"source": sources, "target": texts})
    given = {
        "dict": dict(zip(sources, texts, strict=True)),
        "list": texts,
        "frame": table,
        "timed": pd.DataFrame({"start_s": [1, 3.1, 7.8], "end_s": [2, 4, 9], "text": texts}),
        "subtitles": tmp_path / "talk.es.srt",
        "semicolons": tmp_path / "talk.csv",
    }[kind]
    subtitles = SRT
    for old, new in zip(sources, texts, strict=True):
        subtitles = subtitles.replace(old, new)
    (tmp_path / "talk.es.srt").write_text(subtitles)
    table.assign(target_language="es-ES").to_csv(tmp_path / "talk.csv", sep=";", index=False)
    assert nd.fit(transcript, given, "es", pace=PACE).lines["text"].tolist() == texts


def test_limits_are_changed_in_words_and_checked(transcript):
    found = nd.fit(transcript, SPANISH, "es", pace=PACE)
    wider = found.change(flagged_stretch=2.0, fastest_rate=1.6)
    assert wider.lines.loc[0, "stretch"] > found.limits.flagged_stretch
    assert wider.change(flagged_stretch=1.0).limits.clean_stretch == 1.0
    with pytest.raises(BadInputError, match="slow_video cannot be 3"):
        found.change(slow_video=3)
    with pytest.raises(BadInputError, match="fastest_rate"):
        found.change(speed_of_light=1)
    table = found.what_if()
    assert table.loc[0, "if"] == "as it is"
    assert (table["unnoticed"] + table[list(_troubles(table))].sum(axis=1) <= 3).all()


def _troubles(table):
    return [
        name
        for name in table.columns
        if name in {"flagged", "late", "early", "runs on", "slow picture", "overflow", "short"}
    ]


def test_a_saved_notebook_tells_it_without_a_kernel_and_shows_text_as_text(transcript):
    evil = {"Welcome to the show.": "<img src=x onerror=alert(1)>" + "palabra " * 20}
    found = nd.fit(transcript, evil, "es", pace=PACE)
    page = found._repr_html_()
    assert "<img" not in page
    assert "&lt;img" in page
    assert "What each limit would change" in page
    assert "Spanish, 3 lines" in repr(found)
    assert "<img" not in found.style().to_html()


@pytest.mark.parametrize(
    ("translation", "words"),
    [
        ({}, "None of the 3 lines"),
        (["one"], "3 lines and 1 translations"),
        ("nowhere.srt", "cannot be read"),
        ("talk.docx", "cannot be used here"),
        (pd.DataFrame({"a": [1]}), "no column"),
    ],
)
def test_what_cannot_be_used_is_told_with_what_to_do(transcript, translation, words):
    with pytest.raises(BadInputError, match=words) as told:
        nd.fit(transcript, translation, "es")
    assert told.value.advice


def test_a_project_knows_its_transcript_and_the_pace_of_its_voice(lab, clip):
    clip.with_suffix(".srt").write_text(SRT)
    project = lab.open()
    project.upload(clip, show=False)
    found = project.fit("es", translation=SPANISH, voice="espeak:es")
    assert found.voice == "espeak:es"
    assert found.pace.heard == 0
    assert len(found.lines) == 3
    with pytest.raises(BadInputError, match="no dub into Spanish"):
        project.fit("es")


def test_what_is_reviewed_is_guessed_and_what_is_dubbed_is_measured(lab, clip):
    project = lab.open()
    project.upload(clip, show=False)
    project.review("es", show=False)
    written = project.fit("es").lines
    assert written["text"].tolist() == ["Hello in es."]
    assert not written["measured"].any()
    project.dub("es", show=False)
    found = project.fit("es", flagged_stretch=1.2)
    assert found.lines["measured"].all()
    assert found.lines.loc[0, "natural_s"] == 1.0
    assert found.limits.flagged_stretch == 1.2
    assert "measured" in found.known_by()


def test_a_line_that_is_found_can_be_changed_by_its_number(lab, clip):
    project = lab.open()
    project.upload(clip, show=False)
    project.review("es", show=False)
    found = project.fit("es", clean_stretch=1.0, flagged_stretch=1.0).lines
    assert found["line"].tolist() == project.lines("es")["line"].tolist()
    shorter = found.assign(text="Hola.")[["line", "text"]]
    assert project.edit(shorter, "es", show=False).text
    assert not project.fit("es").lines["measured"].any()
