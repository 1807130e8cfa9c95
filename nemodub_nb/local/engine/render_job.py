"""What an export is asked to be: pictures, sounds, texts and the file to write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Self, cast

from nemodub_nb.languages import own_name
from nemodub_nb.local.engine.errors import BadJobError
from nemodub_nb.local.engine.mix.mixdown import Entry
from nemodub_nb.presets import ASPECTS, DUB_LUFS, FORMATS, QUALITIES

if TYPE_CHECKING:
    from collections.abc import Mapping


MOST_SLOW: Final = 2.0
"""A picture that is slowed down more than this looks broken."""


@dataclass(frozen=True)
class Part:
    """A stretch of a source's picture. Parts follow each other."""

    source: str
    in_s: float
    out_s: float
    slow: float = 1.0
    """How many times as long it is shown, 1 to 2."""

    @property
    def length_s(self) -> float:
        """How long it is shown."""
        return (self.out_s - self.in_s) * self.slow


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

    @property
    def title(self) -> str:
        """What players call the track."""
        return track_title(self.language)


@dataclass(frozen=True)
class Sound:
    """One sound track of the file: what is heard in one language."""

    entries: tuple[Entry, ...]
    language: str | None = None
    """BCP 47."""
    named: str = ""
    """What players call the track; empty for the language's own name."""
    loudness_lufs: float | None = None
    """What it is brought to; None leaves the level as it is."""

    @property
    def title(self) -> str:
        """What players call the track."""
        return self.named or track_title(self.language)


def track_title(language: str | None) -> str:
    """Return a language's name in itself, as the title of a track; empty where the language is not known."""
    name = own_name(language) if language else ""
    return name[:1].upper() + name[1:]


@dataclass(frozen=True)
class RenderJob:
    """One file to be made."""

    picture: tuple[Part, ...]
    duration_s: float
    sounds: tuple[Sound, ...]
    """The first one is what players play unless another is chosen."""
    output: Path
    format: str = "mp4"
    """One of FORMATS."""
    titles: tuple[Cue, ...] = ()
    subtitles: tuple[Subtitles, ...] = ()
    """Burned ones come from the first; as tracks there may be many."""
    aspect: str | None = None
    """One of ASPECTS, None to keep the source's."""
    quality: str = "high"
    """One of QUALITIES; only matters when the picture must be encoded."""

    @classmethod
    def from_dict(cls, job: Mapping[str, Any]) -> Self:
        """Read the form that crosses process borders. Raises BadJobError.

        One language is `audio`, `audio_language`, `loudness_lufs` and one object `subtitles`; several are a list of
        `sounds`, each with `audio`, `language`, `title` and `loudness_lufs`, and a list of `subtitles`.
        """
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
            ("format", job.get("format") or "mp4", tuple(FORMATS)),
            ("quality", job.get("quality") or "high", QUALITIES),
            ("aspect", job.get("aspect"), (None, *ASPECTS)),
        ):
            if value not in known:
                choices = ", ".join(str(choice) for choice in known if choice)
                raise BadJobError(
                    f"An export cannot have the {name} “{value}”.", f"Choose one of: {choices}."
                )
        made = cls(
            picture=tuple(
                Part(str(p["source"]), float(p["in_s"]), float(p["out_s"]), _slow(p))
                for p in job.get("picture") or ()
            ),
            duration_s=float(job["duration_s"]),
            sounds=_sounds(job),
            output=Path(job["output"]),
            format=job.get("format") or "mp4",
            titles=_cues(job.get("titles")),
            subtitles=_subtitles(job.get("subtitles")),
            aspect=job.get("aspect"),
            quality=job.get("quality") or "high",
        )
        if len(made.sounds) > 1 and not FORMATS[made.format].tracks:
            raise BadJobError(
                f"{FORMATS[made.format].title} holds one language.", "Choose mp4, webm or m4a for several."
            )
        return made


def _sounds(job: Mapping[str, Any]) -> tuple[Sound, ...]:
    if job.get("sounds") is None:
        entries = tuple(_entry(entry) for entry in job.get("audio") or ())
        usual = DUB_LUFS if any(entry.role == "dub" for entry in entries) else None
        level = _level(job.get("loudness_lufs", usual))
        return (Sound(entries, job.get("audio_language"), loudness_lufs=level),) if entries else ()
    return tuple(
        Sound(
            tuple(_entry(entry) for entry in sound["audio"]),
            sound.get("language"),
            str(sound.get("title") or ""),
            _level(sound.get("loudness_lufs")),
        )
        for sound in job["sounds"]
    )


def _level(value: Any) -> float | None:
    return None if value is None else float(value)


def _subtitles(given: Any) -> tuple[Subtitles, ...]:
    listed = [given] if isinstance(given, dict) else given or ()
    return tuple(
        Subtitles(
            str(one["language"]),
            cast("Literal['track', 'burned', 'off']", one.get("mode") or "track"),
            _cues(one.get("cues")),
        )
        for one in listed
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
        slow=_slow(entry),
    )


def _slow(part: Mapping[str, Any]) -> float:
    """Read how much a picture or sound is slowed down. Raises BadJobError."""
    factor = float(part.get("slow") or 1.0)
    if not 1.0 <= factor <= MOST_SLOW:
        raise BadJobError(
            f"A part cannot be slowed down {factor:g} times.", f"Choose a factor from 1 to {MOST_SLOW:g}."
        )
    return factor


def _cues(cues: Any) -> tuple[Cue, ...]:
    """Read cues in order; those without words or length say nothing."""
    read = [Cue(float(cue["start_s"]), float(cue["end_s"]), str(cue["text"]).strip()) for cue in cues or ()]
    return tuple(
        sorted((cue for cue in read if cue.text and cue.end_s > cue.start_s), key=lambda cue: cue.start_s)
    )
