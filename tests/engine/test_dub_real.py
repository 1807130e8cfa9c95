"""The engine on a person's voice: real recognition, translation and speech."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nemodub_nb.local.engine.dub import dub
from nemodub_nb.local.engine.jobs import DubJob
from nemodub_nb.local.engine.media.audio import read_audio
from nemodub_nb.local.engine.mix.heard import heard as sounding
from nemodub_nb.local.engine.transcribe.voice_activity import RATE
from nemodub_nb.local.engine.transcribe.whisper import Whisper

pytestmark = pytest.mark.engine


def heard(path: Path, language: str, models: Path) -> str:
    samples = read_audio(path, rate=RATE)
    _, lines, _ = Whisper(models / "whisper-base").transcribe(samples, language, 0.0)
    return " ".join(text for _, _, text in lines).lower()


def test_an_english_reader_speaks_portuguese_afterwards(speech_clip: Path, home: Path, models: Path) -> None:
    result = dub(DubJob(source=speech_clip, languages=("pt",), home=home))

    assert result["source_language"] == "en"
    assert result["transcript_by"] == "whisper-base"
    said = " ".join(line["text"] for line in result["transcript"]).lower()
    for word in ("dashwood", "cold-hearted", "amiable woman", "respectable"):
        assert word in said
    portuguese = result["languages"]["pt"]
    assert len(portuguese["lines"]) == len(result["transcript"])
    understood = heard(Path(portuguese["voice_stem"]), "pt", models)
    for word in ("prudentemente", "mulher", "respeitável"):
        assert word in understood
    stem = read_audio(portuguese["voice_stem"], rate=48_000)
    assert abs(len(stem) / 48_000 - result["media"]["duration_s"]) < 0.05
    bed = heard(Path(result["bed"]), "en", models)
    assert "dashwood" not in bed
    assert "woman" not in bed


def test_the_dub_starts_where_the_speaker_starts(speech_clip: Path, home: Path) -> None:
    lines = dub(DubJob(source=speech_clip, languages=("pt",), home=home))["languages"]["pt"]["lines"]
    errors = sorted(abs(line["onset_error_s"]) for line in lines)
    assert errors[-1] <= 0.2
    assert all(line["overlap_s"] == 0 for line in lines)


def test_a_second_run_computes_nothing_and_a_changed_line_only_itself(
    speech_clip: Path, home: Path, tmp_path: Path
) -> None:
    transcript = tmp_path / "t.srt"
    transcript.write_text(
        "1\n00:00:00,300 --> 00:00:03,000\nGood morning.\n\n2\n00:00:04,000 --> 00:00:07,000\nGood evening.\n"
    )
    memory = tmp_path / "m.csv"

    def remember(evening: str) -> None:
        memory.write_text(
            f"source,target,target_language\nGood morning.,Buenos días.,es\nGood evening.,{evening},es\n"
        )

    job = DubJob(
        source=speech_clip, languages=("es",), home=home, source_language="en", transcript=transcript, memories=(memory,)
    )  # fmt: skip
    remember("Buenas tardes.")
    first = dub(job)
    assert dub(job)["steps"]["computed"] == 0
    remember("Buenas noches a todos.")
    changed = dub(job)
    assert changed["steps"]["computed"] in {
        2,
        3,
    }  # the line, the same at its fitted length if it is another, the stem
    assert changed["bed"] == first["bed"]


def test_a_short_line_pauses_while_its_speaker_goes_on(
    speech_clip: Path, home: Path, models: Path, tmp_path: Path
) -> None:
    transcript, memory = tmp_path / "t.srt", tmp_path / "m.csv"
    transcript.write_text("1\n00:00:00,300 --> 00:00:08,000\nGood morning, everybody.\n")
    memory.write_text(
        "source,target,target_language\n"
        '"Good morning, everybody.","Buenos días a todos. Bienvenidas, señoras y señores.",es\n'
    )
    job = DubJob(
        source=speech_clip, languages=("es",), home=home, source_language="en", transcript=transcript, memories=(memory,)
    )  # fmt: skip
    spanish = dub(job)["languages"]["es"]
    row = spanish["lines"][0]
    paused_s = row["end_s"] - row["start_s"] - row["natural_s"] / row["stretch"]
    assert paused_s > 0.5
    stem = read_audio(spanish["voice_stem"], rate=48_000)
    loud = [start for start, _ in sounding(stem)][1:]
    silences = [start - end for start, (_, end) in zip(loud, sounding(stem), strict=False)]
    assert max(silences) > paused_s, "the longer pause is heard"
    understood = heard(Path(spanish["voice_stem"]), "es", models)
    for word in ("buenos", "todos", "bienvenidas", "señores"):
        assert word in understood


def test_one_language_that_cannot_be_had_does_not_stop_the_others(
    speech_clip: Path, home: Path, tmp_path: Path
) -> None:
    transcript = tmp_path / "t.srt"
    transcript.write_text("1\n00:00:00,300 --> 00:00:03,000\nHe was not an ill-disposed young man.\n")
    result = dub(
        DubJob(
            source=speech_clip,
            languages=("tlh", "pt"),
            home=home,
            source_language="en",
            transcript=transcript,
        )
    )
    assert list(result["languages"]) == ["pt"]
    assert result["failed"]["tlh"]["type"] == "NoTranslationError"
    assert "Klingon" in result["failed"]["tlh"]["message"]


def run_worker(job: dict[str, Any], *, kill_after: str | None = None) -> list[dict[str, Any]]:
    """Run the worker as the backend does; kill it with SIGKILL at the first report of a step."""
    with subprocess.Popen(
        [sys.executable, "-m", "nemodub_nb.local.engine.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(job).encode() + b"\n")
        process.stdin.flush()
        messages = []
        for line in process.stdout:
            messages.append(json.loads(line))
            if kill_after and messages[-1].get("step") == kill_after and messages[-1]["done"] > 0:
                process.send_signal(signal.SIGKILL)
        return messages


def test_killed_at_any_step_a_second_run_finishes_without_repeating(speech_clip: Path, home: Path) -> None:
    job = {"kind": "dub", "source": str(speech_clip), "languages": ["pt"], "home": str(home)}
    finished: set[Path] = set()
    for step in ("transcribe", "translate", "speak"):
        killed = run_worker(job, kill_after=step)
        assert killed[-1]["event"] == "progress"
        kept = {
            path for path in (home / "cache").rglob("*") if path.is_file() and not path.name.startswith(".")
        }
        assert finished <= kept
        finished = kept
    times = {path: path.stat().st_mtime_ns for path in finished}
    last = run_worker(job)[-1]
    assert last["event"] == "result"
    assert all(path.stat().st_mtime_ns == time for path, time in times.items())
    assert last["result"]["steps"]["reused"] >= 4
    with wave.open(str(next((home / "cache" / "speech").rglob("*.wav")))) as spoken:
        assert np.frombuffer(spoken.readframes(spoken.getnframes()), np.int16).any()


def test_the_worker_ends_with_its_parent(speech_clip: Path, home: Path) -> None:
    job = {"kind": "dub", "source": str(speech_clip), "languages": ["pt"], "home": str(home)}
    process = subprocess.Popen(
        [sys.executable, "-m", "nemodub_nb.local.engine.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert process.stdin
    process.stdin.write(json.dumps(job).encode() + b"\n")
    process.stdin.flush()
    time.sleep(0.5)
    process.stdin.close()
    assert process.wait(timeout=30) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"this is a text", "NotMediaError"), (b"", "NotMediaError")],
)
def test_a_file_that_is_no_clip_is_told_in_one_line(
    home: Path, tmp_path: Path, content: bytes, words: str
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(content)
    (last,) = run_worker({"kind": "dub", "source": os.fspath(clip), "languages": ["es"], "home": str(home)})[
        -1:
    ]
    assert last["event"] == "error"
    assert last["error"]["type"] == words
    assert last["error"]["advice"]
