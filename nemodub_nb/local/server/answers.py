"""The envelopes of the contract: how success and each refusal look."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from nemodub_nb.contract import ACCEPTED_TYPES, MAX_UPLOAD_BYTES, Code


class Refusal(Exception):  # noqa: N818 - it is an answer, not a fault
    """A request that is answered with an error of the contract."""

    def __init__(self, status: int, code: int, message: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after_s = retry_after_s

    def response(self) -> Response:
        """Return the answer; `success` and `error` are for the render calls, the rest for all."""
        headers = {"Retry-After": str(self.retry_after_s)} if self.retry_after_s is not None else None
        body = {
            "code": self.code,
            "message": self.message,
            "success": False,
            "error": self.message,
            "data": None,
        }
        return JSONResponse(body, self.status, headers)


def ok(data: dict[str, Any]) -> Response:
    """Return `{"code": 0, "message", "data"}`."""
    return JSONResponse({"code": int(Code.OK), "message": "success", "data": data})


def rendered(data: dict[str, Any]) -> Response:
    """Return `{"success": true, "data"}`, the envelope of the render calls."""
    return JSONResponse({"success": True, "code": int(Code.OK), "message": "success", "data": data})


def bad_request(message: str) -> Refusal:
    """Return the answer to a request that cannot be meant."""
    return Refusal(400, 400, message)


def token_refused(message: str) -> Refusal:
    """Return 1001."""
    return Refusal(
        401, Code.TOKEN_INVALID, f"{message} Get a new token, or use the one that the server printed."
    )


def no_session(session_id: str) -> Refusal:
    """Return 1002."""
    return Refusal(404, Code.SESSION_NOT_FOUND, f"There is no session {session_id[:40]}. Create a new one.")


def out_of_credits(needed: int, available: int) -> Refusal:
    """Return 2001."""
    return Refusal(
        403,
        Code.OUT_OF_CREDITS,
        f"This needs {needed} credits and {available} are left. Top up, or raise NEMODUB_QUOTA.",
    )


def unsupported_type(message: str) -> Refusal:
    """Return 4001."""
    return Refusal(415, Code.UNSUPPORTED_TYPE, f"{message} Accepted are {', '.join(ACCEPTED_TYPES)}.")


def file_too_large(name: str) -> Refusal:
    """Return 4002."""
    most = MAX_UPLOAD_BYTES // (1024 * 1024)
    return Refusal(413, Code.FILE_TOO_LARGE, f"{name} is larger than {most} MB. Compress or trim it first.")


def no_space(what: str) -> Refusal:
    """Return the answer to a full disk."""
    return Refusal(507, 507, f"There is no space left to keep {what}. Free some disk space, then try again.")


def plan_blocks_export(missing: str) -> Refusal:
    """Return the 402 of an export without the attribution headers."""
    return Refusal(402, 402, f"Exports need the header {missing}. Send all three X-Skill headers.")


def busy(message: str) -> Refusal:
    """Return 409."""
    return Refusal(409, 409, message)
