"""Titles and subtitles written upon the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from PIL import Image, ImageDraw

from nemodub_nb.local.engine.media.fonts import Font, font_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nemodub_nb.local.engine.render_job import Cue

_BOX: Final = 150
"""How dark the box behind the letters is, of 255."""
_KEPT: Final = 8
"""Painted texts kept: cues come in order, so few are needed."""

_Plane = npt.NDArray[np.float32]


@dataclass(frozen=True)
class _Style:
    height: float
    """Letter size as a part of the picture's shorter side."""
    place: float
    """Where the text's middle (titles) or its lower edge (subtitles) is, from the top."""
    anchored_below: bool
    widest: float = 0.88
    """Lines are at most this part of the picture's width."""


_TITLE: Final = _Style(height=0.085, place=0.2, anchored_below=False)
_SUBTITLE: Final = _Style(height=0.052, place=0.93, anchored_below=True)
_SQUARE_SUBTITLE: Final = _Style(height=0.046, place=0.94, anchored_below=True, widest=0.9)
_TALL_SUBTITLE: Final = _Style(height=0.046, place=0.78, anchored_below=True, widest=0.8)
"""The apps that play tall videos write over their lower fifth, and over the right edge."""
_SQUARE, _TALL = 1.2, 0.7
"""Pictures narrower than this, width over height."""


def _subtitle_style(size: tuple[int, int]) -> _Style:
    ratio = size[0] / size[1]
    if ratio < _TALL:
        return _TALL_SUBTITLE
    return _SQUARE_SUBTITLE if ratio < _SQUARE else _SUBTITLE


@dataclass(frozen=True)
class _Patch:
    """A painted text ready to be blended: even place and size, opacity and colour in full and in half resolution."""

    x: int
    y: int
    alpha: _Plane
    luma: _Plane
    alpha_half: _Plane


class Painter:
    """Paints the titles and subtitles that belong to a moment."""

    def __init__(self, size: tuple[int, int], titles: Sequence[Cue], subtitles: Sequence[Cue]) -> None:
        """Prepare for pictures of `size`. Raises NoFontError at once, not in the middle of an export."""
        self._size = size
        self._cues = [(cue, _TITLE) for cue in titles] + [(cue, _subtitle_style(size)) for cue in subtitles]
        self._patches: dict[tuple[str, bool], _Patch] = {}
        for cue, style in self._cues:
            self._font(cue.text, style)

    def paint(self, frame: VideoFrame, time_s: float) -> VideoFrame:
        """Return the frame with what belongs to `time_s` upon it."""
        due = [(cue.text, style) for cue, style in self._cues if cue.start_s <= time_s < cue.end_s]
        if not due:
            return frame
        picture = frame.to_ndarray().astype(np.uint8, copy=False)
        for text, style in due:
            _blend(picture, self._patch(text, style), *self._size)
        painted = VideoFrame.from_ndarray(picture, format="yuv420p")
        painted.color_range, painted.colorspace = frame.color_range, frame.colorspace
        painted.color_primaries, painted.color_trc = frame.color_primaries, frame.color_trc
        return painted

    def _font(self, text: str, style: _Style) -> Font:
        return font_for(frozenset(text), max(12, round(min(self._size) * style.height)))

    def _patch(self, text: str, style: _Style) -> _Patch:
        key = (text, style.anchored_below)
        if key not in self._patches:
            while len(self._patches) >= _KEPT:
                self._patches.pop(next(iter(self._patches)))
            self._patches[key] = _painted(text, self._font(text, style), style, self._size)
        return self._patches[key]


def _painted(text: str, font: Font, style: _Style, size: tuple[int, int]) -> _Patch:
    """Draw white letters with a dark rim on a faint dark box."""
    width, height = size
    wrapped = "\n".join(_lines(text, font, width * style.widest))
    rim = max(1, round(min(size) * style.height / 20))
    pad = 6 * rim
    probe = ImageDraw.Draw(Image.new("L", (8, 8)))
    left, top, right, bottom = probe.multiline_textbbox(
        (0, 0), wrapped, font=font, stroke_width=rim, align="center"
    )
    box = (
        min(width // 2 * 2, _up(right - left + 2 * pad)),
        min(height // 2 * 2, _up(bottom - top + 2 * pad)),
    )
    image = Image.new("LA", box, (0, _BOX))
    ImageDraw.Draw(image).multiline_text(
        (pad - left, pad - top),
        wrapped,
        font=font,
        fill=(255, 255),
        stroke_width=rim,
        stroke_fill=(0, 255),
        align="center",
    )
    values = np.asarray(image, np.float32) / 255.0
    alpha = values[..., 1]
    middle = style.place * height - (box[1] if style.anchored_below else box[1] / 2)
    y = int(min(max(0, middle), height - box[1])) // 2 * 2
    x = (width - box[0]) // 4 * 2
    half = alpha.reshape(box[1] // 2, 2, box[0] // 2, 2).mean(axis=(1, 3))
    return _Patch(x, y, alpha, 16.0 + 219.0 * values[..., 0], half)


def _lines(text: str, font: Font, widest: float) -> list[str]:
    """Return the lines as they are where all fit, else the whole text broken anew into few lines about as long as each other."""
    given = text.splitlines()
    if all(font.getlength(line) <= widest for line in given):
        return given
    whole = (" " if " " in text else "").join(given)
    lines = _wrapped(whole, font, widest)
    low, high = widest / 2, widest
    while high - low > 1:
        middle = (low + high) / 2
        narrower = _wrapped(whole, font, middle)
        fits = len(narrower) == len(lines) and all(font.getlength(line) <= middle for line in narrower)
        low, high = (low, middle) if fits else (middle, high)
        lines = narrower if fits else lines
    return lines


def _wrapped(line: str, font: Font, widest: float) -> list[str]:
    """Break a line where it grows too wide: between words, or between characters where there are no spaces."""
    pieces = line.split(" ") if " " in line else list(line)
    joint = " " if " " in line else ""
    lines: list[str] = []
    for piece in pieces:
        longer = f"{lines[-1]}{joint}{piece}" if lines else piece
        if lines and font.getlength(longer) <= widest:
            lines[-1] = longer
        else:
            lines.append(piece)
    return lines


def _blend(picture: npt.NDArray[np.uint8], patch: _Patch, width: int, height: int) -> None:
    """Lay the patch upon a yuv420p array of FFmpeg's layout (Y, then U and V in rows of full width)."""
    rows, columns = patch.alpha.shape
    luma = picture[patch.y : patch.y + rows, patch.x : patch.x + columns]
    luma[...] = np.rint(luma * (1.0 - patch.alpha) + patch.luma * patch.alpha).astype(np.uint8)
    chroma = picture[height:].reshape(2, height // 2, width // 2)
    x, y = patch.x // 2, patch.y // 2
    grey = chroma[:, y : y + rows // 2, x : x + columns // 2]
    grey[...] = np.rint(grey * (1.0 - patch.alpha_half) + 128.0 * patch.alpha_half).astype(np.uint8)


def _up(length: float) -> int:
    return -int(-length // 2) * 2
