from __future__ import annotations

import os

import pandas as pd
import pytest

from nemodub_nb.client import FileTooLargeError, UnsupportedTypeError, UploadError
from nemodub_nb.contract import MAX_UPLOAD_BYTES
from nemodub_nb.languages import UnknownLanguageError
from nemodub_nb.local.agent.actions import Dub, NoGlossary, Review
from nemodub_nb.local.agent.grammar import understand
from nemodub_nb.project import BadInputError
from nemodub_nb.project.attachments import glossary_parts, memory_parts, no_glossary, transcript_part
from nemodub_nb.project.sentences import dub_sentence, for_clip, parse_languages, review_sentence, spoken
from nemodub_nb.project.uploads import check_file, sidecar

MEDIA = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"


def made(path, data=MEDIA):
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "error", "says"),
    [
        ("none.mp4", None, UploadError, "no file"),
        ("empty.mp4", b"", UploadError, "empty"),
        ("notes.txt", b"x", UnsupportedTypeError, "not accepted"),
        ("noext", b"x", UnsupportedTypeError, "no extension"),
        ("text.mp4", b"This is a text file.\n" * 300, UnsupportedTypeError, "holds text"),
        ("text.mp4", "Größe: naïve 文本\n".encode() * 400, UnsupportedTypeError, "holds text"),
    ],
)
def test_a_bad_file_is_refused_before_anything_is_sent(tmp_path, name, data, error, says):
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(error, match=says) as caught:
        check_file(path)
    assert caught.value.advice


def test_a_file_over_the_limit_is_refused(tmp_path):
    path = tmp_path / "big.mp4"
    with path.open("wb") as file:
        file.write(MEDIA)
        file.truncate(MAX_UPLOAD_BYTES + 1)
    with pytest.raises(FileTooLargeError, match="500 MB"):
        check_file(path)


def test_a_folder_is_no_clip(tmp_path):
    (tmp_path / "d.mp4").mkdir()
    with pytest.raises(UploadError, match="not a file"):
        check_file(tmp_path / "d.mp4")


@pytest.mark.parametrize(
    "head",
    [
        MEDIA,
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"\x1aE\xdf\xa3\x9fB\x86\x81",
        b"GIF89a\x01\0\x01\0",
        b"ID3\x03\0\0\0\0\0#",
        b"\xff\xfb\x90d" * 99,
    ],
)
def test_media_are_not_taken_for_text(tmp_path, head):
    check_file(made(tmp_path / "a.mp4", head))


def test_nothing_of_several_files_is_sent_when_one_is_bad(lab, clip, tmp_path):
    project = lab.open()
    with pytest.raises(UploadError):
        project.upload([clip, tmp_path / "missing.mp4"], show=False)
    assert project.session_id is None


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y.mp4", "javascript://x"])
def test_only_web_addresses_are_fetched(lab, url):
    with pytest.raises(BadInputError, match="not fetched"):
        lab.open().upload(url, show=False)


def test_only_subtitles_of_the_clips_own_name_lie_beside_it(tmp_path):
    clip = made(tmp_path / "a.mp4")
    (tmp_path / "a.es.srt").write_text("x")
    assert sidecar(clip) is None
    (tmp_path / "a.vtt").write_text("x")
    assert sidecar(clip) == tmp_path / "a.vtt"


def test_the_sentence_says_every_choice():
    sentence = dub_sentence(
        ["es", "fr", "pt-BR"], clip='a "b".mp4', source="en", original="duck", background=0.35, subtitles="burned",
        voices={"es": "kokoro:ef_dora"}, fast=True,
    )  # fmt: skip
    assert sentence == (
        'For the clip "a b.mp4": Dub this video into Spanish, French, and pt-BR with synced audio. The video is in English. '
        "Keep the original voice low under the dub. Set the background volume to 35%. Burn the subtitles into the picture. "
        "Use the fast voices. Use the voice kokoro:ef_dora for Spanish."
    )


def test_an_empty_glossary_is_said_and_none_is_not():
    assert not no_glossary(None, glossary_parts(None))
    assert not no_glossary({"hub": None}, glossary_parts({"hub": None}))
    assert no_glossary({}, glossary_parts({}))
    assert understand(dub_sentence(["es"], no_glossary=True)).actions == (Dub(("es",)), NoGlossary())
    assert understand(review_sentence(["es"], no_glossary=True)).actions == (Review(("es",)), NoGlossary())


