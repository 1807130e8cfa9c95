"""The state that the panels of one Studio share and are told of: the project, what was chosen, what is under way, what came of it."""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

from .choices import Choices, Said, Work

if TYPE_CHECKING:
    from nemodub_nb.project import Clip, Credits, Export, Project, Reply, Unfinished
    from nemodub_nb.timeline import Changes

Backend = Literal["local", "cloud"]
Listener = Callable[[str, Any], None]
_MOST_SAID: Final = 200
_MOST_FAILURES: Final = 20


class FlowState:
    """The values that panels show, and who is told when one is different."""

    def __init__(
        self, project: Project | None = None, *, name: str = "project", backend: Backend | None = None
    ) -> None:
        self.name = project.name if project else name
        self.project = project
        self.backend: Backend = backend or ("cloud" if os.environ.get("NEMO_TOKEN") else "local")
        if project is not None:
            self.backend = project.backend
        self.phase: Literal["off", "connecting", "ready", "failed"] = "ready" if project else "off"
        self.unfinished: Unfinished | None = None
        self.chosen_clip: str | None = None
        self.choices = Choices()
        self.work: Work | None = None
        self.rendering: Work | None = None
        self.draft: Any = None
        self.languages: tuple[str, ...] = ()
        self.scripts: tuple[str, ...] = ()
        """Languages that are written and wait to be read before they are spoken."""
        self.summary = ""
        self.changes: Changes | None = None
        self.exports: tuple[Export, ...] = ()
        self.failed_exports: Mapping[str, str] = {}
        self.credits: Credits | None = None
        self.last: Reply | None = None
        self.failure: Exception | None = None
        """What ended the last work, when it failed."""
        self.failures: deque[BaseException] = deque(maxlen=_MOST_FAILURES)
        """What ended the last works; each reaches who asked for it only after the next may have begun."""
        self.messages: tuple[Said, ...] = ()
        self._listeners: list[Listener] = []

    # What the panels read

    @property
    def clips(self) -> tuple[Clip, ...]:
        """The clips uploaded so far."""
        return self.project.clips if self.project else ()

    @property
    def clip(self) -> Clip | None:
        """The clip that is worked on: the one chosen, else the last one."""
        clips = self.clips
        return next((clip for clip in clips if clip.name == self.chosen_clip), clips[-1] if clips else None)

    @property
    def step(self) -> int:
        """The number of the step that wants something now."""
        if self.phase != "ready":
            return 1
        if not self.clips:
            return 2
        if self.work is not None:
            return 4
        if self.scripts:
            return 5
        if not self.languages:
            return 3
        exported = {tag for one in self.exports for tag in one.languages or (one.language,)}
        return 6 if self.rendering or not set(self.languages) <= exported else 0

    # Telling

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call the listener with each topic and its detail; returns what ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    def tell(self, topic: str, detail: Any = None) -> None:
        """Tell every panel that something is different.

        Topics: connection, clips, choices, work, heard (detail: the AgentEvent), said (detail: Said), timeline, exports,
        credits, failed (detail: the error of an export).
        """
        for listener in [*self._listeners]:
            listener(topic, detail)

    def say(self, who: Literal["you", "agent", "note"], text: str) -> None:
        """Keep and tell one thing said."""
        said = Said(who, text)
        self.messages = (*self.messages, said)[-_MOST_SAID:]
        self.tell("said", said)

    def choose(self, **changes: Any) -> None:
        """Change what is chosen for the next dub."""
        self.choices = replace(self.choices, **changes)
        self.tell("choices")

    def forget(self) -> None:
        """Know nothing of a project any more; what was chosen stays."""
        self.unfinished = self.changes = self.draft = self.credits = self.last = self.failure = None
        self.chosen_clip = None
        self.languages, self.scripts, self.summary = (), (), ""
        self.exports, self.failed_exports, self.messages = (), {}, ()
