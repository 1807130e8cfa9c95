"""The calls of the contract, one function each."""

from __future__ import annotations

import contextlib
import json
import secrets
from typing import TYPE_CHECKING, Any

from starlette.responses import FileResponse, Response, StreamingResponse

from nemodub_nb.contract import (
    CLAIM_PREFIX,
    CLAIM_SECONDS,
    SKILL_HEADERS,
)
from nemodub_nb.local.agent.conversation import cost_of
from nemodub_nb.local.server.answers import (
    Refusal,
    bad_request,
    busy,
    ok,
    out_of_credits,
    plan_blocks_export,
    rendered,
)
from nemodub_nb.local.server.callers import Callers
from nemodub_nb.local.server.desk import SessionDesk
from nemodub_nb.local.server.export import compile_draft
from nemodub_nb.local.server.fetch import fetch
from nemodub_nb.local.server.upload import Arriving, keep_all, receive_form
from nemodub_nb.local.server.views import shown_clip, shown_render, shown_state
from nemodub_nb.local.store import TooManyTokensError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from starlette.requests import Request

    from nemodub_nb.local.server.backend import Backend
    from nemodub_nb.local.server.rendering import RunningRenders
    from nemodub_nb.local.server.running import Frames, RunningMessages
    from nemodub_nb.local.store import Clip, Render, Session

_MOST_BODY = 64 * 1024 * 1024
_MOST_NAME = 200
_MOST_URLS = 20


