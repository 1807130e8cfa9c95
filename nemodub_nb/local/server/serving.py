"""Starts the embedded backend and keeps it until it is told to end."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import logging
import socket
import sys
import threading
from typing import TYPE_CHECKING

import uvicorn

from nemodub_nb.local.server.app import make_app
from nemodub_nb.local.server.backend import Backend
from nemodub_nb.local.server.jobs import WORKER
from nemodub_nb.local.server.rendering import RunningRenders
from nemodub_nb.local.server.running import RunningMessages
from nemodub_nb.local.server.settings import Settings
from nemodub_nb.local.store import Home

if TYPE_CHECKING:
    from pathlib import Path

_FAREWELL_S = 3
_IDLE_S = 75
"""How long an unused connection stays open: longer than clients like to keep one for the next request."""


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    home: str | Path | None = None,
    as_json: bool = False,
    exit_with_stdin: bool = False,
    worker: tuple[str, ...] = WORKER,
) -> None:
    """Serve until interrupted, terminated or, with `exit_with_stdin`, until standard input ends.

    The first line on stdout, once requests are answered, is `{"url", "token"}` with `as_json`, else a sentence.
    `port` 0 picks a free one. Raises OSError when the address or the folder cannot be used, ValueError for a bad
    setting.
    """
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("python_multipart").setLevel(
        logging.ERROR
    )  # it logs what a client sent wrong; the client is told
    listener = _listen(host, port)
    with contextlib.closing(listener):
        settings = Settings.from_environment(loopback=_is_loopback(host), worker=worker)
        backend = Backend(Home.open(home), settings)
        try:
            with contextlib.suppress(KeyboardInterrupt):
                asyncio.run(_serve(backend, listener, as_json=as_json, exit_with_stdin=exit_with_stdin))
        finally:
            backend.close()


async def _serve(backend: Backend, listener: socket.socket, *, as_json: bool, exit_with_stdin: bool) -> None:
    messages, renders = RunningMessages(backend), RunningRenders(backend)
    token = backend.users.issue_owner_token()
    config = uvicorn.Config(
        make_app(backend, messages, renders),
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        ws="none",
        timeout_keep_alive=_IDLE_S,
        log_config=None,
        timeout_graceful_shutdown=_FAREWELL_S,
    )

    def announce() -> None:
        for message in backend.messages.of_owner(backend.owner.id):
            messages.start(message)
        for render in backend.renders.of_owner(backend.owner.id):
            renders.start(render)
        _announce(_url(listener), token, as_json=as_json)

    async def wind_up() -> None:
        await messages.close()
        await renders.close()

    backend.owner.inherit(backend.database)
    server = _Server(config, announce, wind_up)
    if exit_with_stdin:
        threading.Thread(target=_await_end_of_stdin, args=(server,), daemon=True).start()
    try:
        await server.serve([listener])
    finally:
        backend.users.revoke(token)


class _Server(uvicorn.Server):
    """A uvicorn that says when it answers, and stops its work before it waits for its listeners."""

    def __init__(self, config: uvicorn.Config, announce: _Call, wind_up: _AsyncCall) -> None:
        super().__init__(config)
        self._announce = announce
        self._wind_up = wind_up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._wind_up()
        await super().shutdown(sockets)


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    _Call = Callable[[], None]
    _AsyncCall = Callable[[], Awaitable[None]]


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise OSError(
            error.errno, f"{host}:{port} cannot be used ({error.strerror}). Choose another port."
        ) from error
    return listener


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _announce(url: str, token: str, *, as_json: bool) -> None:
    if as_json:
        line = json.dumps({"url": url, "token": token})
    else:
        line = f"The embedded backend answers at {url}\nexport NEMO_API_URL={url} NEMO_TOKEN={token}\nCtrl-C ends it."
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _await_end_of_stdin(server: uvicorn.Server) -> None:
    with contextlib.suppress(OSError, ValueError):
        while sys.stdin.buffer.read(65536):
            pass
    server.should_exit = True
