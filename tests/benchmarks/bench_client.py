"""The client against its bare parts: the event stream beside httpx-sse, the upload beside `curl -F`.

Run with `python tests/benchmarks/bench_client.py [megabytes]`; prints a table of ratios.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import httpx
from httpx_sse import EventSource

from nemodub_nb.client import NemoClient

EVENTS = 20_000
ROUNDS = 9
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
ANSWER = b'{"code":0,"data":{"files":[{"filename":"a.mp4"}]}}'
UPLOADED = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(ANSWER), ANSWER)


def frames() -> list[bytes]:
    made = []
    for number in range(EVENTS):
        content = {"role": "model", "parts": [{"text": f"fragment number {number} "}]}
        event = {
            "content": content,
            "partial": True,
            "author": "nemo_agent",
            "id": f"e{number}",
            "timestamp": 1.7e9 + number,
        }
        made.append(b"data: " + json.dumps(event).encode() + b"\n\n")
    return made


def serve(answer: bytes) -> str:
    """Swallow every request and give one answer, in a process of its own that takes none of the client's time."""
    listener = socket.create_server(("127.0.0.1", 0))
    multiprocessing.get_context("fork").Process(target=_accept, args=(listener, answer), daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def _accept(listener: socket.socket, answer: bytes) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_handle, args=(connection, answer), daemon=True).start()


def _handle(connection: socket.socket, answer: bytes) -> None:
    with connection:
        head = b""
        while b"\r\n\r\n" not in head:
            data = connection.recv(65536)
            if not data:
                return
            head += data
        headers, _, start = head.partition(b"\r\n\r\n")
        length = next(
            int(line[15:]) for line in headers.split(b"\r\n") if line.lower().startswith(b"content-length:")
        )
        left = length - len(start)
        buffer = bytearray(1 << 20)
        while left > 0:
            left -= connection.recv_into(buffer) or left
        connection.sendall(answer)


def streamed(frames_a_chunk: int) -> bytes:
    made = frames()
    pieces = [b"".join(made[at : at + frames_a_chunk]) for at in range(0, EVENTS, frames_a_chunk)]
    return HEAD + b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in pieces) + b"0\r\n\r\n"


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def bare(url: str, *, parse: bool = False) -> None:
    with (
        httpx.Client(trust_env=False) as client,
        client.stream("POST", url + "/run_sse", json={}) as response,
    ):
        count = sum(1 for each in EventSource(response).iter_sse() if not parse or each.json())
    assert count == EVENTS


def ours(url: str) -> None:
    with NemoClient("token-for-benchmarks", url) as client, client.run("1", "x") as events:
        assert sum(1 for _ in events) == EVENTS


def alternate(*works: Callable[[], object]) -> list[float]:
    """Return each work's median seconds, run in turns so that the machine's moods hit all alike."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for number, work in enumerate(works):
            times[number].append(seconds(work))
    return [statistics.median(each) for each in times]


def bench_stream() -> None:
    for name, together in (("a frame a chunk, as ASGI servers send it", 1), ("250 frames a chunk", 250)):
        url = serve(streamed(together))
        plain, parsed, mine = alternate(
            partial(bare, url), partial(bare, url, parse=True), partial(ours, url)
        )
        print(f"stream, {name}:")
        print(
            f"  httpx-sse {EVENTS / plain:>9,.0f} events/s; with .json() {EVENTS / parsed:>9,.0f}; client {EVENTS / mine:>9,.0f}"
        )
        print(
            f"  ratio to bare {plain / mine:.2f} (target >= 0.80); to bare with .json() {parsed / mine:.2f}"
        )


def bench_upload(megabytes: int) -> None:
    url = serve(UPLOADED)
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "a.mp4"
        block = os.urandom(1 << 20)
        with clip.open("wb") as file:
            for _ in range(megabytes):
                file.write(block)
        moments: list[float] = []
        target = f"{url}/api/upload-video/nemo_agent/me/1"

        def curl() -> None:
            command = ["curl", "-s", "-S", "--noproxy", "*", "-H", "Expect:", "-F", f"files=@{clip}", target]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

        def mine() -> None:
            with NemoClient("token-for-benchmarks", url) as client:
                client.upload("1", clip, on_progress=lambda _: moments.append(time.perf_counter()))

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        theirs, own = alternate(curl, mine) if shutil.which("curl") else (float("nan"), alternate(mine)[0])
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        moments.clear()
        took = seconds(mine)
        gaps = [b - a for a, b in pairwise(moments)]
        print(
            f"upload of {megabytes} MB: curl -F {megabytes / theirs:,.0f} MB/s; client {megabytes / own:,.0f} MB/s"
        )
        print(f"  ratio {theirs / own:.2f} (target >= 0.90); memory +{grown:.1f} MiB (target <= 32)")
        print(
            f"  progress {len(moments) / took:.1f}/s, longest gap {max(gaps, default=0):.2f} s (target >= 2/s)"
        )


if __name__ == "__main__":
    # The upload comes first, so that its memory is measured before the stream's bytes are made.
    bench_upload(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
    bench_stream()
