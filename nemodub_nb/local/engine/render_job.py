"""What an export is asked to be: pictures, sounds, texts and the file to write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Self, cast

from nemodub_nb.local.engine.errors import BadJobError
from nemodub_nb.local.engine.mix.mixdown import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

ASPECTS: Final = {"9:16": (1080, 1920), "1:1": (1080, 1080), "16:9": (1920, 1080)}
"""Aspect ratios and the largest picture of each."""

QUALITIES: Final = {"high": 20, "medium": 23, "low": 28}
"""Qualities and what they mean to the encoder (constant rate factor)."""


@dataclass(frozen=True)
class Part:
    """A stretch of a source's picture. Parts follow each other."""

    source: str
    in_s: float
    out_s: float


@dataclass(frozen=True)
class Cue:
    """Words on the screen for a while."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True)
class Subtitles:
    """Subtitles in one language."""

    language: str
    """BCP 47."""
    mode: Literal["track", "burned", "off"]
    cues: tuple[Cue, ...]


@dataclass(frozen=True)
class RenderJob:
    """One MP4 to be made."""

    picture: tuple[Part, ...]
    duration_s: float
    audio: tuple[Entry, ...]
    output: Path
    titles: tuple[Cue, ...] = ()
    subtitles: Subtitles | None = None
    aspect: str | None = None
    """One of ASPECTS, None to keep the source's."""
    quality: str = "high"
    """One of QUALITIES; only matters when the picture must be encoded."""
    audio_language: str | None = None
    """BCP 47."""
    loudness_lufs: float | None = -16.0
    """None leaves the level as it is."""

    @classmethod
    def from_dict(cls, job: Mapping[str, Any]) -> Self:
        """Read the form that crosses process borders. Raises BadJobError."""
        try:
            return cls._read(job)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadJobError(
                f"The export's order cannot be read ({type(error).__name__}: {error}).",
                "Check its fields and run it again.",
            ) from error

    @classmethod
    def _read(cls, job: Mapping[str, Any]) -> Self:
        for name, value, known in (
            ("format", job.get("format") or "mp4", ("mp4",)),
            ("quality", job.get("quality") or "high", tuple(QUALITIES)),
            ("aspect", job.get("aspect"), (None, *ASPECTS)),
        ):
            if value not in known:
                choices = ", ".join(str(choice) for choice in known if choice)
                raise BadJobError(
                    f"An export cannot have the {name} “{value}”.", f"Choose one of: {choices}."
                )
        subtitles = job.get("subtitles")
        loudness = job.get("loudness_lufs", -16.0)
        return cls(
            picture=tuple(
                Part(str(p["source"]), float(p["in_s"]), float(p["out_s"])) for p in job.get("picture") or ()
            ),
            duration_s=float(job["duration_s"]),
            audio=tuple(_entry(entry) for entry in job.get("audio") or ()),
            output=Path(job["output"]),
            titles=_cues(job.get("titles")),
            subtitles=None
            if not subtitles
            else Subtitles(
                str(subtitles["language"]),
                cast("Literal['track', 'burned', 'off']", subtitles.get("mode") or "track"),
                _cues(subtitles.get("cues")),
            ),
            aspect=job.get("aspect"),
            quality=job.get("quality") or "high",
            audio_language=job.get("audio_language"),
            loudness_lufs=None if loudness is None else float(loudness),
        )


def _entry(entry: Mapping[str, Any]) -> Entry:
    return Entry(
        source=str(entry["source"]),
        start_s=float(entry.get("start_s") or 0.0),
        in_s=float(entry.get("in_s") or 0.0),
        out_s=float(entry["out_s"]),
        volume=float(entry.get("volume", 1.0)),
        role=entry.get("role") or "original",
        duck=bool(entry.get("duck")),
    )


def _cues(cues: Any) -> tuple[Cue, ...]:
    """Read cues in order; those without words or length say nothing."""
    read = [Cue(float(cue["start_s"]), float(cue["end_s"]), str(cue["text"]).strip()) for cue in cues or ()]
    return tuple(
        sorted((cue for cue in read if cue.text and cue.end_s > cue.start_s), key=lambda cue: cue.start_s)
    )
