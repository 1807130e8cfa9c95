"""Why a report is not written, or not good enough."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from nemodub_nb.project import ProjectError

if TYPE_CHECKING:
    import pandas as pd


class BelowLevelError(ProjectError, AssertionError):
    """A dub is worse than what was asked for. `checks` lists what failed."""

    def __init__(self, message: str, advice: str, checks: pd.DataFrame, level: str) -> None:
        super().__init__(message, advice)
        self.checks = checks
        """The rows of Report.checks that are below the level; a verdict that is missing was never measured."""
        self.level = level
        """What was asked for."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.advice, self.checks, self.level)


class MissingPackageError(ProjectError, ImportError):
    """A package that writes this kind of file is not installed."""


def need(package: str) -> None:
    """Raise MissingPackageError unless a package of the extra `report` is installed."""
    if find_spec(package) is None:
        raise MissingPackageError(
            f"The package {package} is missing.", 'Install it with: pip install "nemodub_nb[report]"'
        )
