"""What the engine can be asked to dub, as plain values that cross process borders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nemodub_nb import languages
from nemodub_nb.fitting import SLOW_VIDEO_MOST
from nemodub_nb.local.engine.edits import LineEdit
from nemodub_nb.local.engine.errors import BadJobError


@dataclass(frozen=True)
class DubJob:
    """A clip, the languages it shall be dubbed into, and how."""

    source: Path
    languages: tuple[str, ...]
    """Target languages, BCP 47."""
    home: Path
    """Folder of the cache and the models."""
    source_language: str | None = None
    """None: it is listened for."""
    transcript: Path | None = None
    """SRT or VTT that a person made."""
    memories: tuple[Path, ...] = ()
    glossaries: tuple[Path, ...] = ()
    """CSV files of terms and of names that are not translated."""
    voices: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    """Voice by target language, where one was asked for: for everybody, or by speaker's name."""
    speakers: str = "auto"
    """`auto` tells the speakers apart and gives each a voice; `one` takes all lines for one person's."""
    quality: str = "best"
    """`best` or `fast`."""
    speed: float = 1.0
    """How fast the voices speak by themselves; 1.0 is natural."""
    slow_video: float = 1.0
    """How much the picture may be slowed under a line that fits in no other way; 1 is not at all, 2 the most."""
    separate: bool = True
    """Take the original voice out of the sound and keep the rest."""
    separator: str = "deepfilternet"
    """What takes it out: `deepfilternet`, or `demucs`, which is heavier."""
    kept: bool = False
    """The original voice is heard all the time: lines that keep it need no voice of their own."""
    edits: tuple[LineEdit, ...] = ()
    """What a person decided about single lines."""
    speak: bool = True
    """False: only the transcript and the scripts are written, to be reviewed before a word is spoken."""

    @property
    def cache(self) -> Path:
        """Folder of finished steps."""
        return self.home / "cache"

    @property
    def models(self) -> Path:
        """Folder of the models that were fetched."""
        return self.home / "models"

    @classmethod
    def from_dict(cls, job: Mapping[str, Any]) -> DubJob:
        """Return the job of a JSON object. Raises BadJobError when something is missing or of a wrong kind."""
        try:
            return cls(
                source=Path(job["source"]),
                languages=tuple(languages.parse(tag) for tag in job["languages"]),
                home=Path(job["home"]),
                source_language=languages.parse(job["source_language"])
                if job.get("source_language")
                else None,
                transcript=Path(job["transcript"]) if job.get("transcript") else None,
                memories=tuple(Path(path) for path in job.get("memories") or ()),
                glossaries=tuple(Path(path) for path in job.get("glossaries") or ()),
                voices=dict(job.get("voices") or {}),
                speakers=str(job.get("speakers") or "auto"),
                quality=str(job.get("quality") or "best"),
                speed=float(job.get("speed") or 1.0),
                slow_video=_slow_video(job.get("slow_video")),
                separator=str(job.get("separator") or "deepfilternet"),
                separate=bool(job.get("separate", True)),
                kept=bool(job.get("kept", False)),
                edits=tuple(LineEdit.from_dict(edit) for edit in job.get("edits") or ()),
                speak=bool(job.get("speak", True)),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadJobError(f"The dubbing job cannot be read: {error}.", "Check the request.") from error


def _slow_video(value: Any) -> float:
    most = float(value or 1.0)
    if not 1.0 <= most <= SLOW_VIDEO_MOST:
        raise ValueError(f"the picture cannot be slowed {most:g} times, only 1 to {SLOW_VIDEO_MOST:g}")
    return most
