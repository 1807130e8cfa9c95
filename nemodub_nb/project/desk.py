"""One session at one backend: opened when needed, guarded, remembered in the journal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from nemodub_nb.client import SessionNotFoundError

from .errors import SessionGoneError
from .values import Clip

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from nemodub_nb.client import AsyncNemoClient, SessionState

    from .connection import Connection
    from .journal import Journal

T = TypeVar("T")


class Desk:
    """Where the work of one project happens: its session, its clips and the way to its backend."""

    def __init__(
        self, name: str, connection: Connection, journal: Journal, session: str | None = None
    ) -> None:
        self.name = name
        self.connection = connection
        self.journal = journal
        self.session_id = session
        self.clips: list[Clip] = []
        self.active: set[int] = set()
        """Messages of this process that are under way."""
        self.rendering: set[str] = set()
        """Renders that this process waits for."""
        self._opening = asyncio.Lock()
        if session is not None:
            self.take_up(session)

    async def session(self) -> str:
        """Return the session's id; the session is opened at first need."""
        async with self._opening:
            if self.session_id is None:
                client = await self.connection.client()
                opened = await self.connection.guard(client.create_session(self.name))
                self.journal.add_session(
                    opened.session_id,
                    place=self.connection.place,
                    name=self.name,
                    task_id=opened.task_id,
                )
                self.session_id = opened.session_id
            return self.session_id

    def take_up(self, session: str) -> None:
        """Go on in a session of an earlier process, with the clips that the journal remembers."""
        self.session_id = session
        self.journal.add_session(session, place=self.connection.place, name=self.name, task_id="")
        self.clips = [Clip.remembered(fields) for fields in self.journal.clips(session)]

    async def call(self, make: Callable[[AsyncNemoClient, str], Coroutine[Any, Any, T]]) -> T:
        """Make a call about this session.

        Raises SessionGoneError, with a new session already open, when the server no longer knows it.
        """
        session = await self.session()
        client = await self.connection.client()
        try:
            return await self.connection.guard(make(client, session))
        except SessionNotFoundError as error:
            await self._replace(session)
            raise SessionGoneError(
                "The server no longer knows this session, so its timeline is gone.",
                "A new session is open: upload the clip again.",
                status_code=error.status_code,
                code=error.code,
                request_id=error.request_id,
            ) from error

    async def state(self) -> SessionState:
        """Read the session's state."""
        return await self.call(lambda client, session: client.state(session))

    async def draft(self) -> Any:
        """Read the session's draft; None before the first upload or sentence."""
        return None if self.session_id is None else (await self.state()).draft

    def add_clip(self, clip: Clip, fields: dict[str, Any]) -> None:
        """Remember an uploaded clip, for this process and the next."""
        assert self.session_id is not None
        self.clips = [*(known for known in self.clips if known.name != clip.name), clip]
        self.journal.add_clip(self.session_id, clip.name, fields)

    @property
    def home(self) -> Path:
        """The home folder."""
        return self.connection.home

    async def _replace(self, session: str) -> None:
        if self.session_id == session:
            self.session_id = None
            self.clips = []
            self.journal.forget_session(session)
        await self.session()
