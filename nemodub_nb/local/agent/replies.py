"""What the agent says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nemodub_nb.languages import english_name
from nemodub_nb.local.agent.words import count, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HELP = (
    "I dub clips and edit the result. You can say, for example: "
    "“Dub this video into Spanish, French, and German”, “The video is in English”, “Remove German”, "
    "“Keep the original voice low under the dub”, “Set the background volume to 35%”, "
    "“Burn the subtitles into the picture”, “No subtitles”, “Add a title “Hello” for 5 seconds”, "
    "“Trim to the first 10 seconds”, “Cut the first 2 seconds”, “Make it 9:16”, “For TikTok”, “−14 LUFS”, "
    "“Use the voice kokoro:ef_dora for Spanish” or “… for Anna in Spanish”, “Use one voice”, “Take the voice out with Demucs”, "
    "“Speak faster”, “Use the fast voices”, “Slow the picture down where needed”, “Use no glossary” or “Undo”. "
    "To look before anything is spoken: “Translate it into Spanish for review”. To change a line, by the number that the tables "
    "show: “Change line 3 in Spanish to “Hola””, “Mute line 4”, “Keep the original voice in line 2”, “Approve all lines in Spanish”. "
    "Several of these fit into one message."
)
NOTHING_UNDERSTOOD = "I did not understand that, so nothing has changed."
EXAMPLES = (
    "I understand sentences such as “Dub this video into Spanish and French”, “Set the background volume to 35%”, "
    "“Add a title “Hello” for 5 seconds” or “Trim to the first 10 seconds”; say “help” for all of them."
)
NO_CLIP = "There is no clip yet: upload one first, then tell me what to do with it."
WHICH_LANGUAGES = (
    "Which languages should I dub it into? Say for example “Dub this video into Spanish and French”."
)
EXPORTS = (
    "I do not make files myself: start an export when the timeline is as you want it, and you get an MP4."
)
NOTHING_TO_UNDO = "There is nothing to undo."
UNDONE = "I went back to how it was before the last change."


def no_such_clip(name: str, known: Sequence[str]) -> str:
    """Say that a sentence names a clip that is not there."""
    return f"There is no clip “{name}” here. There is {listed([f'“{each}”' for each in known])}."


def left_out(pieces: Sequence[str]) -> str:
    """Say what was not understood."""
    said = listed([f"“{piece}”" for piece in pieces])
    return f"I did not understand {said}, so I left that out. {EXAMPLES}"


def unknown_languages(words: Sequence[str]) -> str:
    """Say that words are no languages known here."""
    said = listed([f"“{word}”" for word in words])
    verb = "is not a language" if len(words) == 1 else "are not languages"
    return f"{said} {verb} I know. Use a name such as Spanish, español or 西班牙语, or a tag such as es or pt-BR."


def heard(analysis: Mapping[str, Any], clip: str) -> str:
    """Say what was heard in a clip."""
    lines = count(len(analysis["transcript"]), "line")
    language = english_name(analysis["source_language"])
    people = _people(analysis.get("speakers") or ())
    if analysis["transcript_by"] in ("given", "subtitles"):
        whose = "you gave me" if analysis["transcript_by"] == "given" else "that come with it"
        return f"I took {lines} of {language} for {clip} from the subtitles {whose}.{people}"
    return f"I heard {lines} of {language} in {clip}.{people}"


def _people(speakers: Sequence[Mapping[str, Any]]) -> str:
    """Name the speakers where there are several, so that a voice can be chosen for one."""
    if len(speakers) < 2:  # noqa: PLR2004 - one speaker needs no name
        return ""
    known = {"female": " (a woman)", "male": " (a man)"}
    named = [f"{one['name']}{known.get(one['gender'], '')}" for one in speakers]
    return f" {len(named)} people speak: {listed(named)}."


def written(language: str) -> str:
    """Say that a script is there to be looked at."""
    name = english_name(language)
    return f"The {name} script is written: look it over and change what you like, then say “Dub this video into {name}”."


def dubbed(language: str, result: Mapping[str, Any]) -> str:
    """Say how one language's dub turned out."""
    rows: list[Mapping[str, Any]] = result["lines"]
    said = f"{english_name(language)}: {count(len(rows), 'line')} spoken by {result['voice']}"
    notes = []
    if stretched := sum(1 for row in rows if (row.get("stretch") or 1.0) > _CLEAN_STRETCH):
        notes.append(f"{stretched} spoken noticeably faster to fit")
    if slowed := [row for row in rows if (row.get("slow") or 1.0) > 1]:
        longer_s = sum((row["end_s"] - row["start_s"]) * (row["slow"] - 1) for row in slowed)
        notes.append(f"{len(slowed)} under which the picture is slowed, {longer_s:.1f} s in all")
    if over := sum(1 for row in rows if (row.get("overflow_s") or 0.0) > 0):
        notes.append(f"{over} longer than the time there is")
    if numbers := sum(1 for row in rows if row.get("numbers_kept") is False):
        notes.append(f"{numbers} where a number may have changed")
    if bad := sum(1 for row in rows if row.get("verdict") == "bad"):
        notes.append(f"{bad} worth checking")
    return f"{said}{': ' if notes else ''}{listed(notes)}."


_CLEAN_STRETCH = 1.15


def not_dubbed(language: str, failure: Mapping[str, Any]) -> str:
    """Say that one language failed, why, and what to do."""
    return f"{english_name(language)} did not work: {failure['message']} {failure['advice']}".strip()


def no_bed() -> str:
    """Say that the voice could not be taken out."""
    return "The original voice could not be taken out here, so the original sound stays low under the dub."
