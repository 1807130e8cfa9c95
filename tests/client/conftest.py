"""A small real server that answers with whatever bytes a test hands it, faults included."""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from nemodub_nb.client import AsyncNemoClient, Limits, NemoClient

TOKEN = "nmv_usr_test-token-1234567890"
QUICK = Limits(
    connect_s=2,
    read_s=5,
    answer_s=10,
    upload_answer_s=5,
    silence_s=5,
    heartbeats_s=5,
    run_s=10,
    rate_limit_s=0.05,
    retry_s=(0.01, 0.02),
)

LIMIT_S = 20.0
"""The longest that a server waits for its test."""
Piece = bytes | float | threading.Event
Reply = bytes | Iterable[Piece] | Callable[["Seen"], "bytes | Iterable[Piece]"]


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Faults:
    """What the server answers, by the beginning of "METHOD /path"; the last reply of a list is repeated."""

    url: str
    seen: list[Seen] = field(default_factory=list)
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def on(self, route: str, *replies: Reply) -> None:
        self.replies[route] = list(replies)

    def count(self, route: str) -> int:
        return sum(f"{each.method} {each.path}".startswith(route) for each in self.seen)

    def last(self, route: str) -> Seen:
        return [each for each in self.seen if f"{each.method} {each.path}".startswith(route)][-1]

    def reply(self, seen: Seen) -> bytes | Iterable[Piece]:
        with self.lock:
            self.seen.append(seen)
            key = f"{seen.method} {seen.path}"
            routes = [route for route in self.replies if key.startswith(route)]
            if not routes:
                return http(404, b'{"detail":"Not Found"}')
            queue = self.replies[max(routes, key=len)]
            found = queue.pop(0) if len(queue) > 1 else queue[0]
        return found(seen) if callable(found) else found


def http(status: int, body: bytes | str | dict = b"", headers: dict[str, str] | None = None) -> bytes:
    if isinstance(body, dict):
        body = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **(headers or {})}
    if isinstance(body, str):
        body = body.encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def ok(data: Any) -> bytes:
    return http(200, {"code": 0, "message": "ok", "data": data})


def stream_head(*, chunked: bool = True) -> bytes:
    kind = b"Transfer-Encoding: chunked\r\n" if chunked else b"Connection: close\r\n"
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + kind + b"\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def frame(value: Any) -> bytes:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return b"data: " + text.encode() + b"\n\n"


def stream(*frames: Any) -> list[Piece]:
    """A whole, well-formed event stream; a float is a pause in seconds, an event is waited for, bytes go as they are."""
    pieces = (
        each
        if isinstance(each, float | threading.Event)
        else chunk(each if isinstance(each, bytes) else frame(each))
        for each in frames
    )
    return [stream_head(), *pieces, b"0\r\n\r\n"]


def said(text: str, *, partial: bool = False) -> dict[str, Any]:
    mark = {"partial": True} if partial else {}
    return {
        "id": "e",
        "author": "nemo_agent",
        "content": {"role": "model", "parts": [{"text": text}]},
        **mark,
    }


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while self._answer_one():
            pass

    def _answer_one(self) -> bool:
        """Answer one request; return whether the connection stays open, as it does after a whole stream."""
        connection: socket.socket = self.request
        faults: Faults = self.server.faults
        head = b""
        while b"\r\n\r\n" not in head:
            data = connection.recv(65536)
            if not data:
                return False
            head += data
        head, _, body = head.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        method, path, _ = first.split(" ")
        left = int(headers.get("content-length", 0)) - len(body)
        while left > 0:
            data = connection.recv(min(left, 1 << 20))
            if not data:
                return False
            left -= len(data)
            if len(body) < 1 << 22:
                body += data
        reply = faults.reply(Seen(method, path, headers, body))
        piece: Piece = b""
        try:
            for piece in [reply] if isinstance(reply, bytes) else reply:
                if isinstance(piece, float):
                    time.sleep(piece)
                elif isinstance(piece, threading.Event):
                    if not piece.wait(LIMIT_S):
                        return False
                else:
                    connection.sendall(piece)
        except OSError:
            return False
        return piece == b"0\r\n\r\n"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False
    faults: Faults


@contextlib.contextmanager
def running_server() -> Iterator[Faults]:
    with _Server(("127.0.0.1", 0), _Handler) as running:
        running.faults = Faults(f"http://127.0.0.1:{running.server_address[1]}")
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield running.faults
        running.shutdown()


@pytest.fixture
def server() -> Iterator[Faults]:
    with running_server() as faults:
        yield faults


@pytest.fixture
def second_server() -> Iterator[Faults]:
    """Another origin."""
    with running_server() as faults:
        yield faults


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Nobody's own tokens and settings take part."""
    folder = tmp_path / "home"
    monkeypatch.setenv("NEMODUB_HOME", str(folder))
    for name in ("NEMO_TOKEN", "NEMO_API_URL", "NEMO_WEB_URL", "NEMO_CLIENT_ID", "SKILL_SOURCE"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def client(server) -> Iterator[NemoClient]:
    with NemoClient(TOKEN, server.url, limits=QUICK) as made:
        yield made


@pytest.fixture
def kit():
    """The builders of handmade answers, for tests in files of their own."""

    class Kit:
        token = TOKEN
        quick = QUICK

    for tool in (http, ok, stream, stream_head, chunk, frame, said):
        setattr(Kit, tool.__name__, staticmethod(tool))
    return Kit


@pytest.fixture
def async_client(server) -> Callable[[], AsyncNemoClient]:
    return lambda: AsyncNemoClient(TOKEN, server.url, limits=QUICK)
