"""The panel where work under way is watched, and where the next thing is said."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.project import BadInputError, StoppedByUserError
from nemodub_nb.project.safe import markup, plain

from . import calls, connect_words, front, line_work, live_words, words
from .checklist import Checklist, Row
from .panel import Panel
from .pour import Pour, Who
from .story import Story
from .workflow import Workflow

if TYPE_CHECKING:
    from nemodub_nb.client import AgentEvent
    from nemodub_nb.project import Project, Reply

    from .choices import Choices, Said, Work

CHECKED_EVERY_S: Final = 0.25
"""The checklist is sent at most this often: it is state, so each time all of it goes."""
LONGEST: Final = 4000
"""Characters of a sentence."""
_MOST_CHANGES: Final = 8
_MOST_TOLD: Final = 60
_LONGEST_TOLD: Final = 1000
"""Characters of an entry in the printed story, which is saved with the notebook in two forms."""
_SAID_HERE: Final = ("dub", "review", "lines")
"""Kinds of work that a button began: what was wished is said in the conversation by us."""
_MARKS: Final = {"done": "✓", "now": "●", "wait": "○", "failed": "✗", "stopped": "–"}


class Live(Panel):
    """Watch the agent's words and steps as they come, stop it, and say the next thing."""

    _esm = front.esm("live")
    _css = front.css("live")
    title = words.LIVE
    number = 4
    watches = True

    def __init__(
        self, project: Project | Workflow | None = None, *, alone: bool = True, mark: str | None = None
    ) -> None:
        self._pour = Pour(self.push)
        self._work: Work | None = None
        self._works = 0
        self._ended = ""
        self._took = 0.0
        self._list: Checklist | None = None
        self._rows: list[Row] = []
        self._dubbed_rows: list[Row] = []
        self._now = ""
        self._rows_at = 0.0
        self._rows_later: asyncio.TimerHandle | None = None
        self._call = ""
        self._failure: Exception | None = None
        self._told_of: BaseException | None = None
        self._reply: Reply | None = None
        self._rest_seq = 0
        self._cached: tuple[object, Story] | None = None
        flow = Workflow.of(project)
        self._reply, self._recalled = flow.last, flow.messages
        self._pour.recall((said.who, said.text) for said in flow.messages)
        super().__init__(flow, alone=alone, mark=mark)

    # What a panel is made of

    def draw(self) -> dict[str, Any]:
        """Return what happens now, the checklist, and examples. The conversation goes by messages."""
        flow = self.workflow
        running = flow.work is not None
        return {
            "say": self._say(),
            "running": running,
            "work": self._works,
            "ended": self._ended,
            "rows": [row.fields() for row in self._rows],
            "examples": live_words.examples(flow.languages or (self._list.asked if self._list else ())),
            "seq": self._rest_seq,
        }

    def twin(self) -> str:
        """Return the call of the last work, else of an example."""
        flow = self.workflow
        call = self._call or f"reply = project.ask({_quoted(live_words.examples(flow.languages)[0])})"
        return (
            f"import nemodub_nb as nd\n\nproject = nd.open_project({_quoted(flow.name)}, backend={_quoted(flow.backend)})\n"
            f"{call}\nreply"
        )

    def story(self) -> Story:
        """Return what was done and what was said; of what is still under way only its beginning."""
        marks = tuple((row.label, row.state, row.note if row.state == "failed" else "") for row in self._rows)
        state = (marks, self._ended, self._works, self._rest_seq, self._error_words(), self._say_coarsely())
        if self._cached is None or self._cached[0] != state:
            self._cached = (state, self._tell_story())
        return self._cached[1]

    def done(self) -> bool:
        """Tell whether something was done, and nothing is under way."""
        return bool(self.workflow.languages) and self.workflow.work is None

    def why(self) -> str:
        """Return what has to come first."""
        flow = self.workflow
        if flow.work is not None or self._works or self._pour.entries:
            return ""
        if flow.phase != "ready":
            return connect_words.CONNECTING if flow.phase == "connecting" else words.CONNECT_FIRST
        return "" if flow.clips or self.alone else words.UPLOAD_BEFORE

    # What it hears

    def heard(self, topic: str, detail: Any) -> None:
        """Take in what the workflow tells."""
        if topic == "work":
            self._heard_of_work()
        elif topic == "heard":
            self._heard_agent(detail)
        elif topic == "said":
            self._heard_words(detail)
        elif topic == "connection" and not self.workflow.messages and self.workflow.phase == "connecting":
            self._forget()

    def fail(self, error: BaseException) -> None:
        """Show what went wrong. To have been stopped is no failure."""
        if isinstance(error, StoppedByUserError) or error is self._told_of:
            return
        if any(error is one for one in self.workflow.failures):
            self._told_of = (
                error  # it comes again, from who asked for the work, and the next may have begun by then
            )
        super().fail(error)

    def clear_error(self) -> None:
        """Take the error away; the conversation remembers it."""
        if self._error is not None:
            self._pour.put("error", self._error_words())
        super().clear_error()

    # What a page asks for

    async def do_hello(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Bring a page that was just drawn up to date."""
        self._send_all()

    async def do_resync(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Bring a page up to date that missed a message."""
        self._send_all()

    async def do_say(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Do what a sentence asks for."""
        said = message.get("text")
        sentence = plain(said, LONGEST).strip() if isinstance(said, str) else ""
        if not sentence:
            raise BadInputError(live_words.EMPTY_SENTENCE, live_words.SAY_SOMETHING)
        if self.workflow.work is not None:
            raise BadInputError(words.BUSY, words.WAIT_OR_STOP)
        self.clear_error()
        await self.workflow.ask(sentence)

    async def do_stop(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Stop what is under way."""
        await self.workflow.stop()

    # The inside: work

    async def _begin(self) -> None:
        """Take up what is under way: the cell ran again, and the panel before this one has heard the beginning."""
        flow = self.workflow
        if self._recalled is not flow.messages:  # something was said while this panel was made
            self._reply = flow.last
            self._pour.clear()
            self._pour.recall((said.who, said.text) for said in flow.messages)
        self._recalled = ()
        if flow.work is not None:
            self._began(flow.work)
            self._pour.stream(flow.work.progress.words)
        await super()._begin()

    def _heard_of_work(self) -> None:
        work = self.workflow.work
        if work is not None and work is not self._work:
            self._began(work)
        elif work is None and self._work is not None:
            self._finished()
        else:
            self._look_at_rows()

    def _began(self, work: Work) -> None:
        if self._error is not None:
            self.clear_error()
        self._failure = None
        self._work, self._works, self._ended = work, self._works + 1, ""
        choices = self.workflow.choices
        self._list = Checklist(work.progress, choices.to if work.kind in ("dub", "review") else ())
        self._list.spoken = work.kind != "review"
        several = line_work.several(self.workflow)
        self._call = _call(work, choices, several.name if several else None)
        if work.kind in _SAID_HERE:
            self._pour.put("you", work.progress.title)
        self._take_rows()

    def _finished(self) -> None:
        assert self._work is not None
        assert self._list is not None
        progress, failure = self._work.progress, self.workflow.failure
        # A failure is known by its error, a stop by the view having been left early.
        if failure is not None and not isinstance(failure, StoppedByUserError):
            self._ended = "failed"
        else:
            self._ended = "stopped" if failure is not None or progress.broken else "done"
        self._list.ended = self._ended
        self._took = progress.elapsed_s
        self._work = None
        if self._ended != "done":
            self._pour.finish()
        self._take_rows()
        self._rest()
        if failure is not None and failure is not self._failure:
            self._failure = failure
            self.fail(failure)

    def _heard_agent(self, event: AgentEvent) -> None:
        if self._list is not None:
            self._list.hear(event)
        if event.kind == "text":
            self._pour.stream(event.text)
        self._look_at_rows()

    def _look_at_rows(self) -> None:
        """Take the checklist as it is, now or as soon as it may be sent."""
        loop = asyncio.get_running_loop()
        due = self._rows_at + CHECKED_EVERY_S - loop.time()
        if due <= 0:
            self._take_rows()
        elif self._rows_later is None:
            self._rows_later = loop.call_later(due, self._take_rows)

    def _take_rows(self) -> None:
        if self._rows_later is not None:
            self._rows_later.cancel()
            self._rows_later = None
        self._rows_at = asyncio.get_running_loop().time()
        if self._list is not None:
            self._rows, self._now = self._list.rows(), self._list.now()
            if self._list.has_languages():
                self._dubbed_rows = self._rows
        self.refresh()

    # The inside: words

    def _heard_words(self, said: Said) -> None:
        if said.who == "agent":
            self._heard_answer(said.text)
        elif said.text == words.STILL_WORKING and self._work is not None:
            self._still_working(live_words.still_working(self._work.progress.elapsed_s))
        else:
            if said.who == "you" and self._error is not None:
                self.clear_error()
            self._pour.put(said.who, said.text)
        self._rest()

    def _heard_answer(self, text: str) -> None:
        reply = self.workflow.last
        if reply is None or reply is self._reply or reply.text != text:
            self._pour.put("agent", text)  # an answer that was lost, and found again
            return
        self._reply = reply
        told = reply.changes.words
        if told and text == str(reply.changes):
            self._pour.finish()
        else:
            self._pour.settle(text)
        if told:
            more = (
                [live_words.MORE_CHANGES.format(len(told) - _MOST_CHANGES)]
                if len(told) > _MOST_CHANGES
                else []
            )
            self._pour.put("change", "\n".join([*told[:_MOST_CHANGES], *more]))
        if self._list is not None:
            self._list.failed |= {plain(tag, 40): plain(why, 500) for tag, why in reply.failed.items()}
            self._list.made |= {*reply.languages}
            if not self._list.spoken:
                self._list.made |= {*self._list.asked}
            self._take_rows()

    def _still_working(self, text: str) -> None:
        last = self._pour.entries[-1] if self._pour.entries else None
        if last and last.who == "note" and last.text.startswith(words.STILL_WORKING):
            self._pour.again(text)
        else:
            self._pour.put("note", text)

    def _rest(self) -> None:
        """Let the page know by its state how many messages there were: a lost last one would not be missed else."""
        if self.workflow.work is None:
            self._pour.flush()
            self._rest_seq = self._pour.seq
        self.refresh()

    def _send_all(self) -> None:
        running = self.workflow.work
        elapsed = running.progress.elapsed_s if running else None
        self.push({**self._pour.whole(), "elapsed": elapsed})

    def _forget(self) -> None:
        self._work = self._list = self._failure = self._reply = None
        self._works, self._ended, self._now, self._call = 0, "", "", ""
        self._rows, self._dubbed_rows = [], []
        self._pour.clear()
        self._rest()

    # The inside: what it says

    def _say(self) -> str:
        work = self.workflow.work
        if work is not None and not self._ended:
            if work.progress.quiet:
                return words.STILL_WORKING
            return self._now or work.progress.title
        return self._say_coarsely()

    def _say_coarsely(self) -> str:
        if self.workflow.work is not None and self._work is not None:
            return self._work.progress.title
        if self._ended:
            failed = [row.label for row in self._rows if row.state == "failed"]
            return live_words.ended(self._ended, self._took, failed)
        if self.workflow.languages:
            return live_words.READY_TO_EDIT
        return live_words.NOTHING_SAID_ALONE if self.alone else live_words.NOTHING_SAID

    def _error_words(self) -> str:
        return f"{self._error['cause']} {self._error['advice']}".strip() if self._error else ""

    def _rows_of_story(self) -> list[Row]:
        """Return the checklist of the last dub, and of what came after it."""
        about_dub = self._list is not None and self._list.has_languages()
        return self._rows if about_dub else [*self._dubbed_rows, *self._rows]

    def _tell_story(self) -> Story:
        said = [*self._pour.entries][-_MOST_TOLD:]
        if self._works == 0 and not said:
            return Story(self.title, "")
        rows = [
            f"{_MARKS[row.state]} {row.label}{': ' + row.note if row.state == 'failed' and row.note else ''}"
            for row in self._rows_of_story()
        ]
        talk: list[tuple[Who, str]] = [(one.who, one.text[:_LONGEST_TOLD]) for one in said]
        if error := self._error_words():
            talk.append(("error", error))
        ticked = "".join(f"<li>{markup(row)}</li>" for row in rows)
        told = "".join(
            f"<p style='margin:.2em 0;white-space:pre-wrap'>{live_words.SPEAKERS[who]}{markup(text)}</p>"
            for who, text in talk
        )
        listed = f"<ul style='list-style:none;padding:0;margin:.3em 0'>{ticked}</ul>" if rows else ""
        lines = [*rows, *(f"{live_words.SPEAKERS[who]}{plain(text, _LONGEST_TOLD)}" for who, text in talk)]
        return Story(self.title, self._say_coarsely(), listed + told, "\n".join(lines))


def _call(work: Work, choices: Choices, clip: str | None) -> str:
    """Return the Python that does the same work."""
    if work.call:
        return f"reply = {work.call}"
    if work.kind == "resume":
        return "reply = project.resume()"
    if work.kind == "ask":
        return f"reply = project.ask({_quoted(work.title)})"
    return f"reply = {calls.dub(replace(choices, look=False, sentence=None), clip)}"


def _quoted(text: str) -> str:
    """Return a text as Python, in double quotes where that needs no thought."""
    return f'"{text}"' if text.isprintable() and not {'"', "\\"} & {*text} else repr(text)
