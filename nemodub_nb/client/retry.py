"""Decides what follows an outcome: take it, wait and repeat, get a token and repeat, or report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from nemodub_nb.client import envelope, errors
from nemodub_nb.client.requests import CLIENT_ID_HEADER
from nemodub_nb.client.steps import Failure

if TYPE_CHECKING:
    from nemodub_nb.client.limits import Limits
    from nemodub_nb.client.requests import Request
    from nemodub_nb.client.steps import Answer, Outcome


REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class History:
    """What has been tried for one call; each remedy is used once, so that no call repeats for ever."""

    waited: bool = False
    renewed: bool = False
    identified: bool = False
    repeats: int = 0


@dataclass(frozen=True)
class Decision:
    """What to do next."""

    action: Literal["take", "repeat", "renew", "identify", "fail"]
    history: History
    wait_s: float = 0.0
    """Seconds before a repetition."""
    error: errors.NemoError | None = None
    """For fail."""


def decide(
    request: Request, outcome: Outcome, history: History, limits: Limits, *, anonymous: bool
) -> Decision:
    """Return what follows `outcome`. `anonymous`: the token is a free one, which the client may renew by itself.

    A refusal by 429, 1001 or a missing client id says that the request was not accepted, so any call may be repeated
    after it. A lost connection or a 5xx says nothing of the kind: only a GET is repeated.
    """
    if isinstance(outcome, Failure):
        return _again_or(error_for(request, outcome), request, history, limits)
    error = _error_in(request, outcome)
    if error is None:
        return Decision("take", history)
    return _after_refusal(request, outcome, error, history, limits, anonymous=anonymous)


def _after_refusal(
    request: Request,
    answer: Answer,
    error: errors.APIError,
    history: History,
    limits: Limits,
    *,
    anonymous: bool,
) -> Decision:
    if isinstance(error, errors.RateLimitedError):
        return _after_rate_limit(error, history, limits)
    if isinstance(error, errors.TokenError) and anonymous and request.authorized and not history.renewed:
        return Decision("renew", replace(history, renewed=True))
    if _lacks_client_id(request, answer, error) and not history.identified:
        return Decision("identify", replace(history, identified=True))
    if isinstance(error, errors.ServerError):
        error.outcome_unknown = not request.repeatable
        return _again_or(error, request, history, limits)
    return Decision("fail", history, error=error)


def error_for(request: Request, failure: Failure) -> errors.NemoError:
    """Return the error that a missing answer stands for."""
    error: errors.NemoError
    if failure.kind == "timeout":
        error = errors.NemoTimeoutError("The server did not answer in time.", "Try again later.")
    elif failure.kind == "unreachable":
        error = errors.ConnectionFailedError(
            f"The server could not be reached{_because(failure)}.",
            "Check the network and the base URL, then try again.",
        )
    elif failure.kind == "unreadable":
        error = errors.MalformedResponseError(f"The server's answer cannot be read{_because(failure)}.")
    else:
        error = errors.ConnectionFailedError(
            f"The connection broke before the answer came{_because(failure)}.",
            "Check the network, then try again.",
        )
    error.outcome_unknown = failure.kind != "unreachable" and not request.repeatable
    return error


def _error_in(request: Request, answer: Answer) -> errors.APIError | None:
    if answer.stream is not None or (request.follow and answer.status in REDIRECTS):
        return None
    return envelope.error_of(answer.status, answer.headers, envelope.parse(answer.body))


def _again_or(error: errors.NemoError, request: Request, history: History, limits: Limits) -> Decision:
    if request.repeatable and history.repeats < len(limits.retry_s):
        pause = limits.retry_s[history.repeats]
        return Decision("repeat", replace(history, repeats=history.repeats + 1), wait_s=pause)
    return Decision("fail", history, error=error)


def _after_rate_limit(error: errors.RateLimitedError, history: History, limits: Limits) -> Decision:
    wait_s = limits.rate_limit_s if error.retry_after_s is None else error.retry_after_s
    if history.waited or wait_s > limits.rate_limit_max_s:
        return Decision("fail", history, error=error)
    return Decision("repeat", replace(history, waited=True), wait_s=wait_s)


def _lacks_client_id(request: Request, answer: Answer, error: errors.APIError) -> bool:
    if answer.status != 400 or CLIENT_ID_HEADER in request.headers:  # noqa: PLR2004 - the documented status
        return False
    said = answer.body.decode("utf-8", "replace").casefold().replace("_", "-").replace(" ", "-")
    return "client-id" in said or (error.code is None and not answer.body.strip())


def _because(failure: Failure) -> str:
    return f" ({failure.detail})" if failure.detail else ""
