"""The English words of the Timeline panel, but those of changing lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

PICTURE: Final = "picture"
MUSIC: Final = "music"
TITLES: Final = "titles"
LOW: Final = "low"
WAITING: Final = "waiting"
START: Final = "start"
DRAWN: Final = "The timeline: a lane a track"
NOTHING_YET: Final = "Nothing is on the timeline yet"
NOTHING_YET_HINT: Final = (
    "Upload a clip: its picture and sound appear here, and each dubbed line next to its source."
)
NO_LINES: Final = "No lines yet"
NO_LINES_HINT: Final = (
    "They come with the first dub: source and dub side by side, with how well each line fits."
)
XML: Final = "The backend keeps this timeline in a format of its own"
XML_HINT: Final = "It cannot be drawn here. Ask for edits in words and export as usual."
HEAR_ON_CLOUD: Final = "Single lines are played where the work is done on this machine."
HEAR_NO_CLIP: Final = "The clip is not in this project."
_FITS: Final = {
    "fast": ("fast", "Spoken noticeably faster to fit."),
    "slowed": ("picture slowed", "The picture under it is slowed to make room."),
    "overflow": ("too long", "Runs on past its place."),
    "overlap": ("overlaps", "Begins before the line before it ends."),
    "late": ("late", "Begins later than the speaker."),
    "early": ("early", "Begins earlier than the speaker."),
    "short": ("short", "Ends well before the speaker does."),
    "numbers": ("numbers", "A number of the source is missing or different."),
    "glossary": ("glossary", "A term of the glossary is missing."),
    "names": ("names", "A name of the source is missing."),
    "near": ("near match", "From a similar entry of the translation memory."),
    "merged": ("merged", "Spoken together with its neighbours."),
    "mute": ("muted", "Nobody speaks it."),
    "original": ("original voice", "The speaker of the clip is heard."),
}
_WORST_FIRST: Final = ("overflow", "overlap", "numbers", "glossary")
VERDICTS: Final = {"good": "good", "look": "look", "bad": "bad", "waiting": "waiting"}


def fit(verdict: str, flags: Sequence[str]) -> tuple[str, str]:
    """Return what is said of a line's fit, in a word and in sentences."""
    known = sorted(flags, key=lambda flag: flag not in _WORST_FIRST)
    hint = " ".join(_FITS[flag][1] if flag in _FITS else f"{flag}." for flag in known)
    if verdict in ("look", "bad") and known:
        return _FITS.get(known[0], (known[0],))[0], hint
    return VERDICTS.get(verdict, ""), hint


def subtitles(tag: str) -> str:
    """Return the name of a subtitle lane, short enough to stand beside it."""
    return f"{tag} subtitles"


def more_lines(count: int) -> str:
    """Return how many lines are not shown."""
    return f"{count:,} more line{'s'[: count != 1]}."


def since_last_look(added: int, removed: int, others: int) -> str:
    """Return the diff since the last look in a few words."""
    tracks = [
        f"{sign}{count} track{'s'[: count != 1]}" for sign, count in (("+", added), ("−", removed)) if count
    ]
    edits = [f"{others} change{'s'[: others != 1]}"] if others else []
    return f"{', '.join([*tracks, *edits])} since last look"


def on_timeline(tracks: int, lines: int, length_s: float) -> str:
    """Return how much there is, on one line."""
    minutes, seconds = divmod(round(length_s), 60)
    said = [f"{tracks} track{'s'[: tracks != 1]}", f"{lines} line{'s'[: lines != 1]}" if lines else ""]
    return " · ".join(filter(None, [*said, f"{minutes}:{seconds:02d}"]))


def cut_texts(cut: int, left_out: int) -> str:
    """Return what of a timeline is not shown in full."""
    said = [
        f"{cut} long text{'s are' if cut > 1 else ' is'} cut." if cut else "",
        more_lines(left_out) if left_out else "",
    ]
    return " ".join(filter(None, said))
