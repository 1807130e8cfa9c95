"""The live view of work under way: one display that updates itself in a notebook, plain lines elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import TYPE_CHECKING, Any, Final, Self, TextIO

from .display import language_name
from .progress import Progress, Step
from .safe import markup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nemodub_nb.client import AgentEvent

NOTEBOOK_EVERY_S: Final = 0.25
"""Updates of the page are at least this far apart."""
LINES_EVERY_S: Final = 5.0
"""Lines about the same step are at least this far apart."""
_TICK_S: Final = 1.0
_TIGHT: Final = "style='margin:.3em 0'"
_CENTRED: Final = "style='text-align:center'"


class View:
    """A view that shows nothing; the others build on it. All calls but `open` come from the project's loop."""

    def __init__(self, title: str = "") -> None:
        self.progress = Progress(title)
        self._ticker: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Appear; called where the user is, so that a notebook shows it below the right cell."""

    async def __aenter__(self) -> Self:
        # An answer and the export after it show in one view.
        self.progress.ended = self.progress.broken = False
        self._ticker = asyncio.ensure_future(self._tick())
        return self

    async def __aexit__(self, error: object = None, *_: object) -> None:
        if self._ticker:
            self._ticker.cancel()
        self.progress.ended = True
        self.progress.broken = error is not None
        self.changed(last=True)

    def event(self, event: AgentEvent) -> None:
        """Show one event of the agent."""
        self.progress.take(event)
        if event.kind != "heartbeat":
            self.changed()

    def step(self, language: str | None, name: str, done: float, total: float) -> None:
        """Show how far a step has come."""
        self.progress.step(language, name, done, total)
        self.changed()

    def note(self, text: str) -> None:
        """Show something the project has to say."""
        self.progress.note(text)
        self.changed()

    def silence(self) -> None:
        """Say that the work goes on although nothing has been heard for long."""

    def changed(self, *, last: bool = False) -> None:
        """Bring what is shown up to date."""

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            if self.progress.long_silence():
                self.silence()
            self.changed()


class NotebookView(View):
    """One display below the cell, updated a few times a second, with a plain text twin."""

    def __init__(self, title: str = "") -> None:
        super().__init__(title)
        self._handle: Any = None
        self._shown_at = 0.0
        self._shown = ""
        self._later: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Display the view."""
        from IPython.display import display

        self._shown = page(self.progress)
        self._handle = display(self._bundle(), raw=True, display_id=True)

    def changed(self, *, last: bool = False) -> None:
        """Update the display, now or as soon as it may."""
        loop = asyncio.get_running_loop()
        due = self._shown_at + NOTEBOOK_EVERY_S - loop.time()
        if last or due <= 0:
            if self._later:
                self._later.cancel()
            self._later = None
            self._publish(loop.time())
        elif self._later is None:
            self._later = loop.call_later(due, self._publish, loop.time() + due)

    def _publish(self, now: float) -> None:
        self._later = None
        self._shown_at = now
        shown = page(self.progress)
        if self._handle is not None and shown != self._shown:
            self._shown = shown
            with contextlib.suppress(Exception):  # a page that went away must not end the work
                self._handle.update(self._bundle(), raw=True)

    def _bundle(self) -> dict[str, str]:
        return {"text/html": self._shown, "text/plain": text(self.progress)}


