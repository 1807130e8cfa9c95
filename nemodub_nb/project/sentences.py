"""Builds the sentence that asks the agent for a dub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

from nemodub_nb import languages
from nemodub_nb.fitting import SLOW_VIDEO_MOST

from .errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Original = Literal["replace", "duck", "keep"]
Subtitles = Literal["track", "burned", "off"]

_ORIGINAL: Final = {"duck": "Keep the original voice low under the dub.", "keep": "Keep the original voice."}
_NO_GLOSSARY: Final = "Use no glossary."
_SUBTITLES: Final = {"off": "No subtitles.", "burned": "Burn the subtitles into the picture."}


def dub_sentence(
    to: Iterable[str],
    *,
    clip: str | None = None,
    source: str | None = None,
    original: Original = "replace",
    background: float | None = None,
    subtitles: Subtitles = "track",
    voices: Mapping[str, str | Mapping[str, str]] | None = None,
    fast: bool = False,
    slow_video: bool | float = False,
    no_glossary: bool = False,
) -> str:
    """Return the sentence for a dub into the languages `to` (BCP 47 tags).

    `background` is a linear volume from 0 to 1; `voices` maps a tag to a voice's name, or to names by speaker; `clip` is the clip's name on the
    server, needed where a session has several; `slow_video` is how many times as long the picture may be shown under a line
    that fits in no other way, True the most there is; `no_glossary` takes the clip's glossary away. Raises BadInputError for a choice that does not exist.
    """
    _one_of("original", original, get_args(Original))
    _one_of("subtitles", subtitles, get_args(Subtitles))
    tags = list(to)
    if not tags:
        raise BadInputError("No language to dub into was given.", 'Name at least one, such as to=["es"].')
    sentences = [f"Dub this video into {listed([spoken(tag) for tag in tags])} with synced audio."]
    if source is not None:
        sentences.append(f"The video is in {spoken(source)}.")
    if original in _ORIGINAL:
        sentences.append(_ORIGINAL[original])
    if background is not None:
        sentences.append(f"Set the background volume to {_percent(background)}.")
    if subtitles in _SUBTITLES:
        sentences.append(_SUBTITLES[subtitles])
    if fast:
        sentences.append("Use the fast voices.")
    sentences += slowed(slow_video)
    if no_glossary:
        sentences.append(_NO_GLOSSARY)
    for tag, chosen in (voices or {}).items():
        sentences += _voices(tag, chosen)
    return for_clip(" ".join(sentences), clip)


def _voices(tag: str, chosen: str | Mapping[str, str]) -> list[str]:
    """Return the sentences for a language's voice, or for its voices by speaker."""
    if isinstance(chosen, str):
        return [f"Use the voice {chosen} for {spoken(tag)}."]
    return [
        f"Use the voice {voice} for “{_unquoted(name)}” in {spoken(tag)}."
        if name
        else f"Use the voice {voice} for {spoken(tag)}."
        for name, voice in sorted(chosen.items())
    ]


def slowed(most: bool | float) -> list[str]:
    """Return the sentence that lets the picture be slowed; none where it may not. Raises BadInputError."""
    if most is False or (most == 1 and most is not True):
        return []
    if most is True:
        return ["Slow the picture down where needed."]
    if not 1 < most <= SLOW_VIDEO_MOST:
        raise BadInputError(
            f"slow_video={most!r} is not a factor.",
            f"Give True, or a number from 1 (never) to {SLOW_VIDEO_MOST:g}, such as 1.5.",
        )
    return [f"Slow the picture down to at most {most:g} times where needed."]


def _unquoted(name: str) -> str:
    return name.replace("“", "").replace("”", "").replace('"', "")


def review_sentence(to: Iterable[str], *, source: str | None = None, no_glossary: bool = False) -> str:
    """Return the sentence for scripts in the languages `to` (BCP 47 tags) that nobody speaks yet."""
    said = [f"Translate this video into {listed([spoken(tag) for tag in to])} for review."]
    if source is not None:
        said.append(f"The video is in {spoken(source)}.")
    if no_glossary:
        said.append(_NO_GLOSSARY)
    return " ".join(said)


def for_clip(sentence: str, clip: str | None) -> str:
    """Return the sentence said about a clip; quotes in its name would end the name, so they go."""
    return sentence if clip is None else f'For the clip "{clip.replace(chr(34), "")}": {sentence}'


def spoken(tag: str) -> str:
    """Return a language's English name where that means the same tag, else the tag itself, such as pt-BR."""
    if "-" in tag:
        return tag
    name = languages.english_name(tag)
    try:
        return name if languages.parse(name) == tag else tag
    except languages.UnknownLanguageError:
        return tag


def parse_languages(to: str | Iterable[str]) -> list[str]:
    """Return the tags for one or more names or tags, without repetition.

    A string may hold several, parted by commas. Raises UnknownLanguageError.
    """
    names = to.split(",") if isinstance(to, str) else list(to)
    return list(dict.fromkeys(languages.parse(name) for name in names if name.strip()))


def listed(names: list[str]) -> str:
    """Return `A`, `A and B` or `A, B, and C`."""
    if len(names) < 3:  # noqa: PLR2004 - two are joined without a comma
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"


def _percent(volume: float) -> str:
    if isinstance(volume, bool) or not 0 <= volume <= 1:
        raise BadInputError(
            f"background={volume!r} is not a volume.",
            "Give a number from 0 (silent) to 1 (unchanged), such as 0.35.",
        )
    return f"{volume:.0%}"


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise BadInputError(f"{name}={value!r} is not a choice.", f"Use one of: {', '.join(choices)}.")
