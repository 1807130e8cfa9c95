"""Subtitle cues from lines as they were placed: short enough to read, cut at phrases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any

from nemodub_nb.local.engine import thresholds as t
from nemodub_nb.local.engine.phrases import Cut, cuts, width

__all__ = ["Cue", "cues", "faults", "flagged", "width"]

_WHOLE = t.CUE_CHARACTERS * t.CUE_LINES
_BALANCE = 12.0
"""What a cue, or a line of one, costs for being much shorter or longer than its neighbours."""
_BRIEFEST_S = 0.1
_ROUNDING = 0.01


@dataclass(frozen=True)
class Cue:
    """One subtitle as it is shown."""

    start_s: float
    end_s: float
    text: str
    """One or two lines, separated by a newline."""

    def to_dict(self) -> dict[str, Any]:
        """Return the cue as plain JSON values."""
        return asdict(self)


def cues(placed: Iterable[tuple[float, float, str]], duration_s: float, language: str = "") -> list[Cue]:
    """Return the cues for placed lines (start_s, end_s, text), in order, never overlapping.

    A line too long for one cue is cut at phrases of its language and its time shared by length. A line that is read
    too fast stays longer, as far as the next one allows; what still is too fast, `faults` tells.
    """
    lines = [
        (start_s, end_s, pieces) for start_s, end_s, text in placed if (pieces := _pieces(text, language))
    ]
    nexts = [start_s for start_s, _, _ in lines[1:]] + [max(duration_s, 0.0) + t.CUE_GAP_S]
    made: list[Cue] = []
    free_s = 0.0
    for (start_s, end_s, pieces), next_s in zip(lines, nexts, strict=True):
        shown = _timed(pieces, max(start_s, free_s), end_s, next_s - t.CUE_GAP_S)
        made += [Cue(round(at, 3), round(to, 3), _wrapped(piece, language)) for at, to, piece in shown]
        free_s = made[-1].end_s + t.CUE_GAP_S
    return made


def faults(cue: Cue, following: Cue | None = None) -> tuple[str, ...]:
    """Return which limits a cue does not keep: `long`, `fast` or `close` to the one that follows."""
    lines = cue.text.split("\n")
    seconds = max(cue.end_s - cue.start_s, 1e-6)
    checks = {
        "long": len(lines) > t.CUE_LINES or any(width(line) > t.CUE_CHARACTERS for line in lines),
        "fast": width(cue.text.replace("\n", " ")) / seconds > t.CUE_CHARACTERS_PER_S * (1 + _ROUNDING),
        "close": following is not None and following.start_s - cue.end_s < t.CUE_GAP_S - 2e-3,
    }
    return tuple(name for name, found in checks.items() if found)


def flagged(shown: Sequence[Cue]) -> int:
    """Return how many cues do not keep a limit."""
    following = [*shown[1:], None]
    return sum(bool(faults(cue, after)) for cue, after in zip(shown, following, strict=True))


def _timed(
    pieces: Sequence[str], start_s: float, end_s: float, last_s: float
) -> list[tuple[float, float, str]]:
    """Share the time of a line among its pieces by length, longer than it is spoken where there is time."""
    weights = [max(width(piece), 1) for piece in pieces]
    gaps_s = t.CUE_GAP_S * (len(pieces) - 1)
    wanted_s = max(sum(weights) / t.CUE_CHARACTERS_PER_S + gaps_s, t.CUE_SHORTEST_S)
    # A line that is spoken into the next one gives way, but never vanishes.
    stop_s = max(min(max(end_s, start_s + wanted_s), last_s), start_s + _BRIEFEST_S * len(pieces) + gaps_s)
    each_s, at_s = (stop_s - start_s - gaps_s) / sum(weights), start_s
    shown = []
    for piece, weight in zip(pieces, weights, strict=True):
        shown.append((at_s, at_s + weight * each_s, piece))
        at_s += weight * each_s + t.CUE_GAP_S
    return shown


def _pieces(text: str, language: str) -> list[str]:
    """Cut a text into pieces that each fit on the lines of one cue, at phrases, of about the same length."""
    text = " ".join(text.split())
    if width(text) <= t.CUE_CHARACTERS:
        return [text] if text else []
    places = cuts(text, language, longest=t.CUE_CHARACTERS)
    ruler = _Ruler(text)
    starts = [0, *(cut.at for cut in places)]
    ideal = ruler.between(0, len(text)) / -(-ruler.between(0, len(text)) // _WHOLE)
    # The cheapest way to cover the text up to each place, and where the last piece of it begins.
    cheapest: dict[int, tuple[float, int]] = {0: (0.0, 0)}
    for number, end in enumerate([*places, Cut(len(text), 0.0)]):
        for first in range(number, -1, -1):
            start = starts[first]
            long = ruler.between(start, end.at)
            if long > _WHOLE:
                break
            if start not in cheapest or not ruler.fits(start, end.at, starts[first + 1 : number + 1]):
                continue
            cost = cheapest[start][0] + end.cost + _BALANCE * ((long - ideal) / ideal) ** 2 + _BALANCE
            if end.at not in cheapest or cost < cheapest[end.at][0]:
                cheapest[end.at] = (cost, start)
    return _along(text, cheapest)


class _Ruler:
    """Measures parts of a text, whose words are parted by single spaces."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._widths = [0, *accumulate(width(character) for character in text)]

    def between(self, start: int, end: int) -> int:
        """Return the width of a part without the space at its end."""
        return self._widths[end] - self._widths[start] - (self._text[end - 1] == " ")

    def fits(self, start: int, end: int, inner: Sequence[int]) -> bool:
        """Tell whether a part fits on one line, or on two when it is cut at one of the inner places."""
        most = t.CUE_CHARACTERS
        return self.between(start, end) <= most or any(
            self.between(start, at) <= most and self.between(at, end) <= most for at in inner
        )


def _along(text: str, cheapest: dict[int, tuple[float, int]]) -> list[str]:
    at, pieces = len(text), []
    while at > 0:
        start = cheapest[at][1]
        pieces.append(text[start:at].strip())
        at = start
    return pieces[::-1]


def _wrapped(text: str, language: str) -> str:
    """Return the text on one line, or on two where one is too long."""
    if width(text) <= t.CUE_CHARACTERS:
        return text
    total = width(text)

    def badness(cut: Cut) -> float:
        first, second = width(text[: cut.at].rstrip()), width(text[cut.at :])
        over = max(first, second) - t.CUE_CHARACTERS
        # Too wide a line is worse than any cut.
        return cut.cost + _BALANCE * abs(first - second) / total + (10_000 + over if over > 0 else 0)

    places = cuts(text, language, longest=t.CUE_CHARACTERS)
    if not places:
        return text
    at = min(places, key=badness).at
    return f"{text[:at].strip()}\n{text[at:].strip()}"
