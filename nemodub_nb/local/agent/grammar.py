"""What a sentence asks for, by rules: no model, no guessing, the same answer every time.

The rules look for instructions anywhere in the sentence, so one message can hold several, in English or Chinese:

- languages: “Dub this into Spanish, French, and German”, “add an Italian version”, “from English to Spanish”,
  “The video is in English”, “remove German”, “把这个视频翻译成西班牙语和法语”
- the original voice: “keep the original voice [low under the dub]”, “remove the original voice”
- levels: “set the background volume to 35%”, “make the music quieter”, “raise the dubbed voice by 10%”, “no music”
- subtitles: “subtitles on / off”, “burn the subtitles into the picture”
- titles: “add a title “Hello” for 5 seconds at 0:10”, “remove the title”
- length: “trim to the first 10 seconds”, “cut the first 2 seconds”, “keep 0:05 to 0:20”, “restore the whole length”
- a picture that makes room: “slow the picture down where needed”, “… to at most 1.5 times”, “never slow the picture”
- shape: “make it 9:16”, “vertical”, “square”, “for TikTok”, “for YouTube”; how loud they want a file goes with it
- loudness: “−14 LUFS”, “broadcast loudness”, “for a podcast”
- voices: “use the voice kokoro:ef_dora for Spanish” or “… for Anna in Spanish”, “use one voice”, “speak faster”, “use the fast voices”
- taking the voice out: “take the voice out with Demucs”, “… with DeepFilterNet”
- words: “use no glossary”, “remove the glossary”; a new one comes as a file, and takes the place of the one before
- single lines, by the number that the tables show: “change line 3 in Spanish to “…””, “mute line 4”, “keep the original voice
  in line 2”, “use the voice kokoro:em_alex for line 5”, “start line 3 at 0:12.5”, “reset line 3”, “approve all lines in Spanish”,
  “change line 3 of the transcript to “…””, “line 7 is not speech”
- looking first: “transcribe this video”, “translate it into Spanish for review”, “write the script in French”
- “undo”, “help”

A quoted text is never read for instructions. What follows “don't” is not done. What no rule knows is returned, so that
the reply can say so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nemodub_nb.local.agent.actions import Action, Dub, ExportTalk, Help, Review, Undo
from nemodub_nb.local.agent.rules_languages import read_languages
from nemodub_nb.local.agent.rules_lines import read_lines, read_review
from nemodub_nb.local.agent.rules_loudness import read_loudness
from nemodub_nb.local.agent.rules_picture import read_picture
from nemodub_nb.local.agent.rules_sound import read_sound
from nemodub_nb.local.agent.rules_words import read_words
from nemodub_nb.local.agent.sentence import Sentence

MOST_CHARACTERS = 4000
"""Longer sentences are refused: they are content, not instructions."""


@dataclass(frozen=True)
class Understanding:
    """A sentence, read."""

    actions: tuple[Action, ...]
    """What to do, in the order it was said; going back comes first."""
    clip: str | None = None
    """The clip that the sentence names."""
    left_out: tuple[str, ...] = ()
    """The pieces that no rule understood."""


_CLIP = re.compile(
    r"\s*(?:for|in|on|with)\s+(?:the\s+)?(?:clip|video|file)\s+[\"“]([^\"“”]+)[\"”]\s*[:,：，]?\s*"
    r"|\s*(?:对于?|在)?(?:片段|视频)\s*[\"“]([^\"“”]+)[\"”]\s*[:,：，]?\s*",
    re.IGNORECASE,
)
_UNDO = re.compile(
    r"\b(?:undo|revert|go\s+back|step\s+back|take\s+(?:that|it)\s+back)\b(?:\s+(?:that|it|this|the|my|last|previous|change|edit|step|one|to|message)\b)*|撤销|撤回|恢复上一步",
    re.IGNORECASE,
)
_HELP = re.compile(
    r"\b(?:help(?:\s+me)?\s*(?:$|[?!.])|what\s+(?:else\s+)?can\s+(?:you|i)\s+(?:do|say|ask)\b.*|what\s+do\s+you\s+(?:understand|know)\b.*|"
    r"what\s+(?:languages|voices)\b.*|which\s+languages\b.*|(?:list|show)\s+(?:me\s+)?(?:the\s+)?commands\b.*|how\s+does\s+(?:this|it)\s+work\b.*)|"
    r"你(?:能|会|可以)(?:做|干)?(?:什么|啥).*|帮助",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\s*(?:(?:hi|hello|hey|please|and|so|but)[\s,!]+)*(?:how\s+(?:do|can|would|should|could)\s+(?:i|we|you|one)\b|how\s+to\b|"
    r"what\s+(?:is|are|does|happens)\b|why\b|can\s+you\s+(?:explain|tell)\b|(?:do|does|is|are)\s+(?:you|it|there)\b)",
    re.IGNORECASE,
)
_EXPORT = re.compile(r"\b(?:(?:and\s+)?(?:export|download|render)(?:\s+(?:it|this|that|the\s+(?:video|clip|result|file)s?))?(?:\s+(?:as|to|in)\s+(?:an?\s+)?(?:mp4|1080p|file|hd)(?:\s+mp4)?)?|(?:in)?to\s+an?\s+(?:(?:1080p|720p|hd|4k)\s+)?(?:mp4|mov|file)s?)\b|导出|下载", re.IGNORECASE)  # fmt: skip


def understand(text: str) -> Understanding:
    """Return what a sentence asks for. Pure; any text is answered."""
    # Runs of spaces mean nothing, and the rules would try each of them in turn.
    text = re.sub(r"[^\S\n]+", " ", re.sub(r"\s*\n\s*", "\n", text[:MOST_CHARACTERS]))
    clip = None
    if match := _CLIP.match(text):
        clip = match[1] or match[2]
        text = text[match.end() :]
    if _QUESTION.match(text):
        return Understanding((Help(),), clip)
    sentence = Sentence(text)
    sentence.take(_HELP, lambda _: Help())
    read_lines(sentence)
    review = read_review(sentence)
    read_loudness(sentence)
    read_picture(sentence)
    read_words(sentence)
    read_sound(sentence)
    read_languages(sentence)
    if review:
        sentence.exchange(Dub, lambda dub: Review(dub.languages))
    sentence.take(_UNDO, lambda _: Undo())
    sentence.take(_EXPORT, lambda _: ExportTalk())
    actions = sorted(sentence.actions, key=lambda action: not isinstance(action, Undo))
    return Understanding(tuple(actions), clip, sentence.left_out())
