"""Puts the token on requests to the API's own origin and on no other."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Generator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import httpx

from nemodub_nb.client.errors import MalformedResponseError, TokenError
from nemodub_nb.client.requests import environment
from nemodub_nb.client.secret import Secret
from nemodub_nb.client.tokens import StoredToken, TokenStore
from nemodub_nb.contract import ANONYMOUS_TOKEN_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DAY_S: Final = 86_400.0
_MILLISECONDS_FROM: Final = 1e11
"""An epoch time above this is in milliseconds: in seconds it would be the year 5138."""


class Credentials:
    """The token in use and where it came from: given, stored, or newly fetched."""

    def __init__(self, token: str | Secret | None, origin: str, store: Callable[[], TokenStore]) -> None:
        given = token if token is not None else (environment("NEMO_TOKEN") or None)
        self.origin = origin
        """scheme://host:port of the API."""
        self.anonymous = given is None
        """Whether the client looks after the token by itself."""
        self.token: Secret | None = None if given is None else checked(given)
        self.user_id = ""
        """The anonymous user's id, for the registration link; empty when not known."""
        self._make_store = store
        self._store: TokenStore | None = None
        self._lock = threading.Lock()

    @property
    def store(self) -> TokenStore:
        """Where free tokens are kept; opened at the first need, since a user's own token needs none."""
        with self._lock:
            if self._store is None:
                self._store = self._make_store()
            return self._store

    def recall(self, stale: Secret | None) -> bool:
        """Use the stored token unless it is `stale` or over; return whether there is one now."""
        if stale is not None:
            self.store.forget(self.origin, stale)
        stored = self.store.load(self.origin)
        if stored is None or stored.token == stale or not stored.valid(time.time()):
            return False
        self.token, self.user_id = stored.token, stored.user_id
        return True

    def adopt(self, data: Mapping[str, Any]) -> None:
        """Use and keep the token of an answer's data. Raises MalformedResponseError when there is none in it."""
        value = data.get("token")
        if not isinstance(value, str) or not value.strip():
            raise MalformedResponseError("The server's answer has no usable “token”.")
        stored = StoredToken(
            checked(value), _expiry(data.get("expires_at"), time.time()), str(data.get("user_id") or "")
        )
        self.store.save(self.origin, stored)
        self.token, self.user_id = stored.token, stored.user_id

    def hide(self, text: str) -> str:
        """Return `text` without the token, in case a server repeats it."""
        return text if self.token is None else self.token.hide_in(text)

    def __repr__(self) -> str:
        return f"Credentials({self.origin}, {'anonymous' if self.anonymous else 'given'})"


class OriginAuth(httpx.Auth):
    """Adds the Authorization header where scheme, host and port are the API's."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Authorize one request."""
        token = self._credentials.token
        if token is not None and origin_of(request.url) == self._credentials.origin:
            request.headers["Authorization"] = f"Bearer {token.reveal()}"
        yield request


def origin_of(url: httpx.URL) -> str:
    """Return scheme://host:port, with the port always named."""
    port = url.port or {"http": 80, "https": 443}.get(url.scheme, 0)
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{url.scheme}://{host}:{port}".casefold()


def checked(token: str | Secret) -> Secret:
    """Return the token as a secret. Raises TokenError, without showing it, when it cannot stand in a header."""
    value = (token.reveal() if isinstance(token, Secret) else token).strip()
    if not re.fullmatch(r"[\x21-\x7e]{1,8192}", value):
        raise TokenError(
            "The token is empty or has characters that no token has.",
            "Copy it again, without quotes and line breaks.",
        )
    return Secret(value)


def _expiry(value: Any, now: float) -> float:
    """Return when a new token ends, seconds since the epoch, from a number (s or ms) or an ISO date; else 7 days on."""
    limit = now + ANONYMOUS_TOKEN_DAYS * _DAY_S
    moment: float | None = None
    if isinstance(value, int | float) and not isinstance(value, bool):
        moment = value / 1000 if value > _MILLISECONDS_FROM else float(value)
    elif isinstance(value, str):
        moment = _iso(value)
    # A time in the past or far ahead is a misread unit, not an expiry.
    return moment if moment is not None and now < moment <= limit + _DAY_S else limit


def _iso(value: str) -> float | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
