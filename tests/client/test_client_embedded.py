"""The calls that only the embedded backend knows, and what other servers answer to them."""

from __future__ import annotations

import asyncio

import pytest

import nemodub_nb.client as nc

SID = "7123456789012345678"
WAV = b"RIFF" + bytes(range(256)) * 2000


def media(kit, kind, body):
    return kit.http(200, body, {"Content-Type": kind})


def test_each_call_goes_out_and_its_answer_comes_back(server, client, kit):
    root = f"/api/embedded/sessions/{SID}"
    server.on(f"POST {root}/stop", kit.ok({"stopped": True}))
    server.on("GET /api/embedded/languages", kit.ok({"languages": [{"language": "es"}, 7]}))
    server.on("GET /api/embedded/voice", media(kit, "audio/wav", WAV))
    server.on(f"GET {root}/peaks", kit.ok({"duration_s": 2.0, "peaks": [0.5]}))
    server.on(f"GET {root}/facts", kit.ok({"width": 64}))
    server.on(f"GET {root}/poster", media(kit, "image/jpeg", b"\xff\xd8\xff"))
    server.on(f"GET {root}/sound", media(kit, "audio/wav", WAV))
    assert client.stop(SID) is True
    assert client.languages("de") == [{"language": "es"}]
    assert server.seen[-1].path == "/api/embedded/languages?source=de"
    server.on("GET /api/embedded/pace", kit.ok({"voice": "espeak:es", "characters_per_s": 17.0}))
    assert client.pace("es", "espeak:es")["characters_per_s"] == 17.0
    assert server.seen[-1].path == "/api/embedded/pace?language=es&voice=espeak%3Aes"
    assert client.voice_preview("es", "kokoro:ef_dora") == WAV
    assert server.seen[-1].path == "/api/embedded/voice?language=es&voice=kokoro%3Aef_dora"
    assert client.peaks(SID, "a b&c.mp4", 1)["peaks"] == [0.5]
    assert server.seen[-1].path == f"{root}/peaks?clip=a+b%26c.mp4&n=1"
    assert client.facts(SID, "a.mp4") == {"width": 64}
    assert client.poster(SID, "a.mp4") == b"\xff\xd8\xff"
    assert client.sound(SID, "a.mp4", 1.5, 2, "es") == WAV
    assert server.seen[-1].path == f"{root}/sound?clip=a.mp4&start_s=1.5&end_s=2&language=es"
    assert all("Authorization" in each.headers or "authorization" in each.headers for each in server.seen)


@pytest.mark.parametrize("status", [404, 405])
def test_a_server_without_these_calls_is_no_error(server, client, kit, status):
    server.on("POST /", kit.http(status, {"detail": "No"}))
    server.on("GET /", kit.http(status, {"detail": "No"}))
    assert client.stop(SID) is False
    assert client.languages() is None
    assert client.pace("es") is None


def test_a_web_page_instead_of_an_answer_is_no_error_where_it_may_be_expected(server, client, kit):
    server.on("POST /", kit.http(200, "<html></html>", {"Content-Type": "text/html"}))
    server.on("GET /", kit.http(200, "<html></html>", {"Content-Type": "text/html"}))
    assert client.stop(SID) is False
    assert client.languages() is None
    assert client.pace("es") is None
    with pytest.raises(nc.MalformedResponseError):
        client.voice_preview("es")


def test_a_session_that_is_gone_is_told(server, client, kit):
    server.on("POST /", kit.http(404, {"code": 1002, "message": "There is no session"}))
    with pytest.raises(nc.SessionNotFoundError):
        client.stop(SID)


def test_no_picture_is_none(server, client, kit):
    server.on("GET /", kit.http(404, {"code": 404, "message": "There is no picture."}))
    assert client.poster(SID, "a.mp3") is None
    with pytest.raises(nc.NotFoundError) as caught:
        client.sound(SID, "a.mp3", 0, 1)
    assert caught.value.said == "There is no picture"


def test_an_id_never_leaves_its_place_in_the_path(server, client, kit):
    server.on("POST /", kit.ok({"stopped": False}))
    client.stop("../../x?y")
    assert server.seen[-1].path == "/api/embedded/sessions/..%2F..%2Fx%3Fy/stop"


def test_the_async_client_knows_them_too(server, kit):
    server.on("POST /", kit.ok({"stopped": True}))
    server.on("GET /", media(kit, "audio/wav", WAV))

    async def both():
        async with nc.AsyncNemoClient("nmv_usr_test-token-1234567890", server.url) as client:
            return await client.stop(SID), await client.sound(SID, "a.mp4", 0, 1)

    assert asyncio.run(both()) == (True, WAV)
