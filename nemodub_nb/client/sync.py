"""The client for ordinary code: carries the flows' steps out with httpx.Client and decides nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from nemodub_nb.client.renders import RenderJob
from nemodub_nb.client.steps import Answer, Failure, Flow, Renew, Resolve, Send

if TYPE_CHECKING:
    from nemodub_nb.client.limits import Limits
    from nemodub_nb.client.secret import Secret
    from nemodub_nb.client.steps import Outcome, Step
    from nemodub_nb.client.values import AgentEvent, Credits, Draft, Session, SessionState, UploadedFile

T = TypeVar("T")


class NemoClient:
    """Speaks to the NemoVideo agent API, or to the embedded backend, which serves the same.

    `token`: yours; without it `NEMO_TOKEN`, else a free starter token that is fetched at the first need and kept.
    `base_url` and `web_url`: without them `NEMO_API_URL`, `NEMO_WEB_URL`, else NemoVideo's own.
    Every method raises a NemoError that says what happened and what to do.
    """

    def __init__(
        self,
        token: str | Secret | None = None,
        base_url: str | None = None,
        *,
        web_url: str | None = None,
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.context = Context(token, base_url, web_url, limits)
        self._http = httpx.Client(transport=transport, **self.context.http_options())
        self._renewing = threading.Lock()

    def create_session(self, task_name: str = "project", language: str = "en") -> Session:
        """Open an editing session."""
        return self.perform(flows.create_session(self.context, task_name, language))

    def claim_url(self, session: Session) -> str:
        """Return an address that opens the project in a browser; it holds no token that could do more."""
        return self.perform(flows.claim_url(self.context, session))

    def run(self, session_id: str, text: str, *, parts: Iterable[str] = ()) -> EventStream:
        """Say one sentence to the agent, with further text parts after it; use it in a `with` statement.

        The message is never sent twice. Raises StreamBrokenError when its outcome is not known.
        """
        return EventStream(self, flows.open_run(self.context, session_id, text, tuple(parts)))

    @overload
    def upload(  # type: ignore[overload-overlap]  # a text is a sequence too, but never of paths
        self, session_id: str, path: StrPath, *, on_progress: OnProgress | None = None
    ) -> UploadedFile: ...
    @overload
    def upload(
        self, session_id: str, path: Sequence[StrPath], *, on_progress: OnProgress | None = None
    ) -> list[UploadedFile]: ...
    def upload(
        self, session_id: str, path: StrPath | Sequence[StrPath], *, on_progress: OnProgress | None = None
    ) -> UploadedFile | list[UploadedFile]:
        """Send one file, or several in one request, straight from disk.

        Raises UploadError, UnsupportedTypeError or FileTooLargeError before anything is sent.
        """
        paths = flows.paths(path)
        files = self.perform(flows.upload(self.context, session_id, paths, on_progress))
        return flows.one_or_all(path, files)

    def upload_urls(self, session_id: str, urls: Sequence[str]) -> list[UploadedFile]:
        """Have the server fetch files by their addresses."""
        return self.perform(flows.upload_urls(self.context, session_id, urls))

    def credits(self) -> Credits:
        """Ask for the balance."""
        return self.perform(flows.credits_(self.context))

    def state(self, session_id: str) -> SessionState:
        """Ask for the session's timeline and files."""
        return self.perform(flows.state(self.context, session_id))

    def submit_render(
        self,
        session_id: str,
        draft: Draft,
        *,
        format: str = "mp4",  # noqa: A002 - the API's own word
        quality: str = "high",
        resolution: str | None = None,
        render_id: str | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> RenderJob:
        """Start an export. Give a `render_id` from new_render_id() that you have written down to find it again.

        more: further keys of `output` for a server that knows them, as the embedded backend does: aspect, loudness_lufs,
        together, languages, original.
        """
        output = {"format": format, "quality": quality, "resolution": resolution, **(more or {})}
        found = self.perform(flows.submit_render(self.context, session_id, draft, render_id, output))
        return RenderJob(found, session_id, self)

    def render(self, render_id: str, session_id: str | None = None) -> RenderJob:
        """Return the handle of a render from its id; nothing is sent."""
        return RenderJob(render_id, session_id, self)

    def download_url(self, url: str, path: StrPath, on_progress: downloads.OnProgress | None = None) -> Path:
        """Fetch a file the server named; the token goes along only to the API's own origin."""
        target = flows.place(path)
        return self.perform(flows.fetch(self.context, requests.file_at(url), target, on_progress))

    # What only the embedded backend knows

    def stop(self, session_id: str) -> bool:
        """Stop the message that the session works on; False when there is none, or the server cannot stop any."""
        return self.perform(embedded.stop(self.context, session_id))

    def languages(self, source: str = "en") -> list[dict[str, Any]] | None:
        """Ask what can be dubbed into from a language, with which voices; None when the server does not tell."""
        return self.perform(embedded.languages(self.context, source))

    def approved(self) -> list[dict[str, Any]]:
        """Ask for the translations that the user approved: source, target, target_language, source_language."""
        return self.perform(embedded.approved(self.context))

    def pace(self, language: str, voice: str | None = None) -> dict[str, Any] | None:
        """Ask how fast a voice speaks a language; None when the server does not tell."""
        return self.perform(embedded.pace(self.context, language, voice))

    def voice_preview(self, language: str, voice: str | None = None) -> bytes:
        """Have a voice say a sentence (WAV). Raises BadRequestError where it is not ready."""
        return self.perform(embedded.voice_preview(self.context, language, voice))

    def peaks(self, session_id: str, clip: str, n: int = 1200) -> dict[str, Any]:
        """Ask for the shape of a clip's sound: `duration_s` and `n` `peaks` from 0 to 1."""
        return self.perform(embedded.peaks(self.context, session_id, clip, n))

    def poster(self, session_id: str, clip: str) -> bytes | None:
        """Ask for a JPEG of a clip; None when it has no picture."""
        return self.perform(embedded.poster(self.context, session_id, clip))

    def facts(self, session_id: str, clip: str) -> dict[str, Any]:
        """Ask for a clip's length, size, rate and tracks."""
        return self.perform(embedded.facts(self.context, session_id, clip))

    def sound(
        self, session_id: str, clip: str, start_s: float, end_s: float, language: str | None = None
    ) -> bytes:
        """Ask for a piece of a clip's own sound, or of a language's new voice (WAV, a minute at most)."""
        return self.perform(embedded.sound(self.context, session_id, clip, start_s, end_s, language))

    def check(self, order: Mapping[str, Any], on_progress: checks.OnProgress | None = None) -> dict[str, Any]:
        """Have finished files of the server's own machine measured: see nemodub_nb.client.checks.check."""
        return self.perform(checks.check(self.context, order, on_progress))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.context.base)!r})"

    def perform(self, flow: Flow[T]) -> T:
        """Carry out one call's steps and return its result."""
        try:
            step = next(flow)
            while True:
                try:
                    outcome = self._step(step)
                except NemoError as error:
                    step = flow.throw(error)
                else:
                    step = flow.send(outcome)
        except StopIteration as end:
            result: T = end.value
            return result

    def _step(self, step: Step) -> Any:
        if isinstance(step, Send):
            return self._send(step)
        if isinstance(step, Renew):
            with self._renewing:
                return self.perform(flows.renew(self.context, step.stale))
        if isinstance(step, Resolve):
            return _addresses(step.host)
        time.sleep(step.seconds)
        return None

    def _send(self, step: Send) -> Outcome:
        request = step.request
        try:
            built = self._http.build_request(
                request.method,
                self.context.url(request),
                headers=request.headers,
                content=_content(request),
                timeout=self.context.timeout(request),
            )
            response = self._http.send(built, stream=True)
            if step.keep_open is not None and step.keep_open(response.status_code, response.headers):
                return Answer(response.status_code, response.headers, stream=response)
            with contextlib.closing(response):
                return _receive(step, response)
        except transport.TROUBLE as error:
            step.receiver.abandon()
            return transport.failure_of(error)
        except BaseException:
            step.receiver.abandon()
            raise


