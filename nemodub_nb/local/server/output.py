"""What an export's `output` asks for; what is not known here is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nemodub_nb.local.server.answers import bad_request
from nemodub_nb.presets import ASPECTS, FORMATS, LOUDNESS_RANGE_LUFS, QUALITIES, Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MOST_LANGUAGES = 200


@dataclass(frozen=True)
class Output:
    """The choices of an export. Beyond `format` and `quality`, only the embedded backend knows them."""

    format: Format
    quality: str
    aspect: str | None
    """A shape that goes before the draft's."""
    loudness_lufs: float | None
    """A loudness that goes before the draft's."""
    clip: str | None
    """Which one, for a draft that holds several."""
    language: str | None
    """Which one, for a draft that holds several and an export of one."""
    together: bool
    """All languages in one file."""
    languages: tuple[str, ...]
    """Which ones then, the default one first; empty: all there are."""
    original: bool
    """The clip's own sound as one more track."""


def read_output(output: Mapping[str, Any]) -> Output:
    """Return the choices. Raises Refusal (400)."""
    made = Output(
        format=FORMATS[one_of("format", output.get("format", "mp4"), FORMATS)],
        quality=one_of("quality", output.get("quality", "high"), QUALITIES),
        aspect=None if output.get("aspect") is None else one_of("aspect", output["aspect"], ASPECTS),
        loudness_lufs=loudness(output.get("loudness_lufs")),
        clip=output.get("clip"),
        language=output.get("language"),
        together=_yes("together", output.get("together", False)),
        languages=_languages(output.get("languages")),
        original=_yes("original", output.get("original", False)),
    )
    if made.together and not made.format.tracks:
        known = " or ".join(one.name for one in FORMATS.values() if one.tracks)
        raise bad_request(f"{made.format.title} holds one language. Use {known} for several.")
    return made


def loudness(value: Any) -> float | None:
    """Return a loudness in LUFS, None where none is asked for. Raises Refusal."""
    if value is None:
        return None
    least, most = LOUDNESS_RANGE_LUFS
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not least <= value <= most:
        raise bad_request(f"A loudness is a number of LUFS from {least:g} to {most:g}.")
    return float(value)


def one_of(what: str, value: Any, known: Iterable[str]) -> str:
    """Return a value that is one of those known. Raises Refusal."""
    names = tuple(known)
    if value not in names:
        raise bad_request(f"The {what} “{str(value)[:40]}” is not known here. Use {' or '.join(names)}.")
    return str(value)


def _yes(what: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise bad_request(f"output.{what} is neither true nor false.")
    return value


def _languages(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if (
        not isinstance(value, list)
        or len(value) > _MOST_LANGUAGES
        or not all(isinstance(tag, str) for tag in value)
    ):
        raise bad_request("output.languages is not a list of languages.")
    return tuple(dict.fromkeys(value))
