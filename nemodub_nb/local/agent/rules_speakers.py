"""Rules about the people of a clip: whose voice speaks for whom, or one voice for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemodub_nb.local.agent.actions import TellApart, UseVoice
from nemodub_nb.local.agent.language_lists import only_languages, read
from nemodub_nb.local.agent.patterns import compiled, said
from nemodub_nb.local.agent.sentence import QUOTE

if TYPE_CHECKING:
    from nemodub_nb.local.agent.sentence import Sentence

VOICE_NAME = r"(?P<voice>(?:kokoro|piper|espeak(?:-ng)?):[\w.+-]*\w|[abefhijpz][fm]_[a-z]+)"
_SPEAKER = rf"(?P<speaker>{QUOTE}|[^\W_][^,;:\n]{{0,38}}?)"
_VOICE_FOR_SPEAKER = compiled(
    rf"(?:(?:use|using|with|set|take|try)\s+)?(?:the\s+)?(?:voice\s+)?{VOICE_NAME}(?:\s+voice)?\s+for\s+(?:the\s+)?{_SPEAKER}\s+in\s+(?:the\s+)?"
)
_EVERYBODY = r"(?:\s+(?:speak\s+)?for\s+(?:everyone|everybody|all)(?:\s+(?:of\s+)?(?:the\s+)?(?:speakers|people|lines))?)?"
_ONE_VOICE = compiled(
    rf"(?:use|with|using|let)\s+(?:only\s+|just\s+)?(?:one|a\s+single|the\s+same)\s+voice(?:\s+only)?{_EVERYBODY}"
    r"|(?:don'?t|do\s+not)\s+tell\s+(?:the\s+)?speakers\s+apart"
)
_OWN_VOICES = compiled(
    r"(?:use|with|using|give)\s+(?:different|separate|several)\s+voices(?:\s+(?:for|to)\s+(?:(?:the|all|different|each)\s+)*(?:speakers?|people|person))?"
    r"|give\s+(?:each|every)\s+(?:speaker|person)\s+(?:a|an|their)\s+(?:own\s+)?voice(?:\s+of\s+their\s+own)?"
    r"|tell\s+(?:the\s+)?speakers\s+apart"
)


def full_voice(name: str) -> str:
    """Return a voice's whole name; one without an engine is Kokoro's."""
    return name if ":" in name else f"kokoro:{name}"


def read_speakers(sentence: Sentence) -> None:
    """Strike out what a sentence says about speakers."""
    for match in sentence.matches(_VOICE_FOR_SPEAKER):
        given = said(match)
        listed = read(sentence.text, match.end(), tags=True, others=False)
        if listed is None or only_languages(given["speaker"]):
            continue
        name = given["speaker"]
        who = sentence.quoted(name) if len(name) == 1 and not name.isalnum() else name
        voice = full_voice(given["voice"])
        sentence.strike(
            match.start(), listed.end, *(UseVoice(voice, tag, who.strip()) for tag in listed.tags)
        )
    sentence.take(_ONE_VOICE, lambda _: TellApart(wanted=False), even_negated=True)
    sentence.take(_OWN_VOICES, lambda _: TellApart(wanted=True))
