"""Answers of every documented form decoded into their data or a typed error."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from nemodub_nb.client import errors
from nemodub_nb.client.text import clean
from nemodub_nb.contract import TOKEN_CODES, Code

_BY_CODE: Final[Mapping[int, type[errors.APIError]]] = {
    **dict.fromkeys(TOKEN_CODES, errors.TokenError),
    Code.SESSION_NOT_FOUND: errors.SessionNotFoundError,
    Code.OUT_OF_CREDITS: errors.OutOfCreditsError,
    Code.UNSUPPORTED_TYPE: errors.UnsupportedTypeError,
    Code.FILE_TOO_LARGE: errors.FileTooLargeError,
}
_BY_STATUS: Final[Mapping[int, type[errors.APIError]]] = {
    400: errors.BadRequestError,
    401: errors.TokenError,
    402: errors.PlanBlocksExportError,
    403: errors.ForbiddenError,
    404: errors.NotFoundError,
    409: errors.BusyError,
    413: errors.FileTooLargeError,
    415: errors.UnsupportedTypeError,
    422: errors.BadRequestError,
    429: errors.RateLimitedError,
    507: errors.ServerFullError,
}
_SAID: Final[Mapping[type[errors.APIError], str]] = {
    errors.TokenError: "The token is expired or not valid.",
    errors.SessionNotFoundError: "The server does not know this session.",
    errors.OutOfCreditsError: "No credits are left.",
    errors.UnsupportedTypeError: "The server does not accept this type of file.",
    errors.FileTooLargeError: "The file is too large for the server.",
    errors.PlanBlocksExportError: "The account's plan does not include export.",
    errors.ForbiddenError: "The token is not allowed to do this.",
    errors.NotFoundError: "The server does not know what was asked for.",
    errors.BusyError: "The session is busy with another request.",
    errors.RateLimitedError: "Too many requests.",
}
_OK = 200
_HTTP_ERRORS = range(300, 600)
_SERVER_ERRORS = range(500, 600)
_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-amzn-requestid", "x-trace-id", "cf-ray")


def decode(status: int, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """Return the data of an answer: what is in `data`, or the whole object where the fields are at the top.

    Raises the APIError that the envelope's code, else the HTTP status, stands for.
    """
    content = parse(body)
    if error := error_of(status, headers, content):
        raise error
    if not isinstance(content, dict):
        raise errors.MalformedResponseError(
            f"The server answered with {_kind(body, content)} instead of JSON fields.",
            status_code=status,
            request_id=_request_id(headers, content),
        )
    data = content.get("data")
    if isinstance(data, dict):
        return data
    if "data" in content and data is not None:
        raise errors.MalformedResponseError(
            f"The server's answer holds {_json_type(data)} where its fields should be.",
            status_code=status,
            request_id=_request_id(headers, content),
        )
    return content


def parse(body: bytes) -> Any:
    """Return the JSON in `body`; None when it is not JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def error_of(status: int, headers: Mapping[str, str], content: Any) -> errors.APIError | None:
    """Return the error an answer stands for; None when it is a success. `content` is the parsed body or None."""
    envelope = content if isinstance(content, dict) else {}
    code = code_of(envelope)
    refused = envelope.get("success") is False
    if status // 100 == _OK // 100 and code in {None, 0} and not refused:
        return None
    said = clean(_message(envelope)).rstrip(".")
    kind = _kind_of_error(status, code)
    if kind is errors.NotFoundError and "session not found" in said.casefold():
        kind = errors.SessionNotFoundError  # ADK's own server has no code for it
    error = kind(
        said_with_cause(kind, said, status, code),
        status_code=status,
        code=code,
        request_id=_request_id(headers, content),
    )
    error.said = said
    if isinstance(error, errors.RateLimitedError):
        error.retry_after_s = retry_after_s(headers)
    return error


def code_of(envelope: Mapping[str, Any]) -> int | None:
    """Return the envelope's code, which some servers write as text; None when it has none."""
    code = envelope.get("code")
    if isinstance(code, bool):
        return None
    if isinstance(code, int):
        return code
    if isinstance(code, str) and re.fullmatch(r"\d{1,9}", code):
        return int(code)
    return None


def said_with_cause(kind: type[errors.APIError], said: str, status: int, code: int | None) -> str:
    """Return one sentence of cause: ours for a known error, with the server's own words after it."""
    cause = _SAID.get(kind)
    if cause and said:
        return f"{cause} The server says: “{said}”."
    if cause:
        return cause
    number = f"HTTP {status}" if status // 100 != _OK // 100 else f"code {code}"
    return (
        f"The server refused ({number}): “{said}”."
        if said
        else f"The server refused ({number}) and gave no reason."
    )


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds of `Retry-After`, given as a number or a date; None when absent or not readable."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def _kind_of_error(status: int, code: int | None) -> type[errors.APIError]:
    if code is not None and code in _BY_CODE:
        return _BY_CODE[code]
    # Some gateways answer 200 and put the HTTP status into the envelope.
    number = code if status // 100 == _OK // 100 and code in _HTTP_ERRORS else status
    usual = errors.ServerError if number in _SERVER_ERRORS else errors.APIError
    return _BY_STATUS.get(number or 0, usual)


def _message(envelope: Mapping[str, Any]) -> str:
    for key in ("message", "error", "detail", "msg"):
        value = envelope.get(key)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, dict) and (inner := _message(value)):
            return inner
        if isinstance(value, list) and value:  # FastAPI's list of what does not fit
            first = value[0]
            return _message(first) if isinstance(first, dict) else str(first)
    return ""


def _request_id(headers: Mapping[str, str], content: Any) -> str | None:
    named = next((headers[name] for name in _REQUEST_ID_HEADERS if name in headers), None)
    if named is None and isinstance(content, dict):
        inner = content.get("request_id")
        named = inner if isinstance(inner, str) else None
    return clean(named, 100) if named else None


def _kind(body: bytes, content: Any) -> str:
    if not body.strip():
        return "an empty page"
    if content is not None:
        return _json_type(content)
    return "a web page" if body.lstrip()[:1] == b"<" else "something unreadable"


def _json_type(value: Any) -> str:
    names = {str: "text", bool: "yes or no", int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), "nothing")
