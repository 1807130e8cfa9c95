from __future__ import annotations

import asyncio
import json
import pickle

import pytest

from nemodub_nb import timeline
from nemodub_nb.project import BadInputError, NotDubbedError, NothingToExportError


def test_a_clip_goes_in_and_one_video_a_language_comes_out(lab, clip, tmp_path):
    project = lab.open()
    uploaded = project.upload(clip, show=False)
    assert (uploaded.name, uploaded.width, uploaded.height) == ("clip.mp4", 64, 48)
    reply = project.dub(["es", "French"], show=False)
    assert reply.languages == ("es", "fr")
    assert not reply.failed
    assert reply.changes
    assert "Dub Spanish" in str(reply.changes)
    frame = project.timeline()
    assert set(frame["language"].dropna()) >= {"es", "fr"}
    assert "Dub Spanish" in project.summary()
    exports = project.export(to=tmp_path / "out", show=False)
    assert not exports.failed
    assert [one.language for one in exports] == ["es", "fr"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        f"clip.{tag}.{kind}" for tag in ("es", "fr") for kind in ("mp4", "srt", "vtt", "report.json")
    )
    report = json.loads(exports[0].report.read_text())
    assert report["measured"]["picture"] == "copied"
    assert report["segments"][0]["verdict"] == "good"
    assert "Hello in es." in exports[0].subtitles[0].read_text()
    assert project.credits().available >= 0
    assert project.ask("积分").credits == project.credits()


def test_a_language_that_fails_does_not_stop_the_others(lab, clip, tmp_path):
    project = lab.open()
    project.upload(clip, show=False)
    reply = project.dub(["tlh", "es"], show=False)
    assert reply.languages == ("es",)
    assert "Nothing here translates en into tlh." in reply.failed["tlh"]
    exports = project.export(["es", "tlh"], to=tmp_path, show=False)
    assert [one.language for one in exports] == ["es"]
    assert "tlh" in exports.failed


def test_changes_are_those_since_the_last_look(lab, clip):
    project = lab.open()
    project.upload(clip, show=False)
    project.timeline()
    assert not project.changes()
    project.dub("es", show=False)
    assert "Dub Spanish" in str(project.changes())
    assert not project.changes()


def test_each_clip_has_its_own_sentence_and_its_own_render(lab, clip, tmp_path):
    second = clip.with_name("second.mp4")
    second.write_bytes(clip.read_bytes() + b"\0\0\0\x08free")
    project = lab.open()
    first, other = project.upload([clip, second], show=False)
    project.dub("es", clip=first, show=False)
    project.dub("fr", clip=other, show=False)
    draft = project.state().draft
    assert timeline.languages(draft, first.name) == ["es"]
    assert timeline.languages(draft, other.name) == ["fr"]
    exports = project.export(to=tmp_path / "out", show=False)
    assert [one.video.name for one in exports] == ["clip.es.mp4", "second.fr.mp4"]
    assert set(project.timeline(clip=other)["clip"]) == {other.name}


def test_what_a_trim_kept_stands_in_the_report_and_is_what_a_check_looks_at(lab, clip, tmp_path):
    project = lab.open()
    project.upload(clip, show=False)
    project.dub("es", show=False)
    project.ask("Cut from 0.4 to 0.8 seconds", show=False)
    (made,) = project.export(to=tmp_path / "out", show=False)
    kept = [{"in_s": 0.0, "out_s": 0.4}, {"in_s": 0.8, "out_s": 2.0}]
    assert json.loads(made.report.read_text())["parts"] == kept
    assert not project.check(made, show=False).failed
    jobs = [json.loads(path.read_text()) for path in lab.notes.glob("*.job")]
    assert [job["parts"] for job in jobs if job["kind"] == "check"] == [kept]


