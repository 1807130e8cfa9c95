"""One MP4 from a timeline: sounds mixed and levelled, picture copied when nothing about it changes, texts added."""

from __future__ import annotations

import heapq
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import av
from av.stream import Disposition

from nemodub_nb.languages import iso639_3
from nemodub_nb.local.engine.errors import BadJobError
from nemodub_nb.local.engine.media.aac import encode_aac
from nemodub_nb.local.engine.media.audio import RATE
from nemodub_nb.local.engine.media.captions import add_captions, caption_packets
from nemodub_nb.local.engine.media.container import open_media, picture_stream
from nemodub_nb.local.engine.media.files import whole_file
from nemodub_nb.local.engine.media.picture_copy import copied_packets, copy_range
from nemodub_nb.local.engine.media.picture_encode import add_encoder, canvas_for, encoded_packets, has_aspect
from nemodub_nb.local.engine.media.probe import MediaInfo, probe
from nemodub_nb.local.engine.mix.loudness import (
    CEILING_DBTP,
    Loudness,
    gain_db,
    limited,
    measure,
    measure_file,
)
from nemodub_nb.local.engine.mix.mixdown import Entry, ducking_for, mixed
from nemodub_nb.local.engine.render_job import Part, RenderJob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from av.container import OutputContainer
    from av.packet import Packet
    from av.stream import Stream

    from nemodub_nb.local.engine.media.audio import Samples

__all__ = ["RenderJob", "RenderResult", "render"]

_LOUDNESS_TOLERANCE: Final = 0.5
_HEADROOM_DB: Final = 0.8
"""Peaks are held this much below the ceiling at first: encoding to AAC raises them a little."""
_TRIES: Final = 3
_JOIN_S: Final = 0.002


@dataclass(frozen=True)
class RenderResult:
    """What was made."""

    output: str
    duration_s: float
    size_bytes: int
    width: int
    height: int
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    picture: Literal["copied", "encoded", "none"]

    def to_dict(self) -> dict[str, Any]:
        """Return the form that crosses process borders."""
        return asdict(self)


def render(job: RenderJob, on_progress: Callable[[float, float], None] | None = None) -> RenderResult:
    """Make the MP4 of a job; it appears under its name only when it is whole. `on_progress(done_s, total_s)`.

    Raises NotMediaError, NoSpaceError, BadJobError and, for burned texts, NoFontError.
    """
    sources = {name: probe(name) for name in {p.source for p in job.picture} | {e.source for e in job.audio}}
    parts = _joined(job.picture, sources)
    entries = [entry for entry in job.audio if sources[entry.source].audio_tracks]
    if (not parts and not entries) or job.duration_s <= 0:
        raise BadJobError(
            "The export holds neither a picture nor sound.", "Add a clip to the timeline first."
        )
    clock = _Clock(job.duration_s, sounds=bool(entries), picture=bool(parts), report=on_progress)
    with ExitStack() as stack:
        temporary = stack.enter_context(whole_file(job.output))
        sound = (
            stack.enter_context(whole_file(job.output.with_suffix(".m4a.part"), keep=False))
            if entries
            else None
        )
        loudness = _make_sound(job, entries, sound, clock) if sound is not None else Loudness(None, None)
        done, size = _make_file(job, parts, sources, temporary, sound, clock)
    clock.finish()
    made = probe(job.output)
    return RenderResult(
        output=str(job.output),
        duration_s=made.duration_s,
        size_bytes=made.size_bytes,
        width=size[0],
        height=size[1],
        loudness_lufs=loudness.integrated_lufs,
        true_peak_dbtp=loudness.true_peak_dbtp,
        picture=done,
    )


