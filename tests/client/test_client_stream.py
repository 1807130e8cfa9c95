"""A stream over a real socket: both clients, cuts at every byte, silence, noise, giants."""

from __future__ import annotations

import asyncio
import json
import threading
import time

import pytest

import nemodub_nb.client as nc

LINE = "one\u2028two\u0085three\x0bfour\x1cfive"


@pytest.fixture(params=["sync", "async"])
def listen(request, server, kit):
    """Say something and return (events, final text), or raise."""

    def sync(limits=kit.quick):
        with nc.NemoClient(kit.token, server.url, limits=limits) as client, client.run("1", "dub") as events:
            return list(events), events.final_text

    async def aio(limits):
        async with (
            nc.AsyncNemoClient(kit.token, server.url, limits=limits) as client,
            client.run("1", "dub") as events,
        ):
            return [each async for each in events], events.final_text

    return sync if request.param == "sync" else lambda limits=kit.quick: asyncio.run(aio(limits))


def test_unicode_line_separators_do_not_cut_a_line(server, kit, listen):
    server.on("POST /run_sse", kit.stream(kit.said(LINE)))
    assert listen()[1] == LINE


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_lines_end_in_any_of_the_three_ways(server, kit, listen, end):
    one = b": comment" + end + b"event: message" + end + b"id: 4" + end + b'data: {"type":"text",' + end
    one += b'data: "content":"Hi"}' + end + end + b"data:" + end + end
    server.on("POST /run_sse", kit.stream(b"\xef\xbb\xbf" + one, one))
    events, text = listen()
    assert text == "HiHi"
    assert [each.kind for each in events if each.kind != "heartbeat"] == ["text", "text"]
    assert any(each.kind == "heartbeat" for each in events)


def test_characters_cut_between_packets_are_whole_again(server, kit, listen):
    data = kit.frame(kit.said("añ漢🎬"))
    pieces = [piece for at in range(len(data)) for piece in (kit.chunk(data[at : at + 1]), 0.0005)]
    server.on("POST /run_sse", [kit.stream_head(), *pieces, b"0\r\n\r\n"])
    assert listen()[1] == "añ漢🎬"


def test_a_line_of_a_megabyte_is_fine_and_an_endless_one_is_refused(server, kit, listen):
    server.on("POST /run_sse", kit.stream(kit.said("x" * 1_000_000)))
    assert len(listen()[1]) == 1_000_000

    def endless():
        yield kit.stream_head(chunked=False) + b"data: "
        for _ in range(100):
            yield b"x" * (1 << 20)

    server.on("POST /run_sse", lambda _: endless())
    with pytest.raises(nc.StreamBrokenError, match="larger than"):
        listen()


def test_a_silent_edit_is_a_normal_end(server, kit, listen):
    server.on("POST /run_sse", kit.stream())
    assert listen() == ([], "")
    server.on("POST /run_sse", kit.stream("", {"type": "heartbeat"}))
    assert listen()[1] == ""


def test_a_last_frame_without_its_blank_line_counts(server, kit, listen):
    server.on("POST /run_sse", kit.stream(kit.frame(kit.said("Hi"))[:-1]))
    assert listen()[1] == "Hi"
    server.on("POST /run_sse", kit.stream(kit.frame(kit.said("Hi"))[:-2]))
    assert listen()[1] == "Hi"


def test_an_error_in_the_middle_raises_and_is_not_repeated(server, kit, listen):
    server.on(
        "POST /run_sse", kit.stream(kit.said("Half", partial=True), b'data: {"error": "it "broke""}\n\n')
    )
    with pytest.raises(nc.AgentError, match="broke") as caught:
        listen()
    assert caught.value.text_so_far == "Half"
    assert server.count("POST /run_sse") == 1


def test_a_stream_in_which_nothing_can_be_read_is_broken(server, kit, listen):
    server.on("POST /run_sse", kit.stream("{junk", "more junk"))
    with pytest.raises(nc.StreamBrokenError, match="nothing in it"):
        listen()


@pytest.mark.parametrize(
    "reply",
    [
        (200, "<html>login</html>", {"Content-Type": "text/html"}),
        (200, "", {}),
        (200, {"code": 0, "data": {}}, {}),
    ],
)
def test_an_answer_that_is_no_stream_leaves_the_outcome_unknown(server, kit, listen, reply):
    server.on("POST /run_sse", kit.http(*reply))
    with pytest.raises(nc.StreamBrokenError):
        listen()
    assert server.count("POST /run_sse") == 1


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"code": 1002, "message": "gone"}, nc.SessionNotFoundError),
        (200, {"code": 2001, "message": "credits"}, nc.OutOfCreditsError),
        (409, {"detail": "busy"}, nc.BusyError),
        (404, {"detail": "Session not found: 1"}, nc.SessionNotFoundError),
    ],
)
def test_a_refused_message_is_its_typed_error(server, kit, listen, status, body, kind):
    server.on("POST /run_sse", kit.http(status, body))
    with pytest.raises(kind) as caught:
        listen()
    assert not caught.value.outcome_unknown


def test_a_stream_cut_after_any_byte_is_never_sent_again(server, kit):
    """Chunked, as ASGI servers send it: every cut is noticed."""
    whole = kit.stream(kit.said("Hel", partial=True), kit.said("lo €", partial=True), kit.said("Hello €"))
    data = b"".join(whole)
    head = len(kit.stream_head())
    with nc.NemoClient(kit.token, server.url, limits=kit.quick) as client:
        for cut in range(len(data)):
            server.on("POST /run_sse", data[:cut])
            before = server.count("POST /run_sse")
            with pytest.raises(nc.StreamBrokenError) as caught, client.run("1", "dub") as events:
                list(events)
            assert caught.value.outcome_unknown
            assert "Hello €".startswith(caught.value.text_so_far)
            assert cut > head or not caught.value.text_so_far
            assert server.count("POST /run_sse") == before + 1
        server.on("POST /run_sse", data)
        with client.run("1", "dub") as events:
            assert "".join(each.text for each in events) == "Hello €"


