"""Foresees the fit of a project's clip: lines from the timeline or from files, the pace from the backend."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from nemodub_nb.client import BadRequestError
from nemodub_nb.fitting import Pace, usual_pace

from .errors import BadInputError
from .fit_script import from_draft, script
from .foreseen import Fit
from .sentences import parse_languages, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nemodub_nb.fitting import PlannedLine

    from .actions import Actions
    from .desk import Desk
    from .fit_script import Lines, Translations
    from .foreseen import LimitOptions
    from .values import Clip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the fit is asked of; see Project.fit."""

    to: str
    translation: Translations | None
    transcript: Lines | None
    voice: str | None
    speed: float


async def foresee(actions: Actions, clip: Clip | str | None, asked: Asked, limits: LimitOptions) -> Fit:
    """Foresee the fit of one language of a clip."""
    language = parse_languages(asked.to)[0]
    chosen = actions.clip(clip)
    lines, speaker = await _lines(actions.desk, chosen, language, asked)
    voice, pace = await _pace(actions.desk, language, asked.voice, speaker)
    made = Fit(
        lines,
        language,
        pace=pace,
        voice=voice,
        duration_s=chosen.duration_s if chosen else None,
        speed=asked.speed,
    )
    return made.change(**limits)


async def _lines(
    desk: Desk, clip: Clip | None, language: str, asked: Asked
) -> tuple[list[PlannedLine], str | None]:
    if asked.translation is not None:
        beside = clip.transcript if clip else None
        transcript = beside if asked.transcript is None else asked.transcript
        if transcript is None:
            raise BadInputError(
                "There is no transcript to fit the translation to.",
                "Give one with transcript=…: an SRT or WebVTT file, or a table.",
            )
        return script(transcript, asked.translation, language), None
    found, voice = from_draft(await desk.draft(), language, clip.name if clip else None)
    if not found:
        raise BadInputError(
            f"The timeline has no dub into {spoken(language)} whose lines could be looked at.",
            "Call project.review first, or give translation=… to look before anything is spoken.",
        )
    return found, voice


async def _pace(desk: Desk, language: str, wanted: str | None, speaker: str | None) -> tuple[str, Pace]:
    """Return the voice that would speak and its pace: as the backend knows it, else what is usual."""
    voice = wanted or speaker
    told: Mapping[str, Any] | None = None
    if desk.connection.extended:
        client = await desk.connection.client()
        try:
            told = await desk.connection.guard(client.pace(language, voice))
        except BadRequestError:
            if wanted:  # else who spoke the dub does not speak here any more
                raise
    engine = (voice or "").partition(":")[0] or "kokoro"
    usual = usual_pace(engine, language)
    if told is None:
        return voice or "", usual
    known = {one.name: told[one.name] for one in fields(Pace) if _positive(told.get(one.name))}
    values = {one.name: getattr(usual, one.name) for one in fields(Pace)}
    return str(told.get("voice") or voice or ""), Pace(**{**values, **known})


def _positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1000  # noqa: PLR2004 - no voice is as fast