class EventStream:
    """The agent's answer as it comes: a context manager that iterates AgentEvents."""

    def __init__(self, client: NemoClient, opening: Flow[Answer]) -> None:
        self._client = client
        self._opening = opening
        self._response: httpx.Response | None = None
        self._reader = StreamReader(client.context.limits, time.monotonic(), client.context.credentials.hide)
        self._watchdog: _Watchdog | None = None
        self._events: Iterator[AgentEvent] | None = None

    @property
    def text(self) -> str:
        """The agent's words so far."""
        return self._reader.text

    @property
    def final_text(self) -> str:
        """The agent's words; whole once the iteration has ended. Empty after a silent edit."""
        return self._reader.text

    def __enter__(self) -> Self:
        self._response = self._client.perform(self._opening).stream
        context = self._client.context
        self._reader = StreamReader(context.limits, time.monotonic(), context.credentials.hide)
        self._watchdog = _Watchdog(self._reader, self._response)
        self._events = self._read(self._response)
        return self

    def __iter__(self) -> Iterator[AgentEvent]:
        if self._events is None:
            raise RuntimeError(
                "The message has not been sent: write `with client.run(...) as events:` first."
            )
        return self._events

    def __next__(self) -> AgentEvent:
        return next(iter(self))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening. The agent goes on with its work."""
        if self._watchdog is not None:
            self._watchdog.stop()
        if self._response is not None:
            if not self._response.is_closed:
                transport.break_off(self._response)  # wakes a read that waits in another thread
            self._response.close()

    def _read(self, response: httpx.Response) -> Iterator[AgentEvent]:
        reader = self._reader
        trouble: Exception
        try:
            # Raw: is_event_stream() takes no compressed streams.
            for piece in response.iter_raw():
                yield from reader.events(piece, time.monotonic())
            yield from reader.end(time.monotonic())
        except transport.TROUBLE as error:
            trouble = reader.failure(time.monotonic(), timed_out=isinstance(error, httpx.TimeoutException))
        else:
            return
        # Outside of the handler: httpx's own traceback would carry frames that hold the request.
        raise trouble


class _Watchdog:
    """Breaks a connection off when its stream is over its time, since a blocking read cannot look at a clock."""

    def __init__(self, reader: StreamReader, response: httpx.Response) -> None:
        self._reader = reader
        self._response = response
        self._done = threading.Event()
        threading.Thread(target=self._watch, name="nemodub-stream-clock", daemon=True).start()

    def stop(self) -> None:
        """Let the stream be."""
        self._done.set()

    def _watch(self) -> None:
        while not self._done.wait(max(0.01, self._reader.clock.due - time.monotonic())):
            if self._response.is_closed:
                return  # its connection may already serve another request
            if self._reader.clock.complaint(time.monotonic()) is not None:
                transport.break_off(self._response)
                return


def _content(request: requests.Request) -> bytes | Iterator[bytes] | None:
    return request.content.blocks() if isinstance(request.content, MultipartBody) else request.content


def _receive(step: Send, response: httpx.Response) -> Outcome:
    if not transport.readable(response.headers):
        return Failure("unreadable", "it is compressed in a way that was not asked for")
    step.receiver.start(response.status_code, response.headers, transport.peer_of(response))
    for piece in response.iter_bytes():
        if not step.receiver.feed(piece):
            break
    return Answer(response.status_code, response.headers, step.receiver.finish())


def _addresses(host: str) -> list[str]:
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []
