"""Fitting speech to time: pure functions from natural lengths and slots to places on the timeline."""

from nemodub_nb.local.engine.fit.budget import rate_for
from nemodub_nb.local.engine.fit.place import Placement, Spoken, place
from nemodub_nb.local.engine.fit.slots import slots

__all__ = ["Placement", "Spoken", "place", "rate_for", "slots"]
