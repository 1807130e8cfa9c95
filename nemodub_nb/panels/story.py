"""What a panel says where there is no live page: in a saved notebook, an export to HTML, or a terminal."""

from __future__ import annotations

import contextlib
import contextvars
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.project.safe import markup, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

_NO_PAGE: Final = "The panels are shown in JupyterLab, Notebook or Voilà."


@dataclass(frozen=True, slots=True)
class Story:
    """One panel's part of the story."""

    title: str
    say: str
    """One line."""
    html: str = ""
    """More, already escaped."""
    text: str = ""
    """The same for a terminal."""


def bundle(stories: Iterable[Story], mark: str) -> dict[str, str]:
    """Return the stories as `text/html` and `text/plain`; `mark` lets a live page hide them."""
    told = [story for story in stories if story.say or story.html or story.text]
    rows = "".join(
        f"<div style='margin:.5em 0'><b>{markup(one.title)}</b> {markup(one.say)}{one.html}</div>"
        for one in told
    )
    lines = [line for one in told for line in (f"{one.title}: {plain(one.say)}", one.text) if line]
    return {
        "text/html": f'<div data-nd-story="{mark}" style="max-width:980px">{rows}</div>',
        "text/plain": "\n".join(lines) or _NO_PAGE,
    }


def in_terminal() -> bool:
    """Tell whether nothing can be shown here but text."""
    from IPython import get_ipython

    return any(kind.__name__ == "TerminalInteractiveShell" for kind in type(get_ipython()).__mro__)


class Printed:
    """A story below a cell that can be told anew without touching the live panels above it."""

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._handle: Any = None
        self._told: dict[str, str] = {}

    def show(self, stories: Iterable[Story]) -> None:
        """Print it here, in the cell that runs now; in a terminal once, with where there is more to see."""
        from IPython.display import display

        self._told = bundle(stories, self._mark)
        if in_terminal():
            text = self._told["text/plain"]
            display({"text/plain": text if text == _NO_PAGE else f"{text}\n{_NO_PAGE}"}, raw=True)
            return
        self._handle = display(self._told, raw=True, display_id=True)

    def tell(self, stories: Iterable[Story]) -> None:
        """Bring it up to date, if it is printed and has changed."""
        told = bundle(stories, self._mark)
        if self._handle is not None and told != self._told:
            self._told = told
            with contextlib.suppress(Exception):  # a page that went away must not end the work
                # In a context of its own: the one inherited names a cell that has ended, whose outputs a headless
                # runner no longer takes.
                contextvars.Context().run(self._handle.update, told, raw=True)
