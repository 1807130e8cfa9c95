"""The view of a work that the panels show: it passes everything on to the workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemodub_nb.project import View

from . import words

if TYPE_CHECKING:
    from nemodub_nb.client import AgentEvent

    from .workflow import Workflow


class Told(View):
    """Passes what a work shows on to the panels."""

    def __init__(self, workflow: Workflow, title: str) -> None:
        super().__init__(title)
        self._workflow = workflow

    def event(self, event: AgentEvent) -> None:
        """Pass one event of the agent on."""
        super().event(event)
        self._workflow.tell("heard", event)

    def note(self, text: str) -> None:
        """Pass on what the project has to say."""
        super().note(text)
        self._workflow.say("note", self.progress.notes[-1])

    def silence(self) -> None:
        """Say that the work goes on."""
        self._workflow.say("note", words.STILL_WORKING)

    def changed(self, *, last: bool = False) -> None:  # noqa: ARG002 - every change is told alike
        """Tell that something has moved."""
        self._workflow.tell("work")
