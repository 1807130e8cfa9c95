"""The voice of one language: its recordings at their fitted length, their pauses as placed, each from its place on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nemodub_nb.cores import cores
from nemodub_nb.local.engine.fit import Placement, SlowedTime, Spoken, room_s, widened
from nemodub_nb.local.engine.speakers.cast import level_db
from nemodub_nb.local.engine.takes import Part, Recording, Workshop
from nemodub_nb.local.engine.transcribe.voice_activity import speech_of

if TYPE_CHECKING:
    from nemodub_nb.local.engine.media.audio import Samples

_RATE: Final = 48_000


def breathing(
    fitted: Sequence[Spoken],
    recordings: Sequence[Recording],
    placements: Sequence[Placement],
    shop: Workshop,
) -> list[Placement]:
    """Return the placements with wider pauses in lines that would end while their speaker still talks."""
    duration_s = shop.clip.duration_s
    starts_s = [*(placement.start_s for placement in placements[1:]), duration_s]
    speaker = speech_of(shop.clip, shop.steps)

    def one(line: Spoken, recording: Recording, placement: Placement, next_s: float) -> Placement:
        if not room_s(placement, line, next_s):
            return placement
        from nemodub_nb.local.engine.media.audio import read_audio
        from nemodub_nb.local.engine.mix.heard import heard

        voice = heard(read_audio(recording.path, rate=_RATE))
        return widened(placement, line, next_s, voice, speaker)

    return [one(*each) for each in zip(fitted, recordings, placements, starts_s, strict=True)]


def write_voice(
    parts: Sequence[Part],
    recordings: Sequence[Recording],
    placements: Sequence[Placement],
    time: SlowedTime,
    shop: Workshop,
) -> Path:
    """Write the voice alone, every line heard from its place on and as loud as its original speaker, as long as the video."""
    starts_s = [time.shown_s(placement.start_s) for placement in placements]
    duration_s = time.shown_s(shop.clip.duration_s)
    speakers = shop.speakers()
    levels = [round(level_db(speakers, part.script.source, shop.level_db), 1) for part in parts]
    places = [
        [recording.path.stem, round(start_s, 4), round(placement.stretch, 4), *_pauses(placement)]
        for recording, placement, start_s in zip(recordings, placements, starts_s, strict=True)
    ]

    def sounds() -> Iterator[tuple[float, Samples]]:
        from nemodub_nb.local.engine.media.audio import read_audio
        from nemodub_nb.local.engine.mix.lead import lead_s
        from nemodub_nb.local.engine.mix.level import at_level

        with ThreadPoolExecutor(cores()) as threads:
            paths = threads.map(_fitted, recordings, placements, repeat(shop))
            for recording, placement, path, start_s, level in zip(
                recordings, placements, paths, starts_s, levels, strict=True
            ):
                sound = read_audio(path, rate=_RATE)
                if recording.original:
                    yield start_s, sound
                else:
                    begins_s = max(0.0, start_s - lead_s(sound))
                    yield from _apart(at_level(sound, level), placement, begins_s)

    def make(path: Path) -> None:
        from nemodub_nb.local.engine.mix.stem import place as write_stem

        write_stem(sounds(), duration_s, path)

    return shop.steps.file("voice", ["heard at the edge", places, duration_s, levels], ".flac", make)


def _pauses(placement: Placement) -> list[list[float]]:
    return [[round(pause.at_s, 4), round(pause.more_s, 4)] for pause in placement.pauses]


def _apart(sound: Samples, placement: Placement, start_s: float) -> Iterator[tuple[float, Samples]]:
    """Return the pieces of a line between the pauses that are made longer, each with its start."""
    cuts = [round(pause.at_s / placement.stretch * _RATE) for pause in placement.pauses]
    later_s = 0.0
    waits_s = [0.0, *(pause.more_s for pause in placement.pauses)]
    for (first, last), wait_s in zip(pairwise([0, *cuts, len(sound)]), waits_s, strict=True):
        later_s += wait_s
        yield start_s + first / _RATE + later_s, sound[first:last]


def _fitted(recording: Recording, placement: Placement, shop: Workshop) -> Path:
    """Return a recording at its fitted length. It is kept, so that a changed line stretches no other one again."""
    stretch_by = 1 / placement.stretch

    def make(path: Path) -> None:
        from nemodub_nb.local.engine.media.audio import read_audio, write_audio
        from nemodub_nb.local.engine.media.stretch import stretch

        write_audio(path, stretch(read_audio(recording.path, rate=_RATE), _RATE, stretch_by))

    if abs(stretch_by - 1) < 1e-4:  # noqa: PLR2004 - less than a sample in most lines
        return recording.path
    return shop.steps.file("fitted", [recording.path.stem, round(placement.stretch, 4)], ".wav", make)
