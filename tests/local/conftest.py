"""Real servers on temporary folders, with a stand-in for the engine's worker."""

from __future__ import annotations

import contextlib
import json
import os
import struct
import subprocess
import sys
import time
import wave
from pathlib import Path

import httpx
import pytest

SKILL = {
    "X-Skill-Source": "multilingual-video-dubbing",
    "X-Skill-Version": "1.0.0",
    "X-Skill-Platform": "unknown",
}
_START = (
    "import sys; from nemodub_nb.local.server import serve; "
    "serve(as_json=True, exit_with_stdin=True, home=sys.argv[1], worker=(sys.executable, sys.argv[2], sys.argv[3]))"
)


class Server:
    """One server process and someone who talks to it."""

    def __init__(self, home: Path, notes: Path, **environment: str) -> None:
        self.home = home
        self.notes = notes
        notes.mkdir(exist_ok=True)
        worker = Path(__file__).with_name("stand_in_worker.py")
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START, str(home), str(worker), str(notes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment},
        )
        assert self.process.stdout
        line = self.process.stdout.readline()
        hello = json.loads(line) if line else {}
        self.url, self.token = hello["url"], hello["token"]
        self.http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {self.token}", **SKILL},
            timeout=30,
            trust_env=False,
        )

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait(20)
        self.http.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.http.close()

    # --- the contract, in short words

    def data(self, response: httpx.Response):
        body = response.json()
        assert body["code"] == 0, body
        return body["data"]

    def session(self, name: str = "project") -> str:
        made = self.http.post(
            "/api/tasks/me/with-session/nemo_agent", json={"task_name": name, "language": "en"}
        )
        return self.data(made)["session_id"]

    def upload(self, session: str, *paths: Path, name: str | None = None):
        with contextlib.ExitStack() as stack:
            files = [("files", (name or path.name, stack.enter_context(path.open("rb")))) for path in paths]
            return self.http.post(f"/api/upload-video/nemo_agent/me/{session}", files=files)

    def message(self, session: str, *texts: str):
        parts = [{"text": text} for text in texts]
        return {
            "app_name": "nemo_agent",
            "user_id": "me",
            "session_id": session,
            "new_message": {"parts": parts},
        }

    def frames(self, session: str, *texts: str) -> list[dict]:
        answer = self.http.post("/run_sse", json=self.message(session, *texts))
        assert answer.headers["content-type"].startswith("text/event-stream"), answer.text
        return [json.loads(line[6:]) for line in answer.text.split("\n") if line.startswith("data: ")]

    def say(self, session: str, *texts: str) -> str:
        final = self.frames(session, *texts)[-1]
        assert not final.get("partial")
        return final["content"]["parts"][0]["text"]

    def state(self, session: str):
        return self.data(self.http.get(f"/api/state/nemo_agent/me/{session}/latest"))["state"]

    def last(self, session: str):
        return self.data(self.http.get(f"/api/state/nemo_agent/me/{session}/latest"))["nemodub_message"]

    def tracks(self, session: str) -> dict[tuple[str, str | None], dict]:
        return {(t["m"]["role"], t["m"].get("language")): t for t in self.state(session)["draft"]["t"]}

    def submit(self, session: str, render_id: str = "render_1", **output):
        draft = self.state(session)["draft"]
        body = {
            "id": render_id,
            "sessionId": session,
            "draft": draft,
            "output": {"format": "mp4", "quality": "high"} | output,
        }
        return self.http.post("/api/render/proxy/lambda", json=body)

    def rendered(self, render_id: str = "render_1"):
        return until(lambda: self._ended(render_id))

    def _ended(self, render_id: str):
        data = self.data(self.http.get(f"/api/render/proxy/lambda/{render_id}"))
        return data if data["status"] in ("completed", "failed") else None

    # --- the stand-in worker

    def hold(self) -> None:
        (self.notes / "hold").touch()

    def release(self) -> None:
        (self.notes / "hold").unlink()

    def jobs(self) -> list[dict]:
        found = sorted(self.notes.glob("*.job"), key=lambda path: path.stat().st_mtime_ns)
        return [json.loads(path.read_text()) for path in found if path.stat().st_size]


def until(check, seconds: float = 60.0):
    """Return what `check` gives once it is true."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := check():
            return found
        time.sleep(0.03)
    raise AssertionError("it did not happen in time")


@pytest.fixture(name="until")
def _until():
    return until


@pytest.fixture
def start(tmp_path):
    """Start servers; all are gone after the test."""
    servers: list[Server] = []

    def begin(home: str = "home", **environment: str) -> Server:
        server = Server(tmp_path / home, tmp_path / "notes", **environment)
        servers.append(server)
        return server

    yield begin
    for server in servers:
        if server.process.poll() is None:
            server.kill()
        server.process.stdout.close()
        server.process.stderr.close()


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """One server for the tests that leave it as it is."""
    folder = tmp_path_factory.mktemp("shared")
    server = Server(folder / "home", folder / "notes")
    yield server
    server.stop()
    errors = server.process.stderr.read().decode()
    server.process.stdout.close()
    server.process.stderr.close()
    assert "Traceback" not in errors, errors


@pytest.fixture(scope="session")
def clip(tmp_path_factory) -> Path:
    """A video of six seconds with sound."""
    import av
    import numpy as np

    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    with av.open(path, "w") as container:
        video = container.add_stream("mpeg4", rate=10)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        audio = container.add_stream("aac", rate=16000, layout="mono")
        for number in range(60):
            picture = av.VideoFrame.from_ndarray(
                np.full((180, 320, 3), number * 4, dtype=np.uint8), format="rgb24"
            )
            container.mux(video.encode(picture))
        for number in range(6):
            tone = (np.sin(np.arange(16000) / 8) * 8000).astype(np.int16).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
            frame.sample_rate, frame.pts = 16000, number * 16000
            container.mux(audio.encode(frame))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return path


@pytest.fixture(scope="session")
def sound(tmp_path_factory) -> Path:
    """Two seconds of sound only."""
    path = tmp_path_factory.mktemp("sounds") / "sound.wav"
    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(16000)
        stream.writeframes(struct.pack("<32000h", *([500, -500] * 16000)))
    return path
