"""The part of a project that measures what it has exported."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from . import live
from .loop import LOOP

if TYPE_CHECKING:
    from .actions import Actions
    from .checking import Checkable
    from .live import View
    from .values import Exports


class Measuring:
    """Measures exports, once blocking and once for await."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    def check(
        self,
        exports: Checkable,
        *,
        source: str | os.PathLike[str] | None = None,
        show: bool | View = True,
    ) -> Exports:
        """Measure finished videos, and write what was found into the report beside each: `nd.report` then tells it.

        exports: what `export` returned, or the folder it wrote to. What is measured: speech where the source has speech, when
        each line is heard to begin, which words a recogniser understands, loudness, music against the source, what is left
        of the original voice, the picture, lengths and subtitles. It runs on this machine, also for videos from the cloud.
        source: the clip, where it is no longer at the place that it was uploaded from.

        Returns the exports with what was measured; one that could not be is in `Exports.failed`. Raises BadInputError when
        there is nothing to measure, BackendMissingError without the extra `local`.
        """
        view = live.view("Measure", show=show)
        view.open()
        return LOOP.run(self._actions.check(exports, source, view))

    async def acheck(
        self,
        exports: Checkable,
        *,
        source: str | os.PathLike[str] | None = None,
        show: bool | View = True,
    ) -> Exports:
        """Measure finished videos, as `check` does."""
        view = live.view("Measure", show=show)
        view.open()
        return await LOOP.follow(self._actions.check(exports, source, view))
