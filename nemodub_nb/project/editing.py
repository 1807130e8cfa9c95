"""The part of a project that reviews and changes single lines."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Unpack

from . import edits, live
from .loop import LOOP

if TYPE_CHECKING:
    import pandas as pd

    from .actions import Actions
    from .edits import ReviewOptions
    from .live import View
    from .talk import OnEvent
    from .values import Clip, Reply

    Changes = pd.DataFrame | str | os.PathLike[str] | Iterable[Mapping[str, Any]]


class Editing:
    """Lines as tables: written before a word is spoken, corrected, approved, and spoken again one by one.

    Each once blocking and once for await. `clip` is the last uploaded one when it is not given.
    """

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    def transcribe(
        self, *, on_event: OnEvent | None = None, show: bool | View = True, **options: Unpack[ReviewOptions]
    ) -> Reply:
        """Write down what is said in the clip, to be corrected before it is translated: see `lines()` and `edit`.

        source: the spoken language, if known. transcript: an SRT or VTT file instead of listening.
        """
        return LOOP.run(edits.review(self._actions, None, _view("Transcribe", show=show), options, on_event))

    async def atranscribe(
        self, *, on_event: OnEvent | None = None, show: bool | View = True, **options: Unpack[ReviewOptions]
    ) -> Reply:
        """Transcribe, as `transcribe` does."""
        return await LOOP.follow(
            edits.review(self._actions, None, _view("Transcribe", show=show), options, on_event)
        )

    def review(
        self,
        to: str | Iterable[str],
        *,
        on_event: OnEvent | None = None,
        show: bool | View = True,
        **options: Unpack[ReviewOptions],
    ) -> Reply:
        """Translate into languages without speaking: look at `lines(language)`, change them with `edit`, then `dub`.

        source, transcript, memory and glossary are as for `dub`. A language that fails does not stop the others: see `Reply.failed`.
        """
        return LOOP.run(edits.review(self._actions, to, _view("Review", show=show), options, on_event))

    async def areview(
        self,
        to: str | Iterable[str],
        *,
        on_event: OnEvent | None = None,
        show: bool | View = True,
        **options: Unpack[ReviewOptions],
    ) -> Reply:
        """Translate for review, as `review` does."""
        return await LOOP.follow(
            edits.review(self._actions, to, _view("Review", show=show), options, on_event)
        )

    def lines(self, language: str | None = None, clip: Clip | str | None = None) -> pd.DataFrame:
        """Return the lines of a language, one row each, or those of the transcript without a language.

        Columns are those of nemodub_nb.timeline.LINE_COLUMNS and TRANSCRIPT_COLUMNS; times are seconds of the clip. Change
        text, voice, start_s, sound (dub, mute, original) or approved, of the transcript text, start_s or end_s, and give the
        table to `edit`. Empty when nothing was written yet.
        """
        frame: pd.DataFrame = LOOP.run(edits.lines(self._actions, language, clip))
        return frame

    async def alines(self, language: str | None = None, clip: Clip | str | None = None) -> pd.DataFrame:
        """Return the lines, as `lines` does."""
        frame: pd.DataFrame = await LOOP.follow(edits.lines(self._actions, language, clip))
        return frame

    def edit(
        self,
        changes: Changes,
        language: str | None = None,
        *,
        clip: Clip | str | None = None,
        show: bool | View = True,
    ) -> Reply:
        """Change single lines; only they are translated, spoken and mixed again.

        changes: the table of `lines`, changed, or a part of it; a CSV file of it; or rows such as `{"line": 3, "text": "…"}`.
        A cell that was emptied takes a decision back. language: whose lines they are, unless a column `language` tells;
        without both they are the transcript's. Raises BadInputError before anything is sent: for a line that is not
        there, a column that cannot be set, or a table that changes nothing.
        """
        return LOOP.run(edits.edit(self._actions, changes, language, clip, _view("Edit lines", show=show)))

    async def aedit(
        self,
        changes: Changes,
        language: str | None = None,
        *,
        clip: Clip | str | None = None,
        show: bool | View = True,
    ) -> Reply:
        """Change lines, as `edit` does."""
        return await LOOP.follow(
            edits.edit(self._actions, changes, language, clip, _view("Edit lines", show=show))
        )

    def approve(
        self,
        language: str,
        lines: Iterable[int] | None = None,
        *,
        clip: Clip | str | None = None,
        show: bool | View = True,
    ) -> Reply:
        """Say that lines are right, all of them unless their numbers are given: later dubs translate the same words so."""
        return LOOP.run(edits.approve(self._actions, language, lines, clip, _view("Approve", show=show)))

    async def aapprove(
        self,
        language: str,
        lines: Iterable[int] | None = None,
        *,
        clip: Clip | str | None = None,
        show: bool | View = True,
    ) -> Reply:
        """Approve lines, as `approve` does."""
        return await LOOP.follow(
            edits.approve(self._actions, language, lines, clip, _view("Approve", show=show))
        )

    def undo(self, *, clip: Clip | str | None = None, show: bool | View = True) -> Reply:
        """Go back to how the clip was before the last change; again for the one before."""
        return LOOP.run(edits.undo(self._actions, clip, _view("Undo", show=show)))

    async def aundo(self, *, clip: Clip | str | None = None, show: bool | View = True) -> Reply:
        """Undo, as `undo` does."""
        return await LOOP.follow(edits.undo(self._actions, clip, _view("Undo", show=show)))

    def memory(self) -> pd.DataFrame:
        """Return what was approved at this backend, as a translation memory: source, target, target_language, source_language.

        Save it with `.to_csv(…, index=False)` and give it to others as `memory=`. Raises NotHereError on the cloud.
        """
        frame: pd.DataFrame = LOOP.run(edits.memory(self._actions))
        return frame

    async def amemory(self) -> pd.DataFrame:
        """Return the memory, as `memory` does."""
        frame: pd.DataFrame = await LOOP.follow(edits.memory(self._actions))
        return frame


def _view(title: str, *, show: bool | View) -> View:
    view = live.view(title, show=show)
    view.open()
    return view
