"""What every panel is: a view of the workflow on the page, with commands that come back from it."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

import anywidget
import traitlets

from nemodub_nb.client import NemoError
from nemodub_nb.languages import UnknownLanguageError
from nemodub_nb.project.loop import LOOP
from nemodub_nb.project.safe import plain
from nemodub_nb.secrecy import redact

from . import words
from .story import Printed, Story, in_terminal
from .workflow import Workflow

if TYPE_CHECKING:
    from nemodub_nb.project import Project

EVERY_S: Final = 0.1
"""The page is redrawn at most this often."""
_LONGEST_TOLD: Final = 500
_LONGEST_CODE: Final = 20_000
_log = logging.getLogger(__name__)


class Panel(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget's base carries no types
    """A step that can be touched. Use it alone, with a project or without one, or with others in a Studio.

    All of it but the constructor runs on the project's loop: commands of the page become tasks there, and the page is
    redrawn from there. So nothing blocks a kernel, and nothing needs a lock.
    """

    title: ClassVar[str]
    """The heading."""
    number: ClassVar[int]
    """The place on the rail."""
    folds: ClassVar[bool] = False
    """Whether it folds to one line once it is done."""

    watches: ClassVar[bool] = False
    """Whether it is where work under way is watched."""

    view = traitlets.Dict().tag(sync=True)
    """What the page draws: plain values, never a secret."""
    answered = traitlets.Int().tag(sync=True)
    """The last click that was heard of, by the page's own number for it."""

    def __init__(
        self, project: Project | Workflow | None = None, *, alone: bool = True, mark: str | None = None
    ) -> None:
        self.workflow = Workflow.of(project)
        self.alone = alone
        self.last = False
        self._error: dict[str, str] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._later: asyncio.TimerHandle | None = None
        self._drawn_at = 0.0
        self._mark = mark or uuid.uuid4().hex
        self._printed = Printed(self._mark)
        super().__init__(view=self._view())
        self.on_msg(self._hear)
        LOOP.spawn(self._begin())

    # What a panel is made of

    def draw(self) -> dict[str, Any]:
        """Return what the page draws, beside what every panel has: at least `say`, its one line."""
        raise NotImplementedError

    def twin(self) -> str:
        """Return the Python that does the same."""
        raise NotImplementedError

    def story(self) -> Story:
        """Return what a saved notebook tells of this step."""
        return Story(self.title, str(self.draw().get("say", "")))

    def done(self) -> bool:
        """Tell whether this step has what it wants."""
        return False

    def why(self) -> str:
        """Return why this step is not possible yet; empty when it is."""
        return ""

    def heard(self, topic: str, detail: Any) -> None:
        """Take in what the workflow tells, before the page is redrawn."""

    # What a panel does

    def refresh(self) -> None:
        """Redraw the page, now or as soon as it may."""
        loop = asyncio.get_running_loop()
        if self._later is None:
            due = max(0.0, self._drawn_at + EVERY_S - loop.time())
            self._later = loop.call_later(due, self._redraw)

    def spawn(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[None]:
        """Do something in the background; what goes wrong is shown in the panel."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def push(self, message: Mapping[str, Any], buffers: Sequence[bytes] = ()) -> None:
        """Send something to the page that is not kept: a piece of a stream, or bytes."""
        self.send(dict(message), [*buffers])

    def fail(self, error: BaseException) -> None:
        """Show what went wrong: one sentence of cause, one of what to do. A work's failure is shown where it is watched."""
        if not self.alone and not self.watches and any(error is one for one in self.workflow.failures):
            return
        if isinstance(error, NemoError):
            self._error = told(error)
        elif isinstance(error, UnknownLanguageError):
            self._error = {"cause": plain(str(error), _LONGEST_TOLD), "advice": ""}
        else:
            # Without a handler of the user's, an error with its traceback would be printed below the cell.
            _log.debug("The panel %s failed.", self.title, exc_info=error)
            self._error = {"cause": words.unexpected(type(error).__name__), "advice": words.UNEXPECTED_ADVICE}
        self.refresh()

    def clear_error(self) -> None:
        """Take the error away."""
        self._error = None
        self.refresh()

    def open(self) -> None:
        """Open the way to the page."""
        super().open()
        # ipykernel 7.4 hands a click over where the panel was last updated from: often a cell, which may run for long.
        # Other versions do as the page asks: beside the cells.
        self.comm._reply_subshell_for = _as_asked  # noqa: SLF001 - there is no public way

    def shut(self) -> None:
        """Leave the page; what is under way goes on."""
        LOOP.spawn(self._end())
        self.close()

    async def do_hello(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Take note that a page has drawn this panel."""

    async def do_dismiss(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Take the error away."""
        self.clear_error()

    # How it shows itself

    def _repr_mimebundle_(self, **options: Any) -> Any:
        shown = super()._repr_mimebundle_(**options)
        if not shown:
            return shown
        bundle, metadata = shown if isinstance(shown, tuple) else (shown, {})
        # The story is an output of its own, which can change while the live panel stays untouched.
        return {**bundle, "text/plain": self.title, "text/html": "<span></span>"}, metadata

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if not in_terminal():
            bundle, metadata = self._repr_mimebundle_()
            display(bundle, metadata=metadata, raw=True)
        self._printed.show([self.story()])

    def __repr__(self) -> str:
        return f"<{type(self).__name__} panel>"

    # The inside

    async def _begin(self) -> None:
        self._unsubscribe = self.workflow.subscribe(self._told)
        if self.alone:
            self.spawn(self.workflow.begin())
        self.refresh()

    async def _end(self) -> None:
        self._unsubscribe()
        if self._later:
            self._later.cancel()

    def _told(self, topic: str, detail: Any) -> None:
        try:
            self.heard(topic, detail)
        except Exception as error:  # noqa: BLE001 - one panel's mistake must not end the work, nor silence the others
            self.fail(error)
        self.refresh()

    def _hear(self, _widget: object, content: Any, buffers: Sequence[memoryview]) -> None:
        """Take a message of the page. May come on any thread, two at once: it only hands over."""
        name = content.get("do") if isinstance(content, dict) else None
        act = getattr(self, f"do_{name}", None) if isinstance(name, str) else None
        if act is not None:
            LOOP.spawn(self._obey(act(content, buffers), content.get("click")))

    async def _obey(self, work: Coroutine[Any, Any, object], click: object) -> None:
        if isinstance(click, int) and click < 2**53:
            self.answered = click
        await self.spawn(work)

    async def _guarded(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - the border of the panel: whatever went wrong is shown
            self.fail(error)
        self.refresh()

    def _redraw(self) -> None:
        self._later = None
        self._drawn_at = asyncio.get_running_loop().time()
        try:
            view = self._view()
            if view != self.view:
                self.view = view
            if self.alone:
                self._printed.tell([self.story()])
        except Exception as error:  # noqa: BLE001 - what a server sent must not freeze the panel
            if self._error is None:  # else it would be drawn, and fail, for ever
                self.fail(error)
            self.view = {**self.view, "error": self._error}

    def _view(self) -> dict[str, Any]:
        why = self.why()
        phase = self._phase(why)
        return {
            "title": self.title,
            "number": self.number,
            "phase": phase,
            "last": self.last,
            "folded": bool(why) or (self.folds and phase == "done"),
            "why": why,
            "error": self._error,
            "code": self._code(),
            "story_id": self._mark,
            **self.draw(),
        }

    def _code(self) -> str:
        """Return the twin without a token that somebody has typed into a sentence or a name."""
        code = redact(self.twin())
        return code if len(code) <= _LONGEST_CODE else words.LONG_CODE

    def _phase(self, why: str) -> str:
        if self.alone:
            return "alone"
        if self.number == self.workflow.step:
            return "now"
        if why:
            return "later"
        return "done" if self.done() else "open"


def told(error: NemoError) -> dict[str, str]:
    """Return an error as a page shows it: its texts may come from a server, or be what somebody typed."""
    return {"cause": plain(error.message, _LONGEST_TOLD), "advice": plain(error.advice, _LONGEST_TOLD)}


def _as_asked(_data: object, subshell: str | None) -> str | None:
    return subshell
