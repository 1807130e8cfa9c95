"""Those who want to know what a project has done, whoever asked for it."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
OnDone = Callable[[Any], object]
"""Called on the project's thread with what an action returned: clips, a Reply, Exports or Resumed."""


class Watchers:
    """A list of callbacks."""

    def __init__(self) -> None:
        self._callbacks: list[OnDone] = []

    def add(self, callback: OnDone) -> Callable[[], None]:
        """Add one; returns what takes it off again."""
        self._callbacks.append(callback)

        def remove() -> None:
            with contextlib.suppress(ValueError):
                self._callbacks.remove(callback)

        return remove

    def tell(self, done: object) -> None:
        """Tell all of them."""
        for callback in [*self._callbacks]:
            callback(done)


class Watched(Protocol):
    """What has watchers."""

    watchers: Watchers


W = TypeVar("W", bound=Watched)


def told(
    action: Callable[Concatenate[W, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[W, P], Coroutine[Any, Any, T]]:
    """Tell the watchers what the action returned."""

    @functools.wraps(action)
    async def watched(self: W, /, *args: P.args, **kwargs: P.kwargs) -> T:
        done = await action(self, *args, **kwargs)
        self.watchers.tell(done)
        return done

    return watched
