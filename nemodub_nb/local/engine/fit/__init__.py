"""Fitting speech to time: the rules are the leaf's, what voices were heard to take is kept here."""

from nemodub_nb.fitting import (
    LIMITS,
    Pause,
    Placement,
    SlowedTime,
    Spoken,
    place,
    rate_again,
    rate_for,
    room_s,
    slots,
    wants_shorter,
    widened,
)
from nemodub_nb.local.engine.fit.paces import Paces, pace_for, voice_pace

__all__ = [
    "LIMITS",
    "Paces",
    "Pause",
    "Placement",
    "SlowedTime",
    "Spoken",
    "pace_for",
    "place",
    "rate_again",
    "rate_for",
    "room_s",
    "slots",
    "voice_pace",
    "wants_shorter",
    "widened",
]
