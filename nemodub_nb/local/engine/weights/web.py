"""Fetches files by HTTPS, and gives up at once on hosts that cannot be reached."""

from __future__ import annotations

import json
import os
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROBE_S = 2.5
"""How long a host may take to answer before it counts as unreachable."""
REMEMBER_S = 600.0
"""How long an unreachable host is left alone, by every process that shares the models folder."""

_MEMORY = ".unreachable.json"
_CHUNK_BYTES = 1 << 18


class WebError(Exception):
    """A host did not deliver; the text says why."""


def resolve(url: str) -> str:
    """Turn `hub:<owner>/<repo>@<revision>/<path>` into the hub's URL, honouring `HF_ENDPOINT`.

    Raises WebError when the hub is switched off by `HF_HUB_OFFLINE`.
    """
    if not url.startswith("hub:"):
        return url
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        raise WebError("the Hugging Face hub is switched off by HF_HUB_OFFLINE")
    repo, _, rest = url.removeprefix("hub:").partition("@")
    revision, _, path = rest.partition("/")
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    return f"{endpoint}/{repo}/resolve/{revision}/{path}"


def require_reachable(url: str, models_dir: Path) -> None:
    """Return when the URL's host answers, within PROBE_S seconds.

    Raises WebError when it does not, or did not within the last REMEMBER_S seconds.
    """
    host = urlsplit(url).netloc
    if missed_lately(host, models_dir):
        raise WebError(f"{host} cannot be reached")
    if not _answers(url):
        remember_missed(host, models_dir)
        raise WebError(f"{host} cannot be reached")


def missed_lately(what: str, models_dir: Path) -> bool:
    """Tell whether a host, or anything else of a name, could not be had within the last REMEMBER_S seconds."""
    return time.time() - _remembered(models_dir / _MEMORY).get(what, 0.0) < REMEMBER_S


def remember_missed(what: str, models_dir: Path) -> None:
    """Keep in mind that something could not be had, for every process that shares the models folder."""
    _remember(models_dir / _MEMORY, what)


def download(url: str, to: Path, on_bytes: Callable[[int], None]) -> str | None:
    """Stream a URL into a file and return the sha256 that its host promises, if it does.

    `on_bytes` gets the number of bytes of every chunk. Raises WebError.
    """
    promised: str | None = None
    try:
        with (
            httpx.Client(follow_redirects=True, timeout=httpx.Timeout(30.0, connect=5.0)) as client,
            client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response,
        ):
            for answer in (*response.history, response):
                promised = promised or _sha256_in(answer.headers.get("X-Linked-Etag", ""))
            response.raise_for_status()
            with to.open("wb") as file:
                for chunk in response.iter_bytes(_CHUNK_BYTES):
                    file.write(chunk)
                    on_bytes(len(chunk))
    except httpx.HTTPError as error:
        raise WebError(f"{urlsplit(url).netloc} did not deliver: {error or type(error).__name__}") from error
    return promised


def _sha256_in(etag: str) -> str | None:
    digest = etag.strip('"').lower()
    return digest if len(digest) == 64 and all(c in "0123456789abcdef" for c in digest) else None  # noqa: PLR2004 - hex digits of a sha256


def _answers(url: str) -> bool:
    answered: list[bool] = []

    def probe() -> None:
        try:
            response = httpx.head(url, timeout=PROBE_S)
        except httpx.HTTPError:
            return
        answered.append(not response.is_error)

    # A name server that stays silent holds the call far beyond any timeout, so it waits in a thread.
    thread = threading.Thread(target=probe, daemon=True)
    thread.start()
    thread.join(PROBE_S)
    return bool(answered)


def _remembered(memory: Path) -> dict[str, float]:
    try:
        found = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(host): float(when) for host, when in found.items() if isinstance(when, int | float)}


def _remember(memory: Path, host: str) -> None:
    known = _remembered(memory) | {host: time.time()}
    scratch = memory.with_suffix(f".{os.getpid()}.tmp")
    scratch.write_text(json.dumps(known), encoding="utf-8")
    scratch.replace(memory)
