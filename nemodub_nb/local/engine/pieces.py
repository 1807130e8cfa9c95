"""Small pieces of a clip for those who look at it: the shape of its sound, a picture, its facts, a stretch of sound.

A piece is known by what it is made from, so that the server finds a finished one itself; a worker makes the others,
where a hostile file can hurt nobody.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.contract import IMAGE_TYPES
from nemodub_nb.local.engine.errors import BadJobError
from nemodub_nb.local.engine.steps import Steps

if TYPE_CHECKING:
    from PIL.Image import Image

    from nemodub_nb.local.engine.media.audio import Samples

PEAK_RATE: Final = 8_000
"""Samples a second are enough for a shape."""
SOUND_RATE: Final = 24_000
POSTER_WIDTH: Final = 480
_POSTER_AT: Final = 0.1
"""Where in the clip a picture is looked for first."""
_POSTER_FRAMES: Final = 150
_DARK: Final = 24.0
"""Mean brightness (of 255) up to which a picture is taken for black."""
_QUALITY: Final = 82
_MOST_SOUNDS: Final = 100
"""Stretches of sound that are kept; each is 3 MB at most."""


@dataclass(frozen=True)
class Piece:
    """A piece that is made, or can be."""

    path: Path
    """Where it is, or will be; an empty file when there is nothing to show."""
    job: Mapping[str, Any]
    """What makes it, for a worker."""


def peaks_piece(sha256: str, source: Path, count: int, cache: Path) -> Piece:
    """Return the piece that tells how loud a clip is in `count` equal parts: `{"duration_s", "peaks"}` (JSON)."""
    return _piece("peaks", [sha256, count], ".json", cache, {"source": str(source), "count": count})


def poster_piece(sha256: str, source: Path, cache: Path) -> Piece:
    """Return the piece that is a picture of a clip (JPEG)."""
    return _piece("poster", [sha256, POSTER_WIDTH], ".jpg", cache, {"source": str(source)})


def facts_piece(sha256: str, source: Path, cache: Path) -> Piece:
    """Return the piece that tells a clip's tracks (JSON)."""
    return _piece("facts", [sha256], ".json", cache, {"source": str(source)})


def sound_piece(sha256: str, source: Path, start_s: float, end_s: float, cache: Path) -> Piece:
    """Return the piece that is a stretch of a file's sound (mono WAV)."""
    start, end = round(start_s, 3), round(end_s, 3)
    stretch = {"source": str(source), "start_s": start, "end_s": end}
    return _piece("sound", [sha256, start, end], ".wav", cache, stretch)


def make_piece(job: Mapping[str, Any]) -> dict[str, Any]:
    """Make the piece of a job and return its path. Raises EngineError."""
    makers: dict[str, Callable[[Mapping[str, Any], Path], None]] = {
        "peaks": _peaks,
        "poster": _poster,
        "facts": _facts,
        "sound": _sound,
        "voice": _voice,
    }
    make = makers.get(str(job.get("piece")))
    if make is None:
        raise BadJobError(f"The engine knows no piece {job.get('piece')!r}.", "Ask for one of its own.")
    steps = Steps(Path(job["cache"]))
    path = steps.file(job["piece"], job["inputs"], job["suffix"], lambda target: make(job, target))
    return {"path": str(path)}


def _piece(piece: str, inputs: list[Any], suffix: str, cache: Path, what: Mapping[str, Any]) -> Piece:
    job = {"kind": "piece", "piece": piece, "inputs": inputs, "suffix": suffix, "cache": str(cache), **what}
    return Piece(Steps(cache).path(piece, inputs, suffix), job)


def voice_piece(inputs: list[Any], cache: Path, what: Mapping[str, Any]) -> Piece:
    """Return the piece in which a voice says a sentence (WAV); see preview.voice_piece."""
    return _piece("voice", inputs, ".wav", cache, what)


