"""What both shells share about httpx: its exceptions, peers and headers put into the client's words."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Mapping
from typing import Any, Final

import httpx

from nemodub_nb.client.steps import Failure

# What httpx raises for trouble on the way; anything else is a mistake of ours and must show itself.
TROUBLE: Final = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL)

_ENCODINGS: Final = frozenset({"", "identity", "gzip", "deflate"})
_UNSENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)


def failure_of(error: Exception) -> Failure:
    """Return what an exception of httpx means for the call."""
    if isinstance(error, _UNSENT):
        return Failure("unreachable", _detail(error))
    if isinstance(error, httpx.TimeoutException):
        return Failure("timeout")
    if isinstance(error, httpx.DecodingError):
        return Failure("unreadable", "its compression is broken")
    return Failure("broken")


def readable(headers: Mapping[str, str]) -> bool:
    """Return whether an answer's compression is one that was asked for; others may unpack to anything."""
    return headers.get("content-encoding", "").strip().casefold() in _ENCODINGS


def peer_of(response: httpx.Response) -> str | None:
    """Return the address an answer comes from; None when the transport does not say."""
    address = _extra(response, "server_addr")
    return str(address[0]) if isinstance(address, tuple) and address else None


def break_off(response: httpx.Response) -> None:
    """End the connection under a read that is waiting, from another thread or task."""
    connection = _extra(response, "socket")
    with contextlib.suppress(OSError, AttributeError):
        if isinstance(connection, socket.socket):
            # Past the TLS layer, which would wait for the read to end.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
        else:
            connection.shutdown(socket.SHUT_RDWR)


def _extra(response: httpx.Response, name: str) -> Any:
    stream = response.extensions.get("network_stream")
    return None if stream is None else stream.get_extra_info(name)


def _detail(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no connection in time"
    text = str(error)
    for sign, words in (
        ("refused", "nothing listens there"),
        ("CERTIFICATE", "its certificate is not trusted"),
    ):
        if sign in text:
            return words
    return "its name is not known" if "Name or service" in text or "getaddrinfo" in text else ""
