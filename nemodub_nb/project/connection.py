"""The way from a project to its backend, embedded or cloud: a client that is there when it is needed."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar
from urllib.parse import urlsplit

from nemodub_nb.client import (
    AsyncNemoClient,
    ConnectionFailedError,
    Limits,
    NemoTimeoutError,
    Secret,
    StreamBrokenError,
)

from .backend import shared

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from .backend import LocalBackend

T = TypeVar("T")
BackendName = Literal["local", "cloud"]

_DAY_S: Final = 86_400.0
_LOCAL_LIMITS: Final = Limits(run_s=_DAY_S, heartbeats_s=_DAY_S, silence_s=120.0)
"""A long clip on a small machine takes as long as it takes: the backend lives as long as it sends heartbeats."""
_DEATH_NOTICE_S: Final = 1.5
"""A broken connection is noticed a moment before the death that broke it."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait for what the backend does on its own, in seconds."""

    poll_first_s: float
    """Until the first look at a render."""
    poll_growth: float
    """By which each further wait is longer."""
    poll_most_s: float
    """The longest wait between two looks."""
    poll_times: int
    """Looks before giving up."""
    settle_first_s: float
    """After a broken stream, until the first look at the state."""
    settle_every_s: float
    settle_times: int
    """Looks after the first one."""


CLOUD_PACE: Final = Pace(30.0, 1.0, 30.0, 10, 30.0, 60.0, 5)
"""As the API's rules say."""
LOCAL_PACE: Final = Pace(0.3, 1.3, 3.0, 30_000, 0.2, 1.0, 900)
"""A look at this machine costs nothing; a render takes as long as it takes."""


class Connection:
    """A client, and the life of the backend behind it."""

    def __init__(
        self,
        backend: BackendName,
        *,
        home: Path,
        token: str | None = None,
        base_url: str | None = None,
        pace: Pace | None = None,
        child: LocalBackend | None = None,
    ) -> None:
        self.backend = backend
        self.home = home
        self._token = Secret(token) if token else None
        self._base_url = base_url
        if child is None and backend == "local" and base_url is None:
            child = shared(home)
        self._child = child
        self._closed = False
        if self._child is not None:
            self._child.use()
        near = self._child is not None or _is_loopback(base_url)
        self.pace = pace or (LOCAL_PACE if near else CLOUD_PACE)
        self.near = near
        """Whether a call costs nothing but its time: the backend is on this machine."""
        self._limits = _LOCAL_LIMITS if near else Limits()
        self._client: AsyncNemoClient | None = None
        self._client_url = ""
        self._lock = asyncio.Lock()

    def __repr__(self) -> str:
        return f"<connection to {self.place}>"

    @property
    def extended(self) -> bool:
        """Whether the backend may know more calls than the API: any but NemoVideo's own."""
        return self.backend == "local" or self._base_url is not None

    @property
    def here(self) -> bool:
        """Whether the backend is a child of this process, which may read the files of this machine."""
        return self._child is not None

    @property
    def place(self) -> str:
        """The backend's name for the journal: sessions of one are unknown to the other."""
        return self._base_url or self.backend

    async def client(self) -> AsyncNemoClient:
        """Return a client of a running backend; a dead embedded one is started again."""
        async with self._lock:
            if self._child is None:
                if self._client is None:
                    self._client = AsyncNemoClient(self._token, self._base_url, limits=self._limits)
                return self._client
            child = await asyncio.to_thread(self._child.start)
            if self._client is None or self._client_url != child.url:
                await self._drop_client()
                self._client = AsyncNemoClient(child.token, child.url, limits=self._limits)
                self._client_url = child.url
            return self._client

    async def guard(self, work: Coroutine[Any, Any, T]) -> T:
        """Await the work; when the embedded backend dies meanwhile, raise BackendDiedError at once."""
        if self._child is None:
            return await work
        child = await asyncio.to_thread(self._child.start)
        loop = asyncio.get_running_loop()
        died = asyncio.Event()
        forget = child.on_death(lambda: _tell(loop, died))
        task, death = asyncio.ensure_future(work), asyncio.ensure_future(died.wait())
        try:
            await asyncio.wait({task, death}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                try:
                    return task.result()
                except (ConnectionFailedError, StreamBrokenError, NemoTimeoutError) as error:
                    await asyncio.wait({death}, timeout=_DEATH_NOTICE_S)
                    if died.is_set():
                        raise child.death() from error
                    raise
            raise child.death()
        finally:
            forget()
            for one in (task, death):
                one.cancel()
            await asyncio.gather(task, death, return_exceptions=True)

    async def close(self) -> None:
        """Close the client; the embedded backend ends when no other project of this process uses it."""
        async with self._lock:
            await self._drop_client()
            if self._child is not None and not self._closed:
                await asyncio.to_thread(self._child.release)
            self._closed = True

    async def _drop_client(self) -> None:
        if self._client is not None:
            with contextlib.suppress(Exception):
                await self._client.aclose()
            self._client = None


def _tell(loop: asyncio.AbstractEventLoop, died: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # the loop may be closing together with the process
        loop.call_soon_threadsafe(died.set)


def _is_loopback(url: str | None) -> bool:
    host = urlsplit(url or "").hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
