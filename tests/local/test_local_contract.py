"""What anyone with curl is promised."""

from __future__ import annotations

import json
import re
import subprocess
import threading

import httpx
import pytest


def curl(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        ["curl", "-sS", "--noproxy", "*", "-w", "\n%{http_code}", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


def test_plain_curl_goes_from_a_clip_to_a_dubbed_file(shared, clip, tmp_path):
    headers = [
        part
        for name, value in shared.http.headers.items()
        if name.startswith(("auth", "x-skill"))
        for part in ("-H", f"{name}: {value}")
    ]
    _, body = curl(
        *headers,
        "-H",
        "Content-Type: application/json",
        "-d",
        '{"task_name":"project","language":"en"}',
        f"{shared.url}/api/tasks/me/with-session/nemo_agent",
    )
    session = json.loads(body)["data"]["session_id"]
    assert re.fullmatch(r"\d{19}", session)

    _, body = curl(*headers, "-F", f"files=@{clip}", f"{shared.url}/api/upload-video/nemo_agent/me/{session}")
    (file,) = json.loads(body)["data"]["files"]
    assert (file["filename"], file["file_type"], file["width"], file["height"]) == (
        "clip.mp4",
        "video",
        320,
        180,
    )
    assert file["duration"] == pytest.approx(6.0, abs=0.2)

    _, body = curl(
        *headers,
        "-N",
        "-H",
        "Accept: text/event-stream",
        "-H",
        "Content-Type: application/json",
        "-d",
        json.dumps(shared.message(session, "Dub this video into Spanish with synced audio.")),
        f"{shared.url}/run_sse",
    )
    assert "Spanish: 1 line" in body

    _, body = curl(*headers, f"{shared.url}/api/state/nemo_agent/me/{session}/latest")
    draft = json.loads(body)["data"]["state"]["draft"]
    (tmp_path / "body.json").write_text(
        json.dumps(
            {
                "id": "render_curl",
                "sessionId": session,
                "draft": draft,
                "output": {"format": "mp4", "quality": "high"},
            }
        )
    )
    _, body = curl(
        *headers,
        "-H",
        "Content-Type: application/json",
        "-d",
        f"@{tmp_path / 'body.json'}",
        f"{shared.url}/api/render/proxy/lambda",
    )
    assert json.loads(body) | {"data": 0} == {"success": True, "code": 0, "message": "success", "data": 0}
    done = shared.rendered("render_curl")
    assert (done["status"], done["progress"]) == ("completed", 100)
    assert curl("-o", str(tmp_path / "out.mp4"), done["outputUrl"])[0] == 200
    assert (tmp_path / "out.mp4").stat().st_size == done["output"]["size"] == 10_000
    assert (
        curl(
            *headers, "-o", str(tmp_path / "again.mp4"), f"{shared.url}/api/render/proxy/render_curl/download"
        )[0]
        == 200
    )
    assert (tmp_path / "again.mp4").read_bytes() == (tmp_path / "out.mp4").read_bytes()


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer nmv_usr_wrong", "Basic abc"])
def test_no_call_works_without_a_valid_token(shared, header):
    headers = {"Authorization": header} if header else {}
    calls = [
        ("POST", "/api/tasks/me/with-session/nemo_agent"),
        ("POST", "/api/auth/claim-token"),
        ("POST", "/run_sse"),
        ("POST", "/api/upload-video/nemo_agent/me/1"),
        ("GET", "/api/credits/balance/simple"),
        ("GET", "/api/state/nemo_agent/me/1/latest"),
        ("POST", "/api/render/proxy/lambda"),
        ("GET", "/api/render/proxy/lambda/x"),
        ("GET", "/api/render/proxy/x/download"),
        ("POST", "/api/render/proxy/lambda/x/cancel"),
    ]
    skill = {name: value for name, value in shared.http.headers.items() if name.startswith("x-skill")}
    with httpx.Client(base_url=shared.url, trust_env=False) as client:
        for method, path in calls:
            answer = client.request(method, path, headers=headers | skill)
            assert (answer.status_code, answer.json()["code"]) == (401, 1001), path


def test_a_starter_token_sees_only_its_own_sessions(shared):
    with httpx.Client(base_url=shared.url, trust_env=False) as client:
        refused = client.post("/api/auth/anonymous-token")
        assert (refused.status_code, refused.json()["code"]) == (400, 400)
        given = client.post("/api/auth/anonymous-token", headers={"X-Client-Id": "a-client"}).json()["data"]
        assert given["token"].startswith("nmv_usr_")
        assert given["credits"] == 100
        again = client.post("/api/auth/anonymous-token", headers={"X-Client-Id": "a-client"})
        assert again.status_code == 429
        assert int(again.headers["retry-after"]) > 6 * 86400
        client.headers["Authorization"] = f"Bearer {given['token']}"
        theirs = shared.session()
        assert client.get(f"/api/state/nemo_agent/me/{theirs}/latest").json()["code"] == 1002
        own = client.post("/api/tasks/me/with-session/nemo_agent").json()["data"]["session_id"]
        assert client.get(f"/api/state/nemo_agent/me/{own}/latest").json()["code"] == 0


def test_credits_are_told_and_nothing_costs_without_a_quota(shared, clip):
    session = shared.session()
    shared.upload(session, clip)
    shared.say(session, "Dub into Spanish.")
    assert shared.data(shared.http.get("/api/credits/balance/simple")) == {
        "available": 100,
        "frozen": 0,
        "total": 100,
    }


def test_a_claim_token_is_given_for_an_own_session(shared):
    made = shared.data(shared.http.post("/api/tasks/me/with-session/nemo_agent", json={"task_name": "p"}))
    claim = shared.data(
        shared.http.post(
            "/api/auth/claim-token", json={"task_id": made["task_id"], "session_id": made["session_id"]}
        )
    )
    assert claim["claim_token"].startswith("clm_")
    assert claim["expires_in"] == 604800
    wrong = shared.http.post("/api/auth/claim-token", json={"task_id": "1", "session_id": made["session_id"]})
    assert wrong.json()["code"] == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"text"', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_object_is_a_400(shared, body):
    for path in ("/run_sse", "/api/render/proxy/lambda", "/api/auth/claim-token"):
        answer = shared.http.post(path, content=body)
        assert (answer.status_code, answer.json()["code"]) == (400, 400)


def test_unknown_sessions_and_addresses_are_told_in_the_envelope(shared):
    for answer in (
        shared.http.get("/api/state/nemo_agent/me/123/latest"),
        shared.http.post("/api/upload-video/nemo_agent/me/123", files={"files": ("a.mp4", b"x")}),
        shared.http.post("/run_sse", json=shared.message("123", "Hello")),
        shared.http.post("/api/render/proxy/lambda", json={"id": "r", "sessionId": "123", "draft": {}}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, 1002)
    assert shared.http.get("/nowhere").json()["code"] == 404
    assert shared.http.get("/run_sse").json()["code"] == 405
    assert shared.http.get("/api/render/proxy/lambda/none").json()["code"] == 404
    assert shared.http.get("/files/none/clip.mp4").status_code == 404


@pytest.mark.parametrize("missing", ["X-Skill-Source", "X-Skill-Version", "X-Skill-Platform"])
def test_an_export_without_the_skill_headers_is_a_402(shared, clip, missing):
    session = shared.session()
    shared.upload(session, clip)
    draft = shared.state(session)["draft"]
    body = {
        "id": "render_402",
        "sessionId": session,
        "draft": draft,
        "output": {"format": "mp4", "quality": "high"},
    }
    answer = shared.http.post("/api/render/proxy/lambda", json=body, headers={missing: ""})
    assert (answer.status_code, answer.json()["code"]) == (402, 402)
    assert answer.json()["success"] is False
    assert missing in answer.json()["error"]


def test_a_foreign_host_name_is_refused(shared):
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", ""):
        assert shared.http.get("/api/credits/balance/simple", headers={"Host": host}).status_code in (
            400,
            421,
        )
    for host in ("localhost:1", "127.0.0.1", "[::1]:8"):
        assert shared.http.get("/api/credits/balance/simple", headers={"Host": host}).status_code == 200


def test_a_file_can_be_sought_by_its_address_alone(shared, clip):
    session = shared.session()
    (file,) = shared.data(shared.upload(session, clip))["files"]
    whole = clip.read_bytes()
    with httpx.Client(trust_env=False) as client:
        assert client.get(file["cdn_url"]).content == whole
        part = client.get(file["cdn_url"], headers={"Range": "bytes=100-199"})
        assert (part.status_code, part.content) == (206, whole[100:200])
        assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
        assert client.get(file["cdn_url"], headers={"Range": "bytes=-10"}).content == whole[-10:]


def test_the_stream_has_the_shape_of_adk(shared, clip):
    session = shared.session()
    shared.upload(session, clip)
    frames = shared.frames(session, "Dub this video into Spanish and French.")
    assert all({"id", "invocationId", "author", "timestamp", "content"} <= frame.keys() for frame in frames)
    parts = [frame["content"]["parts"][0] for frame in frames]
    calls = [p["functionCall"] for p in parts if "functionCall" in p]
    assert [(c["name"], c["args"]["languages"]) for c in calls] == [("dub_video", ["es", "fr"])]
    answers = [p["functionResponse"] for p in parts if "functionResponse" in p]
    assert {a["id"] for a in answers} == {calls[0]["id"]}
    assert all(a["willContinue"] and a["response"]["status"] == "working" for a in answers[:-1])
    assert answers[-1]["response"] | {"clip": ""} == {
        "status": "done",
        "clip": "",
        "languages": ["es", "fr"],
        "done": ["es", "fr"],
        "failed": {},
    }
    fragments = [f["content"]["parts"][0]["text"] for f in frames if f.get("partial")]
    assert "".join(fragments) == parts[-1]["text"]


def test_one_message_at_a_time(start, clip, until):
    server = start()
    session = server.session()
    server.upload(session, clip)
    server.hold()
    first = threading.Thread(target=lambda: server.frames(session, "Dub into Spanish."))
    first.start()
    until(server.jobs)
    under_way = server.last(session)
    assert (under_way["status"], under_way["text"]) == ("running", "Dub into Spanish.")
    assert under_way["answer"] is under_way["result"] is None
    second = server.http.post("/run_sse", json=server.message(session, "Subtitles off."))
    assert (second.status_code, second.json()["code"]) == (409, 409)
    server.release()
    first.join()
    assert server.last(session)["status"] == "done"
    assert "off" in server.say(session, "Subtitles off.")


def test_a_listener_that_goes_away_does_not_stop_the_work(start, clip, until):
    server = start()
    session = server.session()
    server.upload(session, clip)
    server.hold()
    with server.http.stream("POST", "/run_sse", json=server.message(session, "Dub into Spanish.")) as stream:
        next(stream.iter_lines())
        until(server.jobs)
    server.release()
    assert until(lambda: ("dub", "es") in server.tracks(session))


def test_a_quota_is_kept_frozen_while_working_and_2001_when_it_is_gone(start, clip):
    server = start(NEMODUB_QUOTA="120")
    session = server.session()
    server.upload(session, clip)
    balance = lambda: server.data(server.http.get("/api/credits/balance/simple"))  # noqa: E731
    too_much = server.http.post(
        "/run_sse", json=server.message(session, "Dub into Spanish, French and German.")
    )
    assert too_much.json()["code"] == 2001
    server.hold()
    with server.http.stream(
        "POST", "/run_sse", json=server.message(session, "Dub into Spanish and Klingon.")
    ) as stream:
        assert balance() == {"available": 20, "frozen": 100, "total": 120}
        server.release()
        stream.read()
    assert balance() == {"available": 70, "frozen": 0, "total": 70}, "a language that failed costs nothing"
    server.say(session, "No subtitles.")
    assert balance()["available"] == 20
    assert server.http.post("/run_sse", json=server.message(session, "Make it 9:16.")).json()["code"] == 2001
    assert "I dub clips" in server.say(session, "help")


def test_the_token_is_in_no_process_list_and_no_log(start, clip):
    server = start()
    session = server.session()
    server.upload(session, clip)
    server.say(session, "Dub into Spanish.")
    assert (
        server.token
        not in subprocess.run(
            ["ps", "-axww", "-o", "args"], capture_output=True, text=True, check=True
        ).stdout
    )
    server.stop()
    assert server.token not in server.process.stderr.read().decode()
    kept = b"".join(path.read_bytes() for path in server.home.glob("backend.sqlite*"))
    assert server.token.encode() not in kept
