"""What the engine needs to know of a clip before it listens to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nemodub_nb.local.engine.errors import NoAudioError
from nemodub_nb.local.engine.steps import Steps, file_digest


@dataclass(frozen=True)
class Clip:
    """A clip that was looked into."""

    path: Path
    digest: str
    """SHA-256 of its bytes."""
    duration_s: float
    width: int
    """As it is shown; 0 without a picture."""
    height: int
    fps: float
    has_video: bool
    audio_tracks: int
    subtitle_tracks: int

    def to_dict(self) -> dict[str, Any]:
        """Return what a user may want to see, as plain JSON values."""
        hidden = {"path", "digest", "subtitle_tracks"}
        return {name: value for name, value in asdict(self).items() if name not in hidden}


def look_into(path: Path, steps: Steps) -> Clip:
    """Return what is known of a clip with sound.

    Raises NotMediaError when it is not a clip, NoAudioError when it is silent by construction.
    """
    digest = file_digest(path, steps)
    found: Mapping[str, Any] = steps.value("probe", digest, lambda: _probed(path))
    if not found["audio_tracks"]:
        raise NoAudioError(
            "The clip has no sound, so there is no voice to dub.", "Use a clip in which somebody speaks."
        )
    return Clip(path=path, digest=digest, **found)


def _probed(path: Path) -> dict[str, Any]:
    from nemodub_nb.local.engine.media.probe import probe

    media = probe(path)
    return {
        "duration_s": media.duration_s,
        "width": media.width,
        "height": media.height,
        "fps": media.fps,
        "has_video": media.has_video,
        "audio_tracks": len(media.audio_tracks),
        "subtitle_tracks": len(media.subtitle_tracks),
    }
