"""The Studio as somebody of the cloud sees it: refusals, faults and double clicks; nothing is spent unasked or twice."""

from __future__ import annotations

import importlib.util
import json
import logging
import time
from pathlib import Path

import pytest

from nemodub_nb.panels import words
from nemodub_nb.project.loop import LOOP

_SPEC = importlib.util.spec_from_file_location(
    "hostile_page", Path(__file__).with_name("test_panels_hostile.py")
)
room = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(room)
server, page, hostile = room.server, room.page, room.hostile
http, ok = hostile.http, hostile.ok

FAULTS = {
    "1001": http(401, {"code": 1001, "message": "token expired"}),
    "1002": http(200, {"code": 1002, "message": "session not found"}),
    "2001": http(200, {"code": 2001, "message": "no credits"}),
    "402": http(402, {"message": "plan"}),
    "429": http(429, {"message": "slow down"}, {"Retry-After": "900"}),
    "500": http(500, "<html><body><h1>Oops</h1></body></html>", {"Content-Type": "text/html"}),
    "empty": http(200, b""),
    "page": http(200, "<html>Sign in</html>", {"Content-Type": "text/html"}),
}
SIMPLE = {
    "t": [
        {"tt": 0, "sg": [{"d": 6000, "m": {"start_ms": 0}}], "m": {"role": "picture", "clip": "clip.mp4"}},
        {"tt": 1, "sg": [{"d": 900, "m": {"start_ms": 500, "text": "Hola."}}], "m": {"role": "dub", "language": "es", "clip": "clip.mp4"}},
    ],
    "d": 6000,
}  # fmt: skip


@pytest.fixture
def cloud(page):
    """A Studio on a well-behaved cloud, with a clip."""
    running = page.server
    running.state = {"t": SIMPLE["t"][:1], "d": 6000}

    def talk(_):
        running.state = SIMPLE
        return hostile.flow(json.dumps(hostile.client_room.said("Done: Spanish.")))

    running.on("POST /run_sse", talk)
    running.on("POST /api/upload-video", ok({"files": [{"filename": "clip.mp4", "duration": 6}]}))
    page.talk = talk
    return page.open().connected().uploaded()


def is_told(error):
    assert error["cause"]
    assert error["cause"][0].isupper()
    assert error["advice"] or "Use a" in error["cause"]
    told = f"{error['cause']} {error['advice']}"
    assert "Traceback" not in told
    assert "<" not in told
    assert len(told) < 400


def at_rest(page):
    assert page.flow.work is None
    assert page.flow.rendering is None
    assert not page.live.view["running"]
    assert not page.export.view["busy"]
    assert page.refused == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_refused_sentence_is_one_cause_and_one_advice_and_the_next_one_works(cloud, fault, capfd):
    cloud.server.on("POST /run_sse", FAULTS[fault])
    cloud.say(cloud.live, "say", text="make it louder")
    is_told(cloud.until(lambda: cloud.live.view["error"], 60))
    cloud.until(lambda: not cloud.live.view["running"])
    at_rest(cloud)
    told = {"2001": "credits", "402": "plan", "429": "rate"}.get(fault)
    cloud.until(lambda: (cloud.credits.view["trouble"] or {}).get("kind") == told)
    shown = cloud.credits.view["trouble"]
    if fault == "429":
        assert 0 < shown["wait_s"] <= 600
        assert shown["until"] - time.time() == pytest.approx(shown["wait_s"], abs=20)
    if fault == "1002":
        assert not cloud.flow.clips
        cloud.until(lambda: cloud.upload.view["phase"] == "now")
        assert "gone" in cloud.live.view["error"]["cause"]
        cloud.say(cloud.upload, "add", text=str(cloud.folder / "clip.mp4"))
        cloud.until(lambda: cloud.flow.clips)
    cloud.server.on("POST /run_sse", cloud.talk)
    cloud.say(cloud.live, "say", text="make it softer")
    cloud.until(lambda: cloud.live.view["ended"] == "done")
    cloud.until(lambda: not cloud.live.view["error"])
    cloud.until(lambda: cloud.credits.view["trouble"] is None)
    printed = capfd.readouterr()
    assert "Traceback" not in printed.err + printed.out


