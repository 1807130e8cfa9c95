"""The client for asyncio: carries the flows' steps out with httpx.AsyncClient and decides nothing."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

import httpx

from nemodub_nb.client import checks, downloads, embedded, flows, requests, transport
from nemodub_nb.client.context import Context
from nemodub_nb.client.errors import NemoError
from nemodub_nb.client.flows import StrPath
from nemodub_nb.client.multipart import MultipartBody, OnProgress
from nemodub_nb.client.reader import StreamReader
from nemodub_nb.client.renders import AsyncRenderJob
from nemodub_nb.client.steps import Answer, Failure, Flow, Renew, Resolve, Send

if TYPE_CHECKING:
    from nemodub_nb.client.limits import Limits
    from nemodub_nb.client.secret import Secret
    from nemodub_nb.client.steps import Outcome, Step
    from nemodub_nb.client.values import AgentEvent, Credits, Draft, Session, SessionState, UploadedFile

T = TypeVar("T")


class AsyncNemoClient:
    """NemoClient for asyncio: the same methods, awaited. One client belongs to one event loop."""

    def __init__(
        self,
        token: str | Secret | None = None,
        base_url: str | None = None,
        *,
        web_url: str | None = None,
        limits: Limits | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.context = Context(token, base_url, web_url, limits)
        self._http = httpx.AsyncClient(transport=transport, **self.context.http_options())
        self._renewing = asyncio.Lock()

    async def create_session(self, task_name: str = "project", language: str = "en") -> Session:
        """Open an editing session."""
        return await self.perform(flows.create_session(self.context, task_name, language))

    async def claim_url(self, session: Session) -> str:
        """Return an address that opens the project in a browser; it holds no token that could do more."""
        return await self.perform(flows.claim_url(self.context, session))

    def run(self, session_id: str, text: str, *, parts: Iterable[str] = ()) -> AsyncEventStream:
        """Say one sentence to the agent; use it in an `async with` statement, iterate it with `async for`.

        The message is never sent twice. Raises StreamBrokenError when its outcome is not known.
        """
        return AsyncEventStream(self, flows.open_run(self.context, session_id, text, tuple(parts)))

    @overload
    async def upload(  # type: ignore[overload-overlap]  # a text is a sequence too, but never of paths
        self, session_id: str, path: StrPath, *, on_progress: OnProgress | None = None
    ) -> UploadedFile: ...
    @overload
    async def upload(
        self, session_id: str, path: Sequence[StrPath], *, on_progress: OnProgress | None = None
    ) -> list[UploadedFile]: ...
    async def upload(
        self, session_id: str, path: StrPath | Sequence[StrPath], *, on_progress: OnProgress | None = None
    ) -> UploadedFile | list[UploadedFile]:
        """Send one file, or several in one request, straight from disk; errors as for NemoClient.upload."""
        paths = flows.paths(path)
        files = await self.perform(flows.upload(self.context, session_id, paths, on_progress))
        return flows.one_or_all(path, files)

    async def upload_urls(self, session_id: str, urls: Sequence[str]) -> list[UploadedFile]:
        """Have the server fetch files by their addresses."""
        return await self.perform(flows.upload_urls(self.context, session_id, urls))

    async def credits(self) -> Credits:
        """Ask for the balance."""
        return await self.perform(flows.credits_(self.context))

    async def state(self, session_id: str) -> SessionState:
        """Ask for the session's timeline and files."""
        return await self.perform(flows.state(self.context, session_id))

    async def submit_render(
        self,
        session_id: str,
        draft: Draft,
        *,
        format: str = "mp4",  # noqa: A002 - the API's own word
        quality: str = "high",
        resolution: str | None = None,
        render_id: str | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> AsyncRenderJob:
        """Start an export. Give a `render_id` from new_render_id() that you have written down to find it again.

        more: further keys of `output` for a server that knows them, as the embedded backend does: aspect, loudness_lufs,
        together, languages, original.
        """
        output = {"format": format, "quality": quality, "resolution": resolution, **(more or {})}
        found = await self.perform(flows.submit_render(self.context, session_id, draft, render_id, output))
        return AsyncRenderJob(found, session_id, self)

    def render(self, render_id: str, session_id: str | None = None) -> AsyncRenderJob:
        """Return the handle of a render from its id; nothing is sent."""
        return AsyncRenderJob(render_id, session_id, self)

    async def download_url(
        self, url: str, path: StrPath, on_progress: downloads.OnProgress | None = None
    ) -> Path:
        """Fetch a file the server named; the token goes along only to the API's own origin."""
        target = flows.place(path)
        return await self.perform(flows.fetch(self.context, requests.file_at(url), target, on_progress))

    # What only the embedded backend knows

    async def stop(self, session_id: str) -> bool:
        """Stop the message that the session works on; False when there is none, or the server cannot stop any."""
        return await self.perform(embedded.stop(self.context, session_id))

    async def languages(self, source: str = "en") -> list[dict[str, Any]] | None:
        """Ask what can be dubbed into from a language, with which voices; None when the server does not tell."""
        return await self.perform(embedded.languages(self.context, source))

    async def approved(self) -> list[dict[str, Any]]:
        """Ask for the translations that the user approved: source, target, target_language, source_language."""
        return await self.perform(embedded.approved(self.context))

    async def pace(self, language: str, voice: str | None = None) -> dict[str, Any] | None:
        """Ask how fast a voice speaks a language; None when the server does not tell."""
        return await self.perform(embedded.pace(self.context, language, voice))

    async def voice_preview(self, language: str, voice: str | None = None) -> bytes:
        """Have a voice say a sentence (WAV). Raises BadRequestError where it is not ready."""
        return await self.perform(embedded.voice_preview(self.context, language, voice))

    async def peaks(self, session_id: str, clip: str, n: int = 1200) -> dict[str, Any]:
        """Ask for the shape of a clip's sound: `duration_s` and `n` `peaks` from 0 to 1."""
        return await self.perform(embedded.peaks(self.context, session_id, clip, n))

    async def poster(self, session_id: str, clip: str) -> bytes | None:
        """Ask for a JPEG of a clip; None when it has no picture."""
        return await self.perform(embedded.poster(self.context, session_id, clip))

    async def facts(self, session_id: str, clip: str) -> dict[str, Any]:
        """Ask for a clip's length, size, rate and tracks."""
        return await self.perform(embedded.facts(self.context, session_id, clip))

    async def sound(
        self, session_id: str, clip: str, start_s: float, end_s: float, language: str | None = None
    ) -> bytes:
        """Ask for a piece of a clip's own sound, or of a language's new voice (WAV, a minute at most)."""
        return await self.perform(embedded.sound(self.context, session_id, clip, start_s, end_s, language))

    async def check(
        self, order: Mapping[str, Any], on_progress: checks.OnProgress | None = None
    ) -> dict[str, Any]:
        """Have finished files of the server's own machine measured: see nemodub_nb.client.checks.check."""
        return await self.perform(checks.check(self.context, order, on_progress))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.context.base)!r})"

    async def perform(self, flow: Flow[T]) -> T:
        """Carry out one call's steps and return its result."""
        try:
            step = next(flow)
            while True:
                try:
                    outcome = await self._step(step)
                except NemoError as error:
                    step = flow.throw(error)
                else:
                    step = flow.send(outcome)
        except StopIteration as end:
            result: T = end.value
            return result

    async def _step(self, step: Step) -> Any:
        if isinstance(step, Send):
            return await self._send(step)
        if isinstance(step, Renew):
            async with self._renewing:
                return await self.perform(flows.renew(self.context, step.stale))
        if isinstance(step, Resolve):
            return await _addresses(step.host)
        await asyncio.sleep(step.seconds)
        return None

    async def _send(self, step: Send) -> Outcome:
        request = step.request
        try:
            built = self._http.build_request(
                request.method,
                self.context.url(request),
                headers=request.headers,
                content=_content(request),
                timeout=self.context.timeout(request),
            )
            response = await self._http.send(built, stream=True)
            if step.keep_open is not None and step.keep_open(response.status_code, response.headers):
                return Answer(response.status_code, response.headers, stream=response)
            try:
                return await _receive(step, response)
            finally:
                await response.aclose()
        except transport.TROUBLE as error:
            step.receiver.abandon()
            return transport.failure_of(error)
        except BaseException:
            step.receiver.abandon()
            raise


