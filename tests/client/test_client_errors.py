"""Every error code and every malformed answer becomes a typed error with a cause and advice; nothing hangs."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gzip
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nemodub_nb.client as nc
from nemodub_nb.client import envelope

CODES = [
    (200, {"code": 1001, "message": "expired"}, nc.TokenError),
    (200, {"code": 1010, "message": "x"}, nc.TokenError),
    (200, {"code": "1011", "message": "x"}, nc.TokenError),
    (401, {"detail": "Unauthorized"}, nc.TokenError),
    (200, {"code": 1002, "message": "no session"}, nc.SessionNotFoundError),
    (404, {"detail": "Session not found: 1"}, nc.SessionNotFoundError),
    (200, {"code": 2001, "message": "no credits"}, nc.OutOfCreditsError),
    (400, {"code": 4001, "message": "type"}, nc.UnsupportedTypeError),
    (413, {"code": 4002, "message": "large"}, nc.FileTooLargeError),
    (413, "too large", nc.FileTooLargeError),
    (415, "", nc.UnsupportedTypeError),
    (400, {"detail": "bad"}, nc.BadRequestError),
    (422, {"detail": [{"loc": ["body"], "msg": "field required"}]}, nc.BadRequestError),
    (402, {"message": "plan"}, nc.PlanBlocksExportError),
    (200, {"code": 402, "message": "plan"}, nc.PlanBlocksExportError),
    (403, {"detail": "scope"}, nc.ForbiddenError),
    (404, "<html>nginx</html>", nc.NotFoundError),
    (409, {"code": 409, "message": "busy"}, nc.BusyError),
    (429, "", nc.RateLimitedError),
    (500, "<h1>Internal</h1>", nc.ServerError),
    (502, "", nc.ServerError),
    (503, {"code": 503, "message": "later"}, nc.ServerError),
    (200, {"success": False, "error": "no"}, nc.APIError),
    (200, {"code": 7777, "message": "news"}, nc.APIError),
    (301, "", nc.APIError),
    (418, "tea", nc.APIError),
]
MALFORMED = [
    b"",
    b"   ",
    b"<!doctype html><title>Wi-Fi login</title>",
    b"nonsense",
    b"null",
    b"true",
    b"12",
    b'"text"',
    b"[1, 2]",
    b"{",
    b'{"code": 0, "data": "text"}',
    b'{"code": 0, "data": [1]}',
    b'{"code": 0, "data": {"available": "many"}}',
    b'{"code": 0, "data": {"available": true}}',
    b'{"code": 0, "data": {"available": 1e999}}',
    b'{"code": 0}',
    b"\xff\xfe\x00\x01",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"data": {"available": ' + b"9" * 10_000 + b"}}",
]


@pytest.mark.parametrize(("status", "body", "kind"), CODES)
def test_each_code_is_its_own_error_with_cause_and_advice(server, client, kit, status, body, kind):
    server.on("GET /api/credits/", kit.http(status, body, {"X-Request-Id": "req-7"}))
    with pytest.raises(kind) as caught:
        client.credits()
    error = caught.value
    assert type(error) is kind
    assert error.message
    assert error.advice
    assert str(error) == f"{error.message} {error.advice}"
    assert error.status_code == status
    assert error.request_id == "req-7"
    assert isinstance(error, nc.NemoError)


@pytest.mark.parametrize("body", MALFORMED)
def test_malformed_answers_are_typed_errors(server, client, kit, body):
    server.on("GET /api/credits/", kit.http(200, body))
    with pytest.raises(nc.MalformedResponseError) as caught:
        client.credits()
    assert caught.value.message
    assert caught.value.advice


@pytest.mark.parametrize(
    "data",
    [
        {"session_id": None, "task_id": "t"},
        {"session_id": True, "task_id": "t"},
        {"session_id": {"a": 1}, "task_id": "t"},
        {"task_id": "t"},
        {"session_id": "", "task_id": "t"},
    ],
)
def test_a_session_without_a_usable_id_is_an_error(server, client, kit, data):
    server.on("POST /api/tasks/", kit.ok(data))
    with pytest.raises(nc.MalformedResponseError, match="session_id"):
        client.create_session()


@pytest.mark.parametrize("data", [{}, {"files": "x"}, {"files": [1]}, {"files": []}])
def test_an_upload_answer_of_wrong_types_is_an_error(server, client, kit, tmp_path, data):
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"\0\1")
    server.on("POST /api/upload-video/", kit.ok(data))
    with pytest.raises(nc.MalformedResponseError):
        client.upload("1", clip)


@pytest.mark.parametrize("inner", [{"state": 5}, {"state": {"draft": 5}}, {"state": {"draft": [1]}}])
def test_a_state_of_wrong_types_is_an_error(server, client, kit, inner):
    server.on("GET /api/state/", kit.ok(inner))
    with pytest.raises(nc.MalformedResponseError):
        client.state("1")


def test_the_state_of_a_new_session_and_xml_drafts_are_read(server, client, kit):
    server.on("GET /api/state/", kit.ok({"session_id": "1"}), kit.ok({"state": {"draft": "<draft/>"}}))
    assert client.state("1").draft is None
    assert client.state("1").draft == "<draft/>"


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("start", [b"<", b"{", b'{"a": "'])
def test_a_hundred_megabytes_of_junk_stay_bounded(server, client, status, start):
    def junk():
        yield f"HTTP/1.1 {status} X\r\nConnection: close\r\n\r\n".encode() + start
        for _ in range(100):
            yield b"x" * (1 << 20)

    server.on("POST /api/tasks/", lambda _: junk())
    tracemalloc.start()
    with pytest.raises(nc.MalformedResponseError if status == 200 else nc.ServerError):
        client.create_session()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * (1 << 20)
    if start == b"<":
        assert peak < 8 * (1 << 20)


def test_unasked_compression_is_not_unpacked(server, client, kit):
    server.on("GET /api/credits/", kit.http(200, b"\0" * 10, {"Content-Encoding": "zstd"}))
    with pytest.raises(nc.MalformedResponseError):
        client.credits()
    server.on("GET /api/credits/", kit.http(200, b"no gzip", {"Content-Encoding": "gzip"}))
    with pytest.raises(nc.MalformedResponseError):
        client.credits()
    packed = gzip.compress(json.dumps({"available": 5}).encode())
    server.on("GET /api/credits/", kit.http(200, packed, {"Content-Encoding": "gzip"}))
    assert client.credits() == nc.Credits(5, 0, 5)


def test_a_server_that_says_nothing_is_a_timeout(server, kit):
    server.on("POST /api/tasks/", lambda _: [2.0])
    limits = nc.Limits(read_s=0.2, retry_s=())
    with nc.NemoClient(kit.token, server.url, limits=limits) as client, pytest.raises(TimeoutError) as caught:
        client.create_session()
    assert isinstance(caught.value, nc.NemoTimeoutError)
    assert caught.value.outcome_unknown


def test_an_answer_that_dribbles_for_ever_is_a_timeout(server, kit):
    def dribble():
        yield b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"
        for _ in range(100):
            yield 0.05
            yield b" "

    server.on("GET /api/credits/", lambda _: dribble())
    limits = nc.Limits(answer_s=0.3, retry_s=())
    with nc.NemoClient(kit.token, server.url, limits=limits) as client, pytest.raises(nc.NemoTimeoutError):
        client.credits()


def test_nobody_listening_is_said_plainly():
    limits = nc.Limits(connect_s=1, retry_s=(0.01,))
    with nc.NemoClient("t", "http://127.0.0.1:9", limits=limits) as client:
        with pytest.raises(nc.ConnectionFailedError, match="could not be reached") as caught:
            client.create_session()
        assert not caught.value.outcome_unknown

    async def same():
        async with nc.AsyncNemoClient("t", "http://127.0.0.1:9", limits=limits) as client:
            await client.create_session()

    with pytest.raises(nc.ConnectionFailedError, match="could not be reached"):
        asyncio.run(same())


def test_hostile_words_in_an_error_are_harmless_in_a_terminal(server, client, kit):
    nasty = "\x1b[31mred\x1b[0m \u202egpj.exe \x00\x07 " + "A" * 100_000 + "\r\nSecond"
    server.on("GET /api/credits/", kit.http(400, {"message": nasty}))
    with pytest.raises(nc.BadRequestError) as caught:
        client.credits()
    text = str(caught.value)
    assert len(text) < 1000
    assert text.isprintable()
    assert "red" in text


def test_an_anonymous_user_out_of_credits_gets_a_registration_link(server, kit):
    server.on(
        "POST /api/auth/anonymous-token", kit.ok({"token": "nmv_usr_a", "credits": 100, "user_id": "u 1"})
    )
    server.on("POST /run_sse", kit.http(200, {"code": 2001, "message": "no credits"}))
    client = nc.NemoClient(base_url=server.url, web_url="https://web.example")
    with client, pytest.raises(nc.OutOfCreditsError) as caught, client.run("1", "dub"):
        pass
    assert caught.value.registration_url == "https://web.example/?bind=u%201"
    assert caught.value.registration_url in str(caught.value)
    assert server.count("POST /run_sse") == 1


def test_a_registered_user_out_of_credits_is_told_to_top_up(server, client, kit):
    server.on("GET /api/credits/", kit.http(200, {"code": 2001, "message": ""}))
    with pytest.raises(nc.OutOfCreditsError, match="Top up") as caught:
        client.credits()
    assert caught.value.registration_url is None


def test_retry_after_is_read_as_seconds_and_as_a_date():
    now = dt.datetime(2025, 11, 22, 12, 0, 0, tzinfo=dt.UTC)
    date = "Sat, 22 Nov 2025 12:00:45 GMT"
    assert envelope.retry_after_s({"retry-after": "7"}) == 7
    assert envelope.retry_after_s({"retry-after": "0.5"}) == 0.5
    assert envelope.retry_after_s({"retry-after": date}, now) == 45
    assert envelope.retry_after_s({"retry-after": "Sat, 22 Nov 2025 11:00:00 GMT"}, now) == 0
    assert envelope.retry_after_s({"retry-after": "soon"}) is None
    assert envelope.retry_after_s({}) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["code", "data", "success", "error", "message", "detail", "x"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@given(
    st.integers(100, 599),
    st.one_of(st.binary(max_size=200), JSON.map(lambda value: json.dumps(value).encode())),
)
def test_any_answer_is_data_or_a_typed_error(status, body):
    with contextlib.suppress(nc.APIError):
        assert isinstance(envelope.decode(status, {}, body), dict)


@given(JSON)
def test_success_is_never_read_out_of_a_failing_status(content):
    body = json.dumps(content).encode()
    with pytest.raises(nc.APIError):
        envelope.decode(500, {}, body)
