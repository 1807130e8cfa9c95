"""Cuts short pieces of sound out of videos, small enough to stand inside of a page."""

from __future__ import annotations

import base64
import contextlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from nemodub_nb import languages

from .places import is_url

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST: Final = 40
_MOST_BYTES: Final = 4_000_000
_LONGEST_S: Final = 12.0
_AROUND_S: Final = 0.25
"""What is heard before and after the line, to hear how it joins."""
_RATE: Final = 24_000
_BITS_PER_S: Final = 48_000


def snippets(lines: pd.DataFrame, exports: pd.DataFrame) -> tuple[dict[Any, str], str]:
    """Return the sound of the first lines as data URLs by their index, and a remark on what is missing.

    Videos that are not on this machine, or cannot be read, give none.
    """
    if lines.empty:
        return {}, ""
    try:
        import av  # noqa: F401 - only whether it is there
    except ModuleNotFoundError:
        return {}, 'Sound is left out, since the package av is missing: pip install "nemodub_nb[local]".'
    videos = {
        (row["clip"], row["language"]): row["video"]
        for row in exports.to_dict("records")
        if not _none(row["video"])
    }
    found: dict[Any, str] = {}
    left = _MOST_BYTES
    for index, line in zip(lines.index, lines.to_dict("records"), strict=True):
        video = videos.get((line["clip"], line["language"]))
        if video is None or is_url(video) or not Path(video).is_file() or _none(line["start_s"]):
            continue
        sound = b""
        with contextlib.suppress(OSError, ValueError):  # av's errors are both
            sound = cut(Path(video), float(line["start_s"]), float(line["end_s"]), line["language"])
        if sound and len(sound) <= left:
            found[index] = f"data:audio/mpeg;base64,{base64.b64encode(sound).decode('ascii')}"
            left -= len(sound)
        if len(found) == _MOST or left <= 0:
            break
    if not found:
        return {}, "The videos are not here, so the lines cannot be heard."
    return found, f"The first {len(found)} lines can be heard." if len(found) < len(lines) else ""


def cut(video: Path, start_s: float, end_s: float, language: str | None = None) -> bytes:
    """Return a piece of a video's sound as MP3, empty when it has none. Raises OSError or ValueError when it is no video."""
    import av

    from_s = max(0.0, start_s - _AROUND_S)
    to_s = min(end_s + _AROUND_S, from_s + _LONGEST_S)
    written = io.BytesIO()
    with av.open(str(video)) as source, av.open(written, "w", format="mp3") as target:
        stream = _stream(source, language)
        if stream is None:
            return b""
        coded = target.add_stream("libmp3lame", rate=_RATE, layout="mono")
        coded.bit_rate = _BITS_PER_S
        resampler = av.AudioResampler("s16p", "mono", _RATE)
        for frame in _between(source, stream, from_s, to_s):
            for block in resampler.resample(frame):
                block.pts = None
                target.mux(coded.encode(block))
        for block in resampler.resample(None):
            block.pts = None
            target.mux(coded.encode(block))
        target.mux(coded.encode(None))
    return written.getvalue()


def _between(source: Any, stream: Any, from_s: float, to_s: float) -> Iterator[Any]:
    source.seek(int(from_s / stream.time_base), stream=stream)
    for frame in source.decode(stream):
        if frame.time is None or frame.time + frame.samples / frame.sample_rate <= from_s:
            continue
        if frame.time >= to_s:
            return
        yield frame


def _stream(source: Any, language: str | None) -> Any:
    """Return the track of a language; the first one where none is named so."""
    tracks = list(source.streams.audio)
    wanted = languages.iso639_3(language) if isinstance(language, str) else None
    return next((track for track in tracks if track.language == wanted), tracks[0] if tracks else None)


def _none(value: object) -> bool:
    return value is None or value is pd.NA or value != value  # noqa: PLR0124 - NaN alone differs from itself
