"""Renders a timeline into videos, one a clip and language, and brings them here."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb import timeline
from nemodub_nb.client import (
    BadRequestError,
    BusyError,
    ConnectionFailedError,
    DiskError,
    ForbiddenError,
    MalformedResponseError,
    NemoError,
    NemoTimeoutError,
    NotFoundError,
    PlanBlocksExportError,
    RateLimitedError,
    RenderFailedError,
    RenderTimeoutError,
    ServerError,
    TokenError,
    new_render_id,
)

from . import outputs, recovery
from .errors import BackendDiedError, NotDubbedError, NotHereError, NothingToExportError, SessionGoneError
from .orders import Order
from .safe import plain
from .sentences import spoken
from .values import Export, Exports

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from nemodub_nb.client import AsyncNemoClient, AsyncRenderJob, RenderStatus

    from .desk import Desk
    from .live import View
    from .outputs import Target

_PASSING: Final = (
    ConnectionFailedError,
    NemoTimeoutError,
    ServerError,
    RateLimitedError,
    MalformedResponseError,
)
"""Errors through which a render is asked about again under the same id."""
_FOR_ALL: Final = (
    PlanBlocksExportError,
    ForbiddenError,
    TokenError,
    SessionGoneError,
    DiskError,
    NotHereError,
)
"""Errors that the next language would meet too."""
LOST: Final = (RenderFailedError, NotFoundError)
"""Errors after which a render will never be there under its id."""
_TRIES: Final = 2
"""A failed render is repeated once, under a new id."""


async def export(
    desk: Desk,
    view: View,
    *,
    languages: list[str] | None = None,
    clip: str | None = None,
    to: str | os.PathLike[str] = ".",
    order: Order,
) -> Exports:
    """Render and download, one after the other: a session allows one active export.

    One video failing does not stop the others, unless all would fail the same way. Raises BadInputError when the folder
    cannot be written, NothingToExportError when the timeline is empty, NotDubbedError when every language has failed,
    NotHereError when the backend refuses the order.
    """
    folder = await asyncio.to_thread(outputs.usable_folder, to)
    draft = await desk.draft()
    if not timeline.ready_to_export(draft):
        raise NothingToExportError("The timeline is empty.", "Upload a clip and dub it first.")
    missed = desk.journal.failures(desk.session_id, clip) if desk.session_id else {}
    _dubbed(desk, draft, languages, clip, missed)
    name = desk.clips[-1].name if desk.clips else desk.name
    wanted = outputs.targets(draft, languages, clip, folder, order.format, name, together=order.together)
    failed = {tag: _missing(tag, missed) for tag in languages or [] if not _covered(tag, wanted)}
    if not wanted:
        raise NothingToExportError(
            f"The timeline holds no {', '.join(languages or ['dub'])}" + (f" for {clip}." if clip else "."),
            f"It holds: {', '.join(timeline.languages(draft, clip)) or 'no dub yet'}.",
        )
    if order.together and _burned(draft):
        view.note("A picture cannot have the words of several languages burned in: subtitles are tracks.")
    done: list[Export] = []
    for number, target in enumerate(wanted):
        try:
            done.append(await render(desk, view, target, draft, order))
        except _FOR_ALL as error:
            if not done:
                raise
            failed |= {_name(other, wanted): plain(str(error), 500) for other in wanted[number:]}
            break
        except (NemoError, OSError) as error:
            failed[_name(target, wanted)] = plain(str(error), 500)
            view.note(f"{target.title}: {error}")
    return Exports(tuple(done), failed)


async def render(desk: Desk, view: View, target: Target, draft: Any, order: Order) -> Export:
    """Render one video and put it where it belongs, with its subtitles and its report."""
    chosen = timeline.select(draft, target.clip, target.holds) if isinstance(draft, dict) else draft
    more = order.more(target)
    asked = [order.format, order.quality, *([recovery.fingerprint(more)] if more else [])]
    key = hashlib.sha256(
        " ".join([*asked, recovery.fingerprint(chosen)]).encode(errors="replace")
    ).hexdigest()
    fields = {
        "target": asdict(target),
        "quality": order.quality,
        "order": order.fields(),
        "draft": chosen,
    }
    session = await desk.session()
    for attempt in range(_TRIES):
        known = desk.journal.same_render(session, key)
        render_id = known or _new_id(desk, session, key, fields)
        if known:
            desk.journal.update_render(known, fields)
        try:
            if known is None or not await _is_known(desk, known):
                await _submit(desk, render_id, chosen, target, order)
            return await fetch(desk, view, render_id, target, chosen, known=known is not None)
        except (RenderFailedError, BackendDiedError) as error:
            if isinstance(error, RenderFailedError):
                desk.journal.render_status(render_id, "failed")
            if attempt == _TRIES - 1:
                raise
            view.note(f"{target.title}: {error.message} Trying once more.")
    raise AssertionError("the last try returns or raises")


async def fetch(
    desk: Desk, view: View, render_id: str, target: Target, chosen: Any, *, known: bool = True
) -> Export:
    """Wait for a submitted render, download it, and write what belongs to it.

    One that was `known` before may be finished: the first look comes at once.
    """

    async def download(client: AsyncNemoClient, session: str) -> None:
        await client.render(render_id, session).download(target.video)

    desk.rendering.add(render_id)
    try:
        status = await _wait(desk, view, render_id, target, known=known)
        await desk.call(download)
    finally:
        desk.rendering.discard(render_id)
    done = await asyncio.to_thread(outputs.finish, target, chosen, _measured(status), status.duration_s)
    desk.journal.render_status(render_id, "saved")
    view.step(target.title, "export", 1, 1)
    return done


async def _submit(desk: Desk, render_id: str, draft: Any, target: Target, order: Order) -> None:
    """Submit a render; while another one of the session is active, wait for its end.

    Raises NotHereError when a backend that need not know the order's words refuses them.
    """
    more = order.more(target)

    async def submit(client: AsyncNemoClient, session: str) -> AsyncRenderJob:
        return await client.submit_render(
            session, draft, format=order.format, quality=order.quality, render_id=render_id, more=more
        )

    pauses = _pauses(desk)
    while True:
        try:
            await desk.call(submit)
        except BadRequestError as error:
            if desk.connection.extended or not (more or order.format != Order().format):
                raise
            raise NotHereError(
                f"The cloud refused this export: {_asked(order, more)}. It said: {error.said or error.message}",
                "Export without it, or with backend='local'.",
            ) from error
        except BusyError:
            pause = next(pauses, None)
            if pause is None:
                raise
            await asyncio.sleep(pause)
        except (ConnectionFailedError, NemoTimeoutError) as error:
            # The same id is the same render: whether it arrived, its status tells.
            if not error.outcome_unknown:
                raise
            return
        else:
            return


async def _wait(desk: Desk, view: View, render_id: str, target: Target, *, known: bool) -> RenderStatus:
    """Ask about a render until its file is there, through errors that pass."""

    async def ask(client: AsyncNemoClient, session: str) -> RenderStatus:
        return await client.render(render_id, session).status()

    for look, pause in enumerate(_pauses(desk)):
        await asyncio.sleep(0 if known and look == 0 else pause)
        try:
            status = await desk.call(ask)
        except _PASSING:
            continue
        view.step(target.title, "export", min(status.progress or 0, 99), 100)
        if status.failed:
            raise RenderFailedError(
                f"The render failed: {(status.error or 'no reason was given').rstrip('.')}.",
                render_id=render_id,
            )
        if status.done:
            return status
    raise RenderTimeoutError(
        "The render was not finished in time.",
        "It goes on: project.resume() fetches it later.",
    )


def _pauses(desk: Desk) -> Any:
    pace = desk.connection.pace
    pause = pace.poll_first_s
    for _ in range(pace.poll_times):
        yield pause
        pause = min(pause * pace.poll_growth, pace.poll_most_s)


async def _is_known(desk: Desk, render_id: str) -> bool:
    """Tell whether the server still has a render that the journal remembers, finished or under way."""

    async def ask(client: AsyncNemoClient, session: str) -> RenderStatus:
        return await client.render(render_id, session).status()

    try:
        status = await desk.call(ask)
    except NotFoundError:
        return False
    except _PASSING:
        return True
    if status.failed:
        raise RenderFailedError("The render had failed.", render_id=render_id)
    return True


def _new_id(desk: Desk, session: str, key: str, fields: dict[str, Any]) -> str:
    """Write a new id down before it is used, so that no render is ever an orphan."""
    while True:
        render_id = new_render_id()
        if desk.journal.add_render(render_id, session, key, fields):
            return render_id


def _measured(status: RenderStatus) -> dict[str, Any]:
    data = status.raw.get("data")
    for place in (status.raw, data if isinstance(data, dict) else {}):
        if isinstance(found := place.get("measured"), dict):
            return found
    return {}


def _covered(tag: str, wanted: list[Target]) -> bool:
    return any(tag == target.holds or target.holds is None or tag in target.languages for target in wanted)


def _dubbed(
    desk: Desk, draft: Any, languages: list[str] | None, clip: str | None, missed: Mapping[str, str]
) -> None:
    """Raise NotDubbedError when languages failed and none is there: the clip as it came is not what was meant."""
    # Drafts that never name their languages, such as the cloud's may be, do not tell that there is none.
    if not missed or not desk.connection.extended or timeline.languages(draft, clip):
        return
    asked = {tag: why for tag, why in missed.items() if languages is None or tag in languages} or missed
    why = " ".join(f"{spoken(tag)} failed: {error.rstrip('.')}." for tag, error in asked.items())
    raise NotDubbedError(
        f"There is no dub to export. {why}",
        "Do what that says and dub again. The clip without a dub can be exported from a project that was never dubbed.",
        asked,
    )


def _missing(tag: str, missed: Mapping[str, str]) -> str:
    if tag in missed:
        return f"It was not dubbed. {missed[tag]}"
    return f"The timeline holds no {tag}. Dub into it first."


def _name(target: Target, wanted: list[Target]) -> str:
    several = len({one.clip for one in wanted}) > 1
    return f"{target.clip} {target.title}" if several and target.clip else target.title


def _asked(order: Order, more: dict[str, Any]) -> str:
    """Return in words what an order asks for beyond the usual."""
    return ", ".join([f"format {order.format}", *(f"{name} {value}" for name, value in more.items())])


def _burned(draft: Any) -> bool:
    return any(track.mode == "burned" for track in timeline.decode(draft).tracks)
