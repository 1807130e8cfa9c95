"""The part of a project that lets see and hear: voices, clips and dubs, in small pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import media
from .loop import LOOP

if TYPE_CHECKING:
    from .actions import Actions
    from .values import Clip, Sound


class Listening:
    """Small pieces of sound and picture, each once blocking and once for await. Only the embedded backend gives them.

    `clip` is the last uploaded one when it is not given.
    """

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    def preview_voice(self, language: str, voice: str | None = None) -> Sound:
        """Return a short sentence in that language, spoken by a voice such as `kokoro:ef_dora`, or by the best one.

        Raises NotHereError on the cloud, BadRequestError where no such voice is ready.
        """
        return LOOP.run(media.preview_voice(self._actions, language, voice))

    async def apreview_voice(self, language: str, voice: str | None = None) -> Sound:
        """Return a spoken sentence, as `preview_voice` does."""
        return await LOOP.follow(media.preview_voice(self._actions, language, voice))

    def peaks(self, clip: Clip | str | None = None, n: int = 1200) -> list[float] | None:
        """Return how loud the clip's own sound is, in `n` equal parts: 0 to 1. None on the cloud and without sound."""
        return LOOP.run(media.peaks(self._actions, clip, n))

    async def apeaks(self, clip: Clip | str | None = None, n: int = 1200) -> list[float] | None:
        """Return the peaks, as `peaks` does."""
        return await LOOP.follow(media.peaks(self._actions, clip, n))

    def poster(self, clip: Clip | str | None = None) -> bytes | None:
        """Return a JPEG of the clip, at most 480 pixels wide. None on the cloud and without a picture."""
        return LOOP.run(media.poster(self._actions, clip))

    async def aposter(self, clip: Clip | str | None = None) -> bytes | None:
        """Return the picture, as `poster` does."""
        return await LOOP.follow(media.poster(self._actions, clip))

    def facts(self, clip: Clip | str | None = None) -> dict[str, Any]:
        """Return duration_s, width, height, fps, audio_tracks, size_bytes and more. Raises NotHereError on the cloud."""
        return LOOP.run(media.facts(self._actions, clip))

    async def afacts(self, clip: Clip | str | None = None) -> dict[str, Any]:
        """Return the facts, as `facts` does."""
        return await LOOP.follow(media.facts(self._actions, clip))

    def sound(
        self, start_s: float, end_s: float, language: str | None = None, clip: Clip | str | None = None
    ) -> Sound:
        """Return the sound between two moments of the clip, a minute at most: its own, or a language's new voice alone.

        Raises NotHereError on the cloud, NotFoundError where there is no such sound.
        """
        return LOOP.run(media.sound(self._actions, start_s, end_s, language, clip))

    async def asound(
        self, start_s: float, end_s: float, language: str | None = None, clip: Clip | str | None = None
    ) -> Sound:
        """Return the sound, as `sound` does."""
        return await LOOP.follow(media.sound(self._actions, start_s, end_s, language, clip))
