"""The English words of the Languages panel: languages, voices, and what stands in the way of a dub."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .words import listed

NO_TARGET: Final = "Which languages should it speak?"
ADD_FIRST: Final = "Add a language first."
NO_LANGUAGE_GIVEN: Final = "No language was named."
NAME_ONE: Final = "Type its name or tag, such as Spanish, español, 西班牙语 or es."
ONE_BY_ONE: Final = "The clip is dubbed into each of them, one after the other."
SAME_VOICE: Final = "The original voice is kept in the same sound, so it is lowered with the music."
SENTENCE_TOO_LONG: Final = "The sentence is too long."
SHORTEN: Final = "Say it in fewer than 4,000 characters."
READY: Final = "ready"
TO_FETCH: Final = "to fetch"
NEEDS_TRANSLATION: Final = "needs a translation"
NO_VOICE: Final = "no voice"
NOT_LISTED: Final = "not listed"
SAME_LANGUAGE: Final = "same as the clip"
CLOUD_SPEAKS: Final = "Translated and spoken by the cloud"
NOT_FETCHED: Final = "Its voice has to be fetched first."
SOUNDS: Final = {"native": "natural", "accented": "foreign accent", "robotic": "robotic"}
GENDERS: Final = {"female": "woman", "male": "man"}
ACCENT: Final = "it speaks with a foreign accent"
ROBOTIC: Final = "it sounds robotic"
NO_TERMS: Final = "These are no terms."
TYPE_AGAIN: Final = "Type them again, a term a row."
WRITE_TERM: Final = "Write the term beside it, as it is said in the clip, or empty the row."
ONE_ROW: Final = "Write all its wordings in one row, and empty the other."
NO_FILE: Final = "No file is named for the glossary."
NAME_FILE: Final = "Type its path, or choose another glossary."
GIVE_FILE: Final = "Choose “CSV file” for a longer glossary."
SHORTER_TERM: Final = "Type a word or a name, not a sentence."


def no_language(typed: str) -> str:
    """Return the cause where what was typed names no language."""
    return f"“{typed}” is not a language."


def too_many(most: int) -> str:
    """Return the cause where more languages were asked for than one dub takes."""
    return f"One dub takes at most {most} languages."


def term_missing(wording: str) -> str:
    """Return the cause where a wording has no term."""
    return f"“{wording}” stands beside no term."


def term_twice(term: str) -> str:
    """Return the cause where a term was typed twice."""
    return f"“{term}” stands in two rows."


def too_many_terms(most: int) -> str:
    """Return the cause where more terms were typed than fit a page."""
    return f"At most {most} terms are typed here."


def term_too_long(most: int) -> str:
    """Return the cause where a term is longer than any."""
    return f"A term has at most {most} characters."


def languages_say(source: str, heard: bool, names: Sequence[str]) -> str:
    """Return the one line of the languages panel."""
    if not names:
        return NO_TARGET
    start = f"{source}{' (heard)' if heard else ''} → " if source else ""
    return start + (listed(names) if len(names) <= 4 else f"{len(names)} languages")  # noqa: PLR2004 - what fits on a line


def translated_by(engine: str) -> str:
    """Return what translates, as people call it."""
    name, _, _ = engine.partition(" (")
    if name.startswith("firefox"):
        return f"Firefox translation{' by way of English' if ' + ' in name else ''}"
    return {
        "apertium": "Apertium",
        "the same language": "No translation",
        "translation memory only": "No translator here",
    }.get(name, name)


def spoken_by(label: str, sounds: str) -> str:
    """Return whose voice it is and how it sounds."""
    return ", ".join(filter(None, [f"voice {label}" if label else "", sounds]))


def voice_option(label: str, grade: str, gender: str, *, ready: bool) -> str:
    """Return a voice in a list of voices."""
    facts = [GENDERS.get(gender, ""), SOUNDS.get(grade, grade), "" if ready else TO_FETCH]
    return " · ".join(filter(None, [label, *facts]))


def best_voice(label: str) -> str:
    """Return the choice to leave the voice to the backend."""
    return f"Best: {label}" if label else "Best voice"


def fetches(name: str, drawback: str, *, translation: bool) -> str:
    """Return what the command of a language brings, and what happens without it."""
    if translation:
        rest = f" A better voice comes with it; without that, {drawback}." if drawback else ""
        return f"The first dub into {name} fetches what is missing. This does it now, and is needed only once.{rest}"
    return f"A better voice can be had for {name}: without it, {drawback or 'another one speaks'}."


def needs_memory(source: str, name: str) -> str:
    """Return what to do where nothing translates."""
    return (
        f"Nothing here translates {source} into {name}. Give your own translations (CSV or TMX) in code; "
        "without them this language fails, and the others are still made."
    )


def no_voice(name: str) -> str:
    """Return that nothing speaks a language."""
    return f"No voice here speaks {name}, so this language will fail; the others are still made."


def not_listed(name: str) -> str:
    """Return that it is not known whether a language can be done."""
    return f"{name} is not in this machine’s list. You can try: what it cannot do, it says."


def already_spoken(name: str) -> str:
    """Return that the clip is in that language already."""
    return f"The clip is in {name} already: it would only be said again by another voice."


def dub_into(names: Sequence[str]) -> str:
    """Return the words of the main button."""
    return f"Dub into {names[0] if len(names) == 1 else f'{len(names)} languages'}" if names else "Dub"


def took_about(seconds: float) -> str:
    """Return about how long something takes, no finer than it is known."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"about {max(5, round(seconds / 5) * 5)} s here"
    if seconds < 3600:  # noqa: PLR2004 - an hour
        return f"about {round(seconds / 60)} min here"
    return f"about {seconds / 3600:.1f} h here"


def estimated(credits_: float, seconds: float | None, characters: int) -> str:
    """Return an estimate on one line."""
    cost = f"{'about ' if credits_ else ''}{credits_:g} credits"
    parts = [took_about(seconds) if seconds is not None else "", cost]
    return " · ".join(filter(None, [*parts, f"{characters:,} characters" if characters else ""]))


def will_spend(credits_: float | None, available: float | None) -> str:
    """Return the question before something is spent."""
    cost = "This spends credits." if credits_ is None else f"This will spend about {credits_:g} credits."
    have = "" if available is None else f" You have {available:g}."
    short = credits_ is not None and available is not None and available < credits_
    return cost + have + (" That may not be enough." if short else "")