def _peaks(job: Mapping[str, Any], target: Path) -> None:
    import numpy as np

    from nemodub_nb.local.engine.media.audio import decode_blocks
    from nemodub_nb.local.engine.media.probe import probe

    source, count = Path(job["source"]), int(job["count"])
    info = probe(source)
    duration_s = max([info.duration_s, *(track.duration_s for track in info.audio_tracks[:1])])
    samples = max(1, round(duration_s * PEAK_RATE))
    loudest = np.zeros(count, np.float32)
    at = 0
    for block in decode_blocks(source, rate=PEAK_RATE, channels=1):
        parts = np.minimum((np.arange(at, at + len(block)) * count) // samples, count - 1)
        np.maximum.at(loudest, parts, np.abs(block[:, 0]))
        at += len(block)
    peaks = [round(float(value), 4) for value in np.minimum(loudest, 1.0)]
    target.write_text(json.dumps({"duration_s": round(duration_s, 3), "peaks": peaks}), encoding="ascii")


def _poster(job: Mapping[str, Any], target: Path) -> None:
    source = Path(job["source"])
    picture = _still(source) if source.suffix.lower().lstrip(".") in IMAGE_TYPES else _bright_frame(source)
    if picture is not None:  # an empty file says that there is nothing to show
        picture.save(target, "JPEG", quality=_QUALITY)


def _still(source: Path) -> Image:
    from PIL import Image, ImageOps

    with Image.open(source) as opened:
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    picture.thumbnail((POSTER_WIDTH, picture.height))
    return picture


def _bright_frame(source: Path) -> Image | None:
    """Return the first picture that is not black from a tenth of the clip on, else the brightest; None without any."""
    import av
    import numpy as np
    from PIL import Image

    from nemodub_nb.local.engine.media.container import open_media, origin_s, picture_stream
    from nemodub_nb.local.engine.media.probe import probe

    info = probe(source)
    best, brightness = None, -1.0
    with open_media(source) as container:
        stream = picture_stream(container)
        if stream is None:
            return None
        start_s = info.duration_s * _POSTER_AT + origin_s(container)
        if stream.time_base:
            container.seek(int(start_s / stream.time_base), stream=stream)
        try:
            for count, frame in enumerate(container.decode(stream)):
                if frame.time is not None and frame.time < start_s and best is not None:
                    continue
                now = float(np.mean(frame.reformat(width=64, height=64, format="gray").to_ndarray()))
                found = now > _DARK and (frame.time is None or frame.time >= start_s)
                if found or now > brightness:
                    best, brightness = frame, now
                if found or count >= _POSTER_FRAMES:
                    break
        except av.FFmpegError:
            pass  # what came before the damage will do
    if best is None or not info.width:
        return None
    # As a player shows it: square pixels, turned upright.
    width = min(info.width, POSTER_WIDTH)
    height = max(1, info.height * width // info.width)
    turned = abs(info.rotation) == 90  # noqa: PLR2004 - a quarter turn
    small = best.reformat(
        width=height if turned else width, height=width if turned else height, format="rgb24"
    )
    return Image.fromarray(small.to_ndarray()).rotate(info.rotation, expand=True)


def _facts(job: Mapping[str, Any], target: Path) -> None:
    from nemodub_nb.local.engine.media.probe import probe

    info = probe(Path(job["source"]))
    facts = {
        "audio_tracks": len(info.audio_tracks),
        "subtitle_tracks": len(info.subtitle_tracks),
        "audio": [
            {"codec": track.codec, "rate": track.rate, "channels": track.channels, "language": track.language}
            for track in info.audio_tracks
        ],
    }
    target.write_text(json.dumps(facts), encoding="utf-8")


def _sound(job: Mapping[str, Any], target: Path) -> None:
    from nemodub_nb.local.engine.media.audio import read_window

    samples = read_window(Path(job["source"]), job["start_s"], job["end_s"], rate=SOUND_RATE)
    _write_wav(target, samples)
    _keep_latest(target.parent.parent)


def _keep_latest(folder: Path) -> None:
    """Forget the oldest stretches: there are as many as somebody cares to listen to."""
    with contextlib.suppress(OSError):  # another worker may be doing the same
        found = sorted(folder.rglob("*.wav"), key=lambda path: path.stat().st_mtime)
        for path in found[:-_MOST_SOUNDS]:
            path.unlink()


def _write_wav(target: Path, samples: Samples) -> None:
    """Write mono samples; the target's own name ends otherwise, since it is not finished yet."""
    import wave

    import numpy as np

    whole = np.clip(np.rint(samples.reshape(-1) * 32768.0), -32768, 32767).astype("<i2")
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SOUND_RATE)
        file.writeframes(whole.tobytes())


def _voice(job: Mapping[str, Any], target: Path) -> None:
    from nemodub_nb.local.engine.kept import KEPT
    from nemodub_nb.local.engine.speak import SpeakRequest, choose

    models = Path(job["models"])
    voice = choose(job["language"], "best", models, job["voice"])
    with KEPT.voices(models) as voices:
        voices.speak(SpeakRequest(job["text"], voice, target)).result()
