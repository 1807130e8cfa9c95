"""The plan of one clip: everything that was asked for and holds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from nemodub_nb.local.agent.actions import SubtitleMode, VoiceMode
from nemodub_nb.local.engine.edits import LineEdit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nemodub_nb.local.agent.ranges import Ranges


@dataclass(frozen=True)
class Title:
    """Words over the picture."""

    text: str
    """The words."""
    start_s: float
    """In the source, so that a trim moves it."""
    end_s: float
    """In the source."""


@dataclass(frozen=True)
class ClipPlan:
    """What the user wants of one clip. The draft is derived from it and from nothing else but the dub."""

    languages: tuple[str, ...] = ()
    """Dubbed languages, BCP 47."""
    source_language: str | None = None
    """The spoken language, when it was said."""
    original: VoiceMode = "remove"
    """What becomes of the original voice under a dub."""
    background: float = 1.0
    """Level of music and effects, linear."""
    dub_volume: float = 1.0
    """Level of the new voices, linear."""
    subtitles: SubtitleMode = "track"
    """How subtitles are shown."""
    titles: tuple[Title, ...] = ()
    """Words over the picture."""
    kept: tuple[tuple[float, float], ...] = ()
    """Kept parts of the source in seconds; empty is all of it."""
    aspect: str | None = None
    """Shape of the picture; None is the clip's own."""
    loudness_lufs: float | None = None
    """What an export is brought to; None is the usual."""
    voices: tuple[tuple[str, str], ...] = ()
    """Chosen voices: (language, engine:name), sorted."""
    cast: tuple[tuple[str, str, str], ...] = ()
    """Voices of single speakers: (language, speaker, engine:name), sorted."""
    apart: bool = True
    """Whether speakers are told apart and have a voice each."""
    separator: Literal["deepfilternet", "demucs"] = "deepfilternet"
    """What takes the original voice out."""
    quality: Literal["best", "fast"] = "best"
    """Which voices are used where there is a choice."""
    speed: float = 1.0
    """Rate of the new voices; 1.0 is their own."""
    slow_video: float = 1.0
    """How much the picture may be slowed under a line that fits in no other way; 1.0 is not at all."""
    transcript: str | None = None
    """Asset id of a transcript that was handed over."""
    memories: tuple[str, ...] = ()
    """Asset ids of translation memories, the newest last."""
    glossaries: tuple[str, ...] = ()
    """Asset ids of glossaries, the newest last."""
    scripts: tuple[str, ...] = ()
    """Languages whose script is written to be reviewed, BCP 47; those that are dubbed are not among them."""
    edits: tuple[LineEdit, ...] = ()
    """What was decided about single lines, sorted."""
    learned: tuple[tuple[str, str], ...] = ()
    """(language, asset id of what the user had approved when the language was first asked for), sorted."""

    def parts(self, duration_s: float) -> Ranges:
        """Return the kept parts of a clip of that length."""
        return self.kept or ((0.0, duration_s),)

    def with_voice(self, language: str, voice: str) -> ClipPlan:
        """Return the plan with one more chosen voice."""
        return replace(
            self,
            voices=tuple(sorted({**dict(self.voices), language: voice}.items())),
            cast=tuple(each for each in self.cast if each[0] != language),
        )

    def with_cast(self, language: str, speaker: str, voice: str) -> ClipPlan:
        """Return the plan with a chosen voice for one speaker."""
        others = [
            each for each in self.cast if (each[0], each[1].casefold()) != (language, speaker.casefold())
        ]
        return replace(self, cast=tuple(sorted([*others, (language, speaker, voice)])))

    def voices_of(self, language: str) -> str | dict[str, str] | None:
        """Return the voice that was chosen for a language: for everybody, or by speaker; "" stands for the others."""
        everybody = dict(self.voices).get(language)
        single = {speaker: voice for tag, speaker, voice in self.cast if tag == language}
        if not single:
            return everybody
        return {**({"": everybody} if everybody else {}), **single}

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON values."""
        return asdict(self) | {"edits": [edit.to_dict() for edit in self.edits]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | None) -> ClipPlan:
        """Return the plan that `to_dict` wrote; None is the plan of a clip as it came."""
        if data is None:
            return cls()
        return cls(
            **{
                **data,
                "languages": tuple(data["languages"]),
                "titles": tuple(Title(**title) for title in data["titles"]),
                "kept": tuple((low, high) for low, high in data["kept"]),
                "voices": tuple((language, voice) for language, voice in data["voices"]),
                "cast": tuple((tag, speaker, voice) for tag, speaker, voice in data.get("cast", ())),
                "memories": tuple(data["memories"]),
                "glossaries": tuple(data.get("glossaries", ())),
                "scripts": tuple(data.get("scripts", ())),
                "edits": tuple(LineEdit.from_dict(edit) for edit in data.get("edits", ())),
                "learned": tuple((language, asset) for language, asset in data.get("learned", ())),
            }
        )


def analysis_key(plan: ClipPlan) -> str:
    """Return the key of what was heard: it depends on the clip, the spoken language, the transcript and its corrections."""
    return _key("analysis", plan.source_language, plan.transcript, *_edits(plan, None))


def script_key(plan: ClipPlan, language: str) -> str:
    """Return the key of one language's script: all that would make it read differently."""
    return _key(
        "script", language, plan.source_language, plan.transcript, plan.memories, *_decided(plan, language)
    )


def language_key(plan: ClipPlan, language: str) -> str:
    """Return the key of one language's dub: all that would make it sound or read differently."""
    return _key(
        "dub",
        language,
        plan.source_language,
        plan.transcript,
        plan.memories,
        plan.voices_of(language),
        plan.apart,
        plan.quality,
        plan.speed,
        *([["slow video", plan.slow_video]] if plan.slow_video > 1 else []),
        *_decided(plan, language),
    )


def _decided(plan: ClipPlan, language: str) -> list[Any]:
    """Return what people decided about a language, as far as they did."""
    learned = dict(plan.learned).get(language)
    edits = _edits(plan, language)
    keeps = any(edit.sound == "original" for edit in plan.edits if edit.language == language)
    return [
        *([["glossaries", *plan.glossaries]] if plan.glossaries else []),
        *([["learned", learned]] if learned else []),
        *edits,
        *_edits(plan, None),
        *([plan.original] if keeps else []),
    ]


def _edits(plan: ClipPlan, language: str | None) -> list[Any]:
    edits = [edit.to_dict() for edit in plan.edits if edit.language == language]
    return [["edits", edits]] if edits else []


def _key(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