class _Clock:
    """Adds up the work that has been done, in seconds of sound and picture."""

    def __init__(
        self, duration_s: float, *, sounds: bool, picture: bool, report: Callable[[float, float], None] | None
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
        if parts and parts[-1].source == cut.source and abs(parts[-1].out_s - cut.in_s) < _JOIN_S:
            parts[-1] = replace(parts[-1], out_s=cut.out_s)
        else:
            parts.append(cut)
    return parts


def _make_sound(job: RenderJob, entries: list[Entry], path: Path, clock: _Clock) -> Loudness:
    """Mix, level and encode the sound, and return what was measured on the result."""
    ducking = ducking_for(entries, job.duration_s)

    def mix() -> Iterator[Samples]:
        for block in mixed(entries, job.duration_s, ducking):
            clock.add(len(block) / RATE)
            yield block

    before = measure(mix())
    level = job.loudness_lufs if any(entry.role == "dub" for entry in entries) else None
    gain = gain_db(before, level) if level is not None else 0.0
    ceiling = CEILING_DBTP - _HEADROOM_DB
    made = before
    for _ in range(_TRIES):
        linear = 10 ** (gain / 20)
        loudest = (before.true_peak_dbtp or 0.0) + gain
        encode_aac(
            limited(mix(), linear, ceiling) if loudest > ceiling else (b * linear for b in mix()), path
        )
        made = measure_file(path)
        over = (made.true_peak_dbtp or -100.0) - CEILING_DBTP
        short = 0.0 if level is None or made.integrated_lufs is None else level - made.integrated_lufs
        capped = (
            before.integrated_lufs is not None and level is not None and gain < level - before.integrated_lufs
        )
        if over <= 0 and (abs(short) <= _LOUDNESS_TOLERANCE or capped):
            break
        ceiling -= max(0.0, over + 0.1) if over > 0 else 0.0
        gain += 0.0 if capped else short
    return made


def _make_file(
    job: RenderJob,
    parts: list[Part],
    sources: dict[str, MediaInfo],
    path: Path,
    sound: Path | None,
    clock: _Clock,
) -> tuple[Literal["copied", "encoded", "none"], tuple[int, int]]:
    """Write the MP4; return how the picture was made and its size."""
    subtitles = (
        job.subtitles if job.subtitles and job.subtitles.mode == "track" and job.subtitles.cues else None
    )
    with ExitStack() as stack:
        out = stack.enter_context(av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}))
        tracks: list[Iterator[Packet[Any]]] = []
        done: Literal["copied", "encoded", "none"] = "none"
        size = (0, 0)
        if parts:
            done, size, packets = _picture(job, parts, sources, out, stack)
            tracks.append(_counted(packets, clock))
        if sound is not None:
            tracks.append(_sound(out, sound, job.audio_language, stack))
        if subtitles is not None:
            captions = add_captions(out, subtitles.language)
            captions.disposition = Disposition.default
            tracks.append(caption_packets(captions, subtitles.cues, job.duration_s))
        for packet in heapq.merge(*tracks, key=_time_s):
            out.mux(packet)
    return done, size


def _picture(
    job: RenderJob, parts: list[Part], sources: dict[str, MediaInfo], out: OutputContainer, stack: ExitStack
) -> tuple[Literal["copied", "encoded"], tuple[int, int], Iterator[Packet[Any]]]:
    """Add the picture's stream; copy it when nothing visual changes."""
    info = sources[parts[0].source]
    burned = job.subtitles.cues if job.subtitles and job.subtitles.mode == "burned" else ()
    same = len(parts) == 1 and not job.titles and not burned and has_aspect(info, job.aspect)
    copy = copy_range(parts[0], info) if same else None
    if copy is not None:
        container = stack.enter_context(open_media(copy.source))
        source = picture_stream(container)
        assert source is not None
        stream = out.add_stream_from_template(source, opaque=True)
        stream.disposition = Disposition.default
        return "copied", (info.width, info.height), _into(copied_packets(container, source, copy), stream)
    canvas = canvas_for(info, None if has_aspect(info, job.aspect) else job.aspect)
    paint = None
    if job.titles or burned:
        from nemodub_nb.local.engine.media.overlay import Painter

        paint = Painter((canvas.width, canvas.height), job.titles, burned).paint
    stream = add_encoder(out, canvas, max(sources[part.source].fps for part in parts), job.quality)
    stream.disposition = Disposition.default
    return "encoded", (canvas.width, canvas.height), encoded_packets(stream, parts, canvas, paint)


def _sound(
    out: OutputContainer, sound: Path, language: str | None, stack: ExitStack
) -> Iterator[Packet[Any]]:
    container = stack.enter_context(open_media(sound))
    source = container.streams.audio[0]
    stream = out.add_stream_from_template(source, opaque=True)
    stream.metadata["language"] = iso639_3(language) if language else "und"
    stream.disposition = Disposition.default
    return _into((packet for packet in container.demux(source) if packet.size), stream)


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
