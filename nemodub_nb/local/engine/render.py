"""One file from a timeline: sounds mixed and levelled, picture copied when nothing about it changes, texts added."""

from __future__ import annotations

import heapq
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import av
from av.stream import Disposition

from nemodub_nb.languages import iso639_3
from nemodub_nb.local.engine.errors import BadJobError
from nemodub_nb.local.engine.media.captions import add_captions, caption_packets, name_track
from nemodub_nb.local.engine.media.container import open_media, picture_stream
from nemodub_nb.local.engine.media.delivery import DELIVERIES, Delivery
from nemodub_nb.local.engine.media.files import whole_file
from nemodub_nb.local.engine.media.picture_copy import CopyRange, copied_packets, copy_range
from nemodub_nb.local.engine.media.picture_encode import add_encoder, canvas_for, encoded_packets, has_aspect
from nemodub_nb.local.engine.media.probe import MediaInfo, probe
from nemodub_nb.local.engine.media.sound_encode import MUXING
from nemodub_nb.local.engine.mix.loudness import Loudness
from nemodub_nb.local.engine.render_job import Part, RenderJob, Sound
from nemodub_nb.local.engine.render_sound import make_sound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from av.container import OutputContainer
    from av.packet import Packet
    from av.stream import Stream

__all__ = ["RenderJob", "RenderResult", "SoundMade", "render"]

_JOIN_S: Final = 0.002
Picture = Literal["copied", "encoded", "none"]


@dataclass(frozen=True)
class SoundMade:
    """What one sound track is, and what was measured on it."""

    language: str | None
    """BCP 47."""
    title: str
    loudness_lufs: float | None
    loudness_target_lufs: float | None
    """What it was to be brought to; None where its level was left alone."""
    true_peak_dbtp: float | None


@dataclass(frozen=True)
class RenderResult:
    """What was made. The loudness is that of the first track, which plays unless another is chosen."""

    output: str
    duration_s: float
    size_bytes: int
    width: int
    height: int
    loudness_lufs: float | None
    loudness_target_lufs: float | None
    true_peak_dbtp: float | None
    picture: Picture
    tracks: tuple[SoundMade, ...]
    """The sound tracks, in the file's order."""

    def to_dict(self) -> dict[str, Any]:
        """Return the form that crosses process borders."""
        return asdict(self)


def render(job: RenderJob, on_progress: Callable[[float, float], None] | None = None) -> RenderResult:
    """Make the file of a job; it appears under its name only when it is whole. `on_progress(done_s, total_s)`.

    Raises NotMediaError, NoSpaceError, BadJobError and, for burned texts, NoFontError.
    """
    delivery = DELIVERIES[job.format]
    named = {entry.source for sound in job.sounds for entry in sound.entries}
    sources = {name: probe(name) for name in {part.source for part in job.picture} | named}
    parts = _joined(job.picture, sources) if delivery.picture else []
    sounds = _heard(job.sounds, sources)
    if (not parts and not sounds) or job.duration_s <= 0:
        what = "neither a picture nor sound" if delivery.picture else "no sound"
        raise BadJobError(f"The export holds {what}.", "Add a clip to the timeline first.")
    clock = _Clock(job.duration_s, sounds=len(sounds), picture=bool(parts), report=on_progress)
    with ExitStack() as stack:
        temporary = stack.enter_context(whole_file(job.output))
        files = [_own_file(job.output, number, stack) for number in range(len(sounds))]
        if delivery.alone:
            files = [temporary]
        made = [
            _made(sound, make_sound(sound, job.duration_s, path, delivery.sound, _tags(sound), clock.add))
            for sound, path in zip(sounds, files, strict=True)
        ]
        done: tuple[Picture, tuple[int, int]] = ("none", (0, 0))
        if not delivery.alone:
            done = _make_file(job, parts, sources, temporary, list(zip(sounds, files, strict=True)), clock)
    clock.finish()
    found = probe(job.output)
    first = made[0] if made else SoundMade(None, "", None, None, None)
    return RenderResult(
        output=str(job.output),
        duration_s=found.duration_s,
        size_bytes=found.size_bytes,
        width=done[1][0],
        height=done[1][1],
        loudness_lufs=first.loudness_lufs,
        loudness_target_lufs=first.loudness_target_lufs,
        true_peak_dbtp=first.true_peak_dbtp,
        picture=done[0],
        tracks=tuple(made),
    )


def _heard(sounds: Iterable[Sound], sources: dict[str, MediaInfo]) -> list[Sound]:
    """Leave out what has no sound, and the tracks of which nothing is left."""
    cut = (replace(s, entries=tuple(e for e in s.entries if sources[e.source].audio_tracks)) for s in sounds)
    return [sound for sound in cut if sound.entries]


def _own_file(output: Path, number: int, stack: ExitStack) -> Path:
    return stack.enter_context(whole_file(output.with_suffix(f".{number}.part"), keep=False))


def _made(sound: Sound, found: Loudness) -> SoundMade:
    level = sound.loudness_lufs
    return SoundMade(sound.language, sound.title, found.integrated_lufs, level, found.true_peak_dbtp)


def _tags(sound: Sound) -> dict[str, str]:
    return {"language": iso639_3(sound.language)} if sound.language else {}


def _goes_on(before: Part, after: Part) -> bool:
    same = (before.source, before.slow) == (after.source, after.slow)
    return same and abs(before.out_s - after.in_s) < _JOIN_S


