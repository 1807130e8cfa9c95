"""Every call sends what the API documents and reads what it answers, sync and async."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import pickle
import subprocess
import sys

import pytest

import nemodub_nb.client as nc
from nemodub_nb.client.requests import platform

SID = "7123456789012345678"


def serve_everything(server, kit):
    server.on("POST /api/tasks/", kit.ok({"task_id": "t1", "session_id": SID, "user_id": "u1"}))
    server.on("POST /api/auth/claim-token", kit.ok({"claim_token": "clm_a/b", "expires_in": 604800}))
    server.on(
        "POST /api/upload-video/",
        kit.ok(
            {
                "files": [
                    {"filename": "a.mp4", "file_type": "video", "cdn_url": "https://cdn/x", "duration": 31.5}
                ]
            }
        ),
    )
    server.on("GET /api/credits/", kit.ok({"available": 70, "frozen": 30, "total": 100}))
    server.on(
        "GET /api/state/",
        kit.ok(
            {"session_id": SID, "task_id": "t1", "state": {"draft": {"t": [], "zz": 1}, "video_infos": [1]}}
        ),
    )
    server.on(
        "POST /api/render/proxy/lambda",
        kit.http(200, {"success": True, "data": {"id": "r1", "status": "pending"}}),
    )
    server.on("POST /run_sse", kit.stream(kit.said("Hi", partial=True), kit.said("Hi")))


def test_each_call_goes_out_as_documented(server, client, kit, tmp_path):
    serve_everything(server, kit)
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"\0\1\2" * 100)

    session = client.create_session("film", "de")
    assert (session.session_id, session.task_id, session.user_id) == (SID, "t1", "u1")
    assert server.seen[-1].json == {"task_name": "film", "language": "de"}
    assert client.claim_url(session) == "https://nemovideo.com/workspace/claim?ct=clm_a%2Fb"

    file = client.upload(SID, clip)
    assert (file.filename, file.duration_s, file.width) == ("a.mp4", 31.5, None)
    sent = server.seen[-1]
    assert b'name="files"; filename="a.mp4"' in sent.body
    assert clip.read_bytes() in sent.body
    assert len(client.upload(SID, [clip, str(clip)])) == 1
    assert server.seen[-1].body.count(clip.read_bytes()) == 2

    client.upload_urls(SID, ["https://example.org/a.mp4"])
    assert server.seen[-1].json == {"urls": ["https://example.org/a.mp4"], "source_type": "url"}
    assert client.credits() == nc.Credits(70, 30, 100)

    state = client.state(SID)
    assert state.draft == {"t": [], "zz": 1}
    assert server.seen[-1].path == f"/api/state/nemo_agent/me/{SID}/latest"

    job = client.submit_render(SID, state.draft, resolution="720p", render_id="render_5")
    assert job.id == "r1"
    assert server.seen[-1].json == {
        "id": "render_5",
        "sessionId": SID,
        "draft": {"t": [], "zz": 1},
        "output": {"format": "mp4", "quality": "high", "resolution": "720p"},
    }

    with client.run(SID, "Hello", parts=["Transcript: a.srt\n1"]) as events:
        assert [each.text for each in events] == ["Hi"]
    assert events.final_text == "Hi"
    assert server.seen[-1].json == {
        "app_name": "nemo_agent",
        "user_id": "me",
        "session_id": SID,
        "new_message": {"parts": [{"text": "Hello"}, {"text": "Transcript: a.srt\n1"}]},
    }
    for seen in server.seen:
        assert seen.headers["authorization"] == f"Bearer {kit.token}"
        assert seen.headers["x-skill-source"] == "multilingual-video-dubbing"
        assert seen.headers["x-skill-version"] == "1.0.0"
        assert seen.headers["x-skill-platform"] == "unknown"


def test_the_async_client_does_the_same(server, async_client, kit, tmp_path):
    serve_everything(server, kit)
    clip = tmp_path / "a.mp4"
    clip.write_bytes(bytes(range(256)) * 4000)

    async def all_calls():
        async with async_client() as client:
            session = await client.create_session()
            assert (await client.claim_url(session)).endswith("clm_a%2Fb")
            assert (await client.upload(SID, clip)).filename == "a.mp4"
            assert clip.read_bytes() in server.seen[-1].body
            assert len(await client.upload_urls(SID, ["https://example.org/a"])) == 1
            assert (await client.credits()).total == 100
            assert (await client.state(SID)).video_infos == [1]
            assert (await client.submit_render(SID, "<draft/>")).id == "r1"
            async with client.run(SID, "Hello") as events:
                assert [each.text async for each in events] == ["Hi"]
            assert events.final_text == "Hi"

    asyncio.run(all_calls())


def test_both_clients_offer_the_same_methods():
    def public(kind):
        return {name for name in dir(kind) if not name.startswith("_")}

    assert public(nc.NemoClient) - {"close"} == public(nc.AsyncNemoClient) - {"aclose"}
    assert public(nc.RenderJob) == public(nc.AsyncRenderJob)
    assert public(nc.EventStream) - {"close"} == public(nc.AsyncEventStream) - {"aclose"}


def test_the_public_names_are_sorted_and_there():
    assert nc.__all__ == sorted(nc.__all__)
    assert all(hasattr(nc, name) for name in nc.__all__)


def test_importing_the_client_imports_nothing_heavy():
    code = (
        "import sys, nemodub_nb.client; print([m for m in"
        " ('pandas', 'IPython', 'ipywidgets', 'numpy', 'av', 'keyring') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_environment_names_set_the_addresses(server, kit, monkeypatch):
    serve_everything(server, kit)
    monkeypatch.setenv("NEMO_API_URL", server.url + "/")
    monkeypatch.setenv("NEMO_WEB_URL", "https://web.example")
    monkeypatch.setenv("NEMO_TOKEN", kit.token)
    monkeypatch.setenv("SKILL_SOURCE", "clawhub")
    with nc.NemoClient() as client:
        assert client.claim_url(nc.Session("1", "2")).startswith("https://web.example/workspace/claim?ct=")
    assert server.seen[-1].headers["x-skill-platform"] == "clawhub"


@pytest.mark.parametrize(
    ("named", "path", "expected"),
    [
        ("", "/home/a/.clawhub/skills/x/requests.py", "clawhub"),
        ("", "/home/a/.cursor/skills/x/requests.py", "cursor"),
        ("", "/usr/lib/python3/x/requests.py", "unknown"),
        ("cursor", "/home/a/.clawhub/x.py", "cursor"),
        ("evil\r\nX: 1", "/usr/x.py", "unknown"),
    ],
)
def test_the_platform_is_told_from_the_environment_or_the_install_path(named, path, expected):
    from pathlib import PurePosixPath

    assert platform(named, PurePosixPath(path)) == expected


@pytest.mark.parametrize(
    "url", ["ftp://x", "file:///etc/passwd", "", "http://", "https://user:pass@host", "nonsense"]
)
def test_a_base_url_that_is_none_is_refused_at_once(url):
    with pytest.raises(nc.NemoError, match="Write it like") as caught:
        nc.NemoClient("t", url or " ")
    assert caught.value.advice


def test_ids_beyond_double_precision_stay_exact_even_as_json_numbers(server, client, kit):
    server.on("POST /api/tasks/", kit.ok({"task_id": 9007199254740993, "session_id": 7123456789012345679}))
    session = client.create_session()
    assert (session.session_id, session.task_id) == ("7123456789012345679", "9007199254740993")


def test_an_id_cannot_leave_its_place_in_a_path(server, client, kit):
    serve_everything(server, kit)
    client.state("../../x?y#z")
    assert server.seen[-1].path == "/api/state/nemo_agent/me/..%2F..%2Fx%3Fy%23z/latest"


def test_new_render_ids_never_repeat_and_carry_the_time():
    ids = [nc.new_render_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(each.startswith("render_") and each[7:].isdecimal() for each in ids)


def test_values_can_be_pickled_and_become_json():
    status = nc.RenderStatus("r", "pending")
    assert pickle.loads(pickle.dumps(status)) == status
    error = nc.ServerError("It fell over.", status_code=503)
    copied = pickle.loads(pickle.dumps(error))
    assert (str(copied), copied.status_code) == (str(error), 503)
    event = nc.AgentEvent("tool_call", name="dub_video", payload={"to": ["es"]})
    assert json.loads(json.dumps(dataclasses.asdict(event)))["payload"] == {"to": ["es"]}
