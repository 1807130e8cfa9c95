"""The English words of changing single lines; the page's own stand at the top of each of its files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nemodub_nb.conformance import CLEAN_STRETCH, FLAGGED_STRETCH
from nemodub_nb.fitting import OUTCOMES

from .words import english_name, listed

SCRIPT: Final = "script"
EDITED: Final = "edited"
APPROVED: Final = "approved"
MUTED: Final = "muted"
ORIGINAL_VOICE: Final = "original voice"
LIMITS: Final = (CLEAN_STRETCH, FLAGGED_STRETCH)
"""Up to here a line should fit, and up to here it is tight: how much faster than the speaker it has to be said."""
_BY_LENGTH: Final = {
    "good": ("should fit", "Not spoken yet. By its length it should fit."),
    "look": ("tight", "Not spoken yet. By its length it will be spoken faster than the speaker."),
    "bad": ("long", "Not spoken yet. By its length it will not fit: say it shorter."),
}
_OUTCOMES: Final = {
    **dict.fromkeys(("fits", "faster voice", "stretched"), "should fit"),
    "flagged": "tight",
    "overflow": "long",
}
"""What is said of an outcome of the fit, where it has no better word of its own."""
_NUMBERS: Final = ("numbers", "Not spoken yet. A number of the source is missing or different.")
_UNKNOWN: Final = ("script", "Not spoken yet.")

# Why something cannot be done
ON_CLOUD: Final = (
    "On the cloud, lines are changed in words and each change costs credits: say, for example, "
    "“In Spanish, let the third line say …” in the step Live."
)
NO_REVIEW_ON_CLOUD: Final = (
    "The cloud dubs at once: scripts to look at are written where the work is done on this machine."
)
REVIEW_BY_HAND: Final = "The sentence was edited by hand, and is sent as it stands."
REVIEW_HINT: Final = (
    "The lines are translated and not spoken. Voices, sound and subtitles count when they are dubbed."
)
FINISH_FIRST: Final = "Speak or discard the changes first."
NO_CHANGES: Final = "Nothing is changed."
CHANGE_FIRST: Final = "Change a line first."
NO_SUCH_LINE: Final = "That line is not on the timeline any more."
CHOOSE_ANOTHER: Final = "Choose another one."
CUT_TEXT: Final = "This text is too long to be changed here."
CHANGE_IN_CODE: Final = "Change it in code, with project.edit."
TEXT_TOO_LONG: Final = "A line has at most 2,000 characters."
SAY_SHORTER: Final = "Say it shorter."
NO_MOMENT: Final = "That is not a moment of the clip."
GIVE_SECONDS: Final = "Give the seconds from its beginning, such as 12.4."
ENDS_TOO_SOON: Final = "A line ends after it begins."
MOVE_OTHER_END: Final = "Move its other end first."
TOO_MANY: Final = "Very many lines are changed and not spoken yet."
SPEAK_THESE: Final = "Speak these first, or change many at once as a table, with project.edit."
NOTHING_APPROVED: Final = "There is nothing to approve yet."
DUB_FIRST: Final = "Dub the clip, or have its script written."

# Titles of work
TRANSCRIBE: Final = "Write down what is said"
UNDO: Final = "Undo"


def by_length(pace: float | None) -> tuple[str, str, str]:
    """Return verdict, word and hint for a line that is not spoken yet and whose fit nothing foresees.

    pace: how much faster than the speaker it has to be said, None where that is not known.
    """
    if pace is None:
        return ("", *_UNKNOWN)
    verdict = "good" if pace <= LIMITS[0] else "look" if pace <= LIMITS[1] else "bad"
    return (verdict, *_BY_LENGTH[verdict])


def outcome(name: str, takes: str) -> tuple[str, str]:
    """Return word and hint for a line whose fit is foreseen; `takes` is what it would take to fit."""
    if name == "not spoken":
        return _UNKNOWN
    hint = f"Not spoken yet. Foreseen: {OUTCOMES[name]}."
    return _OUTCOMES.get(name, name), f"{hint} It takes {takes}." if takes else hint


def numbers_lost() -> tuple[str, str, str]:
    """Return verdict, word and hint for a line that is not spoken yet and has lost a number."""
    return ("look", *_NUMBERS)


def marks(sound: str, *, edited: bool, approved: bool) -> list[str]:
    """Return what a person decided about a line, in words."""
    return [
        word
        for word, on in (
            (APPROVED, approved),
            (EDITED, edited),
            (MUTED, sound == "mute"),
            (ORIGINAL_VOICE, sound == "original"),
        )
        if on
    ]


def lines(count: int) -> str:
    """Return `1 line` or `3 lines`."""
    return f"{count} line{'s'[: count != 1]}"


def waiting(count: int, *, spoken: bool) -> str:
    """Return how many lines are changed here and nowhere else."""
    return f"{lines(count)} changed, {'not spoken' if spoken else 'not kept'} yet" if count else ""


def approving(count: int) -> str:
    """Return the words of the main button, where lines are only approved."""
    return f"Approve {lines(count)}"


def writing(tags: Sequence[str]) -> str:
    """Return the title of writing scripts."""
    return f"Write the script{'s'[: len(tags) != 1]} in {listed([english_name(tag) for tag in tags])}"


def write_scripts(tags: Sequence[str]) -> str:
    """Return the words of the main button, where scripts are looked at before they are spoken."""
    if len(tags) <= 1:
        return f"Write the {english_name(tags[0])} script" if tags else "Write the script"
    return f"Write {len(tags)} scripts"


def changing(count: int, tags: Sequence[str]) -> str:
    """Return the title of changing lines; an empty tag is the transcript."""
    names = [english_name(tag) if tag else "the transcript" for tag in tags]
    return f"Change {lines(count)} in {listed(names)}"


def approve_all(tag: str) -> str:
    """Return the title of approving all lines of a language."""
    return f"Approve all lines in {english_name(tag)}"


def to_be_spoken(tags: Sequence[str]) -> str:
    """Return what is to be done with scripts."""
    names = listed([english_name(tag) for tag in tags])
    are, them = ("is", "it") if len(tags) == 1 else ("are", "them")
    return f"{names} {are} written and not spoken: read {them} through, change what you like, then dub."


def dub_these(tags: Sequence[str]) -> str:
    """Return the words of the button that speaks scripts."""
    return f"Dub {english_name(tags[0])}" if len(tags) == 1 else "Dub these languages"


def kept(why: str, names: Sequence[str]) -> str:
    """Return the cause where changes came to nothing."""
    return (
        f"The changes in {listed(names)} came to nothing: {why}"
        if names
        else f"The changes came to nothing: {why}"
    )


STILL_HERE: Final = "They are still here: change them, or try again."
