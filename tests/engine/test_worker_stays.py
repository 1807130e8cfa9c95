"""A worker that stays has its voices ready for the next job, and is gone when it is not wanted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from nemodub_nb.local.engine.kept import Keeper
from nemodub_nb.local.engine.memory import resident_bytes, short_of_memory

VOICE = "nemodub_nb.local.engine.speak.worker"


class Worker:
    """A real worker and someone who gives it jobs."""

    def __init__(self, idle_s: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nemodub_nb.local.engine.worker", "--stay", str(idle_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(self, job: dict[str, Any]) -> dict[str, Any]:
        """Return the last line about a job."""
        self.begin(job)
        assert self.process.stdout
        for line in self.process.stdout:
            message: dict[str, Any] = json.loads(line)
            if message["event"] != "progress":
                return message
        raise AssertionError("the worker died")

    def begin(self, job: dict[str, Any]) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(job).encode() + b"\n")
        self.process.stdin.flush()

    def voices(self) -> list[psutil.Process]:
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if VOICE in child.cmdline()]


@pytest.fixture
def start():
    begun = []

    def begin(idle_s: float = 60.0) -> Worker:
        begun.append(Worker(idle_s))
        return begun[-1]

    yield begin
    for worker in begun:
        worker.process.kill()
        worker.process.wait()
        worker.process.stdin.close()
        worker.process.stdout.close()


def said(tmp_path: Path, text: str, voice: str = "espeak:es") -> dict[str, Any]:
    """Return the job that lets a voice say something."""
    return {
        "kind": "piece",
        "piece": "voice",
        "inputs": [voice, text],
        "suffix": ".wav",
        "cache": str(tmp_path / "cache"),
        "language": "es",
        "voice": voice,
        "text": text,
        "models": str(tmp_path / "models"),
    }


def gone(processes: list[psutil.Process], limit_s: float = 30.0) -> bool:
    return not psutil.wait_procs(processes, timeout=limit_s)[1]


def test_the_second_job_is_spoken_by_the_same_process(start, tmp_path):
    worker = start()
    assert worker.run(said(tmp_path, "Buenos días."))["stays"] is True
    (voice,) = worker.voices()
    second = worker.run(said(tmp_path, "Buenas noches."))
    assert Path(second["result"]["path"]).stat().st_size > 1000
    assert worker.voices() == [voice]


def test_without_being_told_to_stay_it_ends_after_its_job(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "nemodub_nb.local.engine.worker"],
        input=json.dumps(said(tmp_path, "Buenos días.")) + "\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode in (0, 1)  # 1: it saw the end of its input first


def test_a_killed_voice_is_replaced_for_the_next_job(start, tmp_path):
    worker = start()
    worker.run(said(tmp_path, "Buenos días."))
    (voice,) = worker.voices()
    voice.kill()
    assert gone([voice])
    assert worker.run(said(tmp_path, "Buenas noches."))["event"] == "result"
    (other,) = worker.voices()
    assert other.pid != voice.pid


@pytest.mark.parametrize("ending", ["its input ends", "it is killed", "it has nothing to do", "a job fails"])
def test_its_voices_end_with_it(start, tmp_path, ending):
    worker = start(0.5 if ending == "it has nothing to do" else 60.0)
    worker.run(said(tmp_path, "Buenos días."))
    voices = worker.voices()
    if ending == "its input ends":
        worker.process.stdin.close()
    elif ending == "it is killed":
        worker.process.send_signal(signal.SIGKILL)
    elif ending == "a job fails":
        assert worker.run({"kind": "none"})["event"] == "error"
    code = worker.process.wait(30)
    assert code == {"it is killed": -9, "it has nothing to do": 0}.get(ending, 1)
    assert gone(voices)


def test_stopped_in_the_middle_of_a_long_line_nothing_goes_on_computing(start, tmp_path, models, monkeypatch):
    monkeypatch.setenv("NEMODUB_MODELS", str(models))
    worker = start()
    worker.run(said(tmp_path, "Buenos días.", "kokoro:ef_dora"))
    (voice,) = worker.voices()
    worker.begin(said(tmp_path, "Esta frase es bastante larga y no se acaba nunca. " * 9, "kokoro:ef_dora"))
    time.sleep(0.5)
    worker.process.stdin.close()
    assert gone([voice], 5.0)


def test_a_changed_line_loads_no_model(start, tmp_path, models, monkeypatch):
    monkeypatch.setenv("NEMODUB_MODELS", str(models))
    worker = start()
    worker.run(said(tmp_path, "Buenos días.", "kokoro:ef_dora"))
    (voice,) = worker.voices()
    before = voice.cpu_times()
    worker.run(said(tmp_path, "Hola.", "kokoro:ef_dora"))
    after = voice.cpu_times()
    spent_s = sum(after[:2]) - sum(before[:2])
    started_s = sum(before[:2])
    assert spent_s < started_s / 2, "loading costs more than a short line"


def test_where_memory_is_short_nobody_waits(tmp_path):
    plenty, little = tmp_path / "plenty", tmp_path / "little"
    plenty.write_text("MemTotal: 9000000 kB\nMemAvailable:    8000000 kB\n")
    little.write_text("MemTotal: 9000000 kB\nMemAvailable:     800000 kB\n")
    group = tmp_path / "group"
    group.mkdir()
    assert not short_of_memory(plenty, group)
    assert short_of_memory(little, group)
    assert not short_of_memory(tmp_path / "nothing", group)

    def container(limit: str, used: int, files: int) -> None:
        (group / "memory.max").write_text(f"{limit}\n")
        (group / "memory.current").write_text(f"{used}\n")
        (group / "memory.stat").write_text(f"anon 5\ninactive_file {files}\n")

    container("max", 10**9, 0)
    assert not short_of_memory(plenty, group)
    container(str(2 * 10**9), 15 * 10**8, 0)
    assert short_of_memory(plenty, group)
    container(str(2 * 10**9), 15 * 10**8, 10**9)
    assert not short_of_memory(plenty, group)


def test_voices_that_hold_much_are_not_kept(tmp_path, monkeypatch):
    if resident_bytes(os.getpid()) is None:
        pytest.skip("needs a system that tells how much a process holds")
    keeper = Keeper()
    keeper.stays = True
    with keeper.voices(tmp_path) as voices:
        pass
    keeper.rest()
    with keeper.voices(tmp_path) as same:
        assert same is voices
    monkeypatch.setattr("nemodub_nb.local.engine.speak.pool.resident_bytes", lambda _: 10**9)
    voices._process = voices._start()
    keeper.rest()
    with keeper.voices(tmp_path) as other:
        assert other is not voices
    keeper.close()
