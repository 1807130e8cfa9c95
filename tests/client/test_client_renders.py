"""A render is followed through all four forms and passing errors, and its file arrives whole or not at all."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

import pytest

import nemodub_nb.client as nc

URL = "https://cdn.example/x.mp4"
DONE = [
    {"status": "completed", "output": {"url": URL}},
    {
        "success": True,
        "data": {"status": "completed", "progress": 100, "outputUrl": URL, "createdAt": 1, "completedAt": 2},
    },
    {
        "taskId": "r1",
        "status": "completed",
        "progress": 100,
        "output": {"url": URL, "duration": 31.5, "size": 1000},
    },
    {"data": {"status": "completed", "outputUrl": URL, "progress": 100, "error": None}},
    {"code": 0, "message": "ok", "data": {"id": "r1", "status": "COMPLETED", "output": {"url": URL}}},
]
STATUS = "GET /api/render/proxy/lambda/r1"
FILE = "GET /api/render/proxy/r1/download"
CLIP = bytes(range(256)) * 4000


def names(folder):
    return sorted(each.name for each in folder.iterdir())


def at(server, path="/cdn/x.mp4"):
    return {"status": "completed", "output": {"url": server.url + path}}


@pytest.mark.parametrize("form", DONE)
def test_each_form_of_a_finished_render_is_read(server, client, kit, form):
    server.on(STATUS, kit.http(200, form))
    found = client.render("r1").wait(poll_s=0.01)
    assert (found.id, found.status, found.url, found.done) == ("r1", "completed", URL, True)


def test_waiting_goes_on_through_passing_errors_with_the_same_id(server, client, kit):
    server.on(
        STATUS,
        kit.http(200, {"status": "pending"}),
        [],
        kit.http(200, {"success": True, "data": {"status": "processing", "progress": 40}}),
        kit.http(200, "<html>"),
        kit.http(503),
        kit.http(200, {"status": "completed"}),
        kit.http(200, {"status": "completed", "output": {"url": ""}}),
        kit.http(200, DONE[2]),
    )
    looks: list[nc.RenderStatus] = []
    found = client.render("r1").wait(poll_s=0.01, attempts=10, on_status=looks.append)
    assert (found.duration_s, found.size_bytes) == (31.5, 1000)
    assert [each.status for each in looks][-1] == "completed"
    assert {each.path for each in server.seen} == {"/api/render/proxy/lambda/r1"}


def test_a_render_that_takes_too_long_can_be_waited_for_again(server, client, kit):
    server.on(STATUS, kit.http(200, {"status": "processing"}))
    with pytest.raises(nc.RenderTimeoutError) as caught:
        client.render("r1").wait(poll_s=0.01, attempts=4)
    assert isinstance(caught.value, TimeoutError)
    assert server.count(STATUS) == 4


@pytest.mark.parametrize("word", ["failed", "cancelled", "canceled"])
def test_a_failed_render_says_why(server, client, kit, word):
    server.on(STATUS, kit.http(200, {"data": {"status": word, "error": "no such font."}}))
    with pytest.raises(nc.RenderFailedError, match="no such font") as caught:
        client.render("r1").wait(poll_s=0.01)
    assert caught.value.render_id == "r1"
    with pytest.raises(nc.RenderFailedError):
        client.render("r1").download("/nowhere/x.mp4")


def test_an_error_that_does_not_pass_ends_the_wait(server, client, kit):
    server.on(STATUS, kit.http(404, {"detail": "unknown render"}))
    with pytest.raises(nc.NotFoundError):
        client.render("r1").wait(poll_s=0.01)
    assert server.count(STATUS) == 1


def test_a_plan_without_export_is_said_and_not_repeated(server, client, kit):
    server.on("POST /api/render/proxy/lambda", kit.http(402, {"code": 402, "message": "free plan"}))
    with pytest.raises(nc.PlanBlocksExportError, match="not about credits"):
        client.submit_render("1", {})
    assert server.count("POST") == 1


def test_cancel_goes_to_its_endpoint(server, client, kit):
    server.on("POST /api/render/proxy/lambda/r1/cancel", kit.http(200, {"success": True}))
    client.render("r1").cancel()
    assert server.seen[-1].path == "/api/render/proxy/lambda/r1/cancel"


def test_a_handle_is_rebuilt_from_its_id(client):
    job = client.render("r1", "7")
    assert job == nc.RenderJob("r1", "7", client)
    assert "r1" in repr(job)
    with pytest.raises(AttributeError):
        job.id = "r2"


@pytest.fixture(params=["sync", "async"])
def fetch(request, server, kit):
    """Download the render r1 to a path, by either client."""

    def sync(path, on_progress=None):
        with nc.NemoClient(kit.token, server.url, limits=kit.quick) as client:
            return client.render("r1").download(path, on_progress)

    async def aio(path, on_progress):
        async with nc.AsyncNemoClient(kit.token, server.url, limits=kit.quick) as client:
            return await client.render("r1").download(path, on_progress)

    return (
        sync
        if request.param == "sync"
        else lambda path, on_progress=None: asyncio.run(aio(path, on_progress))
    )


def test_a_download_arrives_whole_and_tells_its_progress(server, kit, fetch, tmp_path):
    server.on(STATUS, kit.http(200, at(server)))
    server.on("GET /cdn/", kit.http(200, CLIP, {"Content-Type": "video/mp4"}))
    told: list[nc.DownloadProgress] = []
    path = fetch(tmp_path / "new folder" / "x.mp4", told.append)
    assert path.read_bytes() == CLIP
    assert told[-1] == nc.DownloadProgress(len(CLIP), len(CLIP))
    assert names(path.parent) == ["x.mp4"]


@pytest.mark.parametrize("fault", ["404", "500", "html", "cut", "empty", "refused", "403", "loop"])
def test_the_api_itself_has_the_file_when_its_url_fails(server, kit, fetch, tmp_path, fault):
    bad = {
        "html": kit.http(200, "<html>expired</html>", {"Content-Type": "text/html"}),
        "cut": kit.http(200, CLIP)[:-5],
        "empty": kit.http(200, b"", {"Content-Type": "video/mp4"}),
        "loop": kit.http(302, b"", {"Location": "/cdn/again"}),
        "refused": b"",
    }
    server.on(STATUS, kit.http(200, at(server)))
    server.on("GET /cdn/", bad.get(fault) if fault in bad else kit.http(int(fault)))
    server.on(FILE, kit.http(200, CLIP))
    path = tmp_path / "x.mp4"
    path.write_bytes(b"the old one")
    assert fetch(path).read_bytes() == CLIP
    assert names(tmp_path) == ["x.mp4"]


def test_a_file_that_cannot_be_had_leaves_nothing_behind(server, kit, fetch, tmp_path):
    server.on(STATUS, kit.http(200, at(server)))
    server.on("GET /cdn/", kit.http(200, CLIP)[:-5])
    server.on(FILE, kit.http(200, CLIP)[:-5])
    path = tmp_path / "x.mp4"
    path.write_bytes(b"the old one")
    with pytest.raises(nc.ConnectionFailedError):
        fetch(path)
    assert path.read_bytes() == b"the old one"
    assert names(tmp_path) == ["x.mp4"]


def test_an_unfinished_render_is_not_downloaded(server, kit, fetch, tmp_path):
    server.on(STATUS, kit.http(200, {"status": "processing"}))
    with pytest.raises(nc.RenderTimeoutError, match="not finished"):
        fetch(tmp_path / "x.mp4")
    assert not (tmp_path / "x.mp4").exists()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder that nobody can write to")
def test_a_folder_that_cannot_be_written_is_said_plainly(server, kit, fetch):
    server.on(STATUS, kit.http(200, at(server)))
    server.on("GET /cdn/", kit.http(200, CLIP))
    with pytest.raises(nc.DiskError, match="cannot be written") as caught:
        fetch("/proc/x.mp4")
    assert caught.value.advice


def test_a_downloads_file_has_the_usual_mode_not_a_private_one(server, kit, client, tmp_path):
    server.on("GET /f", kit.http(200, CLIP))
    path = client.download_url(server.url + "/f", tmp_path / "f.mp4")
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


def test_redirects_are_followed_and_the_token_stays_with_its_origin(
    server, second_server, kit, client, tmp_path
):
    cdn = second_server
    server.on(STATUS, kit.http(200, at(server, "/first")))
    server.on("GET /first", kit.http(307, b"", {"Location": cdn.url + "/second"}))
    cdn.on("GET /second", kit.http(302, b"", {"Location": "/third"}))
    cdn.on("GET /third", kit.http(200, CLIP))
    assert client.render("r1").download(tmp_path / "x.mp4").read_bytes() == CLIP
    assert "authorization" in server.last("GET /first").headers
    assert len(cdn.seen) == 2
    assert not any("authorization" in each.headers for each in cdn.seen)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/x",
        "gopher://x",
        "data:text/plain,x",
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/x",
        "http://[::ffff:169.254.169.254]/x",
        "http://[fd00:ec2::254]/x",
        "http://0.0.0.0/x",
        "http://2852039166/x",
        "http://0xa9fea9fe/x",
        "http://169.254.43518/x",
        "http:///x",
        "http://[bad/x",
    ],
)
@pytest.mark.parametrize("way", ["direct", "redirect"])
def test_addresses_that_a_server_must_not_name_are_refused(server, kit, client, tmp_path, url, way):
    target = url
    if way == "redirect":
        server.on("GET /go", kit.http(302, b"", {"Location": url}))
        target = server.url + "/go"
    with pytest.raises(nc.NemoError):
        client.download_url(target, tmp_path / "x.mp4")
    assert not (tmp_path / "x.mp4").exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.1", "2130706433", "localhost."])
def test_a_cloud_api_cannot_send_us_to_our_own_machine(server, kit, tmp_path, host):
    port = server.url.rpartition(":")[2]
    server.on("GET /", kit.http(200, CLIP))
    client = nc.NemoClient(kit.token, "https://api.example", limits=kit.quick)
    with client, pytest.raises(nc.DownloadError, match="refused"):
        client.download_url(f"http://{host}:{port}/x", tmp_path / "x.mp4")
    assert not server.seen
