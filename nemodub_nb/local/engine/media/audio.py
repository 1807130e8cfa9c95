"""Sound as blocks of float32 samples: decoding on the clip's own clock, and lossless files for what is made here."""

from __future__ import annotations

from contextlib import contextmanager
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from nemodub_nb.local.engine.errors import NoAudioError, NotMediaError
from nemodub_nb.local.engine.media.container import ADVICE, audio_stream, open_media, origin_s
from nemodub_nb.local.engine.media.files import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer

Samples = npt.NDArray[np.float32]
"""Sound: (n, channels), or (n,) where a function says mono. Full scale is ±1."""

RATE: Final = 48_000
"""The rate, in samples a second, of everything that is made here."""

_JITTER_S: Final = 0.03
"""Timestamps may be this wrong before samples are inserted or dropped: containers round them."""

_SEEK_BACK_S: Final = 1.0
"""Decoding starts this much before a window, so that the decoder has settled when the window opens."""

_CENTRE: Final = 0.7071
_WEIGHTS: Final = {
    "FL": (1.0, 0.0),
    "FR": (0.0, 1.0),
    "FC": (_CENTRE, _CENTRE),
    "LFE": (0.0, 0.0),
    "BL": (_CENTRE, 0.0),
    "BR": (0.0, _CENTRE),
    "SL": (_CENTRE, 0.0),
    "SR": (0.0, _CENTRE),
}
_LAYOUTS: Final = {1: "mono", 2: "stereo"}


def decode_blocks(
    path: str | Path,
    *,
    rate: int = RATE,
    channels: int = 2,
    track: int | None = None,
    start_s: float = 0.0,
    end_s: float | None = None,
    block_s: float = 10.0,
) -> Iterator[Samples]:
    """Yield a clip's sound as (n, channels) blocks of `block_s` seconds; the last one may be shorter.

    Time 0 is where the picture starts: a track that starts later begins with silence, one that starts earlier is
    cut, and gaps are filled. Sample k stands at `start_s` + k / `rate`. Ends at `end_s`, or where the track ends.
    `channels` is 1 or 2. Raises NotMediaError, NoAudioError.
    """
    size = max(1, round(block_s * rate))
    wanted = None if end_s is None else max(0, round(end_s * rate) - round(start_s * rate))
    held: list[Samples] = []
    count = 0
    for piece in _resampled(path, rate, channels, track, start_s, end_s):
        held.append(piece)
        count += len(piece)
        while count >= size and (wanted is None or wanted > 0):
            joined = np.concatenate(held)
            block = joined[:size] if wanted is None else joined[: min(size, wanted)]
            held = [joined[len(block) :]]
            count -= len(block)
            if wanted is not None:
                wanted -= len(block)
            yield block
        if wanted == 0:
            return
    if count and wanted != 0:
        yield np.concatenate(held)[:wanted]


def read_window(
    path: str | Path,
    start_s: float,
    end_s: float,
    *,
    rate: int = RATE,
    channels: int = 1,
    track: int | None = None,
) -> Samples:
    """Return the samples from `start_s` to `end_s`, always that long: silence stands where the file has none."""
    count = max(0, round(end_s * rate) - round(start_s * rate))
    found = list(decode_blocks(path, rate=rate, channels=channels, track=track, start_s=start_s, end_s=end_s))
    out: Samples = np.zeros((count, channels), np.float32)
    at = 0
    for block in found:
        out[at : at + len(block)] = block
        at += len(block)
    return out


def read_audio(path: str | Path, *, rate: int = RATE) -> Samples:
    """Return a whole short file as mono samples (n,). For lines of speech, not for clips."""
    blocks = list(decode_blocks(path, rate=rate, channels=1))
    return np.concatenate(blocks)[:, 0] if blocks else np.zeros(0, np.float32)


def write_audio(path: str | Path, samples: Samples, *, rate: int = RATE) -> None:
    """Write a short mono (n,) or (n, channels) sound as lossless 16-bit: WAV when the name ends so, else FLAC."""
    shaped = samples if samples.ndim > 1 else samples[:, None]
    with audio_writer(path, channels=shaped.shape[1], rate=rate) as writer:
        writer.write(shaped)


