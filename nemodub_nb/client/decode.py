"""The data of each call turned into the client's values, with wrong types refused."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from nemodub_nb.client.errors import MalformedResponseError
from nemodub_nb.client.text import clean
from nemodub_nb.client.values import Credits, RenderStatus, Session, SessionState, UploadedFile

Data = Mapping[str, Any]


def session(data: Data) -> Session:
    """Read the answer of the call that opens a session."""
    return Session(
        session_id=identifier(data, "session_id"),
        task_id=identifier(data, "task_id"),
        user_id=_text(data, "user_id"),
        raw=data,
    )


def uploaded(data: Data) -> list[UploadedFile]:
    """Read the answer of an upload."""
    files = data.get("files")
    if not isinstance(files, list) or not all(isinstance(each, dict) for each in files):
        raise _malformed("files", "a list of files")
    return [_uploaded_file(each) for each in files]


def credits_(data: Data) -> Credits:
    """Read the balance."""
    available = _number(data, "available")
    if available is None:
        raise _malformed("available", "a number")
    frozen = _number(data, "frozen") or 0.0
    total = _number(data, "total")
    return Credits(available, frozen, available + frozen if total is None else total)


def state(data: Data, session_id: str) -> SessionState:
    """Read a session's state; `session_id` is what was asked for."""
    inner = data.get("state")
    if inner is None:
        inner = {}
    if not isinstance(inner, dict):
        raise _malformed("state", "a set of fields")
    draft = inner.get("draft")
    if draft is not None and not isinstance(draft, dict | str):
        raise _malformed("state.draft", "a timeline")
    return SessionState(
        session_id=_text(data, "session_id") or session_id,
        task_id=_text(data, "task_id"),
        task_name=_text(data, "task_name"),
        draft=draft,
        video_infos=_list(inner, "video_infos"),
        generated_media=_list(inner, "generated_media"),
        raw=data,
    )


def render_status(data: Data, render_id: str) -> RenderStatus:
    """Read a render's status in any of its four documented forms; `render_id` is what was asked for."""
    status = data.get("status")
    if not isinstance(status, str) or not status.strip():
        raise _malformed("status", "a word")
    output = data.get("output")
    inner = output if isinstance(output, dict) else {}
    size = _number(inner, "size")
    return RenderStatus(
        id=_text(data, "id") or _text(data, "taskId") or render_id,
        status=clean(status, 40).lower(),
        progress=_number(data, "progress"),
        url=_text(inner, "url") or _text(data, "outputUrl") or None,
        error=_error_text(data.get("error")),
        duration_s=_number(inner, "duration"),
        size_bytes=None if size is None else int(size),
        raw=data,
    )


def identifier(data: Data, key: str) -> str:
    """Return a required id as text. Python reads a 19-digit JSON number exactly, so that form is taken too."""
    value = _text(data, key)
    if not value:
        raise _malformed(key, "an id")
    return value


def _uploaded_file(each: Data) -> UploadedFile:
    width, height = _number(each, "width"), _number(each, "height")
    return UploadedFile(
        filename=_text(each, "filename"),
        file_type=_text(each, "file_type"),
        cdn_url=_text(each, "cdn_url"),
        duration_s=_number(each, "duration"),
        width=None if width is None else int(width),
        height=None if height is None else int(height),
        raw=each,
    )


def _text(data: Data, key: str) -> str:
    value = data.get(key)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _number(data: Data, key: str) -> float | None:
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _list(data: Data, key: str) -> list[Any]:
    value = data.get(key)
    return value if isinstance(value, list) else []


def _error_text(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("message") or value.get("error")
    return clean(value) or None if isinstance(value, str) else None


def _malformed(key: str, expected: str) -> MalformedResponseError:
    return MalformedResponseError(f"The server's answer has no usable “{key}”: {expected} was expected.")
