"""The whole chain as a user meets it: real `nemodub` processes, a person's voice, files on disk."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import psutil
import pytest

pytestmark = pytest.mark.engine

COMMAND = [sys.executable, "-m", "nemodub_nb.cli", "dub"]
FRAME_S = 1 / 25
BACKEND, WORKER = "nemodub_nb.local", "nemodub_nb.local.engine.worker"


@pytest.fixture(scope="module")
def short_clip(speech_clip, tmp_path_factory):
    """The first sentences of the reader: enough to be dubbed, and quick."""
    clip = tmp_path_factory.mktemp("short") / "short.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", speech_clip, "-t", "8", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", clip],
        check=True,
    )  # fmt: skip
    return clip


@pytest.fixture(scope="module")
def several_lines(tmp_path_factory, speech_clip):
    """Twenty-four seconds of it: while the first line is ready, others are still to be spoken."""
    clip = tmp_path_factory.mktemp("several") / "several.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-i", speech_clip, "-t", "24", "-c", "copy", clip], check=True)
    return clip


@pytest.fixture
def warm_home(tmp_path_factory, models, monkeypatch):
    """One home for all tests that do not look at what is computed: the same words are translated and spoken once."""
    home = tmp_path_factory.getbasetemp() / "warm-home"
    monkeypatch.setenv("NEMODUB_HOME", str(home))
    monkeypatch.setenv("NEMODUB_MODELS", str(models))
    return home


def dub(clip, *arguments, **environment):
    done = subprocess.run(
        [*COMMAND, "--json", *map(str, arguments), "--", str(clip)],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
        env={**os.environ, **environment},
    )
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


def finished(home):
    return {
        path: path.stat().st_mtime_ns
        for path in (home / "cache").rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def length_s(path):
    with av.open(os.fspath(path)) as container:
        return max(
            float((packet.pts + packet.duration) * packet.time_base)
            for packet in container.demux()
            if packet.pts is not None and packet.stream.type in {"video", "audio"}
        )


def check_output(clip, output, *, picture=True):
    """Look at one output as a strict player would."""
    with av.open(output["video"]) as container:
        kinds = {stream.type: stream for stream in container.streams}
        assert set(kinds) == {"audio", "subtitle"} | ({"video"} if picture else set())
        assert kinds["audio"].codec_context.name == "aac"
        assert kinds["audio"].language == kinds["subtitle"].language == "por"
        if picture:
            assert kinds["video"].codec_context.name == "h264"
        frames = {"video": 0, "audio": 0}
        for packet in container.demux([kinds[kind] for kind in frames if kind in kinds]):
            frames[packet.stream.type] += len(packet.decode())
        assert frames["audio"]
        assert bool(frames["video"]) is picture
    assert abs(length_s(output["video"]) - length_s(clip)) <= FRAME_S
    for subtitles in map(Path, output["subtitles"]):
        text = subtitles.read_text("utf-8")
        assert text.startswith("WEBVTT\n" if subtitles.suffix == ".vtt" else "1\n")
        times = [
            sum(float(part.replace(",", ".")) * 60 ** (2 - at) for at, part in enumerate(moment.split(":")))
            for moment in re.findall(r"\d\d:\d\d:\d\d[.,]\d{3}", text)
        ]
        assert times
        assert times == sorted(times)
        assert times[-1] <= length_s(clip) + FRAME_S
    report = json.loads(Path(output["report"]).read_text("utf-8"))
    assert report["language"] == "pt"
    assert all(abs(row["onset_error_s"]) <= 0.2 and not row["overlap_s"] for row in report["segments"])


@pytest.mark.usefixtures("warm_home")
@pytest.mark.parametrize(
    ("ending", "options"),
    [
        ("mov", ["-c", "copy"]),
        ("mkv", ["-c", "copy"]),
        ("webm", ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"]),
        ("avi", ["-c:v", "mpeg4", "-c:a", "libmp3lame"]),
        ("m4a", ["-vn", "-c:a", "copy"]),
    ],
)
def test_every_container_becomes_an_mp4_that_plays(short_clip, tmp_path, ending, options):
    clip = tmp_path / f"clip of a reader's “voice”, {ending}.{ending}"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", short_clip, *options, clip], check=True)
    code, result, _ = dub(clip, "--to", "pt", "--from", "en", "--out", tmp_path / "out")
    assert code == 0
    assert result["failed"] == []
    check_output(clip, result["outputs"][0], picture=ending != "m4a")
    assert {path.name.rpartition(".pt.")[2] for path in (tmp_path / "out").iterdir()} == {
        "mp4", "srt", "vtt", "report.json",
    }  # fmt: skip


def children_of(process, module):
    found = []
    for child in psutil.Process(process.pid).children(recursive=True):
        try:
            if module in child.cmdline() or (
                module == BACKEND and "local.server" in " ".join(child.cmdline())
            ):
                found.append(child)
        except psutil.Error:
            continue
    return found


def until(look, limit_s=60.0):
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    pytest.fail("it did not come to that in time")


@pytest.mark.parametrize(
    ("victim", "after", "code"), [("backend", "transcribe", 1), ("worker", "speech", None), ("user", "speech", 130)]
)  # fmt: skip
def test_killed_in_the_middle_the_same_command_finishes_and_repeats_no_finished_step(
    several_lines, home, tmp_path, victim, after, code
):
    out = tmp_path / "out"
    command = [*COMMAND, str(several_lines), "--to", "pt", "--out", str(out), "--json"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # What a shell starts in the background ignores Ctrl-C, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    ) as process:
        until(lambda: [path for path in finished(home) if after in path.parts] or process.poll() is not None)
        family = psutil.Process(process.pid).children(recursive=True)
        if victim == "user":
            process.send_signal(signal.SIGINT)
        else:
            children_of(process, BACKEND if victim == "backend" else WORKER)[0].kill()
        said = process.communicate(timeout=60)[1]
    assert "Traceback" not in said
    assert process.returncode == code if code is not None else process.returncode, said
    until(lambda: not psutil.wait_procs(family, timeout=10)[1], 30)
    assert list(out.iterdir()) == []

    before = finished(home)
    assert any(after in path.parts for path in before)
    code, result, _ = dub(several_lines, "--to", "pt", "--out", out)
    assert code == 0
    check_output(several_lines, result["outputs"][0])
    again = finished(home)
    assert {path: again.get(path) for path in before} == before


@pytest.mark.usefixtures("warm_home")
def test_a_language_that_nothing_translates_does_not_stop_the_others(short_clip, tmp_path):
    code, result, said = dub(short_clip, "--to", "tlh,pt", "--out", tmp_path)
    assert code == 3
    assert [output["language"] for output in result["outputs"]] == ["pt"]
    check_output(short_clip, result["outputs"][0])
    assert [failed["language"] for failed in result["failed"]] == ["tlh"]
    assert "English to Klingon" in result["failed"][0]["error"]
    assert "models get" not in result["failed"][0]["error"], "no model of that name can be had"
    assert said.count("nemodub: ") == 1


@pytest.mark.usefixtures("home")
def test_two_commands_at_once_on_one_home_both_end_well(short_clip, tmp_path):
    commands = [
        subprocess.Popen(
            [*COMMAND, str(short_clip), "--to", "pt", "--out", str(tmp_path / name), "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    for command in commands:
        out, said = command.communicate(timeout=180)
        assert command.returncode == 0, said
        check_output(short_clip, json.loads(out)["outputs"][0])


def test_a_full_disk_is_told_and_with_room_the_same_command_goes_on(short_clip, warm_home, tmp_path):
    """A folder's size is limited by a small file system, or where that is not allowed the test is skipped."""
    full = tmp_path / "full"
    full.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", full], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        code, result, said = dub(short_clip, "--to", "pt", "--out", full)
        assert code == 1
        assert "No space left" in result["error"]
        assert "Free some space" in said.splitlines()[-1]
        assert list(full.iterdir()) == []
        before = finished(warm_home)
        subprocess.run(["mount", "-o", "remount,size=50m", full], check=True)
        code, result, _ = dub(short_clip, "--to", "pt", "--out", full)
        assert code == 0
        check_output(short_clip, result["outputs"][0])
        assert finished(warm_home).items() >= before.items()
    finally:
        subprocess.run(["umount", "-l", full], check=False)
