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
from .errors import STOPPED, BackendDiedError, NotReceivedError, OutcomeUnknownError, StoppedByUserError
from .recovery import Mark
from .safe import plain
from .values import Reply

if TYPE_CHECKING:
    from nemodub_nb.client import AsyncNemoClient, SessionState

    from .desk import Desk
    from .journal import SentMessage
    from .live import View

_SILENT_LOOKS: Final = 2
"""Further looks at the state after a stream that ended properly but said and changed nothing."""
_STOPPED: Final = "Stopped."
"""What the embedded backend's state says of a message that was stopped."""
OnEvent = Callable[[AgentEvent], object]


class _Ear:
    """Hears one answer: counts, remembers words and results, passes events on."""

    def __init__(self, view: View, on_event: OnEvent | None) -> None:
        self.text = ""
        self.counts: Counter[str] = Counter()
        self.languages: list[str] = []
        self.failed: dict[str, str] = {}
        self.clip = ""
        """Which clip the results are about; empty where the backend does not say."""
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
        languages, failed = _result(payload)
        self.languages += [tag for tag in languages if tag not in self.languages]
        self.failed |= failed
        if isinstance(clip := payload.get("clip"), str):
            self.clip = plain(clip)


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
    typed errors for what was refused, BackendDiedError, NotReceivedError when the message never came, and
    OutcomeUnknownError when nobody can tell what became of it.
    """
    began = time.monotonic()
    state = await desk.state()
    if lost := _same(desk, sentence):
        view.note("This was said before: it is not sent again.")
        try:
            return await follow_up(desk, lost, view)
        except NotReceivedError:
            view.note("It never reached the backend: it is sent now.")
        except StoppedByUserError:
            view.note("It was stopped: it is sent again now.")
        state = await desk.state()
    assert desk.session_id is not None
    mark = Mark.of(sentence, state)
    message = desk.journal.message_sent(desk.session_id, mark)
    desk.active.add(message)
    ear = _Ear(view, on_event)
    try:
        reply = await _converse(desk, mark, tuple(parts), ear)
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

    Raises AgentError when the agent failed, NotReceivedError when it never came, OutcomeUnknownError when nothing tells;
    the message then counts as given up and may be said again.
    """
    try:
        after = await _outcome(desk, lost.mark, view)
    except NotReceivedError:
        desk.journal.message_status(lost.id, "finished")
        raise
    desk.journal.message_status(lost.id, "finished")
    if after is None:
        raise OutcomeUnknownError(
            "The connection broke, and the timeline has not changed since: the message seems lost.",
            "Say it again if you want it done.",
        )
    return _found(desk, lost.mark, after, _Ear(view, None))


async def _converse(desk: Desk, mark: Mark, parts: tuple[str, ...], ear: _Ear) -> Reply:
    async def listen(client: AsyncNemoClient, session: str) -> None:
        async with client.run(session, mark.text, parts=parts) as events:
            async for event in events:
                ear.hear(event)
                ear.text = events.text

    view = ear._view  # noqa: SLF001 - the ear is this module's own
    try:
        await desk.call(listen)
    except NemoError as error:
        ear.text = getattr(error, "text_so_far", "") or ear.text
        if isinstance(error, AgentError):
            if error.code == STOPPED:
                raise StoppedByUserError(text_so_far=ear.text) from error
            await _tell_changes(desk, mark, view)
        if not error.outcome_unknown or isinstance(error, BackendDiedError):
            raise
        view.note(error.message)
        after = await _outcome(desk, mark, view)
        if after is None:
            raise _unknown(error.message) from error
    else:
        after = await _after_end(desk, mark, ear, view)
    return _found(desk, mark, after, ear)


async def _after_end(desk: Desk, mark: Mark, ear: _Ear, view: View) -> SessionState:
    """Return the state after a stream that ended; look again where that may not have been the end.

    A stream that was cut between two events ends like one that is over: a tool call without a result tells.
    """
    try:
        after = await desk.state()
    except recovery.UNREADABLE as error:
        view.note(error.message)
        after = None
    if after and (
        recovery.answered(after, mark) or (recovery.changed(after, mark) and not recovery.working(after))
    ):
        return after
    if after is None or recovery.working(after) or ear.waits_for_a_result:
        found = await _outcome(desk, mark, view)
        if found is None:
            raise _unknown(
                "The stream ended in the middle of the work."
                if after
                else "The stream ended, and the state cannot be read."
            )
        return found
    if not ear.text.strip():
        return await _outcome(desk, mark, view, most=_SILENT_LOOKS) or after
    return after


def _unknown(cause: str) -> OutcomeUnknownError:
    return OutcomeUnknownError(
        f"{cause} The timeline has not changed since.",
        "Look at project.summary(), then say it again if you want it done.",
    )


async def _outcome(desk: Desk, mark: Mark, view: View, most: int | None = None) -> SessionState | None:
    pace = desk.connection.pace
    if most is not None:
        pace = replace(pace, settle_times=most)
    return await recovery.outcome(desk.state, mark, pace, note=view.note)


async def _tell_changes(desk: Desk, mark: Mark, view: View) -> None:
    """Say what an answer that ended in an error has changed all the same."""
    with contextlib.suppress(NemoError):
        if changes := timeline.diff(mark.draft, (await desk.state()).draft):
            view.note(f"Before it failed: {' '.join(changes.words)}")


def _found(desk: Desk, mark: Mark, after: SessionState, ear: _Ear) -> Reply:
    """Return the reply: from what was heard, and from what the state tells of the message where that is more.

    What became of the languages is noted: an export must not pass over one that failed.

    Raises AgentError when the state says that the agent failed.
    """
    told = recovery.answered(after, mark)
    said, languages, failed = ear.text, ear.languages, ear.failed
    if told is not None:
        if told.status == "failed":
            if told.answer == _STOPPED:
                raise StoppedByUserError(text_so_far=said)
            raise AgentError(plain(told.answer) or "The agent failed.", "Say it again.", text_so_far=said)
        if told.answer.startswith(said):  # the stream may have been cut before the end
            said = told.answer
        if told.result is not None:
            languages, failed = _result(told.result)
    desk.journal.dubbed(desk.session_id or after.session_id, ear.clip, languages, failed)
    changes = timeline.diff(mark.draft, after.draft)
    text = plain(replies.translate(said, timeline.summary(after.draft)))
    if not text:
        text = str(changes) if changes else "The agent said nothing, and the timeline did not change."
    if not languages and not failed:
        languages = timeline.languages(after.draft)
    return Reply(text, changes, tuple(languages), dict(failed))


def _result(payload: Mapping[str, Any]) -> tuple[list[str], dict[str, str]]:
    """Read the languages that are done and those that failed, with their reasons, where a result names them."""
    done, failed = payload.get("done"), payload.get("failed")
    return (
        [plain(tag) for tag in done if isinstance(tag, str)] if isinstance(done, list) else [],
        {plain(str(tag)): _reason(reason) for tag, reason in failed.items()}
        if isinstance(failed, dict)
        else {},
    )


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
