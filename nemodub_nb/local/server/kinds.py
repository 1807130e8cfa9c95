"""Which kind of media a file is, by its name and by its first bytes."""

from __future__ import annotations

import re
import unicodedata

from nemodub_nb.contract import ACCEPTED_TYPES, AUDIO_TYPES, IMAGE_TYPES, VIDEO_TYPES

HEAD_BYTES = 64
"""How much of a file `sniff` looks at."""
_MOST_NAME_BYTES = 150
_FALLBACK_STEM = "clip"
_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_ID3_HEADER = 10


def clean_name(raw: str) -> str:
    """Return a file name that is safe to show, to store and to say in a sentence.

    Folders, control and direction marks and quotes go; letters of any script stay.
    """
    base = re.split(r"[/\\]", raw)[-1]
    kept = "".join(c for c in unicodedata.normalize("NFC", base) if unicodedata.category(c)[0] != "C")
    kept = re.sub(r"[\"“”<>|*?:\s]+", " ", kept).rstrip(" .")
    stem, dot, suffix = kept.rpartition(".")
    if not dot:
        return kept.encode()[:_MOST_NAME_BYTES].decode(errors="ignore").strip(" .") or _FALLBACK_STEM
    stem = stem.encode()[: _MOST_NAME_BYTES - len(suffix.encode()) - 1].decode(errors="ignore").strip(" .")
    return f"{stem or _FALLBACK_STEM}.{suffix}"


def type_of(name: str) -> str | None:
    """Return the accepted type that a name ends in, such as `mp4`; None when it is not accepted."""
    suffix = name.rpartition(".")[2].casefold() if "." in name else ""
    suffix = {"jpeg": "jpg"}.get(suffix, suffix)
    return suffix if suffix in ACCEPTED_TYPES else None


def kind_of(file_type: str) -> str:
    """Return `video`, `audio` or `image` for an accepted type."""
    if file_type in VIDEO_TYPES:
        return "video"
    return "image" if file_type in IMAGE_TYPES else "audio"


def sniff(head: bytes) -> str | None:
    """Return `image` or `media` for the first bytes of a file of any accepted type, None for anything else."""
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")):
        return "image"
    if head[:4] in (b"RIFF", b"RF64"):
        return {b"WEBP": "image", b"AVI ": "media", b"WAVE": "media"}.get(head[8:12])
    if head[4:8] in _MP4_BOXES or head.startswith((b"\x1aE\xdf\xa3", b"ID3", b"ADIF")):
        return "media"
    # MPEG audio and ADTS frames start with eleven or twelve set bits.
    if len(head) > _ID3_HEADER and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] != 0xFF:  # noqa: PLR2004
        return "media"
    return None


def fits(file_type: str, head: bytes) -> bool:
    """Tell whether the first bytes may be a file of that type."""
    return sniff(head) == ("image" if file_type in IMAGE_TYPES else "media")


__all__ = ["AUDIO_TYPES", "HEAD_BYTES", "clean_name", "fits", "kind_of", "sniff", "type_of"]
