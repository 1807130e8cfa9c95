"""One editing session: upload, ask, look, export."""

from __future__ import annotations

from .connection import CLOUD_PACE, LOCAL_PACE, Pace
from .errors import (
    BackendDiedError,
    BackendMissingError,
    BadInputError,
    NothingToExportError,
    NotReceivedError,
    OutcomeUnknownError,
    ProjectError,
    SessionGoneError,
)
from .home import home_folder
from .intents import Intent, route
from .nested import allow_nested_asyncio
from .project import Project, aopen_project, open_project
from .values import Clip, Credits, Export, Exports, Reply, Resumed

__all__ = [
    "CLOUD_PACE",
    "LOCAL_PACE",
    "BackendDiedError",
    "BackendMissingError",
    "BadInputError",
    "Clip",
    "Credits",
    "Export",
    "Exports",
    "Intent",
    "NotReceivedError",
    "NothingToExportError",
    "OutcomeUnknownError",
    "Pace",
    "Project",
    "ProjectError",
    "Reply",
    "Resumed",
    "SessionGoneError",
    "allow_nested_asyncio",
    "aopen_project",
    "home_folder",
    "open_project",
    "route",
]
