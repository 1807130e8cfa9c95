"""Fetches a file from the web for an upload, and refuses what is not the public web."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from nemodub_nb.contract import MAX_UPLOAD_BYTES
from nemodub_nb.local.server.answers import bad_request, file_too_large
from nemodub_nb.local.server.kinds import clean_name, type_of
from nemodub_nb.local.server.upload import Arriving

if TYPE_CHECKING:
    import httpx

    from nemodub_nb.local.server.backend import Backend

_MOST_REDIRECTS = 5
_TIMEOUT_S = 30.0
_REDIRECTS = (301, 302, 303, 307, 308)
_TYPES = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/x-msvideo": "avi",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
}


async def fetch(backend: Backend, url: str) -> Arriving:
    """Return the file behind a URL. Raises Refusal for any URL that is not public http or https."""
    import httpx

    private = backend.settings.allow_private_urls
    try:
        for _ in range(_MOST_REDIRECTS + 1):
            target = await _checked(url, private=private)
            # The connection goes to the address that was checked, so a second look-up cannot lead elsewhere.
            async with (
                httpx.AsyncClient(trust_env=False, timeout=_TIMEOUT_S) as client,
                client.stream(
                    "GET",
                    target.url,
                    headers={"Host": target.host_header, "Accept-Encoding": "identity"},
                    extensions={"sni_hostname": target.hostname},
                ) as response,
            ):
                if response.status_code in _REDIRECTS and (location := response.headers.get("location")):
                    url = urljoin(url, location)
                    continue
                if response.status_code != httpx.codes.OK:
                    raise bad_request(
                        f"{_shown(url)} answered with HTTP {response.status_code}. Check the link."
                    )
                return await _received(backend, url, response)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise bad_request(
            f"{_shown(url)} could not be fetched ({type(error).__name__}). Check the link."
        ) from error
    raise bad_request(f"{_shown(url)} redirects more than {_MOST_REDIRECTS} times.")


class _Target:
    """A URL whose host was looked up and found public."""

    def __init__(self, url: str, address: str) -> None:
        parts = urlsplit(url)
        self.hostname = parts.hostname or ""
        self.host_header = parts.netloc.rpartition("@")[2]
        host = f"[{address}]" if ":" in address else address
        self.url = parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host, fragment="").geturl()


async def _checked(url: str, *, private: bool) -> _Target:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise bad_request(f"{_shown(url)} is not a URL.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad_request(
            f"{_shown(url)} is not an http or https URL. Give a public link, or upload the file itself."
        )
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise bad_request(f"The host of {_shown(url)} cannot be found. Check the link.") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not private and not all(_is_public(address) for address in addresses):
        raise bad_request(
            f"{_shown(url)} leads to a private address, which is not fetched. Upload the file itself, "
            "or set NEMODUB_ALLOW_PRIVATE_URLS=1 where the server runs.",
        )
    return _Target(url, addresses[0])


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None) or getattr(parsed, "sixtofour", None)
    return all(each.is_global and not each.is_multicast for each in (parsed, mapped) if each is not None)


def _shown(url: str) -> str:
    """Return a URL for a message: without credentials and query, which may be secrets."""
    try:
        parts = urlsplit(url[:300])
    except ValueError:
        return "The link"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts.netloc else url[:100]


async def _received(backend: Backend, url: str, response: httpx.Response) -> Arriving:
    name = clean_name(unquote(urlsplit(url).path)) or "clip"
    if type_of(name) is None:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        name = f"{name}.{_TYPES[kind]}" if kind in _TYPES else name
    declared = response.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MAX_UPLOAD_BYTES:
        raise file_too_large(name)
    arriving = Arriving(backend.files, name)
    try:
        async for chunk in response.aiter_raw(256 * 1024):
            arriving.feed(chunk)
            await arriving.flush()
        await arriving.flush(everything=True)
    except BaseException:
        with contextlib.suppress(OSError):
            await arriving.discard()
        raise
    return arriving
