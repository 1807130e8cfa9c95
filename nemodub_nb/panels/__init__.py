"""The panels: every step of a dub as something that can be touched."""

from .batch import Batch
from .connect import Connect
from .credits import Credits
from .export import Export
from .fit import Fit
from .languages import Languages
from .live import Live
from .panel import Panel
from .studio import Studio
from .timeline import Timeline
from .upload import Upload

__all__ = [
    "Batch",
    "Connect",
    "Credits",
    "Export",
    "Fit",
    "Languages",
    "Live",
    "Panel",
    "Studio",
    "Timeline",
    "Upload",
]
