"""What a batch on this machine promises."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pandas as pd
import pytest

import nemodub_nb as nd
from nemodub_nb import BadInputError, UnknownLanguageError
from nemodub_nb.batches import COLUMNS


def test_every_clip_is_dubbed_into_every_language_and_heard_once(do, clips, jobs, tmp_path):
    made = do(clips(one="first", two="second"), "es, French")
    assert list(made.frame["clip"] + " " + made.frame["language"]) == ["one es", "one fr", "two es", "two fr"]
    assert made.ok
    assert set(made.frame["verdict"]) == {"good"}
    assert sorted(path.name for path in (tmp_path / "out").glob("one.*")) == [
        "one.es.mp4", "one.es.report.json", "one.es.srt", "one.es.vtt",
        "one.fr.mp4", "one.fr.report.json", "one.fr.srt", "one.fr.vtt",
    ]  # fmt: skip
    assert (tmp_path / "out" / "two.fr.mp4").read_text() == "bed of second + fr of second"
    heard = [job["content"] for job in jobs() if job["kind"] == "dub" and not job["language"]]
    assert sorted(heard) == ["first", "second"]


def test_the_table_has_its_columns_and_types_also_in_its_files(do, clips, tmp_path):
    made = do(clips(one="first", two="mute"), ["es", "tlh"])
    assert {name: str(kind) for name, kind in made.frame.dtypes.items()} == COLUMNS
    stored = pd.read_parquet(tmp_path / "out" / "batch.parquet")
    pd.testing.assert_frame_equal(stored, made.frame)
    assert list(pd.read_csv(tmp_path / "out" / "batch.csv")["status"]) == list(made.frame["status"])


def test_the_same_again_does_nothing_and_returns_the_same(do, clips, jobs):
    folder = clips(one="first", two="second")
    before = do(folder, ["es", "fr"])
    done = len(jobs())
    after = do(folder, ["es", "fr"])
    assert len(jobs()) == done
    assert after.reused == 4
    pd.testing.assert_frame_equal(after.frame, before.frame)


def test_only_what_has_changed_is_done_again(do, clips, jobs, tmp_path):
    folder = clips(one="first", two="second")
    do(folder, ["es"])
    before = len(jobs())
    clips(two="changed", three="third")
    made = do(folder, ["es", "fr"])
    fresh = [(job["kind"], job["content"], job["language"]) for job in jobs()][before:]
    assert made.ok
    assert made.reused == 1
    assert ("dub", "first", "") not in sorted(fresh)
    assert (tmp_path / "out" / "two.es.mp4").read_text() == "bed of changed + es of changed"


def test_a_clip_that_was_only_touched_is_not_dubbed_again(do, clips, jobs):
    folder = clips(one="first")
    do(folder, ["es"])
    before = len(jobs())
    (folder / "one.mp4").touch()
    assert do(folder, ["es"]).ok
    assert len(jobs()) == before


def test_a_finished_file_that_was_removed_is_made_again_from_what_is_kept(do, clips, jobs, tmp_path):
    folder = clips(one="first")
    do(folder, ["es"])
    (tmp_path / "out" / "one.es.mp4").unlink()
    assert do(folder, ["es"]).ok
    assert (tmp_path / "out" / "one.es.mp4").exists()
    assert [job["kind"] for job in jobs()].count("dub") == 2, "nothing was heard or spoken again"


def test_a_preset_and_a_format_are_those_of_an_export_and_another_choice_is_another_file(do, clips, tmp_path):
    folder, out = clips(one="first"), tmp_path / "out"
    made = do(folder, ["es"], preset="podcast").frame.iloc[0]
    assert (made["format"], made["preset"], made["output"]) == ("mp3", "podcast", str(out / "one.es.mp3"))
    assert (out / "one.es.mp3").read_text() == "bed of first + es of first + format=mp3 + loudness_lufs=-16.0"
    assert (out / "one.es.mp3.report.json").exists()
    wanted = {"youtube": "aspect=16:9", "tiktok": "aspect=9:16"}
    for preset in ("youtube", "tiktok", "youtube"):
        assert do(folder, ["es"], preset=preset).ok
        assert wanted[preset] in (out / "one.es.mp4").read_text(), (
            "a video of the same name is not taken for it"
        )
    assert len(nd.report(out).exports) == 1, "the table of a batch tells of its latest run"
    for bad in ({"preset": "myspace"}, {"format": "gif"}):
        with pytest.raises(BadInputError, match="Use one of"):
            do(folder, ["es"], **bad)


def test_the_picture_waits_for_a_line_that_is_too_long_where_it_may(do, clips, jobs, tmp_path):
    folder, out = clips(one="long", two="first"), tmp_path / "out"
    assert list(do(folder, ["es"]).frame["slowed"]) == [0, 0]
    assert "00:00:01,500" in (out / "one.es.srt").read_text()
    made = do(folder, ["es"], slow_video=1.5)
    assert made.reused == 0, "it could be another video"
    assert list(made.frame["slowed"]) == [1, 0]
    assert (out / "one.es.mp4").read_text() == (
        "bed of long + bed of long + bed of long + es of long + 0.5-1.5 s of .mp4 1.5 times as long"
        " + 0.5-1.5 s of .flac 1.5 times as long"
    )
    assert (out / "two.es.mp4").read_text() == "bed of first + es of first"
    assert "00:00:00,500 --> 00:00:02,000" in (out / "one.es.srt").read_text()
    assert json.loads((out / "one.es.report.json").read_text())["duration_s"] == 2.5
    assert len([job for job in jobs() if job["kind"] == "dub" and not job["language"]]) == 2, "heard once"
    assert do(folder, ["es"], slow_video=1.5).reused == 2
    with pytest.raises(BadInputError, match="Give True, or a number from 1"):
        do(folder, ["es"], slow_video=3)


def test_what_is_measured_tells_what_is_heard_and_is_measured_once(do, clips, jobs):
    folder = clips(one="first", two="unmeasurable")
    assert do(folder, ["es"]).frame["measured"].isna().all()
    made = do(folder, ["es"], measure=True)
    assert made.ok, "a video that cannot be measured is there all the same"
    assert list(made.frame["measured"]) == [True, False]
    assert list(made.frame["verdict"]) == ["look", "good"]
    assert [job["kind"] for job in jobs()].count("render") == 2, "nothing is made again for it"
    checks = [job["content"] for job in jobs() if job["kind"] == "check"]
    assert do(folder, ["es"], measure=True).reused == 2
    assert [job["content"] for job in jobs() if job["kind"] == "check"] == checks
    told = made.report()
    assert told.segments["heard"].tolist() == ["Adiós.", pd.NA]
    assert told.exports["not_measured"].str.contains("cannot be read").tolist() == [False, True]
    assert told.checks.query("metric == 'wer'")["value"].tolist() == [0.6]


def test_one_bad_clip_never_stops_the_rest(do, clips, tmp_path):
    folder = clips(good="first", mute="mute", empty="", lost="die")
    manifest = [*folder.glob("*.mp4"), folder / "notes.txt", tmp_path / "nowhere.mp4"]
    made = do(sorted(manifest), ["es", "tlh"])
    rows = made.frame.set_index(["clip", "language"])
    assert rows["status"].to_dict() == {
        ("good", "es"): "done", ("good", "tlh"): "failed", ("mute", "es"): "failed", ("mute", "tlh"): "failed",
        ("empty", "es"): "refused", ("empty", "tlh"): "refused", ("lost", "es"): "failed", ("lost", "tlh"): "failed",
        ("notes", "es"): "refused", ("notes", "tlh"): "refused", ("nowhere", "es"): "refused", ("nowhere", "tlh"): "refused",
    }  # fmt: skip
    assert rows.loc[("good", "tlh"), "error"] == "No voice speaks tlh."
    assert rows.loc[("nowhere", "es"), "error"].endswith("does not exist.")
    assert rows["advice"].notna().sum() == 11
    assert len(made.failed) == 11


def test_a_batch_shows_itself_in_a_notebook_and_in_a_terminal(do, clips):
    made = do(clips(good="first", bug="boom"), ["es"])
    assert "1 done, 1 failed" in repr(made)
    page = made._repr_html_()
    assert "boom" in page
    assert "NA" not in page


def test_an_engine_that_dies_is_started_again(do, clips, jobs):
    assert do(clips(one="die once"), ["es"]).ok
    assert len([job for job in jobs() if job["kind"] == "dub"]) == 3


def test_retry_tries_what_failed_and_counts_it(do, clips):
    folder = clips(one="mute", two="second")
    before = do(folder, ["es"])
    clips(one="speaks now")
    after = before.retry()
    assert after.ok
    assert dict(zip(after.frame["clip"], after.frame["attempts"], strict=True)) == {"one": 2, "two": 1}


def test_rows_of_a_table_say_otherwise_for_themselves(do, clips, tmp_path):
    folder = clips(one="first", two="second", three="third")
    (tmp_path / "memory.csv").write_text("source,target\n")
    manifest = pd.DataFrame(
        {
            "path": [str(folder / f"{name}.mp4") for name in ("one", "two", "three", "three")],
            "languages": [None, "fr,de", "German", "it"],
            "voice": ["odd", "de=odd", None, None],
            "memory": [str(tmp_path / "memory.csv"), None, None, None],
        }
    )
    made = do(manifest, ["es"])
    verdicts = made.frame.set_index(["clip", "language"])["verdict"].to_dict()
    assert verdicts == {
        ("one", "es"): "look", ("two", "fr"): "good", ("two", "de"): "look", ("three", "de"): "good", ("three", "it"): "good"
    }  # fmt: skip
    csv = folder / "list.csv"
    csv.write_text("source,languages\none.mp4,es\n../clips/two.mp4,fr;de\n")
    assert do(csv, ["it"]).frame["status"].to_list() == ["done", "refused"], "fr;de is no language"


def test_a_changed_glossary_is_spoken_again_and_nothing_is_heard_again(do, clips, jobs, tmp_path):
    folder = clips(one="first", two="second")
    terms = tmp_path / "terms.csv"
    terms.write_text("source,target,target_language\nhub,centro,es\n")
    manifest = pd.DataFrame(
        {"path": [str(folder / "one.mp4"), str(folder / "two.mp4")], "glossary": [str(terms), None]}
    )
    assert do(manifest, ["es"]).ok
    before = len(jobs())
    terms.write_text("source,target,target_language\nhub,eje,es\n")
    assert do(manifest, ["es"]).reused == 1
    fresh = sorted((job["kind"], job["content"], job["language"]) for job in jobs()[before:])
    assert [(kind, language) for kind, _, language in fresh] == [("dub", "es"), ("render", "es")]
    assert do(folder / "one.mp4", ["es"], glossary=terms).ok


def test_clips_of_one_name_do_not_write_over_each_other(do, clips, tmp_path):
    first = clips(talk="first") / "talk.mp4"
    other = tmp_path / "other" / "talk.mp4"
    other.parent.mkdir()
    other.write_text("second")
    made = do([first, other, first], ["es"])
    assert made.ok
    assert made.frame["clip"].nunique() == len(made.frame) == 2
    assert {Path(path).read_text().split()[-1] for path in made.frame["output"]} == {"first", "second"}


def test_each_row_is_told_as_it_ends(do, clips):
    told = []
    do(clips(one="first", two="second"), ["es", "fr"], on_row=told.append)
    assert len(told) == 4
    assert {row["status"] for row in told} == {"done"}


def test_stopping_leaves_everything_tidy_and_the_same_again_goes_on(do, clips, jobs, tmp_path):
    folder = clips(**{f"clip{number}": f"slow {number}" for number in range(6)})

    told = []

    def stop(row):
        told.append(row)
        if len(told) == 1:
            raise KeyboardInterrupt

    made = do(folder, ["es"], on_row=stop, workers=2)
    assert made.stopped
    assert made.frame["status"].value_counts().to_dict()["queued"] >= 3
    assert list(pd.read_csv(tmp_path / "out" / "batch.csv")["status"]) == list(made.frame["status"])
    assert made.retry().ok
    done = [(job["kind"], job["content"], job["language"]) for job in jobs()]
    assert len(done) == len(set(done)) == 18, "nothing was done twice"
    assert not list((tmp_path / "out" / ".nemodub" / "making").iterdir())


def test_what_a_killed_run_had_begun_to_write_is_swept_away_and_what_is_being_written_is_not(
    do, clips, tmp_path
):
    folder = clips(one="first")
    making = tmp_path / "out" / ".nemodub" / "making"
    making.mkdir(parents=True)
    for name, age_s in (("old.mp4", 7200), ("young.mp4", 60)):
        (making / name).write_text("half")
        os.utime(making / name, (time.time() - age_s,) * 2)
    assert do(folder, ["es"]).ok
    assert [path.name for path in making.iterdir()] == ["young.mp4"]


def test_two_batches_of_one_process_do_not_do_the_same_work_twice(do, clips):
    folder = clips(one="slow")
    refused = []

    def again(_row):
        try:
            do(folder, ["es"])
        except BadInputError as error:
            refused.append(error.message)

    assert do(folder, ["es"], on_row=again).ok
    assert "writes to" in refused[0]


def test_a_thing_that_cannot_be_a_batch_is_said_before_anything_is_begun(do, clips, tmp_path):
    folder = clips(one="first")
    with pytest.raises(BadInputError, match="names no clip"):
        do([], ["es"])
    with pytest.raises(BadInputError, match="No language"):
        do(folder)
    with pytest.raises(UnknownLanguageError):
        do(folder, ["Klingonese"])
    with pytest.raises(BadInputError, match="no column"):
        do(pd.DataFrame({"clips": ["a.mp4"]}), ["es"])
    with pytest.raises(BadInputError, match="cannot be read"):
        do(tmp_path / "missing.csv", ["es"])
    with pytest.raises(BadInputError, match="Nothing can be written"):
        do(folder, ["es"], out=folder / "one.mp4" / "out")
