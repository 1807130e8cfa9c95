"""The API's calls, each written once: what is sent, what is repeated, what the answer means."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nemodub_nb.client import decode, downloads, envelope, errors, requests, retry
from nemodub_nb.client.auth import origin_of
from nemodub_nb.client.body import Body
from nemodub_nb.client.multipart import MultipartBody, OnProgress
from nemodub_nb.client.reader import is_event_stream
from nemodub_nb.client.steps import Answer, Flow, Receiver, Renew, Resolve, Send, Wait

if TYPE_CHECKING:
    import httpx

    from nemodub_nb.client.context import Context
    from nemodub_nb.client.secret import Secret
    from nemodub_nb.client.steps import Outcome
    from nemodub_nb.client.values import Credits, Draft, Session, SessionState, UploadedFile

StrPath = str | os.PathLike[str]


def exchange(
    context: Context,
    request: requests.Request,
    receiver: Callable[[], Receiver] | None = None,
    keep_open: Callable[[int, Mapping[str, str]], bool] | None = None,
) -> Flow[Answer]:
    """Send a request until there is an answer to take, within the rules of retry.decide."""
    history = retry.History()
    make = receiver or (lambda: Body(context.limits))
    if request.authorized and context.credentials.token is None:
        yield Renew(None)
    while True:
        token = context.credentials.token
        outcome: Outcome = yield Send(request, make(), keep_open)
        decision = retry.decide(
            request, outcome, history, context.limits, anonymous=context.credentials.anonymous
        )
        history = decision.history
        if decision.action == "take":
            assert isinstance(outcome, Answer), "a failure is never taken"
            return outcome
        if decision.action == "repeat":
            yield Wait(decision.wait_s)
        elif decision.action == "renew":
            yield Renew(token)
        elif decision.action == "identify":
            request = request.with_header(requests.CLIENT_ID_HEADER, context.credentials.store.client_id())
        else:
            assert decision.error is not None, "a failed decision says why"
            raise informed(context, decision.error)


def call(context: Context, request: requests.Request) -> Flow[dict[str, Any]]:
    """Send a request and return its answer's data."""
    answer = yield from exchange(context, request)
    try:
        return envelope.decode(answer.status, answer.headers, answer.body)
    except errors.MalformedResponseError as error:
        error.outcome_unknown = not request.repeatable
        raise


def renew(context: Context, stale: Secret | None) -> Flow[None]:
    """Get a token other than `stale`: one that another call or process has got meanwhile, else a new one."""
    credentials = context.credentials
    if credentials.token is not None and credentials.token != stale:
        return
    if credentials.recall(stale):
        return
    try:
        data = yield from call(context, requests.anonymous_token(credentials.store.client_id()))
        credentials.adopt(data)
    except errors.APIError as error:
        if not credentials.recall(stale):
            error.rephrase(
                f"No free starter token was given. {error.message}",
                "One is given every seven days; set NEMO_TOKEN to a token of your own.",
            )
            raise


def create_session(context: Context, task_name: str, language: str) -> Flow[Session]:
    """Open a session."""
    return decode.session((yield from call(context, requests.create_session(task_name, language))))


def claim_url(context: Context, session: Session) -> Flow[str]:
    """Return the address at which the project opens in a browser."""
    data = yield from call(context, requests.claim_token(session.task_id, session.session_id))
    return f"{context.web}/workspace/claim?ct={quote(decode.identifier(data, 'claim_token'), safe='')}"


def open_run(context: Context, session_id: str, text: str, parts: Sequence[str]) -> Flow[Answer]:
    """Say a sentence; the answer's stream is open. It is never said twice unless the server refused it."""
    request = replace(requests.run(session_id, text, parts), read_s=context.limits.silence_s)
    try:
        answer = yield from exchange(context, request, keep_open=is_event_stream)
    except (errors.ConnectionFailedError, errors.MalformedResponseError) as error:
        if not error.outcome_unknown:
            raise
        broken = errors.StreamBrokenError(error.message)
    else:
        if answer.stream is not None:
            return answer
        broken = errors.StreamBrokenError(
            "The server answered the message with something other than a stream."
        )
    raise broken


def upload(
    context: Context, session_id: str, paths: Sequence[Path], on_progress: OnProgress | None
) -> Flow[list[UploadedFile]]:
    """Send files, after looking at each of them."""
    request = requests.upload(session_id, MultipartBody(paths, on_progress))
    return decode.uploaded(
        (yield from call(context, replace(request, read_s=context.limits.upload_answer_s)))
    )


