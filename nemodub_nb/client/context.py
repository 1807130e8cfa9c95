"""What all calls of one client share: where the API is, who asks, and the limits."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import httpx

from nemodub_nb.client import requests, tokens
from nemodub_nb.client.auth import Credentials, OriginAuth, origin_of
from nemodub_nb.client.downloads import is_loopback
from nemodub_nb.client.errors import NemoError
from nemodub_nb.client.limits import Limits
from nemodub_nb.contract import API_URL, WEB_URL

if TYPE_CHECKING:
    from nemodub_nb.client.secret import Secret


class Context:
    """The settings of one client, read from its arguments, else from the environment."""

    def __init__(
        self,
        token: str | Secret | None,
        base_url: str | None,
        web_url: str | None,
        limits: Limits | None,
        store: Callable[[], tokens.TokenStore] = tokens.default_store,
    ) -> None:
        self.base = _address(base_url or requests.environment("NEMO_API_URL") or API_URL)
        self.web = str(_address(web_url or requests.environment("NEMO_WEB_URL") or WEB_URL)).rstrip("/")
        self.limits = limits or Limits()
        self.credentials = Credentials(token, origin_of(self.base), store)
        self.headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": "nemodub_nb",
            **requests.skill_headers(os.environ),
        }
        # What runs on this machine is never reached through a proxy.
        self.trust_env = not is_loopback(self.base)
        self.proxied = self.trust_env and bool(urllib.request.getproxies())

    def http_options(self) -> dict[str, Any]:
        """Return the arguments for an httpx client of either kind."""
        limits = self.limits
        return {
            "auth": OriginAuth(self.credentials),
            "headers": self.headers,
            "timeout": httpx.Timeout(limits.read_s, connect=limits.connect_s),
            "follow_redirects": False,
            "trust_env": self.trust_env,
        }

    def url(self, request: requests.Request) -> str:
        """Return a request's whole address."""
        return request.url if "://" in request.url else str(self.base).rstrip("/") + request.url

    def timeout(self, request: requests.Request) -> httpx.Timeout:
        """Return a request's own limits."""
        limits = self.limits
        return httpx.Timeout(limits.read_s, connect=limits.connect_s, read=request.read_s or limits.read_s)

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A client holds a token and connections, and is never pickled. Make a new one in the other process."
        )


def _address(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text.strip())
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo:
        raise NemoError("The base URL is not an http or https address.", "Write it like https://example.org.")
    return url
