"""What kind of file the export panel was asked for, as it is chosen, shown and handed to the project."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nemodub_nb.presets import FORMATS, PRESETS, QUALITIES, Format, Preset

from . import export_words

SHAPES: Final = ("", "16:9", "9:16", "1:1")
"""Empty: as the timeline has it."""


@dataclass
class FileChoices:
    """The choices so far. Those that the backend at hand does not know are not offered."""

    is_local: Callable[[], bool]
    """Whether the backend is the embedded one: of the cloud, only MP4 is known."""
    format: str = "mp4"
    quality: str = "high"
    platform: str = ""
    """The name of a preset; empty for none."""
    shape: str = ""
    """What the agent is to be told of the picture."""
    together: bool = False
    original: bool = False

    @property
    def preset(self) -> Preset | None:
        """What the platform wants."""
        return PRESETS.get(self.platform)

    @property
    def file(self) -> Format:
        """The kind of file."""
        return FORMATS[self.format]

    @property
    def aspect(self) -> str | None:
        """The shape that the preset gives the picture."""
        return self.preset.aspect if self.preset else None

    def take(self, message: Mapping[str, Any]) -> None:
        """Take over what a page chose; what is no choice changes nothing."""
        platform = _one_of(message.get("preset"), dict(self._platforms()), self.platform)
        if platform != self.platform:
            self.platform = platform
            self.format = self.preset.format if self.preset else "mp4"
        self.format = _one_of(message.get("format"), dict(self._formats()), self.format)
        self.quality = _one_of(message.get("quality"), QUALITIES, self.quality)
        shapes = SHAPES if self.file.picture and not self.aspect else ("",)
        self.shape = _one_of(message.get("shape"), shapes, self.shape if self.shape in shapes else "")
        self.together = _yes(message.get("together"), self.together)
        self.original = _yes(message.get("original"), self.original)

    def can_join(self, names: Iterable[str]) -> bool:
        """Tell whether these languages can go into one file."""
        return self.is_local() and self.file.tracks and len([*filter(None, names)]) > 1

    def joins(self, names: Iterable[str]) -> bool:
        """Tell whether they will."""
        return self.together and self.can_join(names)

    def options(self, names: Iterable[str]) -> dict[str, Any]:
        """Return them as the project takes them."""
        joined = self.joins(names)
        return {
            "format": self.format,
            "quality": self.quality,
            "preset": self.platform or None,
            "together": joined,
            "original": joined and self.original,
        }

    def code(self, names: Iterable[str]) -> list[str]:
        """Return them as a call's arguments, without what goes without saying."""
        chosen = self.options(names)
        if chosen["format"] == (self.preset.format if self.preset else "mp4"):
            del chosen["format"]
        return [f"{name}={value!r}" for name, value in chosen.items() if value]

    def view(self, names: Iterable[str]) -> dict[str, Any]:
        """Return what the page shows."""
        names = [*names]
        return {
            "presets": self._platforms(),
            "preset": self.platform,
            "preset_facts": self.preset.facts if self.preset else "",
            "formats": self._formats(),
            "format": self.format,
            "pictured": self.file.picture,
            "qualities": [(name, export_words.QUALITIES[name]) for name in QUALITIES],
            "quality": self.quality,
            "shapes": [(name, export_words.SHAPES[name]) for name in SHAPES],
            "shape": self.shape,
            "own_shape": self.aspect is None,
            "sentence": export_words.shape_sentence(self.shape) if self.shape else "",
            "can_join": self.can_join(names),
            "together": self.joins(names),
            "original": self.original,
        }

    def _formats(self) -> list[tuple[str, str]]:
        return [(one.name, one.title) for one in FORMATS.values() if self.is_local() or one.name == "mp4"]

    def _platforms(self) -> list[tuple[str, str]]:
        offered = PRESETS.values() if self.is_local() else ()
        return [("", export_words.NO_PRESET), *((one.name, one.title) for one in offered)]


def _one_of(value: object, among: Iterable[str], old: str) -> str:
    return value if isinstance(value, str) and value in among else old


def _yes(value: object, old: bool) -> bool:
    return value if isinstance(value, bool) else old
