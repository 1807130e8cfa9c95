"""What a batch asks the engine to write: the picture of a clip with the voice of one language, on the video's time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nemodub_nb.fitting import SlowedTime, slowed_pieces
from nemodub_nb.project import orders


@dataclass(frozen=True)
class Files:
    """What a video is made of."""

    media: Path
    """The clip."""
    voice: Path
    """The new voice, as long as the video."""
    bed: Path | None
    """The clip's sound without its voice; None where that could not be had."""


def video_time(spoken: Mapping[str, Any]) -> SlowedTime:
    """Return the time of the video, whose picture may be slowed under lines that were spoken."""
    return SlowedTime.of(
        (line["start_s"], line["end_s"], line.get("slow") or 1.0) for line in spoken["lines"]
    )


def cues(spoken: Mapping[str, Any], time: SlowedTime) -> list[dict[str, Any]]:
    """Return the subtitles where the video has them."""
    return [
        {"start_s": time.shown_s(cue["start_s"]), "end_s": time.shown_s(cue["end_s"]), "text": cue["text"]}
        for cue in spoken["cues"]
    ]


def job(
    heard: Mapping[str, Any], spoken: Mapping[str, Any], files: Files, language: str, time: SlowedTime
) -> dict[str, Any]:
    """Return the render of one language, but for its output."""
    clip_s = heard["media"]["duration_s"]
    shown_s = time.shown_s(clip_s)
    picture = {"source": str(files.media), "in_s": 0.0, "out_s": clip_s}
    under = (
        {"source": str(files.bed), "role": "bed"}
        if files.bed
        else {"source": str(files.media), "role": "original", "duck": True}
    )
    whole = {"start_s": 0.0, "in_s": 0.0, "out_s": clip_s, "volume": 1.0, **under}
    dub = {
        "start_s": 0.0,
        "in_s": 0.0,
        "out_s": shown_s,
        "volume": 1.0,
        "source": str(files.voice),
        "role": "dub",
    }
    return {
        "kind": "render",
        "picture": list(slowed_pieces(picture, 0.0, time)) if heard["media"]["has_video"] else [],
        "duration_s": shown_s,
        "audio": [*slowed_pieces(whole, 0.0, time), dub],
        "titles": [],
        "subtitles": {"language": language, "mode": "track", "cues": cues(spoken, time)},
        "audio_language": language,
    }


def output(wanted: orders.Order) -> dict[str, Any]:
    """Return what is asked of the file beyond the usual."""
    asked = {"format": wanted.format, "aspect": wanted.aspect, "loudness_lufs": wanted.loudness_lufs}
    return {name: value for name, value in asked.items() if value is not None}
