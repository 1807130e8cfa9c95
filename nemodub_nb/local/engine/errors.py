"""What can go wrong while dubbing, each with its cause and the next step."""

from __future__ import annotations


class EngineError(Exception):
    """A failure that a user can act on.

    `message` is one sentence of cause, `advice` one sentence of what to do.
    """

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(f"{message} {advice}".strip())
        self.message = message
        self.advice = advice

    def to_dict(self) -> dict[str, str]:
        """Return `{"type", "message", "advice"}`, the form that crosses process borders."""
        return {"type": type(self).__name__, "message": self.message, "advice": self.advice}


class NotMediaError(EngineError):
    """The file cannot be read as video or audio."""


class NoAudioError(EngineError):
    """The clip has a picture but no sound, so there is nothing to dub."""


class NoSpeechError(EngineError):
    """No speech was found in the clip."""


class UnsureLanguageError(EngineError):
    """The spoken language could not be told with confidence."""


class NoTranslationError(EngineError):
    """No memory, model or program here translates this pair of languages."""


class HopFailedError(EngineError):
    """A machine that should translate a pair did not."""


class NoVoiceError(EngineError):
    """No voice here speaks this language."""


class WeightsUnavailableError(EngineError):
    """A model is neither on this machine nor to be had from any of its sources."""


class BadTranscriptError(EngineError):
    """A transcript or translation memory could not be read."""


class BadGlossaryError(BadTranscriptError):
    """A glossary could not be read."""


class NoSpaceError(EngineError):
    """The disk is full or the folder cannot be written."""


class BadJobError(EngineError):
    """A job asks for something that the engine does not have."""


class SeparationUnavailableError(EngineError):
    """The model that takes the voice out is not installed."""
