"""Lets people call asyncio.run inside notebook cells, at their own wish."""

from __future__ import annotations

import asyncio
import importlib
import importlib.metadata
import warnings

_THREADED_KERNEL = (7, 0)
"""From this ipykernel on, nest_asyncio loses clicks and can hang Run All; nest_asyncio2 was never seen to."""


def allow_nested_asyncio() -> str:
    """Make `asyncio.run` and `loop.run_until_complete` work inside a running event loop; return what made it so.

    Prefers nest_asyncio2, the maintained fork, and takes nest_asyncio where the fork is not installed. Nothing in this package
    needs it. Raises RuntimeError on a uvloop loop, which neither can change.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        loop = None
    if loop is not None and type(loop).__module__.split(".")[0] == "uvloop":
        raise RuntimeError(
            "This event loop is uvloop's, which cannot be nested. Start the kernel with asyncio's own loop."
        )
    for name in ("nest_asyncio2", "nest_asyncio"):
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError:
            continue
        if name == "nest_asyncio" and _kernel() >= _THREADED_KERNEL:
            warnings.warn(
                "nest_asyncio loses widget clicks on this ipykernel. Install nest_asyncio2: pip install nest-asyncio2",
                stacklevel=2,
            )
        module.apply(loop)
        return name
    raise RuntimeError(
        "Neither nest_asyncio2 nor nest_asyncio is installed. Install one: pip install nest-asyncio2"
    )


def _kernel() -> tuple[int, ...]:
    """Return the version of ipykernel, (0,) where there is none."""
    try:
        version = importlib.metadata.version("ipykernel")
    except importlib.metadata.PackageNotFoundError:
        return (0,)
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
