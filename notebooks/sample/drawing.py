"""What the sample's slides are drawn with: colours, easing, and a pen that knows cards, letters and icons."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Literal

import font_manrope
import skia

INK, MUTED, FAINT, RULE = "#15152E", "#6D6D88", "#B9B9CC", "#E6E6F0"
PAPER, WHITE, NIGHT = "#F5F6FB", "#FFFFFF", "#0D1030"
TEAL, BLUE, VIOLET, CORAL, AMBER, GREEN = "#22C3B4", "#4C7DFF", "#8A5CF6", "#FF6F61", "#FFB03A", "#2FBF71"

Weight = Literal["Medium", "SemiBold", "Bold", "ExtraBold"]
Align = Literal["left", "center", "right"]

_FACES = {
    weight: skia.Typeface.MakeFromFile(str(Path(font_manrope.font_directory) / f"Manrope-{weight}.ttf"))
    for weight in ("Medium", "SemiBold", "Bold", "ExtraBold")
}


def passed(time_s: float, start_s: float, length_s: float) -> float:
    """Return how much of a movement is done, 0 to 1."""
    return min(1.0, max(0.0, (time_s - start_s) / length_s))


def ease(done: float) -> float:
    """Return a movement that starts fast and arrives softly."""
    return 1 - (1 - done) ** 4


def swing(done: float) -> float:
    """Return a movement that starts softly and arrives softly."""
    return done * done * done * (done * (done * 6 - 15) + 10)


def spring(done: float) -> float:
    """Return a movement that goes a little too far and comes back."""
    return 1 + 2.3 * (done - 1) ** 3 + 1.3 * (done - 1) ** 2


def between(start: float, end: float, done: float) -> float:
    """Return the value at this part of the way."""
    return start + (end - start) * done


class Pen:
    """Draws on one frame. Everything it draws is faded by `alpha`, which slides set while they come and go."""

    def __init__(self, canvas: skia.Canvas) -> None:
        self.canvas = canvas
        self.alpha = 1.0

    def _paint(self, color: str, alpha: float = 1.0, **more: object) -> skia.Paint:
        red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
        return skia.Paint(
            AntiAlias=True,
            Color=skia.Color(red, green, blue, round(255 * max(0.0, min(1.0, alpha * self.alpha)))),
            **more,
        )

    def _ramp(self, rect: skia.Rect, colors: tuple[str, ...], alpha: float) -> skia.Paint:
        points = [skia.Point(rect.left(), rect.top()), skia.Point(rect.right(), rect.bottom())]
        shader = skia.GradientShader.MakeLinear(points, [int(f"0xFF{color[1:]}", 16) for color in colors])
        return skia.Paint(AntiAlias=True, Shader=shader, Alphaf=max(0.0, min(1.0, alpha * self.alpha)))

    def box(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        color: str | tuple[str, ...],
        *,
        radius: float = 0.0,
        alpha: float = 1.0,
    ) -> None:
        """Fill a rounded rectangle; several colours make a ramp from its top left to its bottom right."""
        if width <= 0 or height <= 0:
            return
        rect = skia.Rect.MakeXYWH(left, top, width, height)
        paint = self._paint(color, alpha) if isinstance(color, str) else self._ramp(rect, color, alpha)
        radius = min(radius, width / 2, height / 2)
        self.canvas.drawRRect(skia.RRect.MakeRectXY(rect, radius, radius), paint)

    def card(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        *,
        radius: float = 28,
        alpha: float = 1.0,
        lift: float = 1.0,
    ) -> None:
        """Draw a white card that floats over the paper."""
        for blur, drop, strength in ((34 * lift, 22 * lift, 0.10), (6, 2, 0.06)):
            shadow = self._paint(
                "#2A2A6A",
                strength * alpha,
                MaskFilter=skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur / 2),
            )
            rect = skia.Rect.MakeXYWH(left, top + drop, width, height)
            self.canvas.drawRRect(skia.RRect.MakeRectXY(rect, radius, radius), shadow)
        self.box(left, top, width, height, WHITE, radius=radius, alpha=alpha)

    def disc(self, x: float, y: float, radius: float, color: str, *, alpha: float = 1.0) -> None:
        """Fill a circle."""
        self.canvas.drawCircle(x, y, max(0.0, radius), self._paint(color, alpha))

    def glow(self, x: float, y: float, radius: float, color: str, *, alpha: float = 1.0) -> None:
        """Fill a circle that fades to nothing at its edge."""
        core, edge = int(f"0xFF{color[1:]}", 16), int(f"0x00{color[1:]}", 16)
        shader = skia.GradientShader.MakeRadial(skia.Point(x, y), radius, [core, edge])
        self.canvas.drawCircle(
            x, y, radius, skia.Paint(Shader=shader, Alphaf=alpha * self.alpha, Dither=True)
        )

    def arc(
        self, x: float, y: float, radius: float, part: float, color: str, *, width: float, alpha: float = 1.0
    ) -> None:
        """Draw part of a ring (0 to 1), clockwise from the top."""
        paint = self._paint(
            color, alpha, Style=skia.Paint.kStroke_Style, StrokeWidth=width, StrokeCap=skia.Paint.kRound_Cap
        )
        oval = skia.Rect.MakeXYWH(x - radius, y - radius, 2 * radius, 2 * radius)
        self.canvas.drawArc(oval, -90, 360 * part, useCenter=False, paint=paint)

    def stroke(
        self,
        points: list[tuple[float, float]],
        color: str,
        *,
        width: float,
        part: float = 1.0,
        alpha: float = 1.0,
    ) -> None:
        """Draw the first part (0 to 1) of a line through the points."""
        lengths = [math.dist(a, b) for a, b in itertools.pairwise(points)]
        left = sum(lengths) * part
        path = skia.Path()
        path.moveTo(*points[0])
        for (start, end), length in zip(itertools.pairwise(points), lengths, strict=True):
            if left <= 0:
                break
            share = min(1.0, left / length)
            path.lineTo(between(start[0], end[0], share), between(start[1], end[1], share))
            left -= length
        style = {
            "Style": skia.Paint.kStroke_Style,
            "StrokeCap": skia.Paint.kRound_Cap,
            "StrokeJoin": skia.Paint.kRound_Join,
        }
        self.canvas.drawPath(path, self._paint(color, alpha, StrokeWidth=width, **style))

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float,
        weight: Weight = "Bold",
        color: str = INK,
        align: Align = "left",
        alpha: float = 1.0,
    ) -> float:
        """Write words with their baseline at y and return their width."""
        font = skia.Font(_FACES[weight], size)
        font.setSubpixel(True)
        font.setEdging(skia.Font.Edging.kAntiAlias)
        font.setHinting(skia.FontHinting.kNone)
        width = float(font.measureText(words))
        x -= {"left": 0.0, "center": width / 2, "right": width}[align]
        self.canvas.drawString(words, x, y, font, self._paint(color, alpha))
        return width

    def tick(self, x: float, y: float, size: float, part: float, color: str = WHITE) -> None:
        """Draw a check mark of this size around the point, as far as `part`."""
        if part > 0:
            points = [
                (x - 0.26 * size, y + 0.02 * size),
                (x - 0.06 * size, y + 0.22 * size),
                (x + 0.30 * size, y - 0.22 * size),
            ]
            self.stroke(points, color, width=0.11 * size, part=part)

    def logo(self, x: float, y: float, size: float, part: float = 1.0) -> None:
        """Draw Panorama's mark: three ribbons of light over a horizon."""
        for number, (color, height) in enumerate(((TEAL, 0.62), (BLUE, 1.0), (VIOLET, 0.78))):
            grown = ease(passed(part, 0.15 * number, 0.7))
            long = size * height * grown
            left = x + (number - 1) * 0.34 * size - 0.12 * size
            self.box(left, y + size / 2 - long, 0.24 * size, long, color, radius=0.12 * size)

    def icon(self, kind: str, x: float, y: float, size: float, color: str) -> None:
        """Draw a small picture of a file, a chat or a task in the middle of the point."""
        half = size / 2
        if kind == "file":
            self.box(x - 0.36 * size, y - half, 0.72 * size, size, color, radius=0.12 * size)
            for row in range(3):
                self.box(
                    x - 0.2 * size,
                    y - 0.18 * size + row * 0.2 * size,
                    (0.4, 0.4, 0.24)[row] * size,
                    0.08 * size,
                    WHITE,
                    radius=9,
                )
        elif kind == "chat":
            self.box(x - half, y - 0.42 * size, size, 0.7 * size, color, radius=0.2 * size)
            corner = skia.Path()
            corner.addPoly(
                [
                    skia.Point(x - 0.3 * size, y + 0.2 * size),
                    skia.Point(x + 0.02 * size, y + 0.2 * size),
                    skia.Point(x - 0.3 * size, y + 0.5 * size),
                ],
                close=True,
            )
            self.canvas.drawPath(corner, self._paint(color))
            for dot in (-1, 0, 1):
                self.disc(x + dot * 0.22 * size, y - 0.07 * size, 0.065 * size, WHITE)
        else:
            self.box(x - half, y - half, size, size, color, radius=0.26 * size)
            self.tick(x, y, size * 0.9, 1.0)
