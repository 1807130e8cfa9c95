"""Words that are not in the sound: the recogniser does not hear them, and there is silence where they should be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from nemodub_nb.local.engine.check.stretches import Stretch, covered_s

if TYPE_CHECKING:
    from nemodub_nb.local.engine.check.aligned import AlignedLine

_VOICED: Final = 0.4
"""A word of which less than this share of its time has a voice was not spoken to its end."""
_KNOWN: Final = 1 / 3
"""Of a line of which less than this share was heard nobody knows where its words should be."""
_PAUSE_S: Final = 0.3
"""Silence inside a line that a comma explains."""
_SHORTER_S: Final = 0.1
"""A line that lies shorter than it was spoken by more than this was cut by whoever placed it."""


def words_cut(line: AlignedLine, start_s: float, end_s: float, speech: Sequence[Stretch]) -> int:
    """Return how many words of a line that should last from `start_s` to `end_s` are missing in the sound.

    A recogniser's mistake is not a missing word: where there is a voice, something was said.
    """
    whole = sum(map(len, line.script))
    if not whole or end_s <= start_s:
        return 0
    known = sum(len(word) for word, heard in zip(line.script, line.matched, strict=True) if heard)
    if known < _KNOWN * whole:
        spoken_s = covered_s(speech, start_s, end_s)
        return len(line.script) if spoken_s < _VOICED * (end_s - start_s) else 0
    letter_s = (end_s - start_s) / whole
    cut = 0
    for first, last in _gaps(line):
        before = line.matched[first - 1] if first else None
        after = line.matched[last] if last < len(line.matched) else None
        expected_s = letter_s * sum(map(len, line.script[first:last]))
        lost = [
            word
            for word, replaced in zip(line.script[first:last], line.replaced[first:last], strict=True)
            if not replaced
        ]
        misheard = not lost
        if before and after:
            # Between words that were heard a recogniser lets its times flow over one that it does not know: only a hole
            # in the voice, longer than a speaker's pause, tells of a word that is not there.
            span_s = after.end_s - before.start_s
            unvoiced_s = span_s - covered_s(speech, before.start_s, after.end_s)
            missing = not misheard and unvoiced_s > max(_PAUSE_S, (1 - _VOICED) * expected_s)
        else:
            from_s = before.end_s if before else start_s
            # Here, too, a recogniser may let the next word last over one that it does not know.
            to_s = max(after.start_s, after.end_s - letter_s * len(line.script[last])) if after else end_s
            # A first word that is misheard was said; a detector may miss that it begins softly. A last one may be a rest.
            said = misheard and after is not None
            # What was heard in place of other words has its time, too: only that of the lost ones can be missing.
            lost_s = letter_s * sum(map(len, lost)) if lost else expected_s
            missing = not said and covered_s(speech, from_s, to_s) < expected_s - (1 - _VOICED) * lost_s
        if missing:
            cut += max(1, len(lost))
    return cut


def _gaps(line: AlignedLine) -> Iterator[tuple[int, int]]:
    """Yield the runs (first, behind the last) of words that were not heard."""
    first: int | None = None
    for position, word in enumerate([*line.matched, None]):
        missing = position < len(line.matched) and word is None
        if missing and first is None:
            first = position
        elif not missing and first is not None:
            yield first, position
            first = None


def placed_short(natural_s: float, stretch: float, placed_s: float) -> bool:
    """Tell whether a line lies shorter than it was spoken, its stretch taken into account."""
    return placed_s < natural_s / max(stretch, 1e-6) - _SHORTER_S
