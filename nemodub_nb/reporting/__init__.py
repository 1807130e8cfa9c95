"""Reports on dubs: tables, checks, pages, and two runs side by side."""

from __future__ import annotations

from .columns import TABLES, describe, dtypes
from .comparing import Comparison, compare
from .errors import BelowLevelError, MissingPackageError
from .reports import Level, Report, report

__all__ = [
    "TABLES",
    "BelowLevelError",
    "Comparison",
    "Level",
    "MissingPackageError",
    "Report",
    "compare",
    "describe",
    "dtypes",
    "report",
]