def test_export_said_as_a_sentence_is_done_here_and_can_follow_an_edit(lab, clip, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    project = lab.open()
    project.upload(clip, show=False)
    reply = project.ask("Dub this video into Spanish and then export it", show=False)
    assert [one.video.name for one in reply.exports] == ["clip.es.mp4"]
    assert lab.jobs() == 2
    assert project.ask("导出", show=False).exports[0].language == "es"


def test_the_same_export_again_renders_nothing_again(lab, clip, tmp_path):
    project = lab.open()
    project.upload(clip, show=False)
    project.dub("es", show=False)
    first = project.export(to=tmp_path / "a", show=False)
    jobs = lab.jobs()
    again = project.export(to=tmp_path / "b", show=False)
    assert lab.jobs() == jobs
    assert again[0].video.read_bytes() == first[0].video.read_bytes()


def test_subtitles_beside_the_clip_are_the_transcript_unless_told_otherwise(lab, clip):
    clip.with_suffix(".srt").write_text("1\n00:00:00,100 --> 00:00:01,000\nHello there.\n")
    project = lab.open()
    assert project.upload(clip, show=False).transcript == clip.with_suffix(".srt")
    project.dub("es", show=False)
    given = [json.loads(path.read_text())["transcript"] for path in lab.notes.glob("*.job")]
    assert given[0] is not None


def test_several_calls_at_once_take_turns(lab, clip):
    project = lab.open()
    project.upload(clip, show=False)

    async def both():
        return await asyncio.gather(project.adub("es", show=False), project.adub("fr", show=False))

    first, second = asyncio.run(both())
    assert first.languages
    assert second.languages
    assert set(timeline.languages(project.state().draft)) == {"es", "fr"}


def test_events_can_be_watched_and_a_watcher_that_fails_costs_nothing(lab, clip):
    project = lab.open()
    project.upload(clip, show=False)
    seen = []
    reply = project.dub("es", on_event=lambda event: seen.append(event.kind), show=False)
    assert {"tool_call", "progress", "tool_result", "text"} <= set(seen)
    assert reply.events["text"] >= 1
    assert project.dub("fr", on_event=lambda _: 1 / 0, show=False).languages


def test_nothing_is_rendered_when_the_folder_cannot_be_written(lab, clip, tmp_path):
    project = lab.open()
    project.upload(clip, show=False)
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(BadInputError, match="Nothing can be written"):
        project.export(to=blocked / "out", show=False)
    assert lab.jobs() == 0


def test_an_empty_timeline_has_nothing_to_export(lab):
    with pytest.raises(NothingToExportError):
        lab.open().export(show=False)


def test_where_every_language_failed_the_clip_is_not_exported_in_its_place(lab, clip, tmp_path):
    project = lab.open()
    project.upload(clip, show=False)
    assert project.export(to=tmp_path / "before", show=False)[0].language is None
    project.dub("tlh", show=False)
    session, jobs = project.session_id, lab.jobs()
    for languages in (None, "tlh", "es"):
        with pytest.raises(NotDubbedError, match="Add a memory") as failed:
            project.export(languages, to=tmp_path / "out", show=False)
        assert list(failed.value.failed) == ["tlh"]
    with pytest.raises(NotDubbedError):  # a kernel that was restarted in between knows it too
        lab.open(session=session).export(to=tmp_path / "out", show=False)
    assert pickle.loads(pickle.dumps(failed.value)).failed == failed.value.failed
    assert lab.jobs() == jobs
    project.dub("es", show=False)
    exports = project.export(["es", "tlh"], to=tmp_path / "out", show=False)
    assert [one.language for one in exports] == ["es"]
    assert "Add a memory" in exports.failed["tlh"]


def test_a_clip_that_was_never_dubbed_can_be_exported_beside_one_that_failed(lab, clip, tmp_path):
    second = clip.with_name("second.mp4")
    second.write_bytes(clip.read_bytes() + b"\0\0\0\x08free")
    project = lab.open()
    first, other = project.upload([clip, second], show=False)
    project.dub("tlh", clip=first, show=False)
    assert project.export(clip=other, to=tmp_path, show=False)[0].clip == other.name
    with pytest.raises(NotDubbedError):
        project.export(clip=first, to=tmp_path, show=False)


def test_no_token_is_ever_shown_or_kept(lab, clip, capsys):
    project = lab.open()
    project.upload(clip)
    project.dub("es")
    token = lab.backend.start().token
    shown = capsys.readouterr()
    places = [repr(project), project._repr_html_(), repr(lab.backend.start()), shown.out, shown.err]
    assert all(token not in place for place in places)
    assert all(token.encode() not in path.read_bytes() for path in lab.home.glob("journal.sqlite*"))
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(project)


def test_the_path_of_a_file_said_as_a_sentence_uploads_it(lab, clip):
    spaced = clip.with_name("my clip.mp4")
    clip.rename(spaced)
    project = lab.open()
    assert project.ask(str(spaced), show=False).text == "Uploaded my clip.mp4."
