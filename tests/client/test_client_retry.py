"""What is repeated, and above all what is not: nothing that may be charged twice is sent twice."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

import nemodub_nb.client as nc
from nemodub_nb.client import requests, retry
from nemodub_nb.client.steps import Answer, Failure

CUT = [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"]
NOTHING: list[bytes] = []


def charged(client, tmp_path):
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"\0\1\2")

    def say():
        with client.run("1", "dub") as events:
            list(events)

    return {
        "POST /run_sse": say,
        "POST /api/upload-video/": lambda: client.upload("1", clip),
        "POST /api/render/proxy/lambda": lambda: client.submit_render("1", {}),
        "POST /api/tasks/": client.create_session,
    }


@pytest.mark.parametrize(
    "route", ["POST /run_sse", "POST /api/upload-video/", "POST /api/render/", "POST /api/tasks/"]
)
@pytest.mark.parametrize("fault", ["nothing", "cut", "500", "502", "504"])
def test_what_may_have_been_charged_is_sent_once(server, client, kit, tmp_path, route, fault):
    reply = {"nothing": NOTHING, "cut": CUT}.get(fault) or kit.http(
        int(fault) if fault.isdigit() else 200, "<html>"
    )
    server.on(route, NOTHING if fault == "nothing" else reply)
    action = next(call for name, call in charged(client, tmp_path).items() if name.startswith(route))
    with pytest.raises(nc.NemoError) as caught:
        action()
    assert caught.value.outcome_unknown
    assert server.count(route) == 1


def test_a_message_whose_connection_is_lost_before_the_answer_is_a_broken_stream(server, client):
    server.on("POST /run_sse", NOTHING)
    with pytest.raises(nc.StreamBrokenError) as caught, client.run("1", "dub"):
        pass
    assert caught.value.text_so_far == ""
    assert server.count("POST /run_sse") == 1


@pytest.mark.parametrize(
    "route", ["POST /run_sse", "POST /api/upload-video/", "POST /api/render/proxy/lambda"]
)
def test_a_429_was_not_accepted_so_it_is_repeated_once(server, client, kit, tmp_path, route):
    good = {
        "POST /run_sse": kit.stream(kit.said("Hi")),
        "POST /api/upload-video/": kit.ok({"files": [{"filename": "a.mp4"}]}),
        "POST /api/render/proxy/lambda": kit.ok({"id": "r"}),
    }[route]
    server.on(route, kit.http(429), good)
    charged(client, tmp_path)[route]()
    assert server.count(route) == 2
    first, second = [each for each in server.seen if each.path in route or route.split()[1] in each.path]
    assert second.headers.get("content-length") == first.headers.get("content-length")
    assert len(second.body) == len(first.body)

    server.on(route, kit.http(429))
    with pytest.raises(nc.RateLimitedError):
        charged(client, tmp_path)[route]()
    assert server.count(route) == 4


def test_the_wait_after_a_429_is_the_servers_or_30_s():
    request, limits = requests.credits_balance(), nc.Limits()

    def wait(headers):
        return retry.decide(request, Answer(429, headers), retry.History(), limits, anonymous=False)

    assert (wait({}).action, wait({}).wait_s) == ("repeat", 30)
    assert wait({"retry-after": "7"}).wait_s == 7
    assert wait({"retry-after": "3600"}).action == "fail"
    assert wait({"retry-after": "3600"}).error.retry_after_s == 3600


def test_a_get_is_repeated_through_broken_connections_and_5xx(server, client, kit):
    server.on("GET /api/credits/", NOTHING, kit.http(503), kit.ok({"available": 1}))
    assert client.credits().available == 1
    server.on("GET /api/credits/", CUT)
    with pytest.raises(nc.ConnectionFailedError) as caught:
        client.credits()
    assert not caught.value.outcome_unknown
    assert server.count("GET /api/credits/") == 6


def test_a_missing_client_id_is_added_once(server, client, kit):
    server.on(
        "POST /api/tasks/",
        kit.http(400, {"message": "X-Client-Id missing"}),
        kit.ok({"task_id": "1", "session_id": "2"}),
    )
    client.create_session()
    first, second = server.seen
    assert "x-client-id" not in first.headers
    assert len(second.headers["x-client-id"]) == 36

    server.on("POST /api/tasks/", kit.http(400, {"message": "X-Client-Id missing"}))
    with pytest.raises(nc.BadRequestError):
        client.create_session()
    assert server.count("POST /api/tasks/") == 4

    server.on("POST /run_sse", kit.http(400, {"message": "text too long"}))
    with pytest.raises(nc.BadRequestError), client.run("1", "x"):
        pass
    assert server.count("POST /run_sse") == 1


def anonymous_tokens(server, kit):
    numbers = iter(range(1, 100))
    server.on(
        "POST /api/auth/anonymous-token",
        lambda _: kit.ok({"token": f"nmv_usr_{next(numbers)}", "credits": 100}),
    )


def test_an_expired_free_token_is_renewed_once_with_the_same_client_id(server, kit):
    anonymous_tokens(server, kit)
    server.on(
        "POST /run_sse", kit.http(200, {"code": 1001, "message": "expired"}), kit.stream(kit.said("Hi"))
    )
    with nc.NemoClient(base_url=server.url, limits=kit.quick) as client:
        with client.run("1", "dub") as events:
            assert [each.text for each in events] == ["Hi"]
        ids = [each.headers["x-client-id"] for each in server.seen if "anonymous" in each.path]
        assert len(ids) == 2
        assert len(set(ids)) == 1
        used = [each.headers["authorization"] for each in server.seen if each.path == "/run_sse"]
        assert used == ["Bearer nmv_usr_1", "Bearer nmv_usr_2"]

        server.on("GET /api/credits/", kit.http(200, {"code": 1010, "message": "no"}))
        with pytest.raises(nc.TokenError, match="NEMO_TOKEN"):
            client.credits()
        assert server.count("GET /api/credits/") == 2


def test_a_users_own_token_is_never_replaced(server, client, kit):
    server.on("GET /api/credits/", kit.http(200, {"code": 1001, "message": "expired"}))
    with pytest.raises(nc.TokenError, match="NEMO_TOKEN"):
        client.credits()
    assert [each.path for each in server.seen] == ["/api/credits/balance/simple"]


def test_many_calls_at_once_share_one_new_token(server, kit):
    def slow(_):
        time.sleep(0.1)
        return kit.ok({"token": "nmv_usr_1", "credits": 100})

    server.on("POST /api/auth/anonymous-token", slow)
    server.on("GET /api/credits/", kit.ok({"available": 1}))
    with nc.NemoClient(base_url=server.url, limits=kit.quick) as client:
        threads = [threading.Thread(target=client.credits) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert server.count("POST /api/auth/") == 1
    assert server.count("GET /api/credits/") == 8

    async def at_once():
        async with nc.AsyncNemoClient(base_url=server.url, limits=kit.quick) as client:
            client.context.credentials.store.forget(client.context.credentials.origin, nc.Secret("nmv_usr_1"))
            await asyncio.gather(*(client.credits() for _ in range(8)))

    asyncio.run(at_once())
    assert server.count("POST /api/auth/") == 2


def test_another_processs_new_token_is_used_when_the_server_gives_no_second_one(server, kit):
    anonymous_tokens(server, kit)
    server.on("GET /api/credits/", kit.ok({"available": 1}))
    with nc.NemoClient(base_url=server.url, limits=kit.quick) as other:

        def refuse(_):
            other.credits()  # the other process gets its token in this very moment
            return kit.http(429, {"message": "one token a client id"})

        server.on("POST /api/auth/anonymous-token", refuse, kit.ok({"token": "nmv_usr_9"}), kit.http(429))
        with nc.NemoClient(base_url=server.url, limits=nc.Limits(rate_limit_s=500)) as late:
            assert late.credits().available == 1
    assert server.seen[-1].headers["authorization"] == "Bearer nmv_usr_9"


@pytest.mark.parametrize("kind", ["timeout", "broken", "unreadable"])
def test_after_anything_but_a_refused_connection_the_outcome_of_a_post_is_unknown(kind):
    post = requests.create_session("a", "en")
    assert retry.error_for(post, Failure(kind)).outcome_unknown
    assert not retry.error_for(post, Failure("unreachable")).outcome_unknown
    assert not retry.error_for(requests.credits_balance(), Failure(kind)).outcome_unknown
