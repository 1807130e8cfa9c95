"""What can go wrong with a project beyond the client's own errors: one sentence of cause, one of what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nemodub_nb.client import AgentError, NemoError, SessionNotFoundError

STOPPED = "STOPPED"
"""The embedded backend's code for a message that was stopped."""


class ProjectError(NemoError):
    """Base of the errors that a project raises itself."""


class BadInputError(ProjectError, ValueError):
    """What was given cannot be used; nothing has been sent."""


class NothingChangedError(BadInputError):
    """A table of lines says what is there already."""


class BackendMissingError(ProjectError):
    """The embedded backend, or an engine that it needs to start, is not installed."""


class BackendDiedError(ProjectError):
    """The embedded backend ended while it was starting or working."""


class SessionGoneError(SessionNotFoundError):
    """The server no longer knows the session (1002); a new one has been opened in its place."""


class NothingToExportError(ProjectError):
    """The timeline holds nothing that could be exported."""


class NotDubbedError(NothingToExportError):
    """Every language that was asked for has failed: only the clip as it came could be exported. `failed` says why."""

    def __init__(self, message: str, advice: str, failed: Mapping[str, str]) -> None:
        super().__init__(message, advice)
        self.failed = dict(failed)
        """Language to what went wrong with it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.advice, self.failed)


class NotHereError(BadInputError):
    """The backend that the project works with cannot do this; another one can."""


class StoppedByUserError(ProjectError, AgentError):
    """Somebody stopped the message with project.stop(); what was finished is kept."""

    def __init__(
        self,
        message: str = "Stopped.",
        advice: str = "Say it again to go on: finished steps are kept.",
        *,
        text_so_far: str = "",
    ) -> None:
        super().__init__(message, advice, text_so_far=text_so_far, code=STOPPED)


class NotReceivedError(ProjectError):
    """A message was sent, and the backend says that it never came: it may be said again."""


class OutcomeUnknownError(ProjectError):
    """A message was sent, its answer was lost, and the timeline never changed. It has not been sent again."""

    outcome_unknown = True
