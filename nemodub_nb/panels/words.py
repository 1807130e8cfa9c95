"""The English words that several panels show, those of the Studio and of Fit; the other panels have files of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nemodub_nb import languages
from nemodub_nb.project.safe import plain

# Titles
STUDIO: Final = "Dub a video"
CONNECT: Final = "Connect"
UPLOAD: Final = "Upload"
LANGUAGES: Final = "Languages"
LIVE: Final = "Live"
TIMELINE: Final = "Timeline"
EXPORT: Final = "Export"
CREDITS: Final = "Credits"

# Every panel
UNEXPECTED_ADVICE: Final = "Nothing was lost: try again, and report it if it happens twice."
NOT_CONNECTED: Final = "No backend is connected."
CONNECT_FIRST: Final = "Choose one in the step Connect."
BUSY: Final = "Something is under way."
WAIT: Final = "Wait until it is done."
WAIT_OR_STOP: Final = "Wait until it is done, or press Stop."
LONG_CODE: Final = "# A name in this code is too long to be shown."
EXPORT_RUNS: Final = "An export is under way."
STILL_WORKING: Final = "Still working…"
STOPPED: Final = "Stopped. What was finished is kept."
RESUME: Final = "Resume"
_LONGEST_TAG: Final = 40
CLOUD: Final = "NemoVideo cloud"
CONNECT_BEFORE: Final = "Connect a backend first."
UPLOAD_BEFORE: Final = "Upload a clip first."
ORIGINAL: Final = "original"
STEP_RUNS: Final = "Something is under way: wait until it is done, or stop it."
NO_CHOICE: Final = "That is not a choice."
CHOOSE_OFFERED: Final = "Choose one of those that are offered."


def english_name(tag: str) -> str:
    """Return a language's English name; what is no tag of a language, cut and cleaned."""
    try:
        return plain(languages.english_name(tag), _LONGEST_TAG)
    except (ValueError, LookupError):
        return plain(tag, _LONGEST_TAG)


def own_name(tag: str) -> str:
    """Return a language's name in itself; what is no tag of a language, cut and cleaned."""
    try:
        return plain(languages.own_name(tag), _LONGEST_TAG)
    except (ValueError, LookupError):
        return plain(tag, _LONGEST_TAG)


def unexpected(kind: str) -> str:
    """Return the cause where a mistake of ours came to light."""
    return f"Something went wrong in this panel ({kind})."


def listed(names: Sequence[str]) -> str:
    """Return `A`, `A and B` or `A, B and C`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def dubbing(tags: Sequence[str]) -> str:
    """Return the title of a dub."""
    return f"Dub into {listed([english_name(tag) for tag in tags])}"


def minutes(seconds: float) -> str:
    """Return `0:17` or `1:02:03`."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    shown = f"{rest // 60}:{rest % 60:02}"
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else shown


# Studio
NO_THREADS: Final = "The panels need a kernel that runs on a machine; this one runs inside the browser."
NO_THREADS_ADVICE: Final = "Open the notebook in JupyterLab, Notebook, Voilà or Binder."


def aim(clip: str, tags: Sequence[str]) -> str:
    """Return what is being done, such as `talk.mp4 → español, français`."""
    names = ", ".join(own_name(tag) for tag in tags)
    return " → ".join(filter(None, [clip, names]))


# Fit
FIT: Final = "Fit"
FIT_NOTHING: Final = "No lines yet: review or dub a language first."
FIT_RATE: Final = "Voice faster by itself, up to"
FIT_STRETCH: Final = "Speech sped up, at most"
FIT_LEAN: Final = "Begin early or late, at most"
FIT_SHARE: Final = "Lines that share their time"
FIT_SLOW: Final = "Picture slowed, at most"