class LinesView(View):
    """Plain lines on standard error, few enough to be read."""

    def __init__(self, title: str = "", stream: TextIO | None = None) -> None:
        super().__init__(title)
        self._stream = stream
        self._said: dict[tuple[str, str], tuple[float, str]] = {}
        self._words_at = 0

    def note(self, text: str) -> None:
        """Print something the project has to say."""
        self.progress.note(text)
        self._print(self.progress.notes[-1])

    def silence(self) -> None:
        """Print that the work goes on."""
        self._print(f"Still working… ({self.progress.elapsed_s:.0f} s)")

    def changed(self, *, last: bool = False) -> None:
        """Print what is new."""
        now = self.progress.clock()
        for language, steps in self.progress.steps.items():
            for name, step in steps.items():
                self._step_line(now, language, name, step)
        self._words(last=last)

    def _step_line(self, now: float, language: str, name: str, step: Step) -> None:
        """Print a step that has moved: its end at once, what is between now and then."""
        shown = "done" if step.complete else step.message or str(step)
        said_at, said = self._said.get((language, name), (-LINES_EVERY_S, ""))
        if shown == said or (not step.complete and now - said_at < LINES_EVERY_S):
            return
        self._said[(language, name)] = (now, shown)
        self._print(f"{language + ': ' if language else ''}{name} {shown}")

    def _words(self, *, last: bool) -> None:
        fresh = self.progress.words[self._words_at :]
        end = len(fresh) if last else fresh.rfind("\n") + 1
        if end and fresh[:end].strip():
            self._print(fresh[:end].strip())
        self._words_at += end

    def _print(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # a closed stderr must not end the work
            print(line, file=self._stream or sys.stderr, flush=True)


def view(title: str, *, show: bool | View) -> View:
    """Return the view that fits where this runs: none for False, and a view that is given as it is."""
    if isinstance(show, View):
        return show
    if not show:
        return View(title)
    return NotebookView(title) if in_notebook() else LinesView(title)


def in_notebook() -> bool:
    """Tell whether this runs in a Jupyter kernel, whose page can show HTML."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return any(kind.__name__ == "ZMQInteractiveShell" for kind in type(shell).__mro__)


def page(progress: Progress) -> str:
    """Return the work as HTML: the steps that all share, languages by their own steps, the agent's words, notes."""
    shared = progress.steps.get("", {})
    tracks = {language: steps for language, steps in progress.steps.items() if language}
    words = progress.words.strip()
    parts = [
        f"<p {_TIGHT}><b>{markup(progress.title)}</b> {_state(progress)}</p>",
        f"<p {_TIGHT}>{' · '.join(_shared(*one) for one in shared.items())}</p>" if shared else "",
        _table(tracks) if tracks else "",
        f"<p {_TIGHT}>{markup(words).replace(chr(10), '<br>')}</p>" if words else "",
        *(f"<p {_TIGHT}><small>{markup(note)}</small></p>" for note in progress.notes[-3:]),
    ]
    return f"<div role='status' style='max-width:52em'>{''.join(parts)}</div>"


def text(progress: Progress) -> str:
    """Return the same as lines."""
    lines = [f"{progress.title} {_state(progress)}"]
    for language, steps in progress.steps.items():
        shown = ", ".join(f"{name} {step}" for name, step in steps.items())
        lines.append(f"{language}: {shown}" if language else shown)
    lines += [progress.words.strip(), *progress.notes[-3:]]
    return "\n".join(line for line in lines if line)


def _shared(name: str, step: Step) -> str:
    said = f" <small>{markup(step.message)}</small>" if step.message and not step.complete else ""
    return f"{markup(name)} {_cell(step)}{said}"


def _table(tracks: Mapping[str, Mapping[str, Step]]) -> str:
    columns = list(dict.fromkeys(name for steps in tracks.values() for name in steps))
    head = "".join(f"<th {_CENTRED}>{markup(name)}</th>" for name in columns)
    rows = "".join(
        f"<tr><th scope='row' style='text-align:left'>{markup(language_name(language))}</th>"
        + "".join(
            f"<td {_CENTRED}>{_cell(steps[name])}</td>" if name in steps else "<td></td>" for name in columns
        )
        + "</tr>"
        for language, steps in tracks.items()
    )
    return (
        f"<table style='margin:.3em 0'><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _cell(step: Step) -> str:
    """Return a step's count; while it is under way, with a bar."""
    if step.complete or step.total <= 1:
        return markup(step)
    # Whole per cents, so that a fast step does not change the page more often than people can see.
    share = min(100, round(100 * max(0.0, step.done) / step.total)) if step.total > 0 else 0
    return f"{markup(step)} <progress max='100' value='{share}' style='width:4em'></progress>"


def _state(progress: Progress) -> str:
    state = "still working after" if progress.quiet else "working for"
    if progress.ended:
        state = "stopped after" if progress.broken else "finished after"
    return f"{state} {progress.elapsed_s:.0f} s"
