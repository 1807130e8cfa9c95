"""Takes up what an earlier process left under way: nothing is sent twice, no finished render is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemodub_nb.client import NemoError, SessionNotFoundError

from . import exports, talk
from .orders import Order
from .outputs import Target
from .safe import plain
from .values import Export, Exports, Reply, Resumed

if TYPE_CHECKING:
    from .desk import Desk
    from .journal import SentMessage, SubmittedRender
    from .live import View


async def resume(desk: Desk, view: View) -> Resumed:
    """Go on in the last session where this project has none, and bring its open messages and renders to an end."""
    if desk.session_id is None:
        last = desk.journal.last_session(desk.connection.place, desk.name)
        if last is None:
            return Resumed(None)
        desk.take_up(last)
    session = desk.session_id
    assert session is not None
    try:
        await desk.state()
    except SessionNotFoundError as error:
        view.note(str(error))
        return Resumed(desk.session_id, (Reply(str(error)),))
    replies = [
        await _reply(desk, message, view)
        for message in desk.journal.open_messages(session)
        if message.id not in desk.active
    ]
    done: list[Export] = []
    failed: dict[str, str] = {}
    for render in desk.journal.open_renders(session):
        try:
            done.append(await _render(desk, render, view))
        except (NemoError, OSError) as error:
            failed[Target.remembered(render.fields["target"]).title] = plain(str(error), 500)
    return Resumed(session, tuple(replies), Exports(tuple(done), failed))


async def _reply(desk: Desk, message: SentMessage, view: View) -> Reply:
    view.note(f"Looking at what became of: {message.text}")
    try:
        return await talk.follow_up(desk, message, view)
    except NemoError as error:
        return Reply(f"{message.text}\n{error}")


async def _render(desk: Desk, render: SubmittedRender, view: View) -> Export:
    target = Target.remembered(render.fields["target"])
    try:
        return await exports.fetch(desk, view, render.id, target, render.fields.get("draft"))
    except NemoError as error:
        if isinstance(error, exports.LOST):
            desk.journal.render_status(render.id, "failed")
            return await exports.render(
                desk, view, target, render.fields.get("draft"), Order.remembered(render.fields)
            )
        raise
