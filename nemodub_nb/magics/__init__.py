"""The magics `%nemodub` and `%%nemodub`, which `%load_ext nemodub_nb` brings."""

from __future__ import annotations

from .extension import load_ipython_extension, unload_ipython_extension

__all__ = ["load_ipython_extension", "unload_ipython_extension"]