class _Clock:
    """Adds up the work that has been done, in seconds of sound and picture."""

    def __init__(
        self, duration_s: float, *, sounds: int, picture: bool, report: Callable[[float, float], None] | None
    ) -> None:
        self._total = duration_s * (2 * sounds + picture) or 1.0
        self._done = 0.0
        self._told = -1.0
        self._report = report

    def add(self, seconds: float) -> None:
        """Count some work; tell every hundredth. Work done again is not counted beyond the total."""
        self._done = min(self._done + seconds, 0.99 * self._total)
        if self._report is not None and self._done - self._told >= self._total / 100:
            self._told = self._done
            self._report(self._done, self._total)

    def finish(self) -> None:
        """Tell that all is done."""
        if self._report is not None:
            self._report(self._total, self._total)


def _joined(picture: Iterable[Part], sources: dict[str, MediaInfo]) -> list[Part]:
    """Leave out sources without a picture, cut parts to their sources and join parts that go on where one ended."""
    parts: list[Part] = []
    for part in picture:
        info = sources[part.source]
        cut = replace(part, in_s=max(0.0, part.in_s), out_s=min(part.out_s, info.duration_s))
        if not info.has_video or cut.out_s <= cut.in_s:
            continue
        if parts and _goes_on(parts[-1], cut):
            parts[-1] = replace(parts[-1], out_s=cut.out_s)
        else:
            parts.append(cut)
    return parts


def _make_file(
    job: RenderJob,
    parts: list[Part],
    sources: dict[str, MediaInfo],
    path: Path,
    sounds: list[tuple[Sound, Path]],
    clock: _Clock,
) -> tuple[Picture, tuple[int, int]]:
    """Put picture, sounds and subtitles together; return how the picture was made and its size.

    Of each kind the first track is the default one, and it alone: players choose by that.
    """
    delivery = DELIVERIES[job.format]
    texts = [one for one in job.subtitles if one.mode == "track" and one.cues] if delivery.picture else []
    options = {**MUXING, **dict(delivery.options)}
    with ExitStack() as stack:
        out = stack.enter_context(av.open(str(path), "w", format=delivery.container, options=options))
        tracks: list[Iterator[Packet[Any]]] = []
        done: Picture = "none"
        size = (0, 0)
        if parts:
            done, size, packets = _picture(job, parts, sources, out, stack)
            tracks.append(_counted(packets, clock))
        for number, (sound, file) in enumerate(sounds):
            tracks.append(_sound(out, sound, file, stack, default=number == 0))
        for number, text in enumerate(texts):
            captions = add_captions(out, text.language, text.title)
            captions.disposition = _disposition(default=number == 0)
            tracks.append(caption_packets(captions, text.cues, job.duration_s))
        for packet in heapq.merge(*tracks, key=_time_s):
            out.mux(packet)
    return done, size


def _picture(
    job: RenderJob, parts: list[Part], sources: dict[str, MediaInfo], out: OutputContainer, stack: ExitStack
) -> tuple[Picture, tuple[int, int], Iterator[Packet[Any]]]:
    """Add the picture's stream; copy it when nothing visual changes."""
    delivery, info = DELIVERIES[job.format], sources[parts[0].source]
    burned = next((one.cues for one in job.subtitles if one.mode == "burned"), ())
    same = (
        len(parts) == 1
        and parts[0].slow == 1.0
        and not job.titles
        and not burned
        and has_aspect(info, job.aspect)
    )
    copy = _copied(parts[0], info, delivery) if same else None
    if copy is not None:
        container = stack.enter_context(open_media(copy.source))
        source = picture_stream(container)
        assert source is not None
        stream = out.add_stream_from_template(source, opaque=True)
        stream.disposition = Disposition.default
        return "copied", (info.width, info.height), _into(copied_packets(container, source, copy), stream)
    assert delivery.picture is not None
    canvas = canvas_for(info, None if has_aspect(info, job.aspect) else job.aspect)
    paint = None
    if job.titles or burned:
        from nemodub_nb.local.engine.media.overlay import Painter

        paint = Painter((canvas.width, canvas.height), job.titles, burned).paint
    rate = max(sources[part.source].fps for part in parts)
    stream = add_encoder(out, canvas, rate, delivery.picture, job.quality)
    stream.disposition = Disposition.default
    return "encoded", (canvas.width, canvas.height), encoded_packets(stream, parts, canvas, paint)


def _copied(part: Part, info: MediaInfo, delivery: Delivery) -> CopyRange | None:
    return copy_range(part, info, delivery.copied) if delivery.turned or not info.rotation else None


def _sound(
    out: OutputContainer, sound: Sound, file: Path, stack: ExitStack, *, default: bool
) -> Iterator[Packet[Any]]:
    container = stack.enter_context(open_media(file))
    source = container.streams.audio[0]
    stream = out.add_stream_from_template(source, opaque=True)
    name_track(stream, sound.language, sound.title)
    stream.disposition = _disposition(default=default)
    return _into((packet for packet in container.demux(source) if packet.size), stream)


def _disposition(*, default: bool) -> Disposition:
    return Disposition.default if default else Disposition(0)


def _into(packets: Iterator[Packet[Any]], stream: Stream) -> Iterator[Packet[Any]]:
    for packet in packets:
        packet.stream = stream
        yield packet


def _counted(packets: Iterator[Packet[Any]], clock: _Clock) -> Iterator[Packet[Any]]:
    for packet in packets:
        clock.add(float((packet.duration or 0) * (packet.time_base or 0)))
        yield packet


def _time_s(packet: Packet[Any]) -> float:
    stamp = packet.dts if packet.dts is not None else packet.pts
    return float((stamp or 0) * (packet.time_base or 0))
