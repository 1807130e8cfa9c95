"""What the Languages panel shows of one language that was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nemodub_nb import languages

from . import language_words, offers, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .choices import Choices


def card(tag: str, known: Mapping[str, offers.Offer], chosen: Choices, heard: str | None) -> dict[str, Any]:
    """Return who translates and speaks it, how well, and what is missing. `heard`: the language heard in the clip."""
    listed, offer = offers.find(known, tag)
    voice = chosen.voices.get(tag)
    speaking = offer.named(voice) if offer else None
    source = chosen.source or heard
    same = source is not None and languages.base(source) == languages.base(tag)
    chip, tone = offers.chip(offer, known=bool(known), same=same)
    note, command = offer.help(tag, source or "en") if offer else ("", "")
    name = words.english_name(tag)
    if same:
        note = " ".join(filter(None, [language_words.already_spoken(name), note]))
    elif offer is None and known:
        note = language_words.not_listed(name)
    best = offer.named(None) if offer else None
    return {
        "tag": tag,
        "name": name,
        "own": words.own_name(tag),
        "line": offer.line(voice) if offer else "",
        "chip": chip,
        "tone": tone,
        "note": note,
        "command": command,
        "ready": bool(offer and offer.ready),
        "voice": voice or "",
        "voices": listed,
        "best": language_words.best_voice(best.label if best else ""),
        "hear": None
        if offer is None or not offer.voices
        else ""
        if speaking and speaking.ready
        else language_words.NOT_FETCHED,
    }