def test_a_plain_dub_is_a_plain_sentence():
    assert (
        dub_sentence(["es", "fr", "de"])
        == "Dub this video into Spanish, French, and German with synced audio."
    )
    assert dub_sentence(["es", "fr"]) == "Dub this video into Spanish and French with synced audio."
    assert for_clip("x", None) == "x"


@pytest.mark.parametrize(
    "choice",
    [
        {"original": "drop"},
        {"subtitles": "yes"},
        {"background": 2},
        {"background": -0.1},
        {"background": True},
        {"background": float("nan")},
    ],
)
def test_a_choice_that_does_not_exist_is_refused(choice):
    with pytest.raises(BadInputError):
        dub_sentence(["es"], **choice)


def test_languages_are_understood_in_every_way_and_named_once():
    assert parse_languages("es, French,español") == ["es", "fr"]
    assert parse_languages(["西班牙语", "pt-BR"]) == ["es", "pt-BR"]
    with pytest.raises(UnknownLanguageError):
        parse_languages("Xqzzyish")
    assert spoken("es") == "Spanish"
    assert spoken("pt-BR") == "pt-BR"


def test_no_language_is_no_dub(lab, clip):
    project = lab.open()
    project.upload(clip, show=False)
    for nothing in ([], "", " , "):
        with pytest.raises(BadInputError, match="No language"):
            project.dub(nothing, show=False)
    assert lab.jobs() == 0


def test_an_unknown_clip_is_said_with_those_there_are(lab, clip):
    project = lab.open()
    project.upload(clip, show=False)
    with pytest.raises(BadInputError, match=r"clip\.mp4"):
        project.dub("es", clip="other.mp4", show=False)


def test_attachments_are_read_in_the_encodings_they_come_in(tmp_path):
    text = "1\n00:00:00,000 --> 00:00:01,000\nCafé\n"
    for number, encoding in enumerate(["utf-8", "utf-8-sig", "utf-16", "cp1252"]):
        part = transcript_part(made(tmp_path / f"{number}.srt", text.encode(encoding)))
        assert part == f"Transcript: {number}.srt\n{text}"
    assert memory_parts(made(tmp_path / "m.csv", b"source,target,en,es\n"))[0].startswith(
        "Translation memory: m.csv\nsource"
    )
    assert memory_parts(None) == []


def test_a_glossary_is_a_file_a_table_or_a_mapping(tmp_path):
    head = "source,target,target_language"
    file = made(tmp_path / "g.csv", f"{head}\nhub,centro,es\n".encode())
    assert glossary_parts([file]) == [f"Glossary: g.csv\n{head}\nhub,centro,es\n"]
    table = pd.DataFrame({"source": ["hub"], "target": ["centro"], "target_language": ["es"]})
    assert glossary_parts(table) == [f"Glossary: glossary.csv\n{head}\nhub,centro,es\n"]
    (part,) = glossary_parts({"hub": {"es": "centro", "pt": "polo"}, "NemoVideo": None})
    assert part.splitlines() == [
        "Glossary: glossary.csv",
        head,
        "hub,centro,es",
        "hub,polo,pt",
        "NemoVideo,,*",
    ]
    assert glossary_parts(None) == glossary_parts({}) == glossary_parts(table[:0]) == []
    with pytest.raises(BadInputError, match=r"g\.tbx is not a glossary"):
        glossary_parts(tmp_path / "g.tbx")


@pytest.mark.parametrize(("name", "data"), [("a.srt", b"no times"), ("a.txt", b"x"), ("none.srt", None)])
def test_a_bad_transcript_is_refused(tmp_path, name, data):
    if data is not None:
        made(tmp_path / name, data)
    with pytest.raises(BadInputError):
        transcript_part(tmp_path / name)


def test_a_home_that_cannot_be_used_is_said(tmp_path):
    from nemodub_nb.project import open_project

    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(BadInputError, match="NEMODUB_HOME"):
        open_project(home=blocked / "home", backend="local")
    with pytest.raises(BadInputError, match="local or cloud"):
        open_project(home=tmp_path, backend="moon")


def test_the_cloud_is_the_choice_when_there_is_a_token_else_this_machine(tmp_path, monkeypatch):
    from nemodub_nb.project import open_project

    monkeypatch.setenv("NEMO_TOKEN", "nmv_usr_" + "x" * 20)
    with open_project(home=tmp_path) as project:
        assert project.backend == "cloud"
        assert "x" * 20 not in repr(project)
        assert project.timeline().empty
    assert os.environ["NEMO_TOKEN"]
