"""A real dub is measured as good; broken on purpose, the metric that is about it goes bad and says how far."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import nemodub_nb as nd
from nemodub_nb import conformance
from nemodub_nb.local.engine.check import CheckJob, check
from nemodub_nb.local.engine.dub import dub
from nemodub_nb.local.engine.jobs import DubJob
from nemodub_nb.local.engine.render import RenderJob, render

pytestmark = pytest.mark.engine


@dataclass(frozen=True)
class Dubbed:
    """A clip, its dub, and what the engine says of it."""

    job: CheckJob
    made: dict[str, Any]
    found: dict[str, Any]

    def measure(self, video: Path, *, with_lines: bool = False, **changes: Any) -> dict[str, Any]:
        """Measure another file as if it were this dub; without lines nothing need be recognised."""
        lines = self.job.lines if with_lines else ()
        return check(replace(self.job, video=video, lines=lines, **changes))


def ffmpeg(*arguments: str | Path) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


def rendered(job: dict[str, Any], clip: Path, output: Path, **changes: Any) -> dict[str, Any]:
    """Make the MP4 of a dub as an export does."""
    language = "pt"
    made = job["languages"][language]
    windows, at_s = [], 0.0
    for in_s, out_s in changes.get("parts", [(0.0, job["media"]["duration_s"])]):
        windows.append({"start_s": at_s, "in_s": in_s, "out_s": out_s})
        at_s += out_s - in_s
    bed = {"source": job["bed"], "role": "bed", "volume": changes.get("background", 1.0)}
    voice = {"source": made["voice_stem"], "role": "dub"}
    order = {
        "picture": [{"source": str(clip), "in_s": one["in_s"], "out_s": one["out_s"]} for one in windows],
        "duration_s": at_s,
        "audio": [{**track, **window} for track in (bed, voice) for window in windows],
        "subtitles": {"language": language, "mode": "track", "cues": changes.get("cues", made["cues"])},
        "audio_language": language,
        "output": str(output),
    }
    return render(RenderJob.from_dict(order)).to_dict()


@pytest.fixture(scope="session")
def dubbed(speech_clip: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Dubbed:
    folder = tmp_path_factory.mktemp("dubbed")
    home = folder / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEMODUB_MODELS", str(models))
        made = dub(DubJob(source=speech_clip, languages=("pt",), home=home))
        video = folder / "austen.pt.mp4"
        rendered(made, speech_clip, video)
        job = CheckJob(
            speech_clip, video, "pt", home, tuple(made["languages"]["pt"]["lines"]), source_language="en"
        )
        return Dubbed(job, made, check(job))


@pytest.fixture
def bad(dubbed: Dubbed, tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Make a broken copy of the dub with FFmpeg."""
    monkeypatch.setenv("NEMODUB_MODELS", str(models))

    def make(*arguments: str | Path) -> Path:
        ffmpeg("-i", dubbed.job.video, *arguments, tmp_path / "bad.mp4")
        return tmp_path / "bad.mp4"

    return make


def verdicts(found: dict[str, Any]) -> dict[str, str]:
    return {one.metric: one.verdict for one in conformance.judge(found["lines"], found["measured"])}


def test_the_dub_as_it_was_made_is_good(dubbed: Dubbed) -> None:
    told = verdicts(dubbed.found)
    for metric in (
        "words_cut", "onset_error", "drift", "speech_overlap", "loudness", "true_peak", "background",
        "original_words", "original_level", "picture", "length", "wer", "subtitles",
    ):  # fmt: skip
        assert told[metric] == "good", (metric, dubbed.found)
    heard = " ".join(line["heard"] for line in dubbed.found["lines"]).lower()
    for word in ("prudentemente", "mulher", "respeitável"):
        assert word in heard
    assert dubbed.found["notes"] == []


