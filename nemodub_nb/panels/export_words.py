"""The English words of the Export panel."""

from __future__ import annotations

from typing import Final

DUB_BEFORE: Final = "Nothing is dubbed yet: choose languages and dub first."
WHOLE: Final = "The whole video"
NO_LANGUAGE: Final = "No language is chosen."
CHOOSE_LANGUAGE: Final = "Tick at least one in the table."
NO_SUCH_FILE: Final = "There is no such file in this project."
FILE_CHANGED: Final = "The file changed while it was read; play it again."
NOT_RESHAPED: Final = "The agent did not change the shape, so nothing was exported."
QUALITIES: Final = {"high": "high", "medium": "medium", "low": "low"}
SHAPES: Final = {"": "as it is", "16:9": "16:9", "9:16": "9:16", "1:1": "1:1"}
NO_PRESET: Final = "none in particular"
IN_ONE: Final = "One file"
PICTURES: Final = {"copied": "picture untouched", "encoded": "picture encoded anew"}


def shape_sentence(shape: str) -> str:
    """Return the sentence that gives the picture a shape."""
    return f"Make it {shape}."


def track_of(video: str) -> str:
    """Return where a language will be found when all go into one file."""
    return f"a track of {video}"


def said_instead(text: str) -> str:
    """Return the advice after an agent's answer that changed nothing."""
    return f"It said: “{text}” Export it as it is, or say the shape in the step Live."


def unreadable(name: str, why: str) -> str:
    """Return the cause where a file cannot be read."""
    return f"{name} cannot be read{f' ({why})' if why else ''}."


def exporting(language: str, ready: int, total: int) -> str:
    """Return what is being rendered now."""
    now = f"Rendering {language}" if language else "Rendering"
    return f"{now}, {min(ready + 1, total)} of {total}" if total > 1 else f"{now}…"


def saved(count: int, size_bytes: int, failed: int) -> str:
    """Return what came of an export."""
    rest = f", {failed} failed" if failed else ""
    return f"{count} video{'s'[: count != 1]} saved, {size_bytes / 1048576:.1f} MB{rest}."


def export_plan(format_: str, picture: str, loudness: str) -> str:
    """Return what an export will be."""
    facts = [format_, picture, loudness]
    return f"{', '.join(filter(None, facts))}. Free."


def exports_cost(cost: float | None) -> str:
    """Return what an export cost."""
    return "free" if not cost else f"{cost:g} credits"
