"""Files received whole or not at all, and only from addresses that a server may rightly name."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, Final

import httpx

from nemodub_nb.client.body import Body
from nemodub_nb.client.errors import DiskError, DownloadError
from nemodub_nb.client.limits import Limits
from nemodub_nb.client.values import DownloadProgress

OnProgress = Callable[[DownloadProgress], None]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_REDIRECTS: Final = 5
_REPORT_S: Final = 0.1
_NOT_FILES: Final = ("application/json", "text/html", "application/problem+json")
# The address at which one cloud's machines find their own keys; in a private range, unlike the others' link-local one.
_METADATA: Final = frozenset({ipaddress.ip_address("fd00:ec2::254")})


def target(url: str, base: httpx.URL) -> httpx.URL:
    """Return where `url` leads, taken relative to the API. Raises DownloadError when it may not be fetched."""
    try:
        found = base.join(url.strip())
    except (httpx.InvalidURL, ValueError) as error:
        raise DownloadError(
            "The server named an address that is none.", "Ask for the render's status again."
        ) from error
    if found.scheme not in {"http", "https"} or not found.host:
        raise refused(f"a {found.scheme or 'missing'} scheme")
    if (address := literal(found.host)) is not None:
        check_address(address, base)
    elif found.host.casefold().rstrip(".") == "localhost" and not is_loopback(base):
        raise refused("this machine's own services")
    return found


def check_address(address: Address, base: httpx.URL) -> None:
    """Raise DownloadError when nothing may be fetched from `address` on the word of the API at `base`."""
    plain = address.ipv4_mapped or address if isinstance(address, ipaddress.IPv6Address) else address
    if plain.is_loopback:
        if not is_loopback(base):
            raise refused("this machine's own services")
    elif plain.is_link_local or plain.is_multicast or plain.is_unspecified or plain in _METADATA:
        raise refused("an address that serves machines, not files")


def literal(host: str) -> Address | None:
    """Return the address that a host is written as; None when it is a name."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def is_loopback(url: httpx.URL) -> bool:
    """Return whether an address is this machine's own."""
    address = literal(url.host)
    return url.host.casefold() == "localhost" or (address is not None and address.is_loopback)


def refused(what: str) -> DownloadError:
    """Return the error for an address that is not fetched."""
    return DownloadError(
        f"The file's address was refused: it leads to {what}.", "Report this to the server's operator."
    )


class FileReceiver:
    """Receives a file under a name of its own and gives it its real name once it is whole.

    Answers that are no file (errors, web pages) are kept as a bounded body instead.
    """

    def __init__(
        self,
        path: Path,
        limits: Limits,
        check: Callable[[Address], None] | None,
        on_progress: OnProgress | None,
    ) -> None:
        self._path = path
        self._check = check
        self._limits = limits
        self._on_progress = on_progress
        self._half = path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}.part")
        self._file: BinaryIO | None = None
        self._body: Body | None = None
        self._received = 0
        self._total: int | None = None
        self._told = 0.0

    def start(self, status: int, headers: Mapping[str, str], peer: str | None) -> None:
        """Check where the answer really comes from, and whether it is a file."""
        if self._check is not None and peer is not None and (address := literal(peer)) is not None:
            self._check(address)
        kind = headers.get("content-type", "").partition(";")[0].strip().casefold()
        if status != httpx.codes.OK or kind in _NOT_FILES:
            self._body = Body(self._limits)
            self._body.start(status, headers, peer)
            return
        length = headers.get("content-length", "")
        self._total = int(length) if length.isdecimal() and "content-encoding" not in headers else None
        self._received = 0
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._half.open("wb")
        except OSError as error:
            raise self._unwritable(error) from error

    def feed(self, piece: bytes) -> bool:
        """Write one piece."""
        if self._body is not None:
            return self._body.feed(piece)
        assert self._file is not None, "start() comes first"
        try:
            self._file.write(piece)
        except OSError as error:
            raise self._unwritable(error) from error
        self._received += len(piece)
        now = time.monotonic()
        if now - self._told >= _REPORT_S:
            self._told = now
            self._tell()
        return True

    def finish(self) -> bytes:
        """Give the file its name; return the body of an answer that was no file."""
        if self._body is not None:
            return self._body.finish()
        assert self._file is not None, "start() comes first"
        if not self._received:
            self.abandon()
            raise DownloadError("The server sent an empty file.", "Try again in a minute.")
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._half.replace(self._path)
        except OSError as error:
            raise self._unwritable(error) from error
        self._tell()
        return b""

    def abandon(self) -> None:
        """Remove what was written."""
        with contextlib.suppress(OSError):
            if self._file is not None:
                self._file.close()
            self._half.unlink(missing_ok=True)

    def _tell(self) -> None:
        if self._on_progress is not None:
            self._on_progress(DownloadProgress(self._received, self._total))

    def _unwritable(self, error: OSError) -> DiskError:
        reason = (error.strerror or type(error).__name__).rstrip(".")
        return DiskError(
            f"“{self._path}” cannot be written: {reason}.", "Free some space or choose another folder."
        )