def test_measuring_again_computes_nothing(
    dubbed: Dubbed, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEMODUB_MODELS", str(models))
    again = check(dubbed.job)
    assert again["steps"]["computed"] == 0
    assert again["measured"] == dubbed.found["measured"]


def test_a_dub_that_is_half_a_second_late_is_heard_to_be_late(
    dubbed: Dubbed, bad: Callable[..., Path]
) -> None:
    late = dubbed.measure(bad("-c:v", "copy", "-af", "adelay=500:all=1", "-shortest"), with_lines=True)
    before = {line["index"]: line["onset_heard_s"] for line in dubbed.found["lines"]}
    moved = [
        line["onset_heard_s"] - before[line["index"]]
        for line in late["lines"]
        if line["onset_heard_s"] is not None
    ]
    assert len(moved) >= 4
    assert all(abs(one - 0.5) < 0.1 for one in moved)
    assert verdicts(late)["onset_error"] != "good"
    assert late["measured"]["speech_overlap"] < dubbed.found["measured"]["speech_overlap"] - 0.1
    assert not any(line["words_cut"] for line in late["lines"])


def test_a_word_that_was_cut_is_missed_where_it_was(dubbed: Dubbed, bad: Callable[..., Path]) -> None:
    line = dubbed.job.lines[3]
    silence = f"volume=enable='between(t,{line['end_s'] - 1.0},{line['end_s'] + 0.1})':volume=0"
    cut = dubbed.measure(bad("-c:v", "copy", "-af", silence), with_lines=True)
    assert {one["index"] for one in cut["lines"] if one["words_cut"]} == {3}
    assert verdicts(cut)["words_cut"] == "bad"
    assert cut["lines"][3]["wer"] > dubbed.found["lines"][3]["wer"]


def test_music_that_was_turned_down_is_told_in_decibels(dubbed: Dubbed, tmp_path: Path) -> None:
    rendered(dubbed.made, dubbed.job.source, tmp_path / "quiet.mp4", background=0.5)
    quiet = dubbed.measure(tmp_path / "quiet.mp4")["measured"]
    assert quiet["background_outside_db"] == pytest.approx(
        dubbed.found["measured"]["background_outside_db"] - 6.0, abs=0.7
    )
    assert quiet["background_under_db"] < dubbed.found["measured"]["background_under_db"] - 2


def test_an_original_voice_that_was_left_in_is_told_in_decibels(
    dubbed: Dubbed, bad: Callable[..., Path]
) -> None:
    # At the same level the two voices would be equally loud: the dub was brought to the original's level, then both up.
    gain_db = dubbed.found["measured"]["loudness_lufs"] - loudness(dubbed.job.source, dubbed)
    mix = f"[1:a]pan=stereo|c0=c0|c1=c0,volume={gain_db - 6:.2f}dB[low];[0:a][low]amix=2:normalize=0[a]"
    left = dubbed.measure(
        bad("-i", dubbed.job.source, "-filter_complex", mix, "-map", "0:v", "-map", "[a]", "-c:v", "copy")
    )["measured"]
    assert left["original_level_db"] == pytest.approx(-6, abs=2)
    assert dubbed.found["measured"]["original_level_db"] < -25


def loudness(clip: Path, dubbed: Dubbed) -> float:
    own = check(replace(dubbed.job, video=clip, lines=()))["measured"]["loudness_lufs"]
    assert isinstance(own, float)
    return own


def test_a_picture_that_was_encoded_again_is_not_the_sources(
    dubbed: Dubbed, bad: Callable[..., Path]
) -> None:
    again = dubbed.measure(bad("-c:a", "copy", "-c:v", "libx264", "-preset", "ultrafast"))
    assert verdicts(again)["picture"] == "bad"
    meant = {**again["measured"], "picture": "encoded"}
    assert "picture" not in {one.metric for one in conformance.judge([], meant)}


def test_the_same_picture_in_a_transport_stream_is_the_same(dubbed: Dubbed, tmp_path: Path) -> None:
    ffmpeg("-i", dubbed.job.source, "-c", "copy", tmp_path / "clip.ts")
    assert (
        dubbed.measure(dubbed.job.video, source=tmp_path / "clip.ts")["measured"]["picture_identical"] is True
    )


def test_a_second_that_is_missing_is_told_in_frames(dubbed: Dubbed, bad: Callable[..., Path]) -> None:
    short = dubbed.measure(bad("-c", "copy", "-t", "27.2"))
    assert short["measured"]["length_error_frames"] == pytest.approx(-25, abs=2)
    assert verdicts(short)["length"] == "bad"


@pytest.mark.parametrize("parts", [[(0.0, 16.0)], [(4.0, 12.5), (15.0, 26.0)]])
def test_a_trimmed_video_is_measured_against_what_it_shows(
    dubbed: Dubbed,
    tmp_path: Path,
    models: Path,
    monkeypatch: pytest.MonkeyPatch,
    parts: list[tuple[float, float]],
) -> None:
    monkeypatch.setenv("NEMODUB_MODELS", str(models))
    video = tmp_path / "trimmed.mp4"
    made = rendered(dubbed.made, dubbed.job.source, video, parts=parts)
    whole = dubbed.measure(video)
    assert verdicts(whole)["length"] == verdicts(whole)["picture"] == "bad"
    told = dubbed.measure(video, with_lines=True, parts=tuple(parts))
    judged = conformance.judge(told["lines"], told["measured"] | {"picture": made["picture"]})
    said = {one.metric: one.verdict for one in judged}
    for metric in ("length", "speech_overlap", "original_level", "onset_error", "words_cut", "wer"):
        assert said[metric] == "good", (metric, told)
    assert abs(told["measured"]["background_outside_db"]) < 1.5, "of half a clip it is less certain"
    whole_lines = [
        line["index"]
        for line in dubbed.job.lines
        if any(low <= line["start_s"] and line["end_s"] <= high for low, high in parts)
    ]
    assert [line["index"] for line in told["lines"]] == whole_lines
    assert told["measured"].get("picture_identical") == (True if len(parts) == 1 else None)


def test_subtitles_that_cannot_be_read_are_named(dubbed: Dubbed, tmp_path: Path) -> None:
    long = [
        {
            "start_s": 1.0,
            "end_s": 2.0,
            "text": "A subtitle that is far too long to be read in the second it stays",
        }
    ]
    rendered(dubbed.made, dubbed.job.source, tmp_path / "long.mp4", cues=long)
    told = dubbed.measure(tmp_path / "long.mp4")["measured"]
    assert told["subtitles_flagged"] == 1
    assert any("characters a second" in one for one in told["subtitle_complaints"])
    assert any("a line has" in one for one in told["subtitle_complaints"])


def test_what_was_measured_stands_in_the_report_and_the_verdicts(
    dubbed: Dubbed, models: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By way of the embedded backend, as a notebook does it."""
    monkeypatch.setenv("NEMODUB_MODELS", str(models))
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "austen.pt.mp4").write_bytes(dubbed.job.video.read_bytes())
    report = folder / "austen.pt.report.json"
    said = {
        "source": dubbed.job.source.name,
        "language": "pt",
        "outputs": {"video": "austen.pt.mp4", "subtitles": []},
        "duration_s": 28.2,
        "measured": {"picture": "copied"},
        "segments": [dict(line) for line in dubbed.job.lines],
    }
    report.write_text(json.dumps(said))

    lost = nd.check(folder, home=dubbed.job.home, show=False)
    assert "is not here" in lost.failed["pt"]
    (done,) = nd.check(folder, source=dubbed.job.source.parent, home=dubbed.job.home, show=False)

    assert done.measured["speech_overlap"] == dubbed.found["measured"]["speech_overlap"]
    told = nd.report(folder)
    assert set(told.checks["metric"]) >= {"wer", "background", "picture", "subtitles", "original_level"}
    assert told.segments["heard"].str.contains("mulher").any()
    told.require("good", metrics=["words_cut", "onset_error", "wer", "picture", "length", "loudness"])
    first = report.read_bytes()
    nd.check(report, source=dubbed.job.source, home=dubbed.job.home, show=False)
    assert report.read_bytes() == first
