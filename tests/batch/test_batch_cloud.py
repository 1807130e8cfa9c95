"""What a batch through HTTP promises: the embedded server plays the cloud, with a quota, and a door that says 429."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

STAND_IN = Path(__file__).parents[1] / "local" / "stand_in_worker.py"
START = (
    "import sys; from nemodub_nb.local.server import serve; "
    "serve(as_json=True, exit_with_stdin=True, home=sys.argv[1], worker=(sys.executable, sys.argv[2], sys.argv[3]))"
)


class Door(http.server.BaseHTTPRequestHandler):
    """Passes everything on to the server, but for the messages that it refuses with 429."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/run_sse":
            self.server.messages.append(time.monotonic())
            if self.server.refusals:
                self.server.refusals.pop()
                return self._answer(429, b'{"code": 429, "msg": "Slow down"}', {"Retry-After": "1"})
        with self.server.busy:
            return self._pass_on("POST", body)

    def do_GET(self):
        self._pass_on("GET", None)

    def _pass_on(self, method, body):
        kept = {
            name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}
        }
        answer = httpx.request(
            method, self.server.behind + self.path, content=body, headers=kept, timeout=60, trust_env=False
        )
        self._answer(
            answer.status_code, answer.content, {"Content-Type": answer.headers.get("content-type", "")}
        )

    def _answer(self, status, body, headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def account(tmp_path, monkeypatch):
    """Start a server whose users have that many credits, and be a client of it."""
    ended = []

    def start(quota: int, *, refusals: int = 0):
        (tmp_path / "jobs").mkdir()
        process = subprocess.Popen(
            [sys.executable, "-c", START, str(tmp_path / "server"), str(STAND_IN), str(tmp_path / "jobs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "NEMODUB_QUOTA": str(quota)},
        )
        ended.append(lambda: (process.stdin.close(), process.wait(20), process.stdout.close()))
        hello = json.loads(process.stdout.readline())
        door = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
        door.behind, door.refusals, door.messages = hello["url"], [None] * refusals, []
        door.busy = threading.Semaphore(8)
        threading.Thread(target=door.serve_forever, daemon=True).start()
        ended.append(lambda: (door.shutdown(), door.server_close()))
        monkeypatch.setenv("NEMO_API_URL", f"http://127.0.0.1:{door.server_port}")
        monkeypatch.setenv("NEMO_TOKEN", hello["token"])
        return door

    yield start
    for end in reversed(ended):
        end()


@pytest.fixture
def talks(tmp_path):
    """Write sounds that can be uploaded; return their folder."""
    import wave

    def write(count: int) -> Path:
        folder = tmp_path / "talks"
        folder.mkdir()
        for number in range(count):
            with wave.open(str(folder / f"talk{number}.wav"), "wb") as sound:
                sound.setnchannels(1)
                sound.setsampwidth(2)
                sound.setframerate(16000)
                sound.writeframes(bytes(32000 * 2 + 2 * number))
        return folder

    return write


def statuses(batch):
    return batch.frame["status"].value_counts().to_dict()


def test_without_credits_it_stops_with_what_is_done_kept_and_the_rest_listed(account, do, talks, tmp_path):
    account(150)
    made = do(talks(3), ["es", "fr"], backend="cloud", workers=1)
    assert statuses(made) == {"done": 2, "skipped": 4}
    assert set(made.left["clip"]) == {"talk1", "talk2"}
    assert made.left["error"].notna().all()
    assert "credits" in made.stopped
    assert made.frame["cost"].sum() == 100
    assert (tmp_path / "out" / "talk0.fr.mp4").exists()
    assert (
        json.loads((tmp_path / "out" / "talk0.fr.report.json").read_text())["outputs"]["video"]
        == "talk0.fr.mp4"
    )
    again = made.retry()
    assert again.reused == 2
    assert statuses(again) == {"done": 2, "skipped": 4}


def test_a_budget_is_never_overspent(account, do, talks):
    account(10_000)
    made = do(talks(2), ["es", "fr"], backend="cloud", budget=160)
    assert statuses(made) == {"done": 3, "skipped": 1}
    assert made.frame["cost"].sum() == 150
    assert made.left["error"].str.contains("budget of 160").all()
    more = do(made.frame["source"].unique(), ["es", "fr"], backend="cloud", budget=1000)
    assert more.ok
    assert more.frame["cost"].sum() == 200, "what was paid once is not paid again"


def test_429_makes_it_wait_and_loses_nothing(account, do, talks):
    door = account(10_000, refusals=3)
    made = do(talks(2), ["es"], backend="cloud")
    assert made.ok
    assert not door.refusals
    assert made.frame["cost"].sum() == 100


def test_a_language_that_fails_and_a_clip_that_is_none_stop_nothing(account, do, talks):
    account(10_000)
    folder = talks(2)
    (folder / "broken.wav").write_text("this is no sound")
    made = do(folder, ["es", "tlh"], backend="cloud")
    rows = made.frame.set_index(["clip", "language"])["status"].to_dict()
    assert rows[("talk0", "es")] == rows[("talk1", "es")] == "done"
    assert rows[("talk0", "tlh")] == rows[("broken", "es")] == "failed"


def test_what_the_cloud_made_is_of_the_asked_format_and_told_why_it_was_not_measured(
    account, do, talks, tmp_path
):
    account(10_000)
    row = do(talks(1), ["es"], backend="cloud", format="webm", measure=True).frame.iloc[0]
    assert (row["status"], row["format"], row["measured"]) == ("done", "webm", False)
    assert row["output"] == str(tmp_path / "out" / "talk0.es.webm")
    said = json.loads((tmp_path / "out" / "talk0.es.webm.report.json").read_text())
    assert said["outputs"]["subtitles"] == ["talk0.es.webm.srt", "talk0.es.webm.vtt"]
    assert said["not_measured"][0].startswith("Nothing was measured: ")
