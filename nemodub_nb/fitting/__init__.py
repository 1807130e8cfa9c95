"""Fitting speech to time, as pure functions that both whoever dubs and whoever foresees a dub use."""

from .budget import rate_again, rate_for
from .foresee import OUTCOMES, TROUBLED, Foreseen, PlannedLine, Scenario, foresee, what_if
from .limits import LIMITS, SLOT_GAP_S, SLOW_VIDEO_MOST, Limits
from .pace import Heard, Pace, calibrated, characters, usual_pace
from .pauses import room_s, widened
from .place import Pause, Placement, Spoken, place
from .shorter import wants_shorter
from .slots import slots
from .slowed import SlowedTime, Stretch, slowed_pieces

__all__ = [
    "LIMITS",
    "OUTCOMES",
    "SLOT_GAP_S",
    "SLOW_VIDEO_MOST",
    "TROUBLED",
    "Foreseen",
    "Heard",
    "Limits",
    "Pace",
    "Pause",
    "Placement",
    "PlannedLine",
    "Scenario",
    "SlowedTime",
    "Spoken",
    "Stretch",
    "calibrated",
    "characters",
    "foresee",
    "place",
    "rate_again",
    "rate_for",
    "room_s",
    "slots",
    "slowed_pieces",
    "usual_pace",
    "wants_shorter",
    "what_if",
    "widened",
]
