"""Finds in files what should not be passed on with them."""

from __future__ import annotations

from .finding import Finding
from .notebook import clean
from .scan import scan

__all__ = ["Finding", "clean", "scan"]
