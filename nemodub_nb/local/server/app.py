"""The ASGI application: routes, the guard at the door, and every error in the contract's envelope."""

from __future__ import annotations

import errno
import logging
import sqlite3
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from nemodub_nb.local.server.answers import Refusal, no_space
from nemodub_nb.local.server.calls import Calls
from nemodub_nb.local.server.checking import CheckCalls
from nemodub_nb.local.server.embedded import EmbeddedCalls
from nemodub_nb.local.store import is_full

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send

    from nemodub_nb.local.server.backend import Backend
    from nemodub_nb.local.server.rendering import RunningRenders
    from nemodub_nb.local.server.running import RunningMessages

_log = logging.getLogger(__name__)
_OWN_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def make_app(backend: Backend, messages: RunningMessages, renders: RunningRenders) -> ASGIApp:
    """Return the application."""
    calls = Calls(backend, messages, renders)
    own = EmbeddedCalls(backend, messages)
    checks = CheckCalls(backend)
    render = "/api/render/proxy/lambda"
    session = "/api/embedded/sessions/{session_id}"
    routes = [
        Route("/api/auth/anonymous-token", calls.anonymous_token, methods=["POST"]),
        Route("/api/auth/claim-token", calls.claim_token, methods=["POST"]),
        Route("/api/tasks/me/with-session/nemo_agent", calls.create_session, methods=["POST"]),
        Route("/run_sse", calls.run, methods=["POST"]),
        Route("/api/upload-video/nemo_agent/me/{session_id}", calls.upload, methods=["POST"]),
        Route("/api/credits/balance/simple", calls.credits),
        Route("/api/state/nemo_agent/me/{session_id}/latest", calls.state),
        Route(render, calls.submit_render, methods=["POST"]),
        Route(f"{render}/{{render_id}}", calls.render_status),
        Route(f"{render}/{{render_id}}/cancel", calls.cancel_render, methods=["POST"]),
        Route("/api/render/proxy/{render_id}/download", calls.download_render),
        Route("/files/{key}/{name}", calls.file),
        Route("/api/embedded/languages", own.languages),
        Route("/api/embedded/approved", own.approved),
        Route("/api/embedded/pace", own.pace),
        Route("/api/embedded/voice", own.voice),
        Route("/api/embedded/checks", checks.begin, methods=["POST"]),
        Route("/api/embedded/checks/{check_id}", checks.look),
        Route(f"{session}/stop", own.stop, methods=["POST"]),
        Route(f"{session}/peaks", own.peaks),
        Route(f"{session}/poster", own.poster),
        Route(f"{session}/facts", own.facts),
        Route(f"{session}/sound", own.sound),
    ]
    handlers: Mapping[type[Exception] | int, ExceptionHandler] = {
        Refusal: _refused,
        HTTPException: _http_error,
        OSError: _disk_error,
        sqlite3.OperationalError: _disk_error,
        Exception: _unexpected,
    }
    app = Starlette(routes=routes, exception_handlers=handlers)
    return _OwnHostOnly(app) if backend.settings.loopback else app


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return error.response()


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return Refusal(error.status_code, error.status_code, f"{error.detail}.").response()


async def _disk_error(request: Request, error: Exception) -> Response:
    if (isinstance(error, OSError) and is_full(error)) or "disk is full" in str(error):
        return no_space("this").response()
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EROFS):
        return Refusal(
            507, 507, "The data folder cannot be written. Check its permissions, or set NEMODUB_HOME."
        ).response()
    return await _unexpected(request, error)


async def _unexpected(request: Request, error: Exception) -> Response:
    _log.error(
        "%s %s failed.",
        request.method,
        request.scope["route"].path if "route" in request.scope else "?",
        exc_info=error,
    )
    return Refusal(500, 500, "Something went wrong here. Please try again.").response()


class _OwnHostOnly:
    """Refuses requests made for another host: a web page that points its own name at this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_own(
            dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        ):
            refusal = Refusal(421, 421, "This server answers for 127.0.0.1 and localhost only.")
            await refusal.response()(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_own(host: str) -> bool:
    try:
        return (urlsplit(f"//{host}").hostname or "") in _OWN_NAMES
    except ValueError:
        return False
