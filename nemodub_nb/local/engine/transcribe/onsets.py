"""Corrects the recogniser's word times by where a voice detector hears speech begin and end."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

REACH_S = 0.6
"""A recogniser's onset is at most this far off; an edge further away belongs to another line."""

TAIL_S = 0.3
"""No line is this short: what seems to begin so late in a stretch begins with the next."""


def snap(
    lines: Sequence[tuple[float, float, str]], speech: Sequence[tuple[float, float]]
) -> list[tuple[float, float, str]]:
    """Move each line's onset and end to where speech begins and ends.

    `speech` are the stretches (start_s, end_s) in which a voice detector hears a voice, in order. An onset in
    silence moves to the next stretch, whatever its distance; one inside a stretch moves to an edge within reach, or
    stays: the speaker did not pause there.
    """
    starts = [start for start, _ in speech]
    ends = [end for _, end in speech]
    snapped: list[tuple[float, float, str]] = []
    for start_s, end_s, text in lines:
        onset_s = _nearest(starts, start_s)
        if onset_s == start_s:
            onset_s = _out_of_silence(speech, ends, start_s, end_s)
        stop_s = _nearest(ends, end_s)
        if snapped and onset_s < snapped[-1][1]:
            # The edge was the line before's; one that is heard to begin in a pause begins after it.
            onset_s = max(_out_of_silence(speech, ends, start_s, end_s), snapped[-1][1])
        snapped.append((onset_s, stop_s if stop_s > onset_s else max(end_s, onset_s + 0.05), text))
    return snapped


def _nearest(edges: Sequence[float], time_s: float) -> float:
    position = bisect_left(edges, time_s)
    near = [edge for edge in edges[max(position - 1, 0) : position + 1] if abs(edge - time_s) <= REACH_S]
    return min(near, key=lambda edge: abs(edge - time_s), default=time_s)


def _out_of_silence(
    speech: Sequence[tuple[float, float]], ends: Sequence[float], start_s: float, end_s: float
) -> float:
    # An onset in the last moment of a stretch belongs to the next one: a recogniser that is early hears it there.
    position = bisect_left(ends, start_s + TAIL_S)  # the first stretch that ends well after the onset
    if position < len(speech) and start_s < speech[position][0] < end_s:
        return speech[position][0]
    return start_s
