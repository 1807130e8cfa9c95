"""Files leave straight from disk: checked first, exact in length, constant in memory, with progress."""

from __future__ import annotations

import asyncio
import os
import tracemalloc

import pytest

import nemodub_nb.client as nc
from nemodub_nb.client import multipart
from nemodub_nb.contract import ACCEPTED_TYPES

UPLOAD = "POST /api/upload-video/"
MIB = 1 << 20


@pytest.fixture
def taken(server, kit):
    server.on(UPLOAD, kit.ok({"files": [{"filename": "a.mp4"}]}))
    return server


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("notes.txt", b"\0\1", nc.UnsupportedTypeError),
        ("clip", b"\0\1", nc.UnsupportedTypeError),
        ("clip.mp4", b"", nc.UploadError),
        ("clip.mp4", b"just a text file\n" * 1000, nc.UnsupportedTypeError),
        ("clip.mp4", ("é漢" * 4000).encode()[:-1], nc.UnsupportedTypeError),
        ("missing.mp4", None, nc.UploadError),
    ],
)
def test_what_is_no_clip_is_refused_before_anything_is_sent(taken, client, tmp_path, name, content, kind):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(kind) as caught:
        client.upload("1", path)
    assert name in caught.value.message
    assert caught.value.advice
    assert not taken.seen


def test_a_folder_and_an_empty_list_are_refused(taken, client, tmp_path):
    with pytest.raises(nc.UploadError, match="folder"):
        client.upload("1", tmp_path)
    with pytest.raises(nc.UploadError):
        client.upload("1", [])
    assert not taken.seen


def test_501_mb_are_refused_and_500_are_not(taken, client, tmp_path):
    path = tmp_path / "big.mp4"
    with path.open("wb") as file:
        file.truncate(500 * MIB + 1)
    with pytest.raises(nc.FileTooLargeError, match="500 MB"):
        client.upload("1", path)
    assert not taken.seen
    os.truncate(path, 500 * MIB)
    assert multipart.check(path) == 500 * MIB


@pytest.mark.parametrize("extension", [*ACCEPTED_TYPES, "MP4"])
def test_every_accepted_type_goes_out_with_its_media_type(taken, client, tmp_path, extension):
    path = tmp_path / f"a.{extension}"
    path.write_bytes(b"\0\xff")
    client.upload("1", path)
    kind = multipart.media_type(path)
    assert kind.split("/")[0] in {"video", "audio", "image"}
    assert f"Content-Type: {kind}".encode() in taken.seen[-1].body


def test_names_cannot_break_out_of_their_header(taken, client, tmp_path):
    path = tmp_path / 'a"; name="x\r\nX-Evil: 1 漢.mp4'
    path.write_bytes(b"\0\1")
    client.upload("1", path)
    assert 'filename="a%22; name=%22x%0D%0AX-Evil: 1 漢.mp4"'.encode() in taken.seen[-1].body


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_large_file_goes_in_constant_memory_with_progress_to_the_end(taken, kit, tmp_path, kind):
    path = tmp_path / "a.mp4"
    block = os.urandom(MIB)
    with path.open("wb") as file:
        for _ in range(100):
            file.write(block)
    told: list[nc.UploadProgress] = []

    async def aio():
        async with nc.AsyncNemoClient(kit.token, taken.url) as client:
            await client.upload("1", path, on_progress=told.append)

    tracemalloc.start()
    if kind == "sync":
        with nc.NemoClient(kit.token, taken.url) as client:
            client.upload("1", path, on_progress=told.append)
    else:
        asyncio.run(aio())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24 * MIB  # the test's own server keeps 4 MB of it
    total = told[-1].total_bytes
    assert told[-1].sent_bytes == total > 100 * MIB
    assert [each.sent_bytes for each in told] == sorted(each.sent_bytes for each in told)
    assert taken.seen[-1].headers["content-length"] == str(total)


@pytest.mark.parametrize("change", ["shrinks", "grows", "goes"])
def test_a_file_that_changes_meanwhile_is_said(tmp_path, change):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\0" * 100_000)
    body = multipart.MultipartBody([path])
    blocks = body.blocks()
    next(blocks)
    if change == "goes":
        path.unlink()
    else:
        path.write_bytes(b"\0" * (50_000 if change == "shrinks" else 150_000))
    with pytest.raises(nc.UploadError):
        list(blocks)


def test_the_body_is_exactly_as_long_as_was_announced(tmp_path):
    paths = []
    for number, size in enumerate((1, 16_383, 16_384, 16_385, 700_000)):
        paths.append(tmp_path / f"é{number}.mp4")
        paths[-1].write_bytes(b"\0" * size)
    body = multipart.MultipartBody(paths)
    assert sum(map(len, body.blocks())) == body.content_length
    assert sum(map(len, body.blocks())) == body.content_length


def test_slow_lines_get_small_blocks_and_fast_ones_large_blocks():
    assert multipart.next_block(64 * 1024, 0.01) == 128 * 1024
    assert multipart.next_block(multipart.BLOCK_MAX, 0.01) == multipart.BLOCK_MAX
    assert multipart.next_block(64 * 1024, 0.1) == 64 * 1024
    assert multipart.next_block(64 * 1024, 0.5) == 32 * 1024
    assert multipart.next_block(multipart.BLOCK_MIN, 9) == multipart.BLOCK_MIN


def test_a_server_that_refuses_in_the_middle_is_heard(server, kit, client, tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\0" * MIB)
    server.on(UPLOAD, kit.http(413, {"code": 4002, "message": "too large"}))
    with pytest.raises(nc.FileTooLargeError):
        client.upload("1", path)
    assert server.count(UPLOAD) == 1
