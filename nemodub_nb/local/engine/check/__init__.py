"""Measures a finished dub against its source: what is in the file, not what its maker says of it."""

from __future__ import annotations

from nemodub_nb.local.engine.check.job import CheckJob
from nemodub_nb.local.engine.check.measuring import check

__all__ = ["CheckJob", "check"]