class AsyncEventStream:
    """The agent's answer as it comes: an async context manager that iterates AgentEvents."""

    def __init__(self, client: AsyncNemoClient, opening: Flow[Answer]) -> None:
        self._client = client
        self._opening = opening
        self._response: httpx.Response | None = None
        self._reader = StreamReader(client.context.limits, time.monotonic(), client.context.credentials.hide)
        self._watchdog: asyncio.Task[None] | None = None
        self._events: AsyncIterator[AgentEvent] | None = None

    @property
    def text(self) -> str:
        """The agent's words so far."""
        return self._reader.text

    @property
    def final_text(self) -> str:
        """The agent's words; whole once the iteration has ended. Empty after a silent edit."""
        return self._reader.text

    async def __aenter__(self) -> Self:
        self._response = (await self._client.perform(self._opening)).stream
        context = self._client.context
        self._reader = StreamReader(context.limits, time.monotonic(), context.credentials.hide)
        self._watchdog = asyncio.create_task(_watch(self._reader, self._response))
        self._events = self._read(self._response)
        return self

    def __aiter__(self) -> AsyncIterator[AgentEvent]:
        if self._events is None:
            raise RuntimeError(
                "The message has not been sent: write `async with client.run(...) as events:` first."
            )
        return self._events

    async def __anext__(self) -> AgentEvent:
        return await anext(aiter(self))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stop listening. The agent goes on with its work."""
        if self._watchdog is not None:
            self._watchdog.cancel()
        if self._response is not None:
            await self._response.aclose()

    async def _read(self, response: httpx.Response) -> AsyncIterator[AgentEvent]:
        reader = self._reader
        trouble: Exception
        try:
            async for piece in response.aiter_raw():
                for each in reader.events(piece, time.monotonic()):
                    yield each
            for each in reader.end(time.monotonic()):
                yield each
        except transport.TROUBLE as error:
            trouble = reader.failure(time.monotonic(), timed_out=isinstance(error, httpx.TimeoutException))
        else:
            return
        # Outside of the handler: httpx's own traceback would carry frames that hold the request.
        raise trouble


async def _watch(reader: StreamReader, response: httpx.Response) -> None:
    """Break the connection off when its stream is over its time."""
    while reader.clock.complaint(time.monotonic()) is None:  # noqa: ASYNC110 - it waits for a time, which moves on
        await asyncio.sleep(max(0.01, reader.clock.due - time.monotonic()))
    if not response.is_closed:  # else its connection may already serve another request
        transport.break_off(response)


def _content(request: requests.Request) -> bytes | AsyncIterator[bytes] | None:
    return request.content.ablocks() if isinstance(request.content, MultipartBody) else request.content


async def _receive(step: Send, response: httpx.Response) -> Outcome:
    if not transport.readable(response.headers):
        return Failure("unreadable", "it is compressed in a way that was not asked for")
    step.receiver.start(response.status_code, response.headers, transport.peer_of(response))
    async for piece in response.aiter_bytes():
        if not step.receiver.feed(piece):
            break
    # A large file is brought to the disk here; the event loop does not wait for that.
    return Answer(response.status_code, response.headers, await asyncio.to_thread(step.receiver.finish))


async def _addresses(host: str) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(each[4][0]) for each in found]
