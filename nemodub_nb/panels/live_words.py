"""The English words of the Live panel and its checklist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .words import STILL_WORKING, english_name, listed, minutes

BEGINNING: Final = "Getting ready"
WORKING: Final = "At work"
STEPS: Final = {
    "transcribe": "Listen to the source",
    "separate": "Separate voice and music",
    "speakers": "Tell the speakers apart",
    "models": "Fetch voices and models",
    "wait": "Wait for other work",
    "mix": "Mix and measure",
    "render": "Make the video",
    "upload": "Upload",
    "export": "Export",
}
"""Steps of a work to the lines of the checklist."""
DOING: Final = {
    "transcribe": "Listening to the source",
    "separate": "Separating voice and music",
    "speakers": "Telling the speakers apart",
    "models": "Fetching voices and models",
    "wait": "Waiting for other work to finish",
    "translate": "Translating into",
    "speak": "Speaking",
    "fit": "Fitting",
    "mix": "Mixing",
    "render": "Making the video",
    "upload": "Uploading",
    "export": "Exporting",
}
VERBS: Final = {"translate": "translating", "speak": "speaking", "fit": "fitting", "export": "exporting"}
LINES: Final = frozenset({"translate", "speak", "fit"})
"""Steps that count lines."""
_SECONDS: Final = frozenset({"transcribe", "separate", "speakers", "render"})
_COUNTED: Final = 1000
TOOLS: Final = {"dub_video": "Dub the video", "edit_timeline": "Edit the timeline"}
DUB_TOOL: Final = "dub_video"
SAY_SOMETHING: Final = "Say what is to be done, such as: Dub this video into Spanish."
EMPTY_SENTENCE: Final = "The sentence is empty."
NOTHING_SAID: Final = "Say what is to be done, or choose languages above."
NOTHING_SAID_ALONE: Final = "Say what is to be done."
READY_TO_EDIT: Final = "Say what to change."
MORE_CHANGES: Final = "… and {} more"
LIVE_BEFORE: Final = (
    "Dub this into Spanish and French",
    "dub into German and keep the original voice low",
    "dub into Japanese and burn the subtitles",
)
"""Examples for a clip that is not dubbed."""
LIVE_AFTER: Final = ("make the music 20 % quieter", "title “Urban Dreams” for 3 s", "9:16 for phones")


def examples(dubbed: Sequence[str]) -> list[str]:
    """Return sentences to click, the concrete ones first; all of them are understood by the embedded agent."""
    if not dubbed:
        return [*LIVE_BEFORE]
    more = [f"add {english_name(tag)}" for tag in ("it", "pt", "ja") if tag not in dubbed]
    return [*LIVE_AFTER, *more[:1], "export"]


def counted(step: str, done: float, total: float) -> str:
    """Return how far a step is; empty where nothing is counted."""
    if total <= 1:
        return ""
    if step in _SECONDS:
        return f"{minutes(done)} of {minutes(total)}"
    if total > _COUNTED or step in ("upload", "export", "models"):
        return f"{max(0, min(100, int(100 * done / total)))} %"
    return f"{int(done)} of {total:.0f}"


def lines(total: float) -> str:
    """Return `14 lines`; empty for none."""
    return f"{total:.0f} line{'s'[: total != 1]}" if total else ""


def still_working(seconds: float) -> str:
    """Return what is said in a long silence."""
    return f"{STILL_WORKING} ({minutes(seconds)})"


def ended(state: str, seconds: float, failed: Sequence[str] = ()) -> str:
    """Return how a work ended: `done`, `failed` or `stopped`; `failed` names the languages that did not work."""
    verb = {"done": "Done in", "failed": "Failed after", "stopped": "Stopped after"}[state]
    said = f"{verb} {minutes(seconds)}"
    return f"{said}, but {listed(failed)} did not work" if failed and state == "done" else said


SPEAKERS: Final = {"you": "You: ", "agent": "", "note": "· ", "change": "± ", "error": "✗ "}
"""Who said something, put before it in the printed story."""
