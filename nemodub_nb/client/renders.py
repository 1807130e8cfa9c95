"""Handles of renders, which can be rebuilt from their id in another process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nemodub_nb.client import flows, polling

if TYPE_CHECKING:
    from pathlib import Path

    from nemodub_nb.client.aio import AsyncNemoClient
    from nemodub_nb.client.downloads import OnProgress
    from nemodub_nb.client.flows import StrPath
    from nemodub_nb.client.polling import OnStatus
    from nemodub_nb.client.sync import NemoClient
    from nemodub_nb.client.values import RenderStatus


@dataclass(frozen=True)
class RenderJob:
    """One export on the server."""

    id: str
    session_id: str | None
    client: NemoClient = field(repr=False, compare=False)

    def status(self) -> RenderStatus:
        """Ask once where it stands."""
        return self.client.perform(polling.status(self.client.context, self.id))

    def wait(
        self,
        poll_s: float = polling.POLL_S,
        attempts: int = polling.ATTEMPTS,
        on_status: OnStatus | None = None,
    ) -> RenderStatus:
        """Ask every `poll_s` seconds, `attempts` times at most, until the file is there.

        Raises RenderFailedError, or RenderTimeoutError (the render goes on then).
        """
        return self.client.perform(polling.wait(self.client.context, self.id, poll_s, attempts, on_status))

    def download(self, path: StrPath, on_progress: OnProgress | None = None) -> Path:
        """Fetch the file; it appears under its name only when it is whole.

        Raises RenderTimeoutError when it is not finished, RenderFailedError, or DownloadError.
        """
        return self.client.perform(
            polling.download(self.client.context, self.id, flows.place(path), on_progress)
        )

    def cancel(self) -> None:
        """Stop it."""
        self.client.perform(polling.cancel(self.client.context, self.id))


@dataclass(frozen=True)
class AsyncRenderJob:
    """One export on the server, for asyncio; the methods are those of RenderJob."""

    id: str
    session_id: str | None
    client: AsyncNemoClient = field(repr=False, compare=False)

    async def status(self) -> RenderStatus:
        """Ask once where it stands."""
        return await self.client.perform(polling.status(self.client.context, self.id))

    async def wait(
        self,
        poll_s: float = polling.POLL_S,
        attempts: int = polling.ATTEMPTS,
        on_status: OnStatus | None = None,
    ) -> RenderStatus:
        """Ask every `poll_s` seconds until the file is there, as RenderJob.wait does."""
        return await self.client.perform(
            polling.wait(self.client.context, self.id, poll_s, attempts, on_status)
        )

    async def download(self, path: StrPath, on_progress: OnProgress | None = None) -> Path:
        """Fetch the file, as RenderJob.download does."""
        return await self.client.perform(
            polling.download(self.client.context, self.id, flows.place(path), on_progress)
        )

    async def cancel(self) -> None:
        """Stop it."""
        await self.client.perform(polling.cancel(self.client.context, self.id))