class AudioWriter:
    """Takes samples for a file that `audio_writer` has opened."""

    def __init__(self, container: OutputContainer, stream: AudioStream, channels: int, rate: int) -> None:
        self._container = container
        self._stream = stream
        self._channels = channels
        self._rate = rate
        self.written = 0
        """Samples written so far."""

    def write(self, samples: Samples) -> None:
        """Append (n, channels) samples, or (n,) for mono. What is beyond full scale is clipped."""
        if not len(samples):
            return
        shaped = samples.reshape(-1, self._channels)
        whole = np.clip(np.rint(shaped * 32768.0), -32768, 32767).astype(np.int16)
        frame = AudioFrame.from_ndarray(whole.reshape(1, -1), format="s16", layout=_LAYOUTS[self._channels])
        frame.sample_rate = self._rate
        frame.pts = self.written
        frame.time_base = Fraction(1, self._rate)
        self.written += len(shaped)
        self._container.mux(self._stream.encode(frame))

    def flush(self) -> None:
        """Write what the encoder still holds."""
        self._container.mux(self._stream.encode(None))


@contextmanager
def audio_writer(path: str | Path, *, channels: int, rate: int = RATE) -> Iterator[AudioWriter]:
    """Open a lossless 16-bit file for writing block by block: WAV when the name ends so, else FLAC.

    The file appears under its name when the block ends well, and not at all otherwise. Raises NoSpaceError.
    """
    wave = Path(path).suffix.lower() == ".wav"
    with (
        whole_file(path) as temporary,
        av.open(str(temporary), "w", format="wav" if wave else "flac") as container,
    ):
        stream = container.add_stream("pcm_s16le" if wave else "flac", rate=rate)
        stream.layout = _LAYOUTS[channels]
        stream.format = "s16"
        writer = AudioWriter(container, stream, channels, rate)
        yield writer
        writer.flush()


def _resampled(
    path: str | Path, rate: int, channels: int, track: int | None, start_s: float, end_s: float | None
) -> Iterator[Samples]:
    """Yield pieces at `rate` and `channels`, the first sample of which stands at `start_s`."""
    name = Path(path).name
    for sought in (start_s > _SEEK_BACK_S, False):
        with open_media(path) as container:
            stream = audio_stream(container, track)
            if stream is None:
                which = "no sound" if track is None else f"no audio track {track + 1}"
                raise NoAudioError(f"{name} has {which}.", "Choose a clip with speech in it.")
            frames = _frames(container, stream, start_s - _SEEK_BACK_S if sought else None)
            first = next(frames, None)
            if first is None:
                raise NotMediaError(f"The sound of {name} cannot be decoded.", ADVICE)
            if sought and _time_s(first, 0.0) - origin_s(container) > start_s:
                continue  # The container sought too far, so it is read from its beginning.
            own = first.sample_rate
            end_s = _sooner(end_s, _stated_end_s(container, stream))
            pieces = _on_the_clock(chain([first], frames), own, channels, origin_s(container), start_s, end_s)
            yield from pieces if own == rate else _converted(pieces, own, rate, channels)
            return


def _frames(container: InputContainer, stream: AudioStream, from_s: float | None) -> Iterator[AudioFrame]:
    """Decode a track, leaving out packets that are damaged: the clock fills the hole."""
    if from_s is not None and stream.time_base:
        container.seek(int((from_s + origin_s(container)) / stream.time_base), stream=stream)
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue


def _stated_end_s(container: InputContainer, stream: AudioStream) -> float | None:
    """Return where an MP4 track says that its sound ends: the decoder gives out the last packet's padding too."""
    if "mov" not in container.format.name or stream.duration is None or not stream.time_base:
        return None
    return float(((stream.start_time or 0) + stream.duration) * stream.time_base) - origin_s(container)


def _sooner(one: float | None, other: float | None) -> float | None:
    ends = [end for end in (one, other) if end is not None]
    return min(ends) if ends else None


