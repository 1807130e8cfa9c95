"""All panels as one workflow, in one cell."""

from __future__ import annotations

import asyncio
import sys
import uuid
import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import ipywidgets

from nemodub_nb.project import BadInputError
from nemodub_nb.project.loop import LOOP
from nemodub_nb.project.safe import plain

from . import front, words
from .connect import Connect
from .credits import Credits
from .export import Export
from .languages import Languages
from .live import Live
from .panel import Panel
from .story import Printed, Story, in_terminal
from .timeline import Timeline
from .upload import Upload
from .workflow import Workflow

if TYPE_CHECKING:
    from nemodub_nb.project import Project

_STEPS: Final = (Connect, Upload, Languages, Live, Timeline, Export, Credits)
_STORY_EVERY_S: Final = 1.0
_LONGEST_NAME: Final = 80
_OFTEN: Final = frozenset({"heard", "work"})
"""Topics that come many times a second."""
_VIEW: Final = "application/vnd.jupyter.widget-view+json"
_OPENING: Final = ("import nemodub_nb", "project = nd.", "project.resume()")
"""How a step's code begins that is to run by itself."""


class Header(Panel):
    """What the Studio is about, in one line, and all of it as code."""

    _esm = front.esm("studio")
    _css = front.css("studio")
    title = words.STUDIO
    number = 0

    def __init__(self, workflow: Workflow, steps: Sequence[Panel], mark: str) -> None:
        self._steps = steps
        super().__init__(workflow, alone=False, mark=mark)

    def draw(self) -> dict[str, Any]:
        """Return the clip, the languages and the credits."""
        flow = self.workflow
        balance = flow.credits
        return {
            "say": words.aim(
                plain(flow.clip.name, _LONGEST_NAME) if flow.clip else "", flow.languages or flow.choices.to
            ),
            "credits": None
            if balance is None
            else {"available": balance.available, "frozen": balance.frozen},
            "free": flow.backend == "local",
        }

    def twin(self) -> str:
        """Return the whole workflow as Python: what was chosen so far, step by step, the project opened once."""
        first, *others = (step.twin() for step in self._steps if not step.watches)
        lines = [line for twin in others for line in twin.splitlines() if not line.startswith(_OPENING)]
        return "\n".join([first, *filter(None, lines)])


class Studio(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets carries no types
    """The panels from Connect to Credits in one cell.

    project: a Project to go on with, or the name of a new one. backend: `local` or `cloud`; without it the cloud when
    NEMO_TOKEN is set, else this machine. Running the cell again goes on with the same work; two cells have two Studios.
    Raises BadInputError where a kernel has no threads, as in JupyterLite.
    """

    def __init__(
        self, project: Project | str = "project", *, backend: Literal["local", "cloud"] | None = None
    ) -> None:
        if sys.platform == "emscripten":
            raise BadInputError(words.NO_THREADS, words.NO_THREADS_ADVICE)
        cell = _cell()
        self.workflow = _workflow(project, backend, cell)
        mark = uuid.uuid4().hex
        self._printed = Printed(mark)
        self._later: asyncio.TimerHandle | None = None
        self._told_at = 0.0
        self.panels: tuple[Panel, ...] = tuple(step(self.workflow, alone=False) for step in _STEPS)
        self.panels[-1].last = True
        self.header = Header(self.workflow, self.panels, mark)
        super().__init__(children=[self.header, *self.panels])
        self.add_class("nd-studio")
        _supersede(cell, self)
        LOOP.spawn(self._begin())

    @property
    def project(self) -> Project | None:
        """The project that the panels work on, for going on in code; None until one is connected."""
        return self.workflow.project

    def shut(self) -> None:
        """Take the panels off the page; what is under way goes on."""
        LOOP.spawn(self._end())
        for panel in (self.header, *self.panels):
            panel.shut()
        self.close()

    def __repr__(self) -> str:
        return f"<Studio on {self.workflow.project!r}>"

    def _ipython_display_(self) -> None:
        from IPython.display import display

        # The story is an output of its own, which can change while the live panels stay untouched.
        if not in_terminal() and (
            shown := self.header._repr_mimebundle_()
        ):  # a VBox of ipywidgets 7 has none
            bundle, metadata = shown
            bundle = {
                kind: {**view, "model_id": self.model_id} for kind, view in bundle.items() if kind == _VIEW
            }
            display(
                {**bundle, "text/plain": words.STUDIO, "text/html": "<span></span>"},
                metadata=metadata,
                raw=True,
            )
        self._printed.show(self._stories())

    async def _begin(self) -> None:
        self._unsubscribe = self.workflow.subscribe(self._told)
        # What goes wrong is shown in Connect: that is where something can be done about it.
        self.panels[0].spawn(self.workflow.begin())

    async def _end(self) -> None:
        self._unsubscribe()
        if self._later:
            self._later.cancel()

    def _told(self, topic: str, _detail: Any) -> None:
        if topic not in _OFTEN and self._later is None:
            loop = asyncio.get_running_loop()
            self._later = loop.call_later(max(0.0, self._told_at + _STORY_EVERY_S - loop.time()), self._tell)

    def _tell(self) -> None:
        self._later = None
        self._told_at = asyncio.get_running_loop().time()
        self._printed.tell(self._stories())

    def _stories(self) -> list[Story]:
        aim = Story(words.STUDIO, str(self.header.draw()["say"]))
        return [aim, *(panel.story() for panel in self.panels)]


_workflows: dict[tuple[str, str | None, str], Workflow] = {}
"""The work of each cell and name, found again when the cell runs again."""
_of_projects: weakref.WeakKeyDictionary[Project, Workflow] = weakref.WeakKeyDictionary()
_on_page: dict[str, Studio] = {}


def _workflow(
    project: Project | str, backend: Literal["local", "cloud"] | None, cell: str | None
) -> Workflow:
    if not isinstance(project, str):
        return _of_projects.setdefault(project, Workflow(project))
    if cell is None:
        return Workflow(name=project, backend=backend)
    key = (project, backend, cell)
    if key not in _workflows:
        _workflows[key] = Workflow(name=project, backend=backend)
    return _workflows[key]


def _supersede(cell: str | None, studio: Studio) -> None:
    """Close the Studio that the same cell has shown before."""
    if cell is None:
        return
    if (old := _on_page.pop(cell, None)) is not None:
        old.shut()
    _on_page[cell] = studio


def _cell() -> str | None:
    """Return the id of the cell that runs, where the front end tells it."""
    from IPython import get_ipython

    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = parent.get("metadata", {}).get("cellId") if isinstance(parent, dict) else None
    return cell if isinstance(cell, str) else None
