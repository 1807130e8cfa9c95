"""What the backend can do in a language, in the words of its card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from nemodub_nb import languages
from nemodub_nb.project.safe import plain

from . import language_words, words

if TYPE_CHECKING:
    import pandas as pd

State = Literal["ready", "fetch", "memory", "mute", ""]
_MEMORY_ONLY: Final = "translation memory only"
_SAME: Final = "the same language"
_MOST_VOICES: Final = 40
_SUGGESTED: Final = 6
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice that can be chosen."""

    id: str
    """Such as `kokoro:ef_dora`."""
    label: str
    """Such as `Dora`."""
    words: str
    """The label with what else is known."""
    sounds: str
    ready: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """What the backend can do in one language."""

    ready: bool = False
    translates: str = ""
    voice: str = ""
    """The voice that it would choose."""
    sounds: str = ""
    command: str = ""
    """What adds what is missing."""
    voices: tuple[Voice, ...] = ()

    @property
    def state(self) -> State:
        """What it takes to dub into it: nothing, something to fetch, one's own translations; or it cannot be spoken."""
        if self.ready:
            return "ready"
        if not self.voice and not self.voices:
            return "mute"
        return "memory" if self.translates == _MEMORY_ONLY else "fetch"

    @property
    def drawback(self) -> str:
        """What is wrong with the voice it has."""
        if "accent" in self.sounds:
            return language_words.ACCENT
        return language_words.ROBOTIC if "robotic" in self.sounds else ""

    def named(self, voice: str | None) -> Voice | None:
        """Return one of its voices by its id; the one that it would choose for None."""
        wanted = voice or self.voice
        return next((one for one in self.voices if one.id == wanted), None)

    def line(self, voice: str | None) -> str:
        """Return what translates and what speaks."""
        if not self.sounds and not self.voices and self.ready:
            return language_words.CLOUD_SPEAKS
        found = self.named(voice)
        label = found.label if found else (voice or self.voice).rpartition(":")[2]
        sounds = found.sounds if found else self.sounds
        return " · ".join(
            filter(
                None, [language_words.translated_by(self.translates), language_words.spoken_by(label, sounds)]
            )
        )

    def help(self, tag: str, source: str) -> tuple[str, str]:
        """Return what is missing, and the line of a notebook that adds it; nothing when nothing is."""
        name = words.english_name(tag)
        if self.state == "mute":
            return language_words.no_voice(name), ""
        if self.state == "memory":
            return language_words.needs_memory(words.english_name(source), name), (
                f'project.dub(to=["{tag}"], memory="translations.csv")'
            )
        if not self.command:
            return "", ""
        lacks = self.state == "fetch"
        better = self.drawback if not lacks or "piper" in self.command or "kokoro" in self.command else ""
        return language_words.fetches(name, better, translation=lacks), _as_cell(self.command)


def read(table: pd.DataFrame) -> dict[str, Offer]:
    """Return the offers of a table of languages."""
    voices: Mapping[str, Any] = table.attrs.get("voices") or {}
    return {
        plain(str(row["language"]), 40): Offer(
            ready=bool(row["ready"]),
            translates=_text(row["translates"]),
            voice=_text(row["voice"]),
            sounds=_text(row["sounds"]),
            command=_text(row["command"]),
            voices=_voices(voices.get(row["language"])),
        )
        for row in table.to_dict("records")
    }


def find(offers: Mapping[str, Offer], tag: str) -> tuple[str, Offer | None]:
    """Return the offer for a language, or for the language without its region, with the tag it stands under."""
    for one in (tag, languages.base(tag)):
        if one in offers:
            return one, offers[one]
    return tag, None


def chip(offer: Offer | None, *, known: bool, same: bool) -> tuple[str, str]:
    """Return the word for a language's state, and its tone."""
    if same:
        return language_words.SAME_LANGUAGE, "warn"
    if offer is None:
        return (language_words.NOT_LISTED, "warn") if known else ("", "")
    return {
        "ready": (language_words.READY, "ok"),
        "fetch": (language_words.TO_FETCH, "run"),
        "memory": (language_words.NEEDS_TRANSLATION, "warn"),
        "mute": (language_words.NO_VOICE, "bad"),
        "": ("", ""),
    }[offer.state]


def catalogue(offers: Mapping[str, Offer]) -> list[list[str]]:
    """Return the languages to choose from: tag, English name, own name, other names and state; those ready first."""
    tags = dict.fromkeys([*offers, *languages.COMMON])
    rows = [[tag, *_names(tag), _state(offers.get(tag))] for tag in tags]
    return sorted(rows, key=lambda row: (row[4] != "ready", row[1]))


def suggested(offers: Mapping[str, Offer], source: str) -> list[str]:
    """Return a few languages to begin with: those that are ready, then those that are easy to have and widely spoken."""
    order = {"ready": 0, "fetch": 1}
    tags = [tag for tag in languages.COMMON if tag in offers and tag != languages.base(source)]
    return sorted(tags, key=lambda tag: order.get(offers[tag].state, 2))[:_SUGGESTED]


def _state(offer: Offer | None) -> str:
    """Return a state for the list; that the clip's own language is ready says nothing."""
    return "" if offer is None or offer.translates == _SAME else offer.state


def _names(tag: str) -> tuple[str, str, str]:
    english, own = words.english_name(tag), words.own_name(tag)
    try:
        known = languages.names(tag)
    except (ValueError, LookupError):
        known = frozenset()
    return english, own, " ".join(sorted(known - {english.casefold(), own.casefold()}))


def _voices(rows: Any) -> tuple[Voice, ...]:
    found = [row for row in rows or () if isinstance(row, Mapping) and _text(row.get("id"))]
    return tuple(_voice(row) for row in found[:_MOST_VOICES])


def _voice(row: Mapping[str, Any]) -> Voice:
    label = _text(row.get("label")) or row["id"].rpartition(":")[2]
    ready = row.get("ready") is True
    grade = _text(row.get("grade"))
    said = language_words.voice_option(label, grade, _text(row.get("gender")), ready=ready)
    return Voice(_text(row["id"]), label, said, language_words.SOUNDS.get(grade, grade), ready)


def _text(value: Any) -> str:
    return plain(value, _LONGEST) if isinstance(value, str) else ""


def _as_cell(command: str) -> str:
    """Return a command of a terminal as a notebook runs it, in the kernel's own Python."""
    return f"%{command}" if command.startswith("pip ") else f"!{command}"
