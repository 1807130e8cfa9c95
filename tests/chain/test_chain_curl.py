"""`nemodub serve` under plain curl: what anyone can check against the contract by hand."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys

import pytest

pytest.importorskip("av")
if shutil.which("curl") is None:
    pytest.skip("needs curl", allow_module_level=True)

SKILL = ("X-Skill-Source: multilingual-video-dubbing", "X-Skill-Version: 1.0.0", "X-Skill-Platform: unknown")


class Server:
    """A running `nemodub serve --json` and a curl that knows its token."""

    def __init__(self, process):
        self.process = process
        first = json.loads(process.stdout.readline())
        assert set(first) == {"url", "token"}
        self.url, self.token = first["url"], first["token"]

    def raw(self, path, *options, token=None, skill=True):
        headers = [f"Authorization: Bearer {token or self.token}", *(SKILL if skill else ())]
        asked = [
            "curl",
            "-sS",
            "-m",
            "60",
            "-w",
            "\n%{http_code}",
            *(part for one in headers for part in ("-H", one)),
        ]
        url = path if path.startswith("http") else f"{self.url}{path}"
        done = subprocess.run([*asked, *map(str, options), url], capture_output=True, text=True, check=True)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body

    def __call__(self, path, *options, **how):
        status, body = self.raw(path, *options, **how)
        return status, json.loads(body)

    def post(self, path, value, **how):
        body = value if isinstance(value, str) else json.dumps(value)
        return self(path, "-H", "Content-Type: application/json", "-d", body, **how)

    def session(self):
        status, answer = self.post(
            "/api/tasks/me/with-session/nemo_agent", {"task_name": "project", "language": "en"}
        )
        assert status == 200
        assert answer["code"] == 0
        assert answer["data"]["session_id"].isdigit()
        return answer["data"]


@pytest.fixture
def curl():
    with subprocess.Popen(
        [sys.executable, "-m", "nemodub_nb.cli", "serve", "--json"], stdout=subprocess.PIPE, text=True
    ) as process:
        yield Server(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "tone.mp4"
    with av_open(path) as container:
        picture = container.add_stream("libx264", rate=25)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("aac", rate=48_000, layout="mono")
        for _ in range(25):
            container.mux(picture.encode(frame(picture)))
        for _ in range(47):
            container.mux(sound.encode(silence()))
        for stream in (picture, sound):
            container.mux(stream.encode(None))
    return path


def av_open(path):
    import av

    return av.open(str(path), "w")


def frame(picture):
    import av
    import numpy as np

    return av.VideoFrame.from_ndarray(np.zeros((picture.height, picture.width, 3), np.uint8), format="rgb24")


def silence():
    import av
    import numpy as np

    block = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
    block.sample_rate = 48_000
    return block


def test_a_clip_goes_in_and_its_export_comes_out(curl, clip, tmp_path):
    data = curl.session()
    session = data["session_id"]
    claim = curl.post("/api/auth/claim-token", {"task_id": data["task_id"], "session_id": session})[1]["data"]
    assert claim["claim_token"].startswith("clm_")
    assert claim["expires_in"] == 604_800

    taken = curl(f"/api/upload-video/nemo_agent/me/{session}", "-F", f"files=@{clip}")[1]["data"]
    (file,) = taken["files"]
    assert taken["session_state_applied"] is True
    assert (file["filename"], file["file_type"], file["width"], file["height"]) == (
        "tone.mp4",
        "video",
        64,
        48,
    )

    message = {"app_name": "nemo_agent", "user_id": "me", "session_id": session}
    status, stream = curl.raw(
        "/run_sse", "-N", "-H", "Content-Type: application/json", "-H", "Accept: text/event-stream",
        "-d", json.dumps({**message, "new_message": {"parts": [{"text": 'Add a title "Hi" for 1 second'}]}}),
    )  # fmt: skip
    assert status == 200
    events = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith("data: ")]
    texts = [event for event in events if any("text" in part for part in event["content"]["parts"])]
    assert (
        "".join(event["content"]["parts"][0]["text"] for event in texts[:-1])
        == texts[-1]["content"]["parts"][0]["text"]
    )
    assert all(event.get("partial") for event in texts[:-1])
    assert not texts[-1].get("partial")

    state = curl(f"/api/state/nemo_agent/me/{session}/latest")[1]["data"]
    assert state["session_id"] == session
    assert {"draft", "video_infos", "canvas_config", "video_analyses", "generated_media"} <= set(
        state["state"]
    )
    draft = state["state"]["draft"]
    assert {"t", "d", "m"} <= set(draft)
    assert any(track["sg"] for track in draft["t"])

    order = {
        "id": "render_1",
        "sessionId": session,
        "draft": draft,
        "output": {"format": "mp4", "quality": "high"},
    }
    assert curl.post("/api/render/proxy/lambda", order, skill=False)[0] == 402
    for _ in range(2):  # the same id is the same render
        status, submitted = curl.post("/api/render/proxy/lambda", order)
        assert status == 200
        assert submitted["success"] is True
        assert submitted["data"]["id"] == "render_1"
    for _ in range(200):
        made = curl("/api/render/proxy/lambda/render_1")[1]["data"]
        if made["status"] in {"completed", "failed"}:
            break
    assert made["status"] == "completed", made
    url = made["outputUrl"]
    for place in (url, "/api/render/proxy/render_1/download"):
        curl.raw(place, "-o", tmp_path / "got.mp4")
        assert (tmp_path / "got.mp4").read_bytes()[4:8] == b"ftyp"
        assert (tmp_path / "got.mp4").stat().st_size == made["output"]["size"]


def test_every_refusal_has_its_code_and_says_why(curl, clip, tmp_path):
    session = curl.session()["session_id"]
    upload = f"/api/upload-video/nemo_agent/me/{session}"
    (tmp_path / "text.mp4").write_text("I am no film.\n" * 50)
    (tmp_path / "notes.txt").write_text("words")
    (tmp_path / "empty.mp4").touch()
    with (tmp_path / "big.mp4").open("wb") as big:
        big.write(clip.read_bytes())
        big.truncate(501 * 1024**2)

    def said(code, status, answer):
        assert answer["code"] == code, answer
        assert answer["message"]
        return status

    assert said(1001, *curl("/api/credits/balance/simple", token="nmv_usr_wrong")) == 401
    assert said(1002, *curl("/api/state/nemo_agent/me/1234567890123456789/latest")) == 404
    assert said(1002, *curl("/api/upload-video/nemo_agent/me/99", "-F", f"files=@{clip}")) == 404
    for name in ("text.mp4", "notes.txt", "empty.mp4"):
        assert said(4001, *curl(upload, "-F", f"files=@{tmp_path / name}")) == 415
    assert said(4002, *curl(upload, "-F", f"files=@{tmp_path / 'big.mp4'}")) == 413
    assert said(400, *curl(upload, "-F", f"other=@{clip}")) == 400
    for url in ("file:///etc/passwd", "http://169.254.169.254/clip.mp4", "http://127.0.0.1:9/clip.mp4"):
        assert said(400, *curl.post(upload, {"urls": [url], "source_type": "url"})) == 400
    for body in ("not json", "[]", "{}", '{"session_id": 1}', ""):
        assert curl.post("/run_sse", body)[0] in {400, 404}
    assert said(400, *curl("/api/auth/anonymous-token", "-X", "POST")) == 400
    client = ("-X", "POST", "-H", "X-Client-Id: 5f1c9d0e-0000-4000-8000-000000000001")
    first = curl("/api/auth/anonymous-token", *client)[1]["data"]
    assert first["token"].startswith("nmv_usr_")
    assert first["credits"] == 100
    assert said(429, *curl("/api/auth/anonymous-token", *client)) == 429
    assert curl(f"/api/state/nemo_agent/me/{session}/latest", token=first["token"])[0] == 404, (
        "another's session"
    )
    assert said(404, *curl("/api/render/proxy/lambda/none")) == 404
    order = {"id": "render_9", "sessionId": session, "draft": {"t": []}, "output": {"format": "mp4"}}
    assert said(400, *curl.post("/api/render/proxy/lambda", order)) == 400
    balance = curl("/api/credits/balance/simple")[1]["data"]
    assert balance["total"] == balance["available"] + balance["frozen"]
    state = curl(f"/api/state/nemo_agent/me/{session}/latest")[1]["data"]["state"]
    assert state["video_infos"] == [], "nothing refused is kept"
