"""A real dub stopped in the middle, and listened to."""

from __future__ import annotations

import io
import threading
import wave

import numpy as np
import psutil
import pytest

from nemodub_nb.project import StoppedByUserError, open_project

pytestmark = pytest.mark.engine


def engine_processes():
    """Return the command lines of the workers and voices below this process."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return [line for line in found if "engine.worker" in line or "speak.worker" in line]


def loudest(sound):
    with wave.open(io.BytesIO(sound.wav)) as file:
        return int(np.abs(np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(int)).max())


def test_a_stopped_dub_leaves_no_process_and_goes_on_from_its_finished_steps(
    speech_clip, models, tmp_path, monkeypatch
):
    monkeypatch.setenv("NEMODUB_MODELS", str(models))
    spoken = threading.Event()

    def listen(event):
        if event.kind == "progress" and event.payload.get("step") == "speak" and event.payload["done"] > 0:
            spoken.set()

    with open_project("real", backend="local", home=tmp_path / "home") as project:
        project.upload(speech_clip, show=False)
        ended = []

        def dub():
            try:
                ended.append(project.dub("pt", show=False, on_event=listen))
            except StoppedByUserError as error:
                ended.append(error)

        thread = threading.Thread(target=dub, daemon=True)
        thread.start()
        assert spoken.wait(120)
        assert project.stop().startswith("Stopped.")
        thread.join(10)
        assert isinstance(ended[0], StoppedByUserError)
        assert not engine_processes()
        cache = tmp_path / "home" / "cache"
        assert not list(cache.rglob("voice/**/*.flac")), "nothing is half-written"
        finished = {path: path.stat().st_mtime_ns for path in cache.rglob("*.*") if path.suffix != ".part"}
        assert any(path.suffix == ".wav" for path in finished)

        assert project.dub("pt", show=False).languages == ("pt",)
        assert {path: path.stat().st_mtime_ns for path in finished} == finished
        assert loudest(project.sound(0, 8, "pt")) > 2000
        assert loudest(project.preview_voice("pt", "kokoro:pf_dora")) > 2000
        assert list(project.ledger()["step"])[1:] == [
            "Dub into Portuguese (stopped)",
            "Dub into Portuguese",
        ]