def upload_urls(context: Context, session_id: str, urls: Sequence[str]) -> Flow[list[UploadedFile]]:
    """Have the server fetch files."""
    request = requests.upload_urls(session_id, urls)
    return decode.uploaded(
        (yield from call(context, replace(request, read_s=context.limits.upload_answer_s)))
    )


def paths(given: StrPath | Sequence[StrPath]) -> list[Path]:
    """Return the files of an upload. Raises UploadError when none is named."""
    several = [given] if isinstance(given, str | os.PathLike) else list(given)
    if not several:
        raise errors.UploadError("No file was given.", "Give the path of a clip.")
    return [Path(each).expanduser() for each in several]


def place(path: StrPath) -> Path:
    """Return where a file goes."""
    return Path(path).expanduser()


def one_or_all(
    given: StrPath | Sequence[StrPath], files: list[UploadedFile]
) -> UploadedFile | list[UploadedFile]:
    """Return one file for one path, and a list for a list. Raises MalformedResponseError when there is none."""
    if not isinstance(given, str | os.PathLike):
        return files
    if not files:
        raise errors.MalformedResponseError("The server took the file but does not name it.")
    return files[0]


def credits_(context: Context) -> Flow[Credits]:
    """Ask for the balance."""
    return decode.credits_((yield from call(context, requests.credits_balance())))


def state(context: Context, session_id: str) -> Flow[SessionState]:
    """Ask for the session's timeline."""
    return decode.state((yield from call(context, requests.state(session_id))), session_id)


def submit_render(
    context: Context, session_id: str, draft: Draft, render_id: str | None, output: Mapping[str, Any]
) -> Flow[str]:
    """Start an export and return the id it runs under."""
    wanted = render_id or requests.new_render_id()
    data = yield from call(context, requests.submit_render(wanted, session_id, draft, output))
    named = data.get("id")
    return named if isinstance(named, str) and named else wanted


def fetch(
    context: Context, request: requests.Request, path: Path, on_progress: downloads.OnProgress | None
) -> Flow[Path]:
    """Fetch a file to `path`, following redirects only to where a file may rightly be."""
    url = downloads.target(request.url, context.base)
    for _ in range(downloads.MAX_REDIRECTS + 1):
        answer = yield from _fetch_once(context, replace(request, url=str(url)), url, path, on_progress)
        if answer.status not in retry.REDIRECTS:
            if answer.body or not path.is_file():
                raise errors.DownloadError(
                    "The server sent a page instead of the file.", "Try again in a minute."
                )
            return path
        url = downloads.target(str(url.join(answer.headers.get("location", ""))), context.base)
    raise errors.DownloadError(
        "The file's address redirects without end.", "Report this to the server's operator."
    )


def _fetch_once(
    context: Context,
    request: requests.Request,
    url: httpx.URL,
    path: Path,
    on_progress: downloads.OnProgress | None,
) -> Flow[Answer]:
    own = origin_of(url) == context.credentials.origin
    checked = not own and not context.proxied
    if checked and downloads.literal(url.host) is None:
        for text in (yield Resolve(url.host)):
            if address := downloads.literal(text):
                downloads.check_address(address, context.base)

    def check(address: downloads.Address) -> None:
        downloads.check_address(address, context.base)

    def receiver() -> Receiver:
        return downloads.FileReceiver(path, context.limits, check if checked else None, on_progress)

    try:
        return (yield from exchange(context, replace(request, authorized=own), receiver))
    except errors.APIError as error:
        if own:
            raise
        refusal = errors.DownloadError(
            f"The file's host answered with HTTP {error.status_code}.",
            "Ask for the render's status again, or try later.",
        )
    raise refusal


def informed(context: Context, error: errors.NemoError) -> errors.NemoError:
    """Return the error with what only this client knows: who the user is, and what must not be shown."""
    credentials = context.credentials
    error.rephrase(credentials.hide(error.message))
    if credentials.anonymous and isinstance(error, errors.OutOfCreditsError | errors.PlanBlocksExportError):
        bind = quote(credentials.user_id or credentials.store.client_id(), safe="")
        error.registration_url = f"{context.web}/?bind={bind}"
        error.rephrase(error.message, f"Register at {error.registration_url} and try again.")
    elif credentials.anonymous and isinstance(error, errors.TokenError):
        error.rephrase(
            error.message, "The free token could not be renewed: set NEMO_TOKEN to a token of your own."
        )
    return error
