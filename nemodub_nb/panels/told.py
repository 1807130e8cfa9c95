"""The view of a work that the panels show: it passes everything on to the workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from nemodub_nb.project import View

from . import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from nemodub_nb.client import AgentEvent


class Told(View):
    """Passes what a work shows on to the panels."""

    def __init__(
        self, title: str, tell: Callable[..., None], say: Callable[[Literal["note"], str], None]
    ) -> None:
        super().__init__(title)
        self._tell, self._say = tell, say

    def event(self, event: AgentEvent) -> None:
        """Pass one event of the agent on."""
        super().event(event)
        self._tell("heard", event)

    def note(self, text: str) -> None:
        """Pass on what the project has to say."""
        super().note(text)
        self._say("note", self.progress.notes[-1])

    def silence(self) -> None:
        """Say that the work goes on."""
        self._say("note", words.STILL_WORKING)

    def changed(self, *, last: bool = False) -> None:  # noqa: ARG002 - every change is told alike
        """Tell that something has moved."""
        self._tell("work")
