"""Times of the clip as times of the finished video, whose picture may be slowed under some lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nemodub_nb.conformance import number
from nemodub_nb.fitting import SlowedTime
from nemodub_nb.local.engine.check.listening import Heard
from nemodub_nb.local.engine.check.rows import DubbedLine
from nemodub_nb.local.engine.check.stretches import Stretch


def video_time(rows: Iterable[Mapping[str, Any]]) -> SlowedTime:
    """Return the time of a video from the rows of its report; a row that says nothing usable slows nothing."""
    known = (tuple(number(row.get(name)) for name in ("start_s", "end_s", "slow")) for row in rows)
    return SlowedTime.of(
        (start_s, end_s, slow)
        for start_s, end_s, slow in known
        if start_s is not None and end_s is not None and slow is not None
    )


def shown_lines(lines: Sequence[DubbedLine], time: SlowedTime) -> list[DubbedLine]:
    """Return lines where the video has them."""

    def shown(at_s: float | None) -> float | None:
        return None if at_s is None else time.shown_s(at_s)

    return [
        replace(
            line,
            start_s=time.shown_s(line.start_s),
            end_s=time.shown_s(line.end_s),
            source_start_s=shown(line.source_start_s),
            source_end_s=shown(line.source_end_s),
            due_s=shown(line.due_s),
        )
        for line in lines
    ]


def shown_speech(heard: Heard, time: SlowedTime) -> Heard:
    """Return the source's speech where the video shows who speaks."""
    return Heard(shown_stretches(heard.speech, time), shown_stretches(heard.fine, time))


def shown_stretches(stretches: Iterable[Stretch], time: SlowedTime) -> list[Stretch]:
    """Return stretches where the video has them."""
    return [(time.shown_s(start_s), time.shown_s(end_s)) for start_s, end_s in stretches]