@pytest.mark.parametrize("fault", FAULTS)
def test_a_refused_upload_says_why_and_can_be_tried_again(cloud, fault):
    cloud.server.on("POST /api/upload-video", FAULTS[fault])
    other = cloud.folder / "other.mp4"
    other.write_bytes(room.MEDIA)
    cloud.say(cloud.upload, "add", text=str(other))
    item = cloud.until(lambda: [one for one in cloud.upload.view["items"] if one["trouble"]], 60)[0]
    is_told(item["trouble"])
    cloud.server.on("POST /api/upload-video", ok({"files": [{"filename": "other.mp4"}]}))
    cloud.say(cloud.upload, "again", id=item["id"])
    cloud.until(lambda: [clip.name for clip in cloud.flow.clips][-1:] == ["other.mp4"])
    at_rest(cloud)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_refused_export_says_why_and_can_be_tried_again(cloud, fault):
    cloud.server.state = SIMPLE
    LOOP.run(cloud.flow.look())
    cloud.server.on("POST /api/render/proxy/lambda", FAULTS[fault])
    cloud.say(cloud.export, "export")
    cloud.until(lambda: cloud.export.view["error"] or cloud.flow.failed_exports, 60)
    cloud.until(lambda: cloud.flow.rendering is None and not cloud.export.view["busy"])
    if cloud.export.view["error"]:
        is_told(cloud.export.view["error"])
    asked = cloud.server.count("POST /api/render/proxy/lambda")
    if fault == "1002":
        return
    cloud.say(cloud.export, "export")
    cloud.until(lambda: cloud.server.count("POST /api/render/proxy/lambda") > asked, 60)
    cloud.until(lambda: cloud.flow.rendering is None and not cloud.export.view["busy"], 60)
    at_rest(cloud)


@pytest.mark.parametrize("fault", ["1001", "500", "empty"])
def test_connecting_says_that_the_token_is_refused_and_forgives_the_rest(page, fault):
    page.server.on("GET /api/credits", FAULTS[fault])
    page.open()
    page.say(page.connect, "connect", backend="cloud", token=hostile.TOKEN)
    page.until(lambda: page.flow.phase in {"ready", "failed"}, 30)
    assert page.flow.phase == ("failed" if fault == "1001" else "ready")
    if fault == "1001":
        is_told(page.until(lambda: page.connect.view["error"]))
        page.server.on("GET /api/credits", ok({"available": 7, "frozen": 0, "total": 7}))
        page.connected()
        page.until(lambda: not page.connect.view["error"])


def test_a_cloud_that_is_not_there_is_said_in_connect(page, monkeypatch):
    monkeypatch.setenv("NEMO_API_URL", "http://127.0.0.1:9")
    page.open()
    page.say(page.connect, "connect", backend="cloud")
    page.until(lambda: page.flow.phase == "failed", 30)
    is_told(page.until(lambda: page.connect.view["error"]))


def test_a_double_click_on_connect_opens_one_project_with_the_token_of_the_first(page, monkeypatch):
    monkeypatch.delenv("NEMO_TOKEN")
    page.open()
    page.say(page.connect, "connect", backend="cloud", token=hostile.TOKEN)
    page.say(page.connect, "connect", backend="cloud")
    page.until(lambda: page.flow.phase == "ready")
    page.uploaded()
    assert page.server.count("POST /api/auth/anonymous-token") == 0
    assert {seen.headers["authorization"] for seen in page.server.seen} == {f"Bearer {hostile.TOKEN}"}


def choose(cloud):
    cloud.say(cloud.languages, "add", text="Spanish")
    cloud.until(lambda: cloud.flow.choices.to == ("es",))


def test_nothing_is_spent_before_it_is_agreed_to_and_nothing_twice(cloud):
    choose(cloud)
    for _ in range(3):
        cloud.say(cloud.languages, "dub")
    cloud.until(lambda: cloud.languages.view["question"])
    assert cloud.server.count("POST /run_sse") == 0
    for _ in range(4):  # a double click in each of two views
        cloud.say(cloud.languages, "dub", agreed=True)
    cloud.until(lambda: cloud.flow.languages == ("es",) and not cloud.flow.work)
    cloud.settle()
    assert cloud.server.count("POST /run_sse") == 1
    assert not any(panel.view["error"] for panel in cloud.panels)


def test_an_old_yes_does_not_answer_a_new_question(cloud):
    choose(cloud)
    cloud.say(cloud.languages, "dub")
    cloud.until(lambda: cloud.languages.view["question"])
    cloud.say(cloud.languages, "add", text="French")
    cloud.until(lambda: len(cloud.flow.choices.to) == 2)
    cloud.say(cloud.languages, "dub", agreed=True)
    cloud.until(lambda: cloud.languages.view["question"] and len(cloud.languages.view["cards"]) == 2)
    assert cloud.server.count("POST /run_sse") == 0
    cloud.say(cloud.languages, "cancel")
    cloud.until(lambda: not cloud.languages.view["question"])


