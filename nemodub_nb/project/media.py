"""Asks the embedded backend for pieces of sound and picture."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final, TypeVar

from nemodub_nb.client import BadRequestError, NotFoundError

from .display import language_name, length
from .errors import BadInputError, NotHereError
from .sentences import parse_languages
from .values import Sound

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from nemodub_nb.client import AsyncNemoClient

    from .actions import Actions
    from .values import Clip

T = TypeVar("T")
LONGEST_S: Final = 60.0
"""The longest piece of sound that is given."""


async def preview_voice(actions: Actions, language: str, voice: str | None) -> Sound:
    """Have a voice say a sentence."""
    tag = parse_languages(language)[0]
    _here(actions, "speaks a sample")
    connection = actions.desk.connection
    client = await connection.client()
    with _plainly():
        wav = await connection.guard(client.voice_preview(tag, voice))
    return Sound(wav, f"{language_name(tag)}, {voice}" if voice else language_name(tag))


async def peaks(actions: Actions, clip: Clip | str | None, n: int) -> list[float] | None:
    """Return the shape of a clip's sound."""
    if not actions.desk.connection.extended:
        return None
    name = _name(actions, clip)
    try:
        found = await actions.desk.call(lambda client, session: client.peaks(session, name, n))
    except NotFoundError:
        return None
    return [float(value) for value in found.get("peaks", ())]


async def poster(actions: Actions, clip: Clip | str | None) -> bytes | None:
    """Return a picture of a clip."""
    if not actions.desk.connection.extended:
        return None
    name = _name(actions, clip)
    return await actions.desk.call(lambda client, session: client.poster(session, name))


async def facts(actions: Actions, clip: Clip | str | None) -> dict[str, Any]:
    """Return what is known of a clip."""
    return await _ask(
        actions, "measures clips", clip, lambda client, session, name: client.facts(session, name)
    )


async def sound(
    actions: Actions, start_s: float, end_s: float, language: str | None, clip: Clip | str | None
) -> Sound:
    """Return a piece of sound."""
    tag = parse_languages(language)[0] if language else None
    if not 0 <= start_s < end_s:
        raise BadInputError(
            f"From {start_s} to {end_s} s is no stretch of time.", "Give two moments, the later one last."
        )
    end = min(end_s, start_s + LONGEST_S)
    wav = await _ask(
        actions,
        "gives single sounds",
        clip,
        lambda client, session, name: client.sound(session, name, start_s, end, tag),
    )
    what = language_name(tag) if tag else "Original"
    return Sound(wav, f"{what}, {length(start_s)} to {length(end)}")


async def _ask(
    actions: Actions,
    what: str,
    clip: Clip | str | None,
    make: Callable[[AsyncNemoClient, str, str], Coroutine[Any, Any, T]],
) -> T:
    _here(actions, what)
    name = _name(actions, clip)
    with _plainly():
        return await actions.desk.call(lambda client, session: make(client, session, name))


@contextlib.contextmanager
def _plainly() -> Iterator[None]:
    """Let the embedded backend speak for itself: it gives a cause and what to do."""
    try:
        yield
    except (BadRequestError, NotFoundError) as error:
        cause, dot, advice = error.said.partition(". ")
        if cause:
            error.rephrase(cause.rstrip(".") + ".", f"{advice}." if dot and advice else "")
        raise


def _name(actions: Actions, clip: Clip | str | None) -> str:
    chosen = actions.clip(clip)
    if chosen is None:
        raise BadInputError("There is no clip in this project.", "Upload one first.")
    return chosen.name


def _here(actions: Actions, what: str) -> None:
    """Raise NotHereError on the cloud."""
    if not actions.desk.connection.extended:
        raise NotHereError(
            f"Only the embedded backend {what}.", "Open the project with backend='local' for that."
        )
