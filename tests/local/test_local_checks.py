"""Measuring finished files of this machine: for its owner only, once for the same order, ended when nobody asks."""

from __future__ import annotations

import os

import httpx
import pytest

import nemodub_nb as nd


def order(clip, **changes):
    return {"source": str(clip), "video": str(clip), "language": "es", "lines": [], **changes}


def test_a_file_is_measured_and_the_same_order_is_the_same_check(start, clip, until) -> None:
    server = start()
    server.hold()
    one = server.data(server.http.post("/api/embedded/checks", json=order(clip)))
    other = server.data(server.http.post("/api/embedded/checks", json=order(clip)))
    assert one == other
    until(server.jobs)
    server.release()
    found = server.data(server.http.get(f"/api/embedded/checks/{one['id']}", timeout=30))
    assert found["status"] == "done"
    assert found["result"]["measured"] == {"video": str(clip)}
    assert len(server.jobs()) == 1


def test_the_client_waits_for_the_end(start, clip) -> None:
    server = start()
    with nd.NemoClient(server.http.headers["authorization"].removeprefix("Bearer "), server.url) as client:
        assert client.check(order(clip))["lines"] == [{"index": 0, "wer": 0.0}]


def test_nobody_but_the_owner_has_files_of_this_machine_read(start, clip) -> None:
    server = start()
    made = httpx.post(
        f"{server.url}/api/auth/anonymous-token",
        headers={"X-Client-Id": os.urandom(8).hex()},
        trust_env=False,
    )
    token = made.json()["data"]["token"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(
        f"{server.url}/api/embedded/checks", json=order(clip), headers=headers, trust_env=False
    )
    assert answer.status_code == 403
    assert str(clip) not in answer.text
    assert server.jobs() == []
    without = httpx.post(f"{server.url}/api/embedded/checks", json=order(clip), trust_env=False)
    assert without.status_code == 401


@pytest.mark.parametrize("path", ["clip.mp4", "/nowhere/clip.mp4", 7, "/a\0b", None])
def test_what_is_no_file_here_is_refused(shared, clip, path) -> None:
    answer = shared.http.post("/api/embedded/checks", json=order(clip, video=path))
    assert answer.status_code == 400
    assert shared.http.get("/api/embedded/checks/unknown").status_code == 404