class Calls:
    """The contract over one backend."""

    def __init__(self, backend: Backend, messages: RunningMessages, renders: RunningRenders) -> None:
        self._backend = backend
        self._messages = messages
        self._renders = renders
        self._callers = Callers(backend)

    # --- who is calling

    async def anonymous_token(self, request: Request) -> Response:
        """Give a starter token to a client id."""
        client_id = request.headers.get("x-client-id", "").strip()
        if not client_id or len(client_id) > _MOST_NAME:
            raise bad_request(
                "The X-Client-Id header is missing. Make a UUID and send it with every request."
            )
        address = request.client.host if request.client else ""
        try:
            user, token, expires_at = self._backend.users.issue_anonymous_token(client_id, address)
        except TooManyTokensError as error:
            raise Refusal(429, 429, str(error), retry_after_s=error.retry_after_s) from None
        available, _ = self._backend.credits(user)
        return ok({"token": token, "credits": available, "user_id": user.id, "expires_at": int(expires_at)})

    async def credits(self, request: Request) -> Response:
        """Tell the balance."""
        available, frozen = self._backend.credits(self._callers.user(request))
        return ok({"available": available, "frozen": frozen, "total": available + frozen})

    # --- sessions

    async def create_session(self, request: Request) -> Response:
        """Open a session."""
        user = self._callers.user(request)
        body = await read_json(request, may_be_empty=True)
        name = str(body.get("task_name") or "project")[:_MOST_NAME]
        session = self._backend.sessions.create(user.id, name, str(body.get("language") or "en")[:_MOST_NAME])
        return ok({"task_id": session.task_id, "session_id": session.id, "user_id": user.id})

    async def claim_token(self, request: Request) -> Response:
        """Give a token that opens the project in a browser and nothing else."""
        user = self._callers.user(request)
        body = await read_json(request)
        session = self._callers.session(body.get("session_id"), user)
        if str(body.get("task_id")) != session.task_id:
            raise bad_request("The task_id does not belong to this session.")
        return ok({"claim_token": CLAIM_PREFIX + secrets.token_urlsafe(24), "expires_in": CLAIM_SECONDS})

    async def state(self, request: Request) -> Response:
        """Tell a session's timeline and files."""
        session = self._callers.own_session(request)
        return ok(shown_state(self._backend, session, str(request.base_url)))

    # --- uploads

    async def upload(self, request: Request) -> Response:
        """Take files in, by multipart or by URL."""
        session = self._callers.own_session(request)
        content_type = request.headers.get("content-type", "")
        if content_type.partition(";")[0].strip().lower() == "application/json":
            arrived = await self._fetched(await read_json(request))
        else:
            arrived = await receive_form(self._backend, _body(request), content_type.encode("latin-1"))
        try:
            clips = await keep_all(self._backend, session.id, arrived)
        finally:
            for each in arrived:
                await each.discard()
        files = [shown_clip(clip, str(request.base_url)) for clip in clips]
        return ok({"files": files, "session_state_applied": True})

    async def _fetched(self, body: dict[str, Any]) -> list[Arriving]:
        urls = body.get("urls")
        if (
            not isinstance(urls, list)
            or not urls
            or len(urls) > _MOST_URLS
            or not all(isinstance(u, str) for u in urls)
        ):
            raise bad_request(f"Send a list of 1 to {_MOST_URLS} urls.")
        arrived: list[Arriving] = []
        try:
            for url in urls:
                arrived.append(await fetch(self._backend, url))  # noqa: PERF401 - what came before a failure is removed
        except BaseException:
            for each in arrived:
                await each.discard()
            raise
        return arrived

    # --- messages

    async def run(self, request: Request) -> Response:
        """Give a message to the agent and stream what happens."""
        user = self._callers.user(request)
        body = await read_json(request)
        session = self._callers.session(body.get("session_id"), user)
        parts = _parts(body)
        cost = 0
        if self._backend.settings.quota is not None:
            cost = cost_of(parts, SessionDesk(self._backend, session.id))
            available, _ = self._backend.credits(user)
            if cost > available:
                raise out_of_credits(cost, available)
        message = self._backend.messages.start(session.id, parts, self._backend.owner.id, cost)
        if message is None:
            raise busy(
                "A message is still being worked on in this session. Wait for it to end, then send the next."
            )
        frames = self._messages.start(message)
        headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._stream(frames), media_type="text/event-stream", headers=headers)

    async def _stream(self, queue: Frames) -> AsyncGenerator[str, None]:
        async with contextlib.aclosing(self._messages.frames(queue)) as frames:
            async for frame in frames:
                yield f"data: {json.dumps(frame, ensure_ascii=False)}\n\n"

    # --- exports

    async def submit_render(self, request: Request) -> Response:
        """Start an export, or tell about the one with that id."""
        user = self._callers.user(request)
        missing = [name for name in SKILL_HEADERS if not request.headers.get(name, "").strip()]
        if missing:
            raise plan_blocks_export(missing[0])
        body = await read_json(request)
        session = self._callers.session(body.get("sessionId"), user)
        render_id, output = str(body.get("id") or ""), body.get("output") or {}
        if not render_id or len(render_id) > _MOST_NAME or not isinstance(output, dict):
            raise bad_request("An export needs an id such as render_1700000000000, and output as an object.")
        if known := self._backend.renders.get(user.id, render_id):
            return rendered(shown_render(known, str(request.base_url)))
        job, name = compile_draft(body.get("draft"), output, self._assets(session))
        render = self._backend.renders.submit(
            user.id, render_id, session.id, job, name, self._backend.owner.id
        )
        if render is None:
            raise busy("An export of this session is still running. Wait for it to end, or cancel it.")
        self._renders.start(render)
        return rendered(shown_render(render, str(request.base_url)))

    def _assets(self, session: Session) -> dict[str, tuple[Path, float | None]]:
        return {
            asset: (self._backend.files.path(sha256, suffix), duration)
            for asset, (sha256, suffix, duration) in self._backend.clips.assets(session.id).items()
        }

    def _render(self, request: Request) -> Render:
        render = self._backend.renders.get(self._callers.user(request).id, request.path_params["render_id"])
        if render is None:
            raise Refusal(404, 404, "There is no export with this id. Submit it first.")
        return render

    async def render_status(self, request: Request) -> Response:
        """Tell how far an export is."""
        return rendered(shown_render(self._render(request), str(request.base_url)))

    async def cancel_render(self, request: Request) -> Response:
        """Stop an export."""
        await self._renders.cancel(self._render(request))
        return rendered(shown_render(self._render(request), str(request.base_url)))

    async def download_render(self, request: Request) -> Response:
        """Give the finished file, for when its address fails."""
        render = self._render(request)
        if render.file is None:
            raise Refusal(409, 409, f"The export is not ready: it is {render.status}.")
        return _file(
            self._backend.files.path(render.file.sha256, render.file.suffix), render.name, attached=True
        )

    # --- files

    async def file(self, request: Request) -> Response:
        """Give the clip or export with that secret address; parts of it on request."""
        key = request.path_params["key"]
        found: Clip | Render | None = self._backend.clips.by_key(key) or self._backend.renders.by_key(key)
        if found is None or found.file is None:
            raise Refusal(404, 404, "There is no such file.")
        return _file(
            self._backend.files.path(found.file.sha256, found.file.suffix), found.name, attached=False
        )


class _Download(FileResponse):
    """A file in larger pieces than usual, since films are large."""

    chunk_size = 1024 * 1024


def _file(path: Path, name: str, *, attached: bool) -> Response:
    kind = "attachment" if attached else "inline"
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=86400"}
    return _Download(path, filename=name, content_disposition_type=kind, headers=headers)


async def _body(request: Request) -> AsyncGenerator[bytes, None]:
    async for chunk in request.stream():
        if chunk:
            yield chunk


async def read_json(request: Request, *, may_be_empty: bool = False) -> dict[str, Any]:
    """Return a request's JSON object. Raises Refusal."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > _MOST_BODY:
            raise Refusal(413, 413, "The request is too large.")
        chunks.append(chunk)
    if not size and may_be_empty:
        return {}
    try:
        body = json.loads(b"".join(chunks))
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise bad_request("The request body is not a JSON object.")
    return body


def _parts(body: dict[str, Any]) -> list[str]:
    message = body.get("new_message")
    parts = message.get("parts") if isinstance(message, dict) else None
    texts = (
        [p["text"] for p in parts if isinstance(p, dict) and isinstance(p.get("text"), str)]
        if isinstance(parts, list)
        else []
    )
    if not texts or not texts[0].strip():
        raise bad_request("The message has no text. Send new_message.parts with a text.")
    return texts
