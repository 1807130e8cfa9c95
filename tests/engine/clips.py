"""Clips made for tests: any length, size, container, sound and rotation, without a program beside PyAV."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import av
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

VIDEO_CODECS = {
    "mp4": "libx264",
    "mov": "libx264",
    "mkv": "libx264",
    "avi": "mpeg4",
    "webm": "libvpx",
    "ts": "libx264",
}
AUDIO_CODECS = {"mp4": "aac", "mov": "aac", "mkv": "aac", "avi": "mp3", "webm": "libopus", "ts": "aac"}
FORMATS = {"mkv": "matroska", "m4a": "mp4", "ts": "mpegts"}
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}

Sound: TypeAlias = "Callable[[np.ndarray], np.ndarray]"
"""Sample values at the times given in seconds."""


def tone(hz: float = 440.0, level: float = 0.25):
    """A function of the time in seconds: one steady tone."""
    return lambda t: level * np.sin(2 * np.pi * hz * t)


DEFAULT_SOUND = tone()


def clicks(every_s: float = 1.0, level: float = 0.8):
    """A function of the time in seconds: a 5 ms burst of 2 kHz at every whole multiple of `every_s`, 0 included."""
    return lambda t: level * np.sin(2 * np.pi * 2000 * t) * ((t % every_s) < 0.005)


def noise(level: float = 0.1, seed: int = 7):
    """A function of the time in seconds: white noise, the same for the same times."""

    def make(t):
        ticks = (np.rint(t * 48_000).astype(np.int64) + seed).astype(np.uint64)
        mixed = (ticks * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)) >> np.uint64(33)
        mixed = (mixed * np.uint64(2862933555777941757)) >> np.uint64(32)
        return level * ((mixed & np.uint64(0xFFFF)).astype(np.float64) / 32768.0 - 1.0)

    return make


def make_clip(
    path: Path,
    seconds: float = 2.0,
    size: tuple[int, int] | None = (320, 180),
    container: str | None = None,
    *,
    fps: int = 25,
    audio: Sequence[Sound] | Sound | None = DEFAULT_SOUND,
    audio_rate: int = 48_000,
    channels: int = 2,
    audio_offset_s: float = 0.0,
    video_offset_s: float = 0.0,
    rotation: int = 0,
    video_codec: str | None = None,
    audio_codec: str | None = None,
    pixel_format: str = "yuv420p",
    frame_times: Sequence[float] | None = None,
    languages: Sequence[str] = (),
    subtitles: Sequence[tuple[float, float, str]] = (),
    b_frames: int = 2,
    gop: int = 50,
) -> Path:
    """Write a clip and return its path.

    `size=None` makes a clip without a picture, `audio=None` one without sound, a list of sounds several tracks.
    The picture is a moving gradient whose mean brightness tells the time. `frame_times` makes the frame rate variable.
    """
    kind = container or path.suffix.lstrip(".")
    sounds = [] if audio is None else list(audio) if isinstance(audio, (list, tuple)) else [audio]
    with av.open(str(path), "w", format=FORMATS.get(kind, kind)) as out:
        video = None
        if size is not None:
            video = out.add_stream(video_codec or VIDEO_CODECS.get(kind, "libx264"), rate=fps)
            video.width, video.height, video.pix_fmt = *size, pixel_format
            video.codec_context.gop_size = gop
            if frame_times is not None:
                video.codec_context.time_base = Fraction(1, 90_000)
            if video.codec_context.name == "libx264":
                video.options = {"preset": "ultrafast", "bf": str(b_frames), "x264-params": "b-adapt=0"}
            if rotation:
                video.set_display_rotation(rotation)
        tracks = []
        for number in range(len(sounds)):
            stream = out.add_stream(audio_codec or AUDIO_CODECS.get(kind, "aac"), rate=audio_rate)
            stream.layout = LAYOUTS[channels]
            if number < len(languages):
                stream.metadata["language"] = languages[number]
            tracks.append(stream)
        texts = _subtitle_stream(out, kind) if subtitles else None
        write_sound = partial(_write_sound, out, sounds, tracks, audio_rate, channels, audio_offset_s)
        if video is not None:
            times = (
                list(frame_times)
                if frame_times is not None
                else [n / fps for n in range(round(seconds * fps))]
            )
            unit = Fraction(1, 90_000) if frame_times is not None else Fraction(1, fps)
            for frame, at, end in _pictures(times, seconds, size, pixel_format):
                frame.pts, frame.time_base = round((at + video_offset_s) / unit), unit
                out.mux(video.encode(frame))
                write_sound(at, end)
        else:
            write_sound(0.0, seconds)
        for stream in [*([video] if video is not None else []), *tracks]:
            out.mux(stream.encode(None))
        if texts is not None:
            _write_subtitles(out, texts, kind, subtitles)
    return path


def _pictures(times, seconds, size, pixel_format):
    width, height = size
    ramp = np.linspace(0, 60, width, dtype=np.float32)[None, :].repeat(height, 0)
    for number, at in enumerate(times):
        rgb = np.empty((height, width, 3), np.uint8)
        rgb[...] = np.clip(ramp + 20 + 150 * at / max(seconds, 0.1), 0, 255).astype(np.uint8)[..., None]
        left = int((number * 3) % max(1, width - 20))
        rgb[height // 3 : height // 2, left : left + 20] = (255, 40, 40)
        end = times[number + 1] if number + 1 < len(times) else seconds
        yield av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=pixel_format), at, end


def _write_sound(out, sounds, tracks, rate, channels, offset, start, end):
    first, last = round(start * rate), round(end * rate)
    for at in range(first, last, rate):
        t = np.arange(at, min(last, at + rate)) / rate
        for sound, stream in zip(sounds, tracks, strict=True):
            values = np.asarray(sound(t), np.float32)
            planes = values if values.ndim > 1 else np.tile(values, (channels, 1))
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(planes), format="fltp", layout=LAYOUTS[channels]
            )
            frame.sample_rate, frame.pts, frame.time_base = rate, at + round(offset * rate), Fraction(1, rate)
            out.mux(stream.encode(frame))


ASS_HEADER = (
    b"[Script Info]\nScriptType: v4.00+\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour,"
    b" OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline,"
    b" Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\nStyle: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,"
    b"100,100,0,0,1,1,0,2,10,10,10,1\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect,"
    b" Text\n"
)


def _subtitle_stream(out, kind):
    stream = out.add_stream("mov_text" if kind in {"mp4", "mov"} else "subrip")
    stream.codec_context.subtitle_header = ASS_HEADER
    stream.time_base = Fraction(1, 1000)
    stream.metadata["language"] = "eng"
    return stream


def _write_subtitles(out, stream, kind, cues):
    for start, end, text in cues:
        data = text.encode()
        packet = av.Packet(len(data).to_bytes(2, "big") + data if kind in {"mp4", "mov"} else data)
        packet.pts = packet.dts = round(start * 1000)
        packet.duration = round((end - start) * 1000)
        packet.time_base = Fraction(1, 1000)
        packet.stream = stream
        out.mux(packet)
