"""A font for words on the picture: one that has every character of them."""

from __future__ import annotations

import sys
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import ImageFont

from nemodub_nb.local.engine.errors import EngineError

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_PREFERRED: Final = (
    "DejaVuSans-Bold",
    "NotoSans-Bold",
    "LiberationSans-Bold",
    "Arial Bold",
    "arialbd",
    "NotoSansCJK-Bold",
    "NotoSansCJK-Regular",
    "DejaVuSans",
    "NotoSans-Regular",
)
_FOLDERS: Final = {
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
    "win32": ("C:/Windows/Fonts", "~/AppData/Local/Microsoft/Windows/Fonts"),
}
_OTHER_FOLDERS: Final = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_NOWHERE: Final = "\U000f1234"
"""A character for private use that no ordinary font has: its picture is the font's box for missing ones."""


class NoFontError(EngineError):
    """No font here has the characters of a title or subtitle."""


@lru_cache(maxsize=1)
def _files() -> tuple[Path, ...]:
    """Return all font files, the preferred ones first."""
    folders = [Path(folder).expanduser() for folder in _FOLDERS.get(sys.platform, _OTHER_FOLDERS)]
    found = [file for folder in folders if folder.is_dir() for file in folder.rglob("*") if _is_font(file)]
    order = {name: place for place, name in enumerate(_PREFERRED)}
    return tuple(
        sorted(found, key=lambda file: (order.get(file.stem, len(order)), "Bold" not in file.stem, file.name))
    )


def _is_font(file: Path) -> bool:
    return file.suffix.lower() in {".ttf", ".otf", ".ttc"}


@lru_cache(maxsize=64)
def font_for(characters: frozenset[str], size: int) -> Font:
    """Return a font of `size` pixels that has all the characters. Raises NoFontError."""
    for file in _files():
        try:
            font = ImageFont.truetype(str(file), size)
        except OSError:
            continue
        if _has(font, characters):
            return font
    own = ImageFont.load_default(size)
    if _has(own, characters):
        return own
    sample = "".join(sorted(characters, key=ord)[-3:])
    raise NoFontError(f"No font on this machine can write “{sample}”.", _what_to_install(characters))


def _has(font: Font, characters: frozenset[str]) -> bool:
    missing = _shape(font, _NOWHERE)
    return all(_shape(font, character) != missing for character in characters if _is_drawn(character))


def _shape(font: Font, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)


def _is_drawn(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in {"Cf", "Cc", "Mn"}


def _what_to_install(characters: frozenset[str]) -> str:
    names = {unicodedata.name(character, "").split(" ")[0] for character in characters}
    if names & {"CJK", "HIRAGANA", "KATAKANA", "HANGUL"}:
        return (
            "Install Noto Sans CJK (on Debian and Ubuntu: fonts-noto-cjk), or keep the subtitles as a track."
        )
    return "Install the Noto fonts (on Debian and Ubuntu: fonts-noto-core), or keep the subtitles as a track."
