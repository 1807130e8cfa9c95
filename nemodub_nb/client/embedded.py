"""The calls that only the embedded backend knows: stopping, languages, and small pieces of sound and picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from nemodub_nb.client import errors
from nemodub_nb.client.body import Body
from nemodub_nb.client.flows import call, exchange
from nemodub_nb.client.requests import Request, segment
from nemodub_nb.client.steps import Flow

if TYPE_CHECKING:
    from nemodub_nb.client.context import Context

_ROOT: Final = "/api/embedded"
_MADE_S: Final = 180.0
"""A sound or a picture is made before it is sent; a voice's model is loaded first."""
_NO_SUCH_CALL: Final = frozenset({404, 405})


def stop(context: Context, session_id: str) -> Flow[bool]:
    """Stop the session's message; False when there is none under way, or the server cannot."""
    request = Request("POST", f"{_session(session_id)}/stop")
    data = yield from _known(context, request)
    return data is not None and data.get("stopped") is True


def languages(context: Context, source: str) -> Flow[list[dict[str, Any]] | None]:
    """Ask what can be dubbed into; None when the server has no such call."""
    data = yield from _known(context, _get(f"{_ROOT}/languages", {"source": source}))
    rows = data.get("languages") if data is not None else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else None


def approved(context: Context) -> Flow[list[dict[str, Any]]]:
    """Ask for the translations that the user approved."""
    data = yield from call(context, _get(f"{_ROOT}/approved", {}))
    rows = data.get("approved")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def pace(context: Context, language: str, voice: str | None) -> Flow[dict[str, Any] | None]:
    """Ask how fast a voice speaks; None when the server has no such call."""
    return (yield from _known(context, _get(f"{_ROOT}/pace", {"language": language, "voice": voice})))


def voice_preview(context: Context, language: str, voice: str | None) -> Flow[bytes]:
    """Have a voice say a sentence."""
    request = _get(f"{_ROOT}/voice", {"language": language, "voice": voice})
    return (yield from _media(context, request, "audio/"))


def peaks(context: Context, session_id: str, clip: str, n: int) -> Flow[dict[str, Any]]:
    """Ask for the shape of a clip's sound."""
    return (yield from call(context, _get(f"{_session(session_id)}/peaks", {"clip": clip, "n": n})))


def facts(context: Context, session_id: str, clip: str) -> Flow[dict[str, Any]]:
    """Ask what is known of a clip."""
    return (yield from call(context, _get(f"{_session(session_id)}/facts", {"clip": clip})))


def poster(context: Context, session_id: str, clip: str) -> Flow[bytes | None]:
    """Ask for a picture of a clip; None when there is none."""
    try:
        return (
            yield from _media(context, _get(f"{_session(session_id)}/poster", {"clip": clip}), "image/jpeg")
        )
    except errors.NotFoundError:
        return None


def sound(
    context: Context, session_id: str, clip: str, start_s: float, end_s: float, language: str | None
) -> Flow[bytes]:
    """Ask for a piece of sound."""
    query: dict[str, str | float | None] = {
        "clip": clip,
        "start_s": start_s,
        "end_s": end_s,
        "language": language,
    }
    return (yield from _media(context, _get(f"{_session(session_id)}/sound", query), "audio/"))


def _known(context: Context, request: Request) -> Flow[dict[str, Any] | None]:
    """Send a request that other servers than the embedded one do not know; None from them."""
    try:
        return (yield from call(context, request))
    except errors.SessionNotFoundError:
        raise
    except errors.MalformedResponseError:
        return None
    except errors.APIError as error:
        if error.status_code in _NO_SUCH_CALL:
            return None
        raise


def _media(context: Context, request: Request, kind: str) -> Flow[bytes]:
    request = replace(request, headers={"Accept": "*/*", "Accept-Encoding": "identity"})
    answer = yield from exchange(context, request, lambda: Body(context.limits, binary=True))
    if not answer.headers.get("content-type", "").startswith(kind) or not answer.body:
        raise errors.MalformedResponseError(
            "The server sent something else than the sound or picture that was asked for.",
            status_code=answer.status,
        )
    return answer.body


def _get(path: str, query: Mapping[str, str | float | None]) -> Request:
    given = {name: value for name, value in query.items() if value is not None}
    return Request("GET", f"{path}?{urlencode(given, errors='replace')}", read_s=_MADE_S)


def _session(session_id: str) -> str:
    return f"{_ROOT}/sessions/{segment(session_id)}"
