"""What kind of file an export makes: format, quality, shape, loudness, and one language or several in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from nemodub_nb.presets import FORMATS, PRESETS, QUALITIES

from .errors import BadInputError

if TYPE_CHECKING:
    from .outputs import Target


@dataclass(frozen=True, slots=True)
class Order:
    """The choices of an export, as the journal remembers them."""

    format: str = "mp4"
    """One of FORMATS, or another that the server knows."""
    quality: str = "high"
    aspect: str | None = None
    """None keeps the timeline's."""
    loudness_lufs: float | None = None
    """None keeps the timeline's."""
    together: bool = False
    """All languages in one file."""
    original: bool = False
    """The clip's own sound as one more track of it."""

    @classmethod
    def remembered(cls, fields: Mapping[str, Any]) -> Self:
        """Return the order of a render as the journal remembers it; earlier journals only knew the quality."""
        known = fields.get("order")
        return cls(**known) if known else cls(fields["target"]["format"], fields["quality"])

    def more(self, target: Target) -> dict[str, Any]:
        """Return what goes beyond the API's own words; empty when those say it all."""
        together = {"together": True, "languages": list(target.languages) or None} if self.together else {}
        asked = {
            "aspect": self.aspect,
            "loudness_lufs": self.loudness_lufs,
            **together,
            "original": self.original or None,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def fields(self) -> dict[str, Any]:
        """Return the form that `remembered` reads."""
        return asdict(self)


def order(
    format_: str | None = None,
    quality: str = "high",
    preset: str | None = None,
    *,
    together: bool = False,
    original: bool = False,
) -> Order:
    """Return an order; a format that is given goes before the preset's. Raises BadInputError."""
    if preset is not None and preset not in PRESETS:
        raise BadInputError(f"preset={preset!r} is not known.", f"Use one of: {', '.join(PRESETS)}.")
    wanted = PRESETS[preset] if preset is not None else None
    name = format_ or (wanted.format if wanted else "mp4")
    if not isinstance(name, str) or not name.isalnum():
        raise BadInputError(f"format={name!r} is not a format.", f"Use one of: {', '.join(FORMATS)}.")
    if quality not in QUALITIES:
        raise BadInputError(f"quality={quality!r} is not a choice.", f"Use one of: {', '.join(QUALITIES)}.")
    known = FORMATS.get(name)
    if together and known and not known.tracks:
        several = " or ".join(one.name for one in FORMATS.values() if one.tracks)
        raise BadInputError(
            f"{known.title} holds one language.", f"Use format={several} for several, or leave together out."
        )
    if original and not together:
        raise BadInputError(
            "original=True adds the clip's own sound as one more track.", "Use it with together=True."
        )
    aspect = wanted.aspect if wanted and (known is None or known.picture) else None
    return Order(name, quality, aspect, wanted.loudness_lufs if wanted else None, together, original)
