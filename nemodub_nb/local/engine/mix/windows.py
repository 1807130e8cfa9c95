"""Where a voice may be heard in a clip: more than a detector is sure of, since what is missed there stays in the bed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.local.engine.transcribe.voice_activity import RATE, Speech, mono

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nemodub_nb.local.engine.clip import Clip
    from nemodub_nb.local.engine.lines import Line
    from nemodub_nb.local.engine.steps import Steps

POSSIBLE: Final = 0.15
"""The detector's certainty that is enough here. Soft and distant speech under music has it; music alone does not."""
BRIDGE_S: Final = 0.5
"""Shorter gaps are taken as spoken: a voice that comes and goes for the detector goes on for the ear."""
OUTSIDE_S: Final = 0.3
"""A line that lies further outside the windows than this adds a window."""
_KEY: Final = f"silero {POSSIBLE}, padded 0.03 s"


def possible_speech(clip: Clip, steps: Steps, sure: Speech) -> Speech:
    """Return where a voice may be: wherever the detector is `sure`, and where it has a suspicion."""

    def listen() -> Any:
        from faster_whisper.vad import VadOptions, get_speech_timestamps

        from nemodub_nb.local.engine.transcribe.windows import windows

        options = VadOptions(
            threshold=POSSIBLE, min_silence_duration_ms=150, speech_pad_ms=30, min_speech_duration_ms=100
        )
        return [
            (start_s + part["start"] / RATE, start_s + part["end"] / RATE)
            for start_s, samples in windows(mono(clip.path), RATE)
            for part in get_speech_timestamps(samples, options)
        ]

    if not sure:
        return []  # music alone raises a suspicion now and then
    found = steps.value("possible speech", [clip.digest, _KEY], listen)
    return joined([*sure, *((float(start), float(end)) for start, end in found)], BRIDGE_S)


def lines_outside(windows: Speech, lines: Iterable[Line]) -> Speech:
    """Return where lines lie outside of the windows: somebody or a recogniser heard a voice there."""
    outside = [
        (line.start_s, line.end_s)
        for line in lines
        if line.end_s - line.start_s - _covered(line, windows) > OUTSIDE_S
    ]
    return joined(outside, BRIDGE_S)


def joined(windows: Iterable[tuple[float, float]], bridge_s: float) -> Speech:
    """Return the windows in order, those that touch or nearly touch as one."""
    whole: Speech = []
    for start, end in sorted(windows):
        if whole and start <= whole[-1][1] + bridge_s:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        else:
            whole.append((start, end))
    return whole


def _covered(line: Line, windows: Speech) -> float:
    return sum(max(0.0, min(end, line.end_s) - max(start, line.start_s)) for start, end in windows)
