"""The English words of the Upload panel."""

from __future__ import annotations

from typing import Final

from .words import CLOUD

FORGOTTEN: Final = "The kernel no longer knows this file."
DROP_AGAIN: Final = "Drop it again: what has arrived is kept."
NOTHING_TYPED: Final = "Nothing was typed."
TYPE_PATH: Final = "Give a path on this computer, or an http or https address."
NO_ADDRESS: Final = "Only http and https addresses are fetched."
NOT_DELIVERED: Final = "The clip did not reach the backend."
TRY_AGAIN: Final = "Try again: it is kept in the notebook's folder."
LONG: Final = "Longer than 5 minutes: shorter clips are faster and fit better."
NO_CLIP: Final = "No clip yet"


def backend(name: str) -> str:
    """Return where the work is done, as part of a sentence."""
    return f"the {CLOUD}" if name == "cloud" else "this machine's backend"


def upload_say(clips: int, on_way: int, chosen: str) -> str:
    """Return the one line of the upload panel."""
    parts = [f"{clips} clip{'s'[: clips != 1]}" if clips else "", f"{on_way} on the way" if on_way else ""]
    if clips > 1:
        parts.append(f"working on {chosen}")
    return " · ".join(filter(None, parts)) or NO_CLIP


def clip_facts(
    width: int | None, height: int | None, fps: float | None, sounds: int | None, size: int | None
) -> str:
    """Return what is known of a clip on one line."""
    tracks = None if sounds is None else {0: "no sound", 1: "sound"}.get(sounds, f"{sounds} sound tracks")
    return " · ".join(
        filter(
            None,
            [
                f"{width} × {height}" if width and height else "",
                f"{fps:.4g} fps" if fps else "",
                tracks,
                f"{size / 1024 / 1024:.1f} MB" if size else "",
            ],
        )
    )
