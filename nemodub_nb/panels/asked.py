"""The sentence that is sent for what was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemodub_nb.project.sentences import dub_sentence, review_sentence

if TYPE_CHECKING:
    from .choices import Choices


def sentence(chosen: Choices) -> str:
    """Return the sentence that the choices make; empty without a language."""
    no_glossary = chosen.glossary.given() == {}
    if not chosen.to:
        return ""
    if chosen.look:
        return review_sentence(chosen.to, source=chosen.source, no_glossary=no_glossary)
    return dub_sentence(
        chosen.to,
        source=chosen.source,
        original=chosen.original,
        background=chosen.background,
        subtitles=chosen.subtitles,
        slow_video=chosen.slow_video,
        no_glossary=no_glossary,
        voices=chosen.voices_used(),
    )
