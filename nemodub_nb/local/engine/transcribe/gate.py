"""Keeps out what a recogniser makes up when there is nothing to hear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LOW_LOG_PROBABILITY = -1.0
"""Whisper's own limit for a failed decoding (average log-probability a token)."""
NO_SPEECH = 0.6
"""Whisper's own limit for "this is not speech"."""
COMPRESSION = 2.4
"""Text that a compressor shrinks more than this is a loop (whisper's own limit)."""
FASTEST_CHARACTERS_PER_S = 40.0
"""Nobody speaks faster; such a segment was invented."""
REPEATS = 3
"""The same words this often in a row are a loop."""


@dataclass(frozen=True)
class Heard:
    """What the recogniser says of one segment."""

    start_s: float
    end_s: float
    text: str
    log_probability: float
    no_speech: float
    compression: float


def is_speech(heard: Heard) -> bool:
    """Tell whether a segment is believable by its own figures."""
    duration_s = max(heard.end_s - heard.start_s, 1e-3)
    return not (
        (heard.log_probability < LOW_LOG_PROBABILITY and heard.no_speech > NO_SPEECH)
        or heard.compression > COMPRESSION
        or len(heard.text.strip()) / duration_s > FASTEST_CHARACTERS_PER_S
        or not any(character.isalnum() for character in heard.text)
    )


def believable(segments: Sequence[Heard]) -> list[bool]:
    """Return for each segment whether it stays: believable by itself, and not one of a loop of repeats."""
    keep = [is_speech(heard) for heard in segments]
    texts = [" ".join(heard.text.casefold().split()) for heard in segments]
    start = 0
    while start < len(texts):
        end = start
        while end < len(texts) and texts[end] == texts[start]:
            end += 1
        if end - start >= REPEATS:
            keep[start + 1 : end] = [False] * (end - start - 1)
        start = end
    return keep
