"""The part of a project that looks: the timeline, the credits, what was done, what can be done."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Unpack

from . import offers
from .fit_asked import Asked, foresee
from .loop import LOOP

if TYPE_CHECKING:
    import pandas as pd

    from nemodub_nb.client import SessionState
    from nemodub_nb.timeline import Changes

    from .actions import Actions
    from .fit_script import Lines, Translations
    from .foreseen import Fit, LimitOptions
    from .sentences import Original
    from .values import Clip, Credits, Estimate


class Looking:
    """Looks at a project, each time once blocking and once for await."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    def timeline(self, clip: Clip | str | None = None) -> pd.DataFrame:
        """Return what is on the timeline, one row a segment; see nemodub_nb.timeline.COLUMNS."""
        frame: pd.DataFrame = LOOP.run(self._actions.timeline(clip))
        return frame

    async def atimeline(self, clip: Clip | str | None = None) -> pd.DataFrame:
        """Return the timeline, as `timeline` does."""
        frame: pd.DataFrame = await LOOP.follow(self._actions.timeline(clip))
        return frame

    def summary(self) -> str:
        """Return what is on the timeline in one line."""
        return LOOP.run(self._actions.summary())

    async def asummary(self) -> str:
        """Return the summary, as `summary` does."""
        return await LOOP.follow(self._actions.summary())

    def changes(self) -> Changes:
        """Return what changed since the last look: the last call of timeline, summary or changes, also before a restart."""
        return LOOP.run(self._actions.changes())

    async def achanges(self) -> Changes:
        """Return the changes, as `changes` does."""
        return await LOOP.follow(self._actions.changes())

    def state(self) -> SessionState:
        """Return the session's state as the server tells it, the raw draft included."""
        return LOOP.run(self._actions.state())

    async def astate(self) -> SessionState:
        """Return the state, as `state` does."""
        return await LOOP.follow(self._actions.state())

    def credits(self) -> Credits:
        """Return the account's balance."""
        return LOOP.run(self._actions.credits())

    async def acredits(self) -> Credits:
        """Return the balance, as `credits` does."""
        return await LOOP.follow(self._actions.credits())

    def claim_url(self) -> str:
        """Return a link that opens this project in NemoVideo's editor. It holds no token that could do more.

        Raises NotHereError on the embedded backend, whose projects stay on this machine.
        """
        return LOOP.run(self._actions.claim_url())

    async def aclaim_url(self) -> str:
        """Return the link, as `claim_url` does."""
        return await LOOP.follow(self._actions.claim_url())

    def ledger(self) -> pd.DataFrame:
        """Return what was done in this project, also before a restart: when, step, backend, cost, left, seconds.

        cost and left are credits, <NA> where the balance could not be read.
        """
        return self._actions.ledger.frame()

    async def aledger(self) -> pd.DataFrame:
        """Return the ledger, as `ledger` does."""
        return self._actions.ledger.frame()

    def languages(self, source: str | None = None) -> pd.DataFrame:
        """Return what clips can be dubbed into from the source language (English unless given).

        Columns: language, name, endonym, ready (now, without fetching anything), translates, voice, sounds, licence,
        command (what adds what is missing). `.attrs["voices"]` maps each language to its voices: id, label, grade, gender,
        ready. The cloud says nothing of it; there the common languages are listed.
        """
        frame: pd.DataFrame = LOOP.run(offers.languages(self._actions.desk, source))
        return frame

    async def alanguages(self, source: str | None = None) -> pd.DataFrame:
        """Return the languages, as `languages` does."""
        frame: pd.DataFrame = await LOOP.follow(offers.languages(self._actions.desk, source))
        return frame

    def fit(
        self,
        to: str,
        *,
        clip: Clip | str | None = None,
        translation: Translations | None = None,
        transcript: Lines | None = None,
        voice: str | None = None,
        speed: float = 1.0,
        **limits: Unpack[LimitOptions],
    ) -> Fit:
        """Foresee which lines of a language will not fit, before they are spoken, and what each limit would change.

        Without a translation, the lines are those that `review` wrote or `dub` spoke; what was spoken is measured. With one
        (see nemodub_nb.fit) they are those of the transcript beside the clip, or of the one that is given. What was not
        measured is guessed from the pace of the voice, as this machine has heard it. Raises BadInputError where there is
        nothing to look at.
        """
        asked = Asked(to, translation, transcript, voice, speed)
        return LOOP.run(foresee(self._actions, clip, asked, limits))

    async def afit(
        self,
        to: str,
        *,
        clip: Clip | str | None = None,
        translation: Translations | None = None,
        transcript: Lines | None = None,
        voice: str | None = None,
        speed: float = 1.0,
        **limits: Unpack[LimitOptions],
    ) -> Fit:
        """Foresee the fit, as `fit` does."""
        asked = Asked(to, translation, transcript, voice, speed)
        return await LOOP.follow(foresee(self._actions, clip, asked, limits))

    def estimate(
        self,
        to: str | Iterable[str],
        *,
        clip: Clip | str | None = None,
        original: Original = "replace",
        transcript: str | os.PathLike[str] | bool | None = None,
    ) -> Estimate:
        """Return about what a dub will take: credits, seconds, characters. Nothing is sent; options as for `dub`."""
        return self._actions.estimate(to, clip, original, transcript)

    async def aestimate(
        self,
        to: str | Iterable[str],
        *,
        clip: Clip | str | None = None,
        original: Original = "replace",
        transcript: str | os.PathLike[str] | bool | None = None,
    ) -> Estimate:
        """Return the estimate, as `estimate` does."""
        return self._actions.estimate(to, clip, original, transcript)
