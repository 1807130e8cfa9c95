"""Dubs many clips into many languages, on this machine, a cluster or the cloud, and keeps a table of it."""

from __future__ import annotations

from .api import batch, plan_batch
from .frame import COLUMNS, STATUSES
from .result import Batch

__all__ = ["COLUMNS", "STATUSES", "Batch", "batch", "plan_batch"]
