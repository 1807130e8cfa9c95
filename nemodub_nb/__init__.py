"""Multilingual video dubbing in a notebook.

    import nemodub_nb as nd

    nd.Studio()  # the panels, in a cell

    project = nd.open_project()
    project.upload("explainer.mp4")
    project.dub(to=["es", "fr", "de"])
    project.export()

Every public name is listed in `__all__`. A name is imported when it is first used, so that importing the package loads
neither pandas nor an engine.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from nemodub_nb.batches import Batch, batch, plan_batch
    from nemodub_nb.client import (
        AgentError,
        AgentEvent,
        APIError,
        AsyncNemoClient,
        BadRequestError,
        BusyError,
        ConnectionFailedError,
        DiskError,
        DownloadError,
        FileTooLargeError,
        ForbiddenError,
        MalformedResponseError,
        NemoClient,
        NemoError,
        NemoTimeoutError,
        NotFoundError,
        OutOfCreditsError,
        PlanBlocksExportError,
        RateLimitedError,
        RenderFailedError,
        RenderJob,
        RenderTimeoutError,
        ServerError,
        ServerFullError,
        SessionNotFoundError,
        StreamBrokenError,
        TokenError,
        UnsupportedTypeError,
        UploadError,
    )
    from nemodub_nb.languages import UnknownLanguageError
    from nemodub_nb.panels import Studio
    from nemodub_nb.project import (
        BackendDiedError,
        BackendMissingError,
        BadInputError,
        Clip,
        Credits,
        Estimate,
        Export,
        Exports,
        Fit,
        NotDubbedError,
        NotHereError,
        NothingChangedError,
        NothingToExportError,
        NotReceivedError,
        OutcomeUnknownError,
        Project,
        ProjectError,
        Reply,
        Resumed,
        SessionGoneError,
        Sound,
        StoppedByUserError,
        Unfinished,
        View,
        acheck,
        allow_nested_asyncio,
        aopen_project,
        check,
        fit,
        open_project,
    )
    from nemodub_nb.reporting import BelowLevelError, Comparison, MissingPackageError, Report, compare, report

__all__ = [
    "APIError",
    "AgentError",
    "AgentEvent",
    "AsyncNemoClient",
    "BackendDiedError",
    "BackendMissingError",
    "BadInputError",
    "BadRequestError",
    "Batch",
    "BelowLevelError",
    "BusyError",
    "Clip",
    "Comparison",
    "ConnectionFailedError",
    "Credits",
    "DiskError",
    "DownloadError",
    "Estimate",
    "Export",
    "Exports",
    "FileTooLargeError",
    "Fit",
    "ForbiddenError",
    "MalformedResponseError",
    "MissingPackageError",
    "NemoClient",
    "NemoError",
    "NemoTimeoutError",
    "NotDubbedError",
    "NotFoundError",
    "NotHereError",
    "NotReceivedError",
    "NothingChangedError",
    "NothingToExportError",
    "OutOfCreditsError",
    "OutcomeUnknownError",
    "PlanBlocksExportError",
    "Project",
    "ProjectError",
    "RateLimitedError",
    "RenderFailedError",
    "RenderJob",
    "RenderTimeoutError",
    "Reply",
    "Report",
    "Resumed",
    "ServerError",
    "ServerFullError",
    "SessionGoneError",
    "SessionNotFoundError",
    "Sound",
    "StoppedByUserError",
    "StreamBrokenError",
    "Studio",
    "TokenError",
    "Unfinished",
    "UnknownLanguageError",
    "UnsupportedTypeError",
    "UploadError",
    "View",
    "acheck",
    "allow_nested_asyncio",
    "aopen_project",
    "batch",
    "check",
    "compare",
    "fit",
    "open_project",
    "panels",
    "plan_batch",
    "report",
]

_FROM_PROJECT = frozenset(
    (
        "BackendDiedError", "BackendMissingError", "BadInputError", "Clip", "Credits", "Estimate", "Export", "Exports", "Fit",
        "NotDubbedError", "NotHereError", "NotReceivedError", "NothingChangedError", "NothingToExportError", "OutcomeUnknownError", "Project", "ProjectError", "Reply", "Resumed",
        "SessionGoneError", "Sound", "StoppedByUserError", "Unfinished", "View", "acheck", "allow_nested_asyncio", "aopen_project", "check",
        "fit", "open_project",
    )
)  # fmt: skip

_FROM_REPORTING = (
    "BelowLevelError", "Comparison", "MissingPackageError", "Report", "compare", "report",
)  # fmt: skip


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "panels":
        return import_module(f"{__name__}.panels")
    rooms = {
        "Studio": "panels",
        "UnknownLanguageError": "languages",
        **dict.fromkeys(_FROM_PROJECT, "project"),
        **dict.fromkeys(("Batch", "batch", "plan_batch"), "batches"),
        **dict.fromkeys(_FROM_REPORTING, "reporting"),
    }
    room = rooms.get(name, "client")
    value: object = getattr(import_module(f"{__name__}.{room}"), name)
    globals()[name] = value
    return value


def load_ipython_extension(ipython: Any) -> None:
    """Add the magics `%nemodub` and `%%nemodub`; called by `%load_ext nemodub_nb`."""
    from nemodub_nb import magics

    magics.load_ipython_extension(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """Take the magics away; called by `%unload_ext nemodub_nb`."""
    from nemodub_nb import magics

    magics.unload_ipython_extension(ipython)


def __dir__() -> list[str]:
    return sorted(__all__)
