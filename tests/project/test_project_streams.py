from __future__ import annotations

import contextlib
import socket
import sqlite3
import threading
import time

import pytest

from nemodub_nb.client import AgentError, AsyncNemoClient, BusyError, Limits
from nemodub_nb.project import Pace, open_project

QUICK = Pace(0.05, 1.5, 0.5, 100, 0.2, 0.2, 20)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


class Proxy:
    """Stands between a project and the real backend, and changes what /run_sse answers."""

    def __init__(self, url):
        host, port = url.removeprefix("http://").split(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.change = lambda data: data
        self.silent = False
        """Whether the state does not tell of the last message, as the cloud's does not."""
        self.runs = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._one, args=(self._listener.accept()[0],), daemon=True).start()

    def _one(self, near):
        # One request a connection: what comes first tells which it is.
        with near, socket.create_connection(self._target) as far, contextlib.suppress(OSError):
            first = near.recv(65536)
            is_run = first.startswith(b"POST /run_sse")
            self.runs += is_run
            host = b"Host: %s:%d" % (self._target[0].encode(), self._target[1])
            own = b"Host: " + self.url.removeprefix("http://").encode()
            first = first.replace(own, host + b"\r\nConnection: close", 1).replace(
                b"Connection: keep-alive\r\n", b"", 1
            )
            far.sendall(first)
            threading.Thread(target=pump, args=(near, far), daemon=True).start()
            if not is_run:
                pump(far, near, silent=self.silent)
                return
            answer = b""
            while data := far.recv(65536):
                answer += data
            changed = self.change(answer)
            near.sendall(changed)
            near.shutdown(socket.SHUT_RDWR)

    def close(self):
        self._listener.close()


def pump(source, target, *, silent=False):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data.replace(b'"nemodub_message":', b'"nemodub_nothing":') if silent else data)


@pytest.fixture
def proxied(lab, clip):
    backend = lab.backend.start()
    proxy = Proxy(backend.url)
    project = open_project(base_url=proxy.url, token=backend.token, home=lab.folder / "other", pace=QUICK)
    project.upload(clip, show=False)
    yield proxy, project
    project.close()
    proxy.close()


def messages(lab):
    with sqlite3.connect(lab.home / "backend.sqlite") as database:
        return database.execute("SELECT COUNT(*) FROM messages").fetchone()[0]


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("part", [0.0, 0.1, 0.35, 0.65, 0.9, 0.999])
def test_a_stream_cut_anywhere_is_never_sent_again_and_its_outcome_is_found(lab, proxied, part, silent):
    proxy, project = proxied
    proxy.silent = silent
    whole = []

    def cut(answer):
        whole.append(answer)
        return answer[: int(len(answer) * part)]

    proxy.change = cut
    reply = project.dub("es", show=False)
    assert len(whole[0]) > 500
    assert "es" in reply.languages
    assert "Dub Spanish" in str(reply.changes)
    assert proxy.runs == messages(lab) == 1


@pytest.mark.parametrize("part", [0.0, 0.3, 0.6, 0.9])
def test_after_a_cut_the_state_tells_which_languages_failed_and_the_whole_answer(lab, proxied, part):
    proxy, project = proxied
    proxy.change = lambda answer: answer[: int(len(answer) * part)]
    began = time.monotonic()
    reply = project.dub(["es", "tlh"], show=False)
    assert time.monotonic() - began < 5
    assert reply.languages == ("es",)
    assert "Add a memory." in reply.failed["tlh"]
    assert "Klingon did not work" in reply.text
    nothing = project.dub("tlh", show=False)
    assert (nothing.languages, list(nothing.failed)) == ((), ["tlh"])
    assert proxy.runs == messages(lab) == 2


def test_a_stream_that_takes_too_long_is_looked_after_too(lab, proxied):
    proxy, project = proxied
    connection = project._actions.desk.connection
    connection._client = AsyncNemoClient(
        connection._token.reveal(), proxy.url, limits=Limits(run_s=0.5, silence_s=0.5)
    )
    lab.hold()
    threading.Timer(2, lab.release).start()
    reply = project.dub(["es", "tlh"], show=False)
    assert (reply.languages, list(reply.failed)) == (("es",), ["tlh"])
    assert proxy.runs == messages(lab) == 1


def test_an_edit_without_a_word_is_told_by_what_changed(proxied):
    proxy, project = proxied
    proxy.silent = True
    proxy.change = lambda _: HEAD + b"data: \n\n"
    reply = project.dub("es", show=False)
    assert "Added Dub Spanish: 1 line" in reply.text


def test_talk_of_buttons_is_translated_and_noise_is_removed(proxied):
    proxy, project = proxied
    said = "Your dub is ready. Click the Export button to save it.\\nI encountered a temporary issue. Please retry."
    proxy.change = lambda _: HEAD + b'data: {"type": "text", "content": "' + said.encode() + b'"}\n\n'
    reply = project.dub("es", show=False)
    assert reply.text == "Your dub is ready.\nGet the videos with project.export()."


def test_an_error_inside_the_stream_is_raised_and_the_message_counts_as_answered(lab, proxied):
    proxy, project = proxied
    proxy.change = lambda _: HEAD + b'data: {"error": "The model is overloaded"}\n\n'
    with pytest.raises(AgentError, match="overloaded"):
        project.dub("es", show=False)
    proxy.change = lambda data: data
    assert project.dub("es", show=False).languages == ("es",)
    assert messages(lab) == 2


def test_a_message_that_was_refused_may_be_said_again_at_once(proxied):
    proxy, project = proxied
    refusal = b'{"code": 409, "message": "busy"}'
    proxy.change = lambda _: (
        b"HTTP/1.1 409 Conflict\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        % len(refusal)
        + refusal
    )
    with pytest.raises(BusyError):
        project.dub("es", show=False)
    proxy.change = lambda data: data
    assert project.dub("fr", show=False).languages


def test_hostile_words_are_shown_as_words(proxied):
    proxy, project = proxied
    proxy.change = lambda _: (
        HEAD + b'data: {"type": "text", "content": "<img src=x onerror=alert(1)> \\u001b[2J\\u202eabc"}\n\n'
    )
    reply = project.dub("es", show=False)
    assert "<img" not in reply._repr_html_()
    assert "\x1b" not in repr(reply)
    assert "\u202e" not in reply.text