def _time_s(frame: AudioFrame, otherwise: float) -> float:
    return otherwise if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base)


def _on_the_clock(
    frames: Iterable[AudioFrame], rate: int, channels: int, origin: float, start_s: float, end_s: float | None
) -> Iterator[Samples]:
    """Yield the samples from `start_s` on as `frames` are stamped: silence into gaps, overlaps dropped."""
    wanted = round(start_s * rate)
    stop = None if end_s is None else round(end_s * rate)
    expected: int | None = None
    others: dict[int, AudioResampler] = {}
    for frame in frames:
        samples = _mapped(frame, channels)
        if frame.sample_rate != rate:
            samples = _at_rate(samples, frame.sample_rate, rate, others)
        fallback = 0 if expected is None else expected
        at = round((_time_s(frame, fallback / rate + origin) - origin) * rate)
        if expected is not None and abs(at - expected) <= _JITTER_S * rate:
            at = expected
        expected = at + len(samples)
        while wanted < at and (stop is None or wanted < stop):
            gap = min(at - wanted, rate)
            yield np.zeros((gap, channels), np.float32)
            wanted += gap
        if expected > wanted and (stop is None or wanted < stop):
            yield samples[wanted - at : None if stop is None else stop - at]
            wanted = expected
        if stop is not None and wanted >= stop:
            return


def _mapped(frame: AudioFrame, channels: int) -> Samples:
    """Return a frame as (n, channels) float32, mixed down or doubled as needed."""
    values = frame.to_ndarray()
    count = frame.layout.nb_channels
    shaped = values.T if frame.format.is_planar else values.reshape(-1, count)
    samples: Samples
    if np.issubdtype(shaped.dtype, np.floating):
        samples = shaped.astype(np.float32)
    elif shaped.dtype == np.uint8:
        samples = (shaped.astype(np.float32) - 128.0) / 128.0
    else:
        samples = (shaped / 2.0 ** (8 * shaped.dtype.itemsize - 1)).astype(np.float32)
    if count == channels:
        return samples
    if count == 1:
        return np.repeat(samples, channels, axis=1)
    stereo = samples if count == 2 else samples @ _downmix(frame, count)  # noqa: PLR2004 - stereo
    return stereo if channels > 1 else stereo.mean(axis=1, keepdims=True, dtype=np.float32)


def _downmix(frame: AudioFrame, count: int) -> Samples:
    """Return the (count, 2) weights that fold a surround layout into stereo without clipping."""
    names = [channel.name for channel in frame.layout.channels]
    weights = np.array([_WEIGHTS.get(name, (_CENTRE, _CENTRE)) for name in names[:count]], np.float32)
    folded: Samples = weights / max(1.0, float(weights.sum(axis=0).max()))
    return folded


def _at_rate(samples: Samples, own: int, rate: int, resamplers: dict[int, AudioResampler]) -> Samples:
    """Bring a stretch of a track that changes its rate on the way to the track's first rate."""
    resampler = resamplers.setdefault(own, _resampler(rate, samples.shape[1]))
    pieces = [piece.to_ndarray().T for piece in resampler.resample(_frame(samples, own))]
    out: Samples = np.concatenate(pieces) if pieces else samples[:0]
    return out


def _converted(pieces: Iterator[Samples], own: int, rate: int, channels: int) -> Iterator[Samples]:
    resampler = _resampler(rate, channels)
    for piece in pieces:
        for frame in resampler.resample(_frame(piece, own)):
            yield frame.to_ndarray().T.astype(np.float32, copy=False)
    for frame in resampler.resample(None):
        yield frame.to_ndarray().T.astype(np.float32, copy=False)


def _resampler(rate: int, channels: int) -> AudioResampler:
    return AudioResampler(format="fltp", layout=_LAYOUTS[channels], rate=rate)


def _frame(samples: Samples, rate: int) -> AudioFrame:
    planes = np.ascontiguousarray(samples.T, np.float32)
    frame = AudioFrame.from_ndarray(planes, format="fltp", layout=_LAYOUTS[len(planes)])
    frame.sample_rate = rate
    return frame