def test_an_unframed_stream_cut_inside_a_frame_is_noticed(server, kit):
    """Without a length or chunks, only a cut between two frames looks like the end."""
    head = kit.stream_head(chunked=False)
    frames = [kit.frame(kit.said("Hel", partial=True)), kit.frame(kit.said("lo", partial=True))]
    data = b"".join(frames)
    ends = {0, *(len(frames[0]) - back for back in (0, 1, 2)), *(len(data) - back for back in (0, 1, 2))}
    with nc.NemoClient(kit.token, server.url, limits=kit.quick) as client:
        for cut in range(len(data) + 1):
            server.on("POST /run_sse", head + data[:cut])
            try:
                with client.run("1", "dub") as events:
                    list(events)
            except nc.StreamBrokenError:
                assert cut not in ends
            else:
                assert cut in ends


def test_heartbeats_alone_are_a_timeout_and_content_resets_it(server, kit, listen):
    beat = {"type": "heartbeat"}
    limits = nc.Limits(heartbeats_s=0.4, silence_s=5, run_s=5, retry_s=())
    server.on("POST /run_sse", kit.stream(*[0.05, beat] * 40))
    started = time.monotonic()
    with pytest.raises(nc.NemoTimeoutError, match="heartbeats") as caught:
        listen(limits)
    assert time.monotonic() - started < 1.5
    assert caught.value.outcome_unknown
    server.on("POST /run_sse", kit.stream(*[0.05, beat, kit.said("x")] * 12))
    assert len(listen(limits)[1].split()) == 12


def test_a_stream_that_never_closes_ends_at_the_total_limit(server, kit, listen):
    limits = nc.Limits(heartbeats_s=5, silence_s=5, run_s=0.5, retry_s=())
    server.on("POST /run_sse", kit.stream(kit.said("Hi"), 3.0))
    started = time.monotonic()
    with pytest.raises(TimeoutError) as caught:
        listen(limits)
    assert time.monotonic() - started < 1.5
    assert caught.value.text_so_far == "Hi"
    server.on("POST /run_sse", kit.stream(*[0.05, kit.said("x")] * 40))
    with pytest.raises(nc.NemoTimeoutError, match="did not finish"):
        listen(limits)


def test_complete_silence_is_a_timeout_before_and_after_the_first_byte(server, kit, listen):
    limits = nc.Limits(silence_s=0.3, retry_s=())
    server.on("POST /run_sse", [3.0])
    with pytest.raises(nc.NemoTimeoutError) as caught:
        listen(limits)
    assert caught.value.outcome_unknown
    server.on("POST /run_sse", [kit.stream_head(), 3.0])
    with pytest.raises(nc.NemoTimeoutError):
        listen(limits)
    assert server.count("POST /run_sse") == 2


def test_leaving_early_frees_the_connection_at_once(server, kit, client):
    server.on("POST /run_sse", kit.stream(kit.said("Hi"), 30.0))
    started = time.monotonic()
    with client.run("1", "dub") as events:
        assert next(events).text == "Hi"
    assert time.monotonic() - started < 2


def test_closing_from_another_thread_ends_a_waiting_read(server, kit, client):
    server.on("POST /run_sse", kit.stream(kit.said("Hi"), 30.0))
    with client.run("1", "dub") as events:
        next(events)
        threading.Timer(0.2, events.close).start()
        started = time.monotonic()
        with pytest.raises(nc.NemoError):
            next(events)
    assert time.monotonic() - started < 5


def test_a_cancelled_task_stops_listening_at_once(server, kit):
    server.on("POST /run_sse", kit.stream(kit.said("Hi"), 30.0))

    async def main():
        async with nc.AsyncNemoClient(kit.token, server.url, limits=kit.quick) as client:

            async def hear():
                async with client.run("1", "dub") as events:
                    async for _ in events:
                        pass

            task = asyncio.create_task(hear())
            await asyncio.sleep(0.3)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    started = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - started < 3


def test_iterating_without_with_says_what_to_write(client):
    with pytest.raises(RuntimeError, match="with client"):
        next(iter(client.run("1", "dub")))


def test_frames_arrive_as_they_are_sent_not_at_the_end(server, kit, client):
    heard = threading.Event()
    server.on(
        "POST /run_sse", kit.stream(kit.said("a", partial=True), heard, kit.said("b", partial=True), 0.5)
    )
    with client.run("1", "dub") as events:
        next(events)  # which never came if the rest had to be there, too
        assert events.text == "a"
        heard.set()
        assert json.dumps(dict(next(events).raw))


def test_a_stream_that_has_ended_never_disturbs_the_connections_next_request(server, kit):
    limits = nc.Limits(run_s=0.3, silence_s=5, heartbeats_s=5, retry_s=())
    server.on("POST /run_sse", kit.stream(kit.said("Hi")))
    server.on("GET /api/credits/", [0.6, kit.ok({"available": 1})])
    with nc.NemoClient(kit.token, server.url, limits=limits) as client, client.run("1", "dub") as events:
        assert [each.text for each in events] == ["Hi"]
        assert client.credits().available == 1
