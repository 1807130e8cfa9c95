"""A picture that is slowed under single lines of a dub: the video's time, and all else that follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nemodub_nb.fitting import SLOW_VIDEO_MOST, SlowedTime
from nemodub_nb.local.server.answers import bad_request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nemodub_nb.local.server.export_tracks import Track
    from nemodub_nb.local.server.output import Output


def slow_of(value: Any) -> float:
    """Read how many times as long a segment's picture is shown. Raises Refusal."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 1 <= value <= SLOW_VIDEO_MOST:
        raise bad_request(
            f"A picture in the draft is slowed by something else than a number from 1 to {SLOW_VIDEO_MOST:g}."
        )
    return float(value)


def slowed_time(tracks: Sequence[Track], wanted: Output) -> SlowedTime:
    """Return the time of the video that a dub asks for. Raises Refusal where it would be shared with other languages."""
    lines = [(one, track) for track in tracks if track.role == "dub" for one in track.segments]
    if wanted.together and (slowed := next((track for one, track in lines if one.slow > 1), None)):
        raise bad_request(
            f"The {slowed.meta.get('language')} dub slows the picture under some lines, so it cannot share one picture with "
            "other sounds. Export one file a language, or say “Never slow the picture”."
        )
    return SlowedTime.of((one.start_s, one.start_s + one.length_s, one.slow) for one, _ in lines)
