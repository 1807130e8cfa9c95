"""What measuring finds goes into reports: verdicts of lines, and what a pipeline can ask for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import nemodub_nb as nd
from nemodub_nb import conformance
from nemodub_nb.project import checking


def exported(folder: Path, language: str = "es", **measured: object) -> Path:
    """Write the report of an export with three good lines, and something beside it that stands for the video."""
    rows = [
        {"index": n, "start_s": 2.0 * n, "end_s": 2.0 * n + 1.5, "source_start_s": 2.0 * n, "source_end_s": 2.0 * n + 1.6,
         "text": f"línea {n}", "onset_error_s": 0.0, "flags": ["merged"] if n else [], "verdict": "good"}
        for n in range(3)
    ]  # fmt: skip
    folder.mkdir(exist_ok=True)
    (folder / f"clip.{language}.mp4").write_bytes(b"video")
    report = folder / f"clip.{language}.report.json"
    outputs = {"video": f"clip.{language}.mp4", "subtitles": []}
    said = {
        "source": "clip.mp4",
        "language": language,
        "outputs": outputs,
        "measured": measured,
        "segments": rows,
    }
    report.write_text(json.dumps(said))
    return report


def found(**lines: dict[str, object]) -> dict[str, object]:
    return {
        "measured": {"wer": 0.1, "speech_overlap": 0.9},
        "lines": [
            {"index": n, "heard": "x", "wer": 0.0, "words_cut": 0, "onset_heard_s": 0.0, **lines.get(f"line{n}", {})}
            for n in range(3)
        ],
        "notes": ["Something could not be told."],
    }  # fmt: skip


def write(report: Path, what: dict[str, object]) -> None:
    checking._write(report, json.loads(report.read_text()), what)


def test_a_line_that_is_heard_to_be_bad_is_bad_and_good_again_when_measured_anew(tmp_path: Path) -> None:
    report = exported(tmp_path / "out", picture="copied")
    write(report, found(line1={"words_cut": 2}, line2={"onset_heard_s": 0.4, "wer": 0.8}))
    told = nd.report(tmp_path / "out")
    assert told.segments["verdict"].tolist() == ["good", "bad", "look"]
    assert told.segments["flags"].tolist() == ["", "merged cut", "merged misheard off"]
    assert told.exports["not_measured"].tolist() == ["Something could not be told."]
    assert told.languages["onset_error_p95_s"][0] == pytest.approx(0.36)

    write(report, found())
    again = nd.report(tmp_path / "out")
    assert again.segments["verdict"].tolist() == ["good"] * 3
    assert again.segments["flags"].tolist() == ["", "merged", "merged"]


def test_a_pipeline_asks_for_the_metrics_it_cares_about(tmp_path: Path) -> None:
    write(exported(tmp_path / "out"), found(line0={"onset_heard_s": 0.9}))
    exported(tmp_path / "out", "fr")
    told = nd.report(tmp_path / "out")
    told.require("good", metrics=["fill"])
    with pytest.raises(nd.BelowLevelError) as failed:
        told.require("good", metrics=["onset_error", "speech_overlap"])
    rows = failed.value.checks[["language", "metric"]].to_numpy().tolist()
    assert ["es", "onset_error"] in rows
    assert ["fr", "speech_overlap"] in rows  # never measured
    assert "fr: speech_overlap was not measured" in str(failed.value)
    with pytest.raises(nd.BadInputError, match="is not a metric"):
        told.require("good", metrics=["onset"])


def test_what_lies_beside_the_report_is_all_that_it_can_name(tmp_path: Path) -> None:
    report = exported(tmp_path / "out")
    said = json.loads(report.read_text())
    said["outputs"]["video"] = "../../etc/passwd"
    with pytest.raises(nd.BadInputError, match="not beside"):
        checking._order(report, said, None, {})
    clip = tmp_path / "clips" / "deep" / "clip.mov"
    clip.parent.mkdir(parents=True)
    clip.write_bytes(b"clip")
    said["outputs"]["video"] = "clip.es.mp4"
    assert checking._order(report, said, tmp_path / "clips", {})["source"] == str(clip)
    with pytest.raises(nd.BadInputError, match="--source"):
        checking._order(report, said, None, {})
    with pytest.raises(nd.BadInputError):
        nd.check(tmp_path / "nowhere", show=False)


def test_a_picture_is_judged_unless_it_was_meant_to_change() -> None:
    def verdict(**measured: object) -> list[str]:
        return [one.verdict for one in conformance.judge([], measured) if one.metric == "picture"]

    assert verdict(picture_identical=True, picture="copied") == ["good"]
    assert verdict(picture_identical=False, picture="copied") == ["bad"]
    assert verdict(picture_identical=False) == ["bad"]
    assert verdict(picture_identical=False, picture="encoded") == []
    assert verdict() == []


def test_chance_is_no_drift_and_what_adds_up_is() -> None:
    def drift(errors: list[float]) -> float:
        rows = [{"onset_error_s": 0.0, "onset_heard_s": error} for error in errors]
        return next(one.value for one in conformance.judge(rows, {}) if one.metric == "drift")

    assert drift([0.03, 0.0, 0.1, 0.0, 0.03, 0.0, -0.03, 0.0, -0.06, -0.03]) <= 0.05
    assert drift([n * 0.005 for n in range(100)]) > 0.25


def test_a_figure_that_can_no_longer_be_told_does_not_stay_from_an_earlier_measuring(tmp_path: Path) -> None:
    report = exported(tmp_path / "out", picture="copied")
    write(report, {**found(), "measured": {"wer": 0.1, "background_under_db": 4.6}})
    write(report, found())
    measured = json.loads(report.read_text())["measured"]
    assert "background_under_db" not in measured
    assert measured["picture"] == "copied"
