"""What a sentence can ask for, one value for each instruction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

VoiceMode = Literal["remove", "duck", "keep"]
SubtitleMode = Literal["track", "burned", "off"]


@dataclass(frozen=True)
class Dub:
    """Dub into these languages, besides those there are."""

    languages: tuple[str, ...]
    """BCP 47 tags in the order they were said."""


@dataclass(frozen=True)
class UnknownLanguages:
    """Words that stood where a language was expected."""

    words: tuple[str, ...]
    """As the user wrote them."""


@dataclass(frozen=True)
class WhichLanguages:
    """A dub was asked for, into no language."""


@dataclass(frozen=True)
class SpokenLanguage:
    """The language spoken in the clip."""

    language: str
    """BCP 47 tag."""


@dataclass(frozen=True)
class RemoveLanguages:
    """Take dubs away."""

    languages: tuple[str, ...]
    """BCP 47 tags; none means all there are."""


@dataclass(frozen=True)
class OriginalVoice:
    """What becomes of the voice in the clip."""

    mode: VoiceMode
    """remove: taken out; duck: low under the dub; keep: as loud as it was."""


@dataclass(frozen=True)
class Level:
    """A loudness, set or changed."""

    what: Literal["background", "dub"]
    """background: music and effects; dub: the new voices."""
    value: float
    """Linear: the new level, or the factor when relative. 1.0 is as it was."""
    relative: bool = False
    """Whether `value` multiplies the present level."""


@dataclass(frozen=True)
class Subtitles:
    """How subtitles are shown."""

    mode: SubtitleMode
    """track: a track that players can switch; burned: part of the picture; off: none."""
    languages: tuple[str, ...] = ()
    """The languages that were said with it."""


@dataclass(frozen=True)
class AddTitle:
    """Show words over the picture."""

    text: str
    """The words."""
    start_s: float = 0.0
    """Where on the timeline."""
    duration_s: float = 3.0
    """How long."""


@dataclass(frozen=True)
class RemoveTitles:
    """Take all titles away."""


@dataclass(frozen=True)
class Keep:
    """Keep one part of what is on the timeline."""

    start_s: float
    """From here; negative counts from the end."""
    end_s: float | None
    """To here; None is the end."""


@dataclass(frozen=True)
class Drop:
    """Cut one part of what is on the timeline."""

    start_s: float
    """From here; negative counts from the end."""
    end_s: float | None
    """To here; None is the end."""


@dataclass(frozen=True)
class Restore:
    """Bring back the whole length."""


@dataclass(frozen=True)
class Aspect:
    """The shape of the picture."""

    ratio: str | None
    """Such as `9:16`; None is the clip's own."""


@dataclass(frozen=True)
class Loudness:
    """How loud an export is."""

    lufs: float | None
    """Integrated loudness; None is the usual."""


@dataclass(frozen=True)
class UseVoice:
    """Speak with a named voice."""

    voice: str
    """`engine:name`, such as `kokoro:ef_dora`."""
    language: str | None
    """For this language; None: the one language that the voice is for."""
    speaker: str | None = None
    """For this speaker of the clip; None: for everybody."""


@dataclass(frozen=True)
class TellApart:
    """Give each speaker of the clip a voice, or everybody the same one."""

    wanted: bool
    """False: one voice for all."""


@dataclass(frozen=True)
class UseSeparator:
    """Take the original voice out with this."""

    name: Literal["deepfilternet", "demucs"]
    """`demucs` is heavier."""


@dataclass(frozen=True)
class Speed:
    """How fast the new voices speak."""

    value: float
    """The new rate, or the factor when relative. 1.0 is the voice's own."""
    relative: bool
    """Whether `value` multiplies the present rate."""


@dataclass(frozen=True)
class SlowPicture:
    """Slow the picture under lines that fit in no other way."""

    most: float
    """How many times as long it may be shown; 1 is never."""


@dataclass(frozen=True)
class NoGlossary:
    """Translate without the glossaries that were given."""


@dataclass(frozen=True)
class Quality:
    """Which voices are used where there is a choice."""

    which: Literal["best", "fast"]
    """best: neural voices; fast: the quickest that speak the language."""


@dataclass(frozen=True)
class Transcribe:
    """Write down what is said, and nothing more."""


@dataclass(frozen=True)
class Review:
    """Write the scripts of these languages, to be looked at before they are spoken."""

    languages: tuple[str, ...]
    """BCP 47 tags in the order they were said."""


@dataclass(frozen=True)
class EditLine:
    """Decide something about one line."""

    line: int
    """Its number, from 0."""
    decided: tuple[tuple[str, Any], ...]
    """(field of a LineEdit, value); None takes a decision back."""
    language: str | None = None
    """None: the only language there is."""
    transcript: bool = False
    """The line of the transcript is meant."""


@dataclass(frozen=True)
class ResetLine:
    """Forget what was decided about one line."""

    line: int
    language: str | None = None
    """None: the only language there is."""
    transcript: bool = False


@dataclass(frozen=True)
class Approve:
    """Say that lines are right as they are: the translation memory learns them."""

    lines: tuple[int, ...] = ()
    """Their numbers; none means all."""
    language: str | None = None
    """None: the only language there is."""


@dataclass(frozen=True)
class Undo:
    """Go back to the plan before the last change."""


@dataclass(frozen=True)
class Help:
    """Say what can be asked for."""


@dataclass(frozen=True)
class ExportTalk:
    """An export was asked for, which is another call and not the agent's."""


Action = (
    Dub
    | UnknownLanguages
    | WhichLanguages
    | SpokenLanguage
    | RemoveLanguages
    | OriginalVoice
    | Level
    | Subtitles
    | AddTitle
    | RemoveTitles
    | Keep
    | Drop
    | Restore
    | Aspect
    | Loudness
    | UseVoice
    | TellApart
    | UseSeparator
    | Speed
    | SlowPicture
    | NoGlossary
    | Quality
    | Transcribe
    | Review
    | EditLine
    | ResetLine
    | Approve
    | Undo
    | Help
    | ExportTalk
)

TALK = (UnknownLanguages, WhichLanguages, Help, ExportTalk)
"""Actions that are answered and change nothing."""
