from __future__ import annotations

from pathlib import Path

import pytest

from nemodub_nb.project import outputs
from nemodub_nb.project.values import Exports


def track(role, clip, language=None):
    return {
        "tt": 1,
        "m": {"role": role, "clip": clip, "language": language},
        "sg": [{"d": 10, "m": {"text": "x"}}],
    }


def stems(draft, languages=None, clip=None, name="talk.mp4"):
    return [target.stem for target in outputs.targets(draft, languages, clip, Path("/out"), "mp4", name)]


def test_there_is_one_video_a_clip_and_language():
    draft = {"t": [track("dub", "a.mp4", "es"), track("dub", "a.mp4", "fr"), track("dub", "b.mp4", "es")]}
    assert stems(draft) == ["a.es", "a.fr", "b.es"]
    assert stems(draft, ["es"]) == ["a.es", "b.es"]
    assert stems(draft, None, "a.mp4") == ["a.es", "a.fr"]
    assert stems(draft, ["de"]) == []


def test_a_draft_that_names_no_language_makes_one_video():
    draft = {"t": [{"tt": 0, "sg": [{"d": 10}]}]}
    assert stems(draft) == ["talk.export"]
    assert stems(draft, ["es"]) == ["talk.es"]
    assert stems(draft, ["es", "fr"]) == ["talk.export"]
    assert stems("<draft><clip/></draft>") == ["talk.export"]


def test_clips_of_one_stem_do_not_overwrite_each_other():
    draft = {"t": [track("dub", "a.mp4", "es"), track("dub", "a.mov", "es"), track("dub", "A.MKV", "es")]}
    assert stems(draft) == ["a.es", "a-2.es", "A-3.es"]


def test_together_there_is_one_video_a_clip_with_the_languages_in_the_order_asked_for():
    draft = {"t": [track("dub", "a.mp4", "es"), track("dub", "a.mp4", "fr"), track("dub", "b.mp4", "es")]}
    made = outputs.targets(draft, ["fr", "es"], None, Path("/out"), "webm", "n", together=True)
    assert [(one.video.name, one.languages) for one in made] == [
        ("a.mul.webm", ("fr", "es")),
        ("b.mul.webm", ("es",)),
    ]
    assert outputs.targets(draft, ["de"], None, Path("/out"), "mp4", "n", together=True) == []


def test_hostile_names_of_clips_and_languages_stay_in_the_folder():
    draft = {"t": [track("dub", "../../x.mp4", "../e")]}
    (target,) = outputs.targets(draft, None, None, Path("/out"), "mp4", "n")
    assert target.video.parent == Path("/out")


def test_a_file_is_whole_or_not_there(tmp_path):
    outputs.write_whole(tmp_path / "a.txt", "old")
    with pytest.raises(TypeError):
        outputs.write_whole(tmp_path / "a.txt", None)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_exports_are_a_list_that_shows_itself():
    assert list(Exports()) == []
    assert repr(Exports((), {"es": "no"})) == "es: failed. no"
    assert "Nothing" in repr(Exports())
