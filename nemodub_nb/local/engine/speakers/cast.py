"""Gives each speaker of a clip a voice: of their gender, at their pace, and their own while there are enough."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nemodub_nb.local.engine.speak.voices import (
    Quality,
    Voice,
    candidates,
    first_to_be_had,
    prepare,
    suitability,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nemodub_nb.local.engine.lines import Line
    from nemodub_nb.local.engine.speakers.who import Speaker, Speakers

EVERYBODY: Final = ""
"""Stands in voices by speaker for all who are not named."""
Wanted = str | Mapping[str, str] | None
"""A voice for everybody, or voices by speaker's name, or no wish."""

LEAST_DB, MOST_DB = -9.0, 6.0
"""How much quieter or louder than all together one speaker may be: more is a fault of measurement."""


@dataclass(frozen=True)
class Cast:
    """Who speaks whose lines in one language."""

    voices: Mapping[str, Voice]
    """Voice by speaker's name."""
    of_line: Mapping[int, str]
    """Speaker by the index of the line."""
    note: str = ""
    """Why not better voices speak; empty when there are none."""

    def of(self, line: Line) -> str:
        """Return who speaks a line."""
        return self.of_line[line.index]

    def voice(self, line: Line) -> Voice:
        """Return the voice of a line."""
        return self.voices[self.of(line)]


def cast(
    language: str,
    speakers: Speakers,
    quality: Quality,
    models: Path,
    wanted: Wanted = None,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> Cast:
    """Return a voice for each speaker; the same speakers get the same voices every time.

    Whoever speaks most chooses first. A voice is shared only when none is left of the gender. Models are fetched
    where need be. Raises NoVoiceError.
    """
    if isinstance(wanted, str):
        voice, note = prepare(language, quality, models, wanted, on_progress=on_progress)
        return Cast({one.name: voice for one in speakers.people}, speakers.of_line, note)
    wishes = {name.casefold(): voice for name, voice in (wanted or {}).items()}
    everybody = wishes.pop(EVERYBODY, None)
    chosen: dict[str, Voice] = {}
    notes = [speakers.note, *_unknown(wishes, wanted or {}, speakers)]
    asked = [one for one in speakers.people if one.name.casefold() in wishes]
    others = sorted((one for one in speakers.people if one not in asked), key=lambda one: -one.seconds)
    for one in (*asked, *others):
        wish = wishes.get(one.name.casefold(), everybody)
        options = _options(language, quality, one, wish, chosen.values())
        chosen[one.name], note = first_to_be_had(language, options, models, on_progress, wish)
        notes.append(note)
    return Cast(chosen, speakers.of_line, " ".join(dict.fromkeys(note for note in notes if note)))


def _unknown(wishes: Mapping[str, str], wanted: Mapping[str, str], speakers: Speakers) -> list[str]:
    """Return a note for each wish that is for nobody in the clip."""
    known = {one.name.casefold() for one in speakers.people}
    names = ", ".join(one.name for one in speakers.people)
    return [
        f"Nobody is called {name} here: the speakers are {names}."
        for name in wanted
        if name.casefold() in wishes and name.casefold() not in known
    ]


def _options(
    language: str, quality: Quality, one: Speaker, wish: str | None, taken: Collection[Voice]
) -> tuple[Voice, ...]:
    if wish is not None:
        return candidates(language, quality, wish)
    used = {voice.id for voice in taken}
    pace = one.characters_per_s
    return tuple(
        sorted(
            candidates(language, quality, gender=one.gender, pace=pace),
            key=lambda voice: suitability(voice, quality, one.gender, pace, used=voice.id in used),
        )
    )


def level_db(speakers: Speakers, line: Line, all_db: float) -> float:
    """Return how loud a line should be: as its speaker is, never far from all speakers' level."""
    own = speakers.person(speakers.of_line[line.index]).level_db
    return all_db if own is None else min(max(own, all_db + LEAST_DB), all_db + MOST_DB)