def test_a_sentence_sent_twice_while_it_is_done_is_said_once(cloud):
    slow = [hostile.client_room.stream_head(), 0.6, *hostile.flow(json.dumps(hostile.client_room.said("Yes.")))[1:]]  # fmt: skip
    cloud.server.on("POST /run_sse", slow)
    for _ in range(3):
        cloud.say(cloud.live, "say", text="make it louder")
    cloud.until(lambda: cloud.live.view["ended"] == "done")
    assert cloud.server.count("POST /run_sse") == 1
    assert [said.text for said in cloud.flow.messages if said.who == "you"] == ["make it louder"]


def test_another_backend_clears_what_belonged_to_the_first(cloud):
    choose(cloud)
    LOOP.run(cloud.flow.ask("make it louder"))
    cloud.say(cloud.connect, "connect", backend="cloud", token=hostile.TOKEN + "2")
    cloud.until(lambda: cloud.flow.phase == "ready" and cloud.flow.project.session_id is None)
    cloud.settle()
    views = json.dumps([panel.view for panel in cloud.panels])
    assert "clip.mp4" not in views.replace("an earlier session", "") or cloud.connect.view["left"]
    assert cloud.flow.draft is None
    assert not cloud.flow.messages
    assert not cloud.flow.languages
    assert not cloud.live.view["rows"]
    assert not cloud.timeline.view["lines"]
    assert cloud.export.view["rows"] == []


def test_the_backend_is_not_changed_under_an_upload(cloud):
    held = [0.8, ok({"files": [{"filename": "slow.mp4"}]})]
    cloud.server.on("POST /api/upload-video", held)
    slow = cloud.folder / "slow.mp4"
    slow.write_bytes(room.MEDIA)
    cloud.say(cloud.upload, "add", text=str(slow))
    cloud.until(lambda: any(item["state"] == "sending" for item in cloud.upload.view["items"]))
    cloud.say(cloud.connect, "connect", backend="local")
    assert cloud.until(lambda: cloud.connect.view["error"])["cause"] == words.BUSY
    cloud.until(lambda: len(cloud.flow.clips) == 2)
    assert cloud.flow.backend == "cloud"


def test_a_resume_that_failed_is_offered_again(page):
    page.server.state = SIMPLE
    page.server.on("POST /api/upload-video", ok({"files": [{"filename": "clip.mp4"}]}))
    page.open().connected().uploaded()
    page.studio.shut()
    LOOP.run(page.flow.project.aclose())
    page.open().connected()
    page.until(lambda: page.connect.view["left"])
    page.server.on("GET /api/state", FAULTS["500"])
    page.say(page.connect, "resume")
    page.say(page.connect, "resume")
    is_told(page.until(lambda: page.live.view["error"] or page.connect.view["error"], 60))
    assert page.until(lambda: page.connect.view["left"])
    page.server.on("GET /api/state", ok({"state": {"draft": SIMPLE}}))
    page.say(page.connect, "resume")
    page.until(lambda: page.flow.languages == ("es",))
    page.until(lambda: not page.connect.view["left"])


def test_a_token_is_in_nothing_that_leaves_or_is_kept(cloud, caplog, capfd, tmp_path):
    caplog.set_level(logging.DEBUG)
    secret = hostile.TOKEN + "pasted"
    cloud.say(cloud.connect, "connect", backend="cloud", token=f"  {secret}\n")
    cloud.until(lambda: cloud.flow.phase == "ready" and cloud.flow.project.session_id is None)
    cloud.server.on("POST /run_sse", FAULTS["500"])
    cloud.uploaded()
    cloud.say(cloud.live, "say", text=f"use {secret} please")
    cloud.until(lambda: cloud.live.view["error"], 60)
    cloud.say(cloud.connect, "claim")
    cloud.settle()
    assert any(seen.headers.get("authorization") == f"Bearer {secret}" for seen in cloud.server.seen)
    assert not [seen.path for seen in cloud.server.seen if "nmv_usr_" in seen.path]
    assert not any(b"nmv_usr_never" in seen.body for seen in cloud.server.seen), (
        "not sent to the agent either"
    )
    printed = capfd.readouterr()
    story = LOOP.run(room._of(lambda: str(cloud.studio._stories())))
    state = str([{name: panel.get_state(name) for name in ("view",)} for panel in cloud.panels])
    for kept in (caplog.text, printed.out, printed.err, story, state, repr(cloud.studio), str(vars(cloud.flow)), repr(cloud.flow.project)):  # fmt: skip
        assert "never0seen" not in kept
    claims = [data["content"] for data, _ in cloud.sent if data.get("method") == "custom" and data["content"].get("kind") == "claim"]  # fmt: skip
    assert len(claims) == 1, "the link is sent when it is asked for, and is no state"
    assert "alert(1)" not in state + story + caplog.text
    assert not [
        file
        for file in (tmp_path / "home").rglob("*")
        if file.is_file() and b"never0seen" in file.read_bytes()
    ]
