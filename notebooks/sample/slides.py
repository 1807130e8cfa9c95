"""The sample's frames: which scene is seen when, in step with the narration, and how one gives way to the next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import skia
from drawing import BLUE, INK, NIGHT, PAPER, RULE, TEAL, VIOLET, Pen, between, passed, swing
from scenes import chart, closing, gathering, hours, lanes, notes, opening, week

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

WIDTH, HEIGHT, FPS = 1920, 1080, 30
LEAD_S = 0.35
"""A slide comes this long before its sentence."""
CHANGE_S = 0.5


@dataclass(frozen=True)
class Cue:
    """Where a sentence of the narration was put."""

    text: str
    start_s: float
    end_s: float


class Slides:
    """All frames of the clip."""

    def __init__(self, cues: list[Cue], duration_s: float) -> None:
        starts = [cue.start_s - LEAD_S for cue in cues]
        gather_s = cues[3].start_s - starts[2]
        self._duration_s = duration_s
        self._scenes: list[tuple[float, Callable[[Pen, float], None]]] = [
            (-1.0, lambda pen, t: opening(pen, t - 1.0)),
            (starts[1], hours),
            (starts[2], lambda pen, t: gathering(pen, t, gather_s)),
            (starts[4], notes),
            (starts[5], lanes),
            (starts[6], chart),
            (starts[7], week),
            (starts[8], lambda pen, t: closing(pen, t, cues[9].start_s - starts[8])),
        ]
        self._surface = skia.Surface(WIDTH, HEIGHT)

    def draw(self, time_s: float) -> NDArray[np.uint8]:
        """Return the frame at this second as RGBA."""
        canvas = self._surface.getCanvas()
        canvas.clear(skia.ColorWHITE)
        pen = Pen(canvas)
        last = len(self._scenes) - 1
        current = max(number for number, (start_s, _) in enumerate(self._scenes) if start_s <= time_s)
        change = swing(passed(time_s, self._scenes[current][0], CHANGE_S))
        dark = [1.0 if number in (0, last) else 0.0 for number in range(last + 1)]
        night = between(dark[current - 1] if current else 1.0, dark[current], change)
        backdrop(pen, night, time_s)
        if current and change < 1:
            self._scene(pen, current - 1, time_s, alpha=1 - passed(change, 0, 0.55), shift=-70 * change)
        self._scene(pen, current, time_s, alpha=passed(change, 0.35, 0.65), shift=70 * (1 - change))
        pen.alpha = 1 - night
        footer(pen, time_s / self._duration_s)
        return np.asarray(self._surface.makeImageSnapshot().toarray(colorType=skia.kRGBA_8888_ColorType))

    def save(self, time_s: float, path: Path) -> None:
        """Write one frame as a PNG."""
        self.draw(time_s)
        self._surface.makeImageSnapshot().save(str(path), skia.kPNG)

    def _scene(self, pen: Pen, number: int, time_s: float, *, alpha: float, shift: float) -> None:
        start_s, scene = self._scenes[number]
        pen.alpha = alpha
        pen.canvas.save()
        pen.canvas.translate(shift, 0)
        scene(pen, time_s - start_s)
        pen.canvas.restore()


def backdrop(pen: Pen, night: float, time_s: float) -> None:
    """Draw the paper, and over it as much of the night sky as is wanted."""
    pen.box(0, 0, WIDTH, HEIGHT, PAPER)
    if night <= 0:
        return
    pen.alpha = night
    pen.box(0, 0, WIDTH, HEIGHT, NIGHT)
    for color, x, y, radius, pace in (
        (TEAL, 330, 1120, 760, 0.21),
        (BLUE, 1010, 1230, 900, 0.17),
        (VIOLET, 1640, 1090, 760, 0.25),
    ):
        pen.glow(x + 60 * math.sin(pace * time_s * 2), y, radius, color, alpha=0.62 * night)
    pen.alpha = 1.0


def footer(pen: Pen, part: float) -> None:
    """Draw the small mark and the line that shows how far the clip is."""
    pen.logo(152, 962, 34)
    pen.text(184, 974, "Panorama", size=30, weight="ExtraBold", color=INK)
    pen.box(140, 1020, 1640, 6, RULE, radius=3)
    pen.box(140, 1020, 1640 * part, 6, (TEAL, BLUE, VIOLET), radius=3)
