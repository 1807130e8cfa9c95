"""Says one sentence to the agent, never twice, and finds out what came of it."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb import timeline
from nemodub_nb.client import AgentError, AgentEvent, NemoError

from . import recovery, replies
from .errors import BackendDiedError, OutcomeUnknownError
from .safe import plain
from .values import Reply

if TYPE_CHECKING:
    from nemodub_nb.client import AsyncNemoClient, SessionState

    from .desk import Desk
    from .journal import SentMessage
    from .live import View

_SILENT_LOOKS: Final = 2
"""Further looks at the state after a stream that ended properly but said and changed nothing."""
OnEvent = Callable[[AgentEvent], object]


class _Ear:
    """Hears one answer: counts, remembers words and results, passes events on."""

    def __init__(self, view: View, on_event: OnEvent | None) -> None:
        self.text = ""
        self.counts: Counter[str] = Counter()
        self.languages: list[str] = []
        self.failed: dict[str, str] = {}
        self._view = view
        self._on_event = on_event

    def hear(self, event: AgentEvent) -> None:
        self.counts[event.kind] += 1
        if event.kind == "tool_result":
            self._result(event.payload)
        self._view.event(event)
        if self._on_event is not None:
            try:
                self._on_event(event)
            except Exception as error:  # noqa: BLE001 - a watcher's mistake must not cost the answer
                self._on_event = None
                self._view.note(f"on_event failed and is not called again: {type(error).__name__}: {error}")

    @property
    def waits_for_a_result(self) -> bool:
        """Whether the agent called more tools than it got answers from."""
        return self.counts["tool_call"] > self.counts["tool_result"]

    def _result(self, payload: Mapping[str, Any]) -> None:
        done, failed = payload.get("done"), payload.get("failed")
        if isinstance(done, list):
            self.languages += [tag for tag in done if isinstance(tag, str) and tag not in self.languages]
        if isinstance(failed, dict):
            self.failed |= {str(tag): _reason(reason) for tag, reason in failed.items()}


async def say(
    desk: Desk,
    sentence: str,
    view: View,
    *,
    parts: Sequence[str] = (),
    on_event: OnEvent | None = None,
) -> Reply:
    """Say one sentence and return what came of it.

    The same sentence whose answer was lost a moment ago is not said again: its outcome is found first. Raises the client's
    typed errors for what was refused, BackendDiedError, and OutcomeUnknownError when nobody can tell what became of it.
    """
    began = time.monotonic()
    state = await desk.state()
    if lost := _same(desk, sentence):
        view.note("This was said before: it is not sent again.")
        return await follow_up(desk, lost, view)
    assert desk.session_id is not None
    message = desk.journal.message_sent(desk.session_id, sentence, state.draft)
    desk.active.add(message)
    ear = _Ear(view, on_event)
    try:
        reply = await _converse(desk, sentence, tuple(parts), ear, state)
    except BaseException as error:
        unknown = (
            not isinstance(error, NemoError) or error.outcome_unknown or isinstance(error, BackendDiedError)
        )
        desk.journal.message_status(message, "unknown" if unknown else "finished")
        raise
    finally:
        desk.active.discard(message)
    desk.journal.message_status(message, "finished")
    return _timed(reply, ear, time.monotonic() - began)


async def follow_up(desk: Desk, lost: SentMessage, view: View) -> Reply:
    """Find out what became of a message whose answer was lost, in this process or an earlier one.

    Raises OutcomeUnknownError when nothing tells; the message then counts as given up and may be said again.
    """
    after = await _outcome(desk, lost.before, view)
    desk.journal.message_status(lost.id, "finished")
    if after is None:
        raise OutcomeUnknownError(
            "The connection broke, and the timeline has not changed since: the message seems lost.",
            "Say it again if you want it done.",
        )
    return _reply(lost.before, after, "", _Ear(view, None))


async def _converse(
    desk: Desk, sentence: str, parts: tuple[str, ...], ear: _Ear, before: SessionState
) -> Reply:
    async def listen(client: AsyncNemoClient, session: str) -> None:
        async with client.run(session, sentence, parts=parts) as events:
            async for event in events:
                ear.hear(event)
                ear.text = events.text

    view = ear._view  # noqa: SLF001 - the ear is this module's own
    try:
        await desk.call(listen)
    except NemoError as error:
        ear.text = getattr(error, "text_so_far", "") or ear.text
        if isinstance(error, AgentError):
            await _tell_changes(desk, before, view)
        if not error.outcome_unknown or isinstance(error, BackendDiedError):
            raise
        view.note(error.message)
        after = await _outcome(desk, before.draft, view)
        if after is None:
            raise _unknown(error.message) from error
    else:
        after = await _after_end(desk, before, ear, view)
    return _reply(before.draft, after, ear.text, ear)


async def _after_end(desk: Desk, before: SessionState, ear: _Ear, view: View) -> SessionState:
    """Return the state after a stream that ended; look again where that may not have been the end.

    A stream that was cut between two events ends like one that is over: a tool call without a result tells.
    """
    after = await desk.state()
    changed = recovery.fingerprint(after.draft) != recovery.fingerprint(before.draft)
    if not recovery.working(after) and (changed or recovery.settled(after)):
        return after
    if recovery.working(after) or ear.waits_for_a_result:
        found = await _outcome(desk, before.draft, view)
        if found is None:
            raise _unknown("The stream ended in the middle of the work.")
        return found
    if not ear.text.strip():
        return await _outcome(desk, before.draft, view, most=_SILENT_LOOKS) or after
    return after


def _unknown(cause: str) -> OutcomeUnknownError:
    return OutcomeUnknownError(
        f"{cause} The timeline has not changed since.",
        "Look at project.summary(), then say it again if you want it done.",
    )


async def _outcome(desk: Desk, before: Any, view: View, most: int | None = None) -> SessionState | None:
    pace = desk.connection.pace
    if most is not None:
        pace = replace(pace, settle_times=most)
    return await recovery.outcome(desk.state, before, pace, note=view.note)


async def _tell_changes(desk: Desk, before: SessionState, view: View) -> None:
    """Say what an answer that ended in an error has changed all the same."""
    with contextlib.suppress(NemoError):
        if changes := timeline.diff(before.draft, (await desk.state()).draft):
            view.note(f"Before it failed: {' '.join(changes.words)}")


def _reply(before: Any, after: SessionState, said: str, ear: _Ear) -> Reply:
    changes = timeline.diff(before, after.draft)
    text = plain(replies.translate(said, timeline.summary(after.draft)))
    if not text:
        text = str(changes) if changes else "The agent said nothing, and the timeline did not change."
    languages = ear.languages or ([] if ear.failed else timeline.languages(after.draft))
    return Reply(text, changes, tuple(languages), {**ear.failed})


def _timed(reply: Reply, ear: _Ear, seconds: float) -> Reply:
    return Reply(reply.text, reply.changes, reply.languages, reply.failed, dict(ear.counts), seconds)


def _same(desk: Desk, sentence: str) -> SentMessage | None:
    assert desk.session_id is not None
    waiting = desk.journal.open_messages(desk.session_id)
    return next((one for one in waiting if one.text == sentence and one.id not in desk.active), None)


def _reason(reason: Any) -> str:
    if isinstance(reason, dict):
        reason = " ".join(str(reason[key]) for key in ("message", "advice") if reason.get(key))
    return plain(str(reason), 500)
