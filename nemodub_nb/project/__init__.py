"""One editing session: upload, ask, look, export."""

from __future__ import annotations

from .checking import acheck, check
from .connection import CLOUD_PACE, LOCAL_PACE, Pace
from .errors import (
    BackendDiedError,
    BackendMissingError,
    BadInputError,
    NotDubbedError,
    NotHereError,
    NothingChangedError,
    NothingToExportError,
    NotReceivedError,
    OutcomeUnknownError,
    ProjectError,
    SessionGoneError,
    StoppedByUserError,
)
from .foreseen import Fit, fit
from .home import home_folder
from .intents import Intent, route
from .live import View
from .nested import allow_nested_asyncio
from .opening import aopen_project, open_project
from .progress import Progress, Step
from .project import Project
from .values import Clip, Credits, Estimate, Export, Exports, Reply, Resumed, Sound, Unfinished

__all__ = [
    "CLOUD_PACE",
    "LOCAL_PACE",
    "BackendDiedError",
    "BackendMissingError",
    "BadInputError",
    "Clip",
    "Credits",
    "Estimate",
    "Export",
    "Exports",
    "Fit",
    "Intent",
    "NotDubbedError",
    "NotHereError",
    "NotReceivedError",
    "NothingChangedError",
    "NothingToExportError",
    "OutcomeUnknownError",
    "Pace",
    "Progress",
    "Project",
    "ProjectError",
    "Reply",
    "Resumed",
    "SessionGoneError",
    "Sound",
    "Step",
    "StoppedByUserError",
    "Unfinished",
    "View",
    "acheck",
    "allow_nested_asyncio",
    "aopen_project",
    "check",
    "fit",
    "home_folder",
    "open_project",
    "route",
]
