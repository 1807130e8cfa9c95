"""What kind of file is asked for, all the way to the backend and back."""

from __future__ import annotations

import json

import pytest

import nemodub_nb as nd
from nemodub_nb.client import BadRequestError
from nemodub_nb.presets import ASPECTS, FORMATS, LOUDNESS_RANGE_LUFS, PRESETS
from nemodub_nb.project import BadInputError
from nemodub_nb.project.errors import NotHereError
from nemodub_nb.project.intents import route
from nemodub_nb.project.orders import Order, order
from nemodub_nb.project.outputs import Target


@pytest.fixture
def dubbed(lab, clip):
    project = lab.open()
    project.upload(clip, show=False)
    project.dub(["es", "fr"], show=False)
    return project


def renders(lab):
    found = [json.loads(path.read_text()) for path in lab.notes.glob("*.job")]
    return [job for job in found if job["kind"] == "render"]


def test_one_file_of_all_languages_has_subtitles_and_a_report_for_each(dubbed, lab, tmp_path):
    exports = dubbed.export(["fr", "es"], together=True, to=tmp_path / "out", show=False)
    (one,) = exports
    assert not exports.failed
    assert (one.language, one.languages, one.video.name) == (None, ("fr", "es"), "clip.mul.mp4")
    assert [path.name for path in one.subtitles] == [
        "clip.mul.fr.srt",
        "clip.mul.fr.vtt",
        "clip.mul.es.srt",
        "clip.mul.es.vtt",
    ]
    for tag, path, loudness in zip(one.languages, one.reports, (-16.0, -17.0), strict=True):
        report = json.loads(path.read_text())
        assert (report["language"], report["outputs"]["video"]) == (tag, "clip.mul.mp4")
        assert report["measured"]["loudness_lufs"] == loudness
        assert "tracks" not in report["measured"]
        assert [row["text"] for row in report["segments"]] == [f"Hello in {tag}."]
    (job,) = renders(lab)
    assert [sound["language"] for sound in job["sounds"]] == ["fr", "es"]
    assert "French, Spanish" in repr(exports)
    again = dubbed.export(["fr", "es"], together=True, to=tmp_path / "out", show=False)
    assert again[0].video == one.video
    assert len(renders(lab)) == 1, "what is there is not rendered again"


def test_what_is_not_there_is_told_and_the_rest_goes_into_the_file(dubbed, tmp_path):
    exports = dubbed.export(["es", "de"], together=True, to=tmp_path, show=False)
    assert exports[0].languages == ("es",)
    assert "de" in exports.failed


def test_a_preset_says_shape_loudness_and_format_and_a_format_that_is_given_wins(dubbed, lab, tmp_path):
    dubbed.export("es", preset="podcast", to=tmp_path, show=False)
    dubbed.export("es", preset="instagram-feed", format="webm", to=tmp_path, show=False)
    made = {(job["format"], job["aspect"], job["loudness_lufs"]) for job in renders(lab)}
    assert made == {("mp3", None, -16.0), ("webm", "1:1", -14.0)}
    assert (tmp_path / "clip.es.mp3").exists()


def test_each_format_in_a_folder_has_its_own_report_and_subtitles(dubbed, tmp_path):
    exports = [dubbed.export("es", format=one, to=tmp_path, show=False)[0] for one in ("mp4", "webm", "m4a")]
    (mul,) = dubbed.export(["es", "fr"], format="webm", together=True, to=tmp_path, show=False)
    for export in (*exports, mul):
        assert {json.loads(path.read_text())["outputs"]["video"] for path in export.reports} == {
            export.video.name
        }
    assert [path.name for one in exports for path in (one.report, one.subtitles[0])] == [
        "clip.es.report.json",
        "clip.es.srt",
        "clip.es.webm.report.json",
        "clip.es.webm.srt",
        "clip.es.m4a.report.json",
        "clip.es.m4a.srt",
    ]
    assert [path.name for path in mul.reports] == [
        "clip.mul.es.webm.report.json",
        "clip.mul.fr.webm.report.json",
    ]
    told = nd.report(tmp_path).exports
    assert len(told) == 5
    assert not told.duplicated(["clip", "language"]).any()
    assert sorted(one.video.name for one in dubbed.check(tmp_path, show=False)) == [
        "clip.es.m4a",
        "clip.es.mp4",
        "clip.es.webm",
        "clip.mul.webm",
        "clip.mul.webm",
    ]


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"preset": "myspace"}, "tiktok"),
        ({"format": "m/4"}, "webm"),
        ({"quality": "4k"}, "medium"),
        ({"format": "mp3", "together": True}, "webm"),
        ({"preset": "podcast", "together": True}, "m4a"),
        ({"original": True}, "together"),
    ],
)
def test_choices_that_cannot_be_are_refused_before_anything_is_sent(dubbed, given, word):
    with pytest.raises(BadInputError, match=word):
        dubbed.export("es", show=False, **given)


def test_the_table_of_presets_holds_together():
    least, most = LOUDNESS_RANGE_LUFS
    for name, preset in PRESETS.items():
        assert preset.name == name
        assert preset.aspect is None or preset.aspect in ASPECTS
        assert least <= preset.loudness_lufs <= most
        assert preset.format in FORMATS
    assert all(
        width * height <= 1920 * 1080 and max(width, height) <= 1920 for width, height in ASPECTS.values()
    )


def test_an_order_survives_the_journal_and_an_older_journal_is_understood():
    made = order("webm", "low", "tiktok", together=True, original=True)
    target = Target("a", None, "/o", "a.mul", "webm", ("es",))
    fields = json.loads(json.dumps({"target": {}, "quality": "low", "order": made.fields()}))
    assert Order.remembered(fields) == made
    assert made.more(target) == {
        "aspect": "9:16",
        "loudness_lufs": -14.0,
        "together": True,
        "languages": ["es"],
        "original": True,
    }
    old = {"target": {"format": "mp4"}, "quality": "low"}
    assert Order.remembered(old) == Order("mp4", "low")
    assert Order().more(target) == {}


def test_what_the_cloud_refuses_of_an_order_is_a_typed_error(dubbed, tmp_path, monkeypatch):
    async def refuse(*_, **__):
        raise BadRequestError("The server did not accept it.")

    connection = dubbed._actions.desk.connection
    client = type(dubbed._actions.desk.connection._client)
    monkeypatch.setattr(client, "submit_render", refuse)
    monkeypatch.setattr(type(connection), "extended", property(lambda _: False))
    with pytest.raises(NotHereError, match="together True"):
        dubbed.export(together=True, to=tmp_path, show=False)
    exports = dubbed.export("es", to=tmp_path, show=False)
    assert "did not accept" in exports.failed["es"]


@pytest.mark.parametrize(
    ("sentence", "together", "languages"),
    [
        ("export all languages in one file", True, ()),
        ("export Spanish and French as a single video", True, ("es", "fr")),
        ("export them together", True, ()),
        ("export", False, ()),
    ],
)
def test_one_file_can_be_asked_for_in_words(sentence, together, languages):
    intent = route(sentence)
    assert (intent.action, intent.together, intent.languages) == ("export", together, languages)
