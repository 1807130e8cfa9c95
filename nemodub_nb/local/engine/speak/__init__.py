"""Voices: which there are, and a pool of processes that speak with them."""

from nemodub_nb.local.engine.speak.pool import SpeakRequest, SpeechError, Spoken, VoicePool
from nemodub_nb.local.engine.speak.text import READING, speakable
from nemodub_nb.local.engine.speak.voices import Voice, candidates, choose, prepare, usual

__all__ = [
    "READING",
    "SpeakRequest",
    "SpeechError",
    "Spoken",
    "Voice",
    "VoicePool",
    "candidates",
    "choose",
    "prepare",
    "speakable",
    "usual",
]
