"""Who speaks, as a transcript says it; the labels are taken out, since they are not spoken. A leaf, as timed_text is."""

from __future__ import annotations

import html
import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from nemodub_nb.timed_text import Said

if TYPE_CHECKING:
    from collections.abc import Sequence


class Turn(NamedTuple):
    """A stretch of a subtitle that one person says."""

    speaker: str
    """Empty where the transcript does not say."""
    text: str


_VOICE_TAG: Final = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^>]*>|\{\\[^}]*\}")
_CHEVRONS: Final = re.compile(r"^\s*(?:>>|&gt;&gt;)+\s*")
_DASH: Final = re.compile(r"^\s*[-‐‑–—]\s*(?=\S)")
_COLON: Final = re.compile(r"^(?P<name>[^\W\d_][\w .'’&-]{0,29}?)\s*[:：]\s+(?=\S)")
_BRACKET: Final = re.compile(r"^\[(?P<name>[^\W\d_][\w .'’&-]{0,29}?)\]\s*[:：]?\s*(?=\S)")
_SOUND_WORDS: Final = (
    "applause beep cheering chuckles clapping cough coughs crying gasps inaudible laughing laughs laughter music noise "
    "sigh sighs silence singing sobs sound speaking unintelligible whispers"
)
_SOUNDS: Final = frozenset(_SOUND_WORDS.split())
"""What stands in brackets and is nobody's name."""
_OFTEN: Final = 0.5
"""A name in ordinary letters is believed where this share of the subtitles begin with one."""
_CAPITALS_AT_LEAST: Final = 2
"""“WARNING: hot.” alone is spoken; names come again."""
_MOST_WORDS: Final = 3


def said_by(subtitles: Sequence[tuple[float, float, str]]) -> list[Said]:
    """Return what is said and by whom; a subtitle of several people is shared between them by length."""
    found: list[Said] = []
    texts = [text for _, _, text in subtitles]
    for (start_s, end_s, _), each in zip(subtitles, turns(texts), strict=True):
        characters = sum(len(turn.text) for turn in each)
        at_s = start_s
        for turn in each:
            until_s = at_s + (end_s - start_s) * len(turn.text) / characters
            found.append(Said(at_s, until_s, turn.text, turn.speaker))
            at_s = until_s
    return found


def turns(subtitles: Sequence[str]) -> list[list[Turn]]:
    """Return who says what in each subtitle, whose lines are separated by newlines, without markup.

    Understood are WebVTT's `<v Name>`, `NAME:`, `[Name]` and `>>` at the beginning, and the dashes of a dialogue,
    which say that somebody else speaks but not who. A subtitle that does not say goes on with whoever it was before.
    """
    parts = [_parts(subtitle) for subtitle in subtitles]
    names = _believed([text for each in parts for speaker, text in each if not speaker])
    said: list[list[Turn]] = []
    before = ""
    for each in parts:
        found = [turn for part in each for turn in _named(part, names) if turn.text]
        dashed = len(found) > 1 and not any(turn.speaker for turn in found)
        if not dashed:
            found = _carried(found, before)
        before = "" if dashed else found[-1].speaker if found else before
        said.append(found)
    return said


def _parts(subtitle: str) -> list[Turn]:
    """Cut a subtitle at voice tags, and at the dashes or chevrons that begin its lines."""
    pieces = _VOICE_TAG.split(subtitle)
    found: list[Turn] = []
    for speaker, text in zip(["", *pieces[1::2]], pieces[::2], strict=True):
        lines = [_TAG.sub("", line).strip() for line in text.split("\n")]
        marked = [bool(_DASH.match(line) or _CHEVRONS.match(line)) for line in lines]
        cuts = [0, *(at for at in range(1, len(lines)) if marked[at]), len(lines)]
        for start, stop in pairwise(cuts):
            words = " ".join(html.unescape(" ".join(lines[start:stop])).split())
            found.append(Turn(" ".join(speaker.split()), _without_mark(words)))
    return found


def _without_mark(text: str) -> str:
    bare = _CHEVRONS.sub("", text)
    return _DASH.sub("", bare, count=1)


def _label(text: str) -> tuple[str, int] | None:
    """Return what could be a name at the beginning of a text and where the text goes on."""
    match = _BRACKET.match(text) or _COLON.match(text)
    if match is None:
        return None
    name = match["name"].strip()
    words = name.lower().replace(".", " ").split()
    if not words or len(words) > _MOST_WORDS or _SOUNDS.intersection(words) or not name[0].isupper():
        return None
    return name, match.end()


def _believed(texts: Sequence[str]) -> frozenset[str]:
    """Return the labels that are names: in capitals and more than one, or at the beginning of many subtitles."""
    found = Counter(label[0] for text in texts if (label := _label(text)))
    capitals = {name: count for name, count in found.items() if name == name.upper() and len(name) > 1}
    believed = set(capitals) if sum(capitals.values()) >= _CAPITALS_AT_LEAST else set()
    if texts and sum(found.values()) >= max(2, _OFTEN * len(texts)):
        believed |= set(found)
    bracketed = Counter(match["name"].strip() for text in texts if (match := _BRACKET.match(text)))
    believed |= {name for name, count in bracketed.items() if count > 1 and name in found}
    return frozenset(believed)


def _named(part: Turn, names: frozenset[str]) -> list[Turn]:
    label = None if part.speaker else _label(part.text)
    if label is None or label[0] not in names:
        return [part]
    name, end = label
    return [Turn(name.title() if name == name.upper() else name, part.text[end:].strip())]


def _carried(found: Sequence[Turn], before: str) -> list[Turn]:
    """Let turns without a name go on with the one before."""
    carried: list[Turn] = []
    for turn in found:
        before = turn.speaker or before
        carried.append(Turn(before, turn.text))
    return carried
