"""Which lines should take a shorter wording where one is known."""

from __future__ import annotations

from collections.abc import Sequence

from .limits import LIMITS, Limits
from .place import Placement, Spoken

_LATE_S = 1e-3


def wants_shorter(
    spoken: Sequence[Spoken], placed: Sequence[Placement], known: Sequence[bool], limits: Limits = LIMITS
) -> list[int]:
    """Return the positions of lines that are sped up noticeably and have a shorter wording.

    A line that suffers only from one before it, which gets shorter itself, keeps its words.
    """
    wanted: list[int] = []
    relieved = False
    for index, (line, placement) in enumerate(zip(spoken, placed, strict=True)):
        relieved = relieved and placement.start_s > line.onset_s + _LATE_S
        own = line.natural_s > limits.clean_stretch * line.slot_s
        if known[index] and placement.stretch > limits.clean_stretch + 1e-6 and (own or not relieved):
            wanted.append(index)
            relieved = True
    return wanted
