"""The life of a render after it was submitted: asked about, waited for, fetched, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nemodub_nb.client import decode, errors, flows, requests
from nemodub_nb.client.steps import Wait

if TYPE_CHECKING:
    from nemodub_nb.client.context import Context
    from nemodub_nb.client.downloads import OnProgress
    from nemodub_nb.client.steps import Flow
    from nemodub_nb.client.values import RenderStatus

OnStatus = Callable[["RenderStatus"], None]

POLL_S: Final = 30.0
ATTEMPTS: Final = 10

_TRANSIENT: Final = (
    errors.ConnectionFailedError,
    errors.NemoTimeoutError,
    errors.ServerError,
    errors.RateLimitedError,
    errors.MalformedResponseError,
)


def status(context: Context, render_id: str) -> Flow[RenderStatus]:
    """Ask once."""
    return decode.render_status(
        (yield from flows.call(context, requests.render_status(render_id))), render_id
    )


def wait(
    context: Context, render_id: str, poll_s: float, attempts: int, on_status: OnStatus | None
) -> Flow[RenderStatus]:
    """Ask until the file is there, through errors that pass.

    Raises RenderFailedError, RenderTimeoutError after the last attempt, or any error that does not pass.
    """
    trouble: errors.NemoError | None = None
    for attempt in range(attempts):
        if attempt:
            yield Wait(poll_s)
        try:
            found = yield from status(context, render_id)
        except _TRANSIENT as error:
            trouble = error
            continue
        trouble = None
        if on_status is not None:
            on_status(found)
        if found.done:
            return found
        if found.failed:
            raise failed(found)
    last = f" {trouble.message}" if trouble else ""
    raise errors.RenderTimeoutError(
        f"The render was not finished after {attempts} looks.{last}",
        "Wait again: it goes on under the same id.",
    )


def download(context: Context, render_id: str, path: Path, on_progress: OnProgress | None) -> Flow[Path]:
    """Fetch the file from its URL, else from the API itself.

    Raises RenderFailedError, or RenderTimeoutError when it is not finished.
    """
    url: str | None = None
    try:
        found = yield from status(context, render_id)
    except _TRANSIENT:
        pass  # the file may be there all the same
    else:
        if found.failed:
            raise failed(found)
        if found.status != "completed":
            raise errors.RenderTimeoutError("The render is not finished yet.", "Wait for it first.")
        url = found.url
    if url is not None:
        try:
            return (yield from flows.fetch(context, requests.file_at(url), path, on_progress))
        except errors.DiskError:
            raise
        except errors.NemoError as error:
            first = error
        try:
            return (yield from flows.fetch(context, requests.render_file(render_id), path, on_progress))
        except errors.NotFoundError:
            raise first from None
    return (yield from flows.fetch(context, requests.render_file(render_id), path, on_progress))


def cancel(context: Context, render_id: str) -> Flow[None]:
    """Stop it."""
    yield from flows.call(context, requests.cancel_render(render_id))


def failed(found: RenderStatus) -> errors.RenderFailedError:
    """Return the error for a render that will never be there."""
    reason = f": {found.error.rstrip('.')}" if found.error else ""
    return errors.RenderFailedError(f"The render {found.status}{reason}.", render_id=found.id)
