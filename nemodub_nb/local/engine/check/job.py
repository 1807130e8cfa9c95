"""What the engine can be asked to check, as plain values that cross process borders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nemodub_nb import languages
from nemodub_nb.local.engine.errors import BadJobError


@dataclass(frozen=True)
class CheckJob:
    """A finished file, the clip that it was made of, and what its report says of the lines."""

    source: Path
    video: Path
    language: str
    """BCP 47: what is spoken in the file, and which of its tracks is meant."""
    home: Path
    """Folder of the cache and the models."""
    lines: tuple[Mapping[str, Any], ...] = ()
    """Rows as the report of the export has them."""
    source_language: str | None = None
    """None: it is listened for where it is needed."""
    subtitles: Path | None = None
    """SRT or VTT beside the file, for one that has no subtitle track of the language."""
    parts: tuple[tuple[float, float], ...] = ()
    """What the file shows of the clip one after the other, in seconds of the clip; empty: all of it."""
    bed: Path | None = None
    """The sound without the voice; None: the one that the dub left in the cache, where there is one."""

    @property
    def cache(self) -> Path:
        """Folder of finished steps."""
        return self.home / "cache"

    @property
    def models(self) -> Path:
        """Folder of the models that were fetched."""
        return self.home / "models"

    @classmethod
    def from_dict(cls, job: Mapping[str, Any]) -> CheckJob:
        """Return the job of a JSON object. Raises BadJobError when something is missing or of a wrong kind."""
        try:
            return cls(
                source=Path(job["source"]),
                video=Path(job["video"]),
                language=languages.parse(job["language"]),
                home=Path(job["home"]),
                lines=tuple(dict(line) for line in job.get("lines") or ()),
                source_language=languages.parse(job["source_language"])
                if job.get("source_language")
                else None,
                subtitles=Path(job["subtitles"]) if job.get("subtitles") else None,
                parts=tuple((float(one["in_s"]), float(one["out_s"])) for one in job.get("parts") or ()),
                bed=Path(job["bed"]) if job.get("bed") else None,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadJobError(f"The check cannot be read: {error}.", "Check the request.") from error
