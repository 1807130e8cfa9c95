"""Who speaks which line of a clip: as its transcript says, else by the likeness of the voices."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nemodub_nb.local.engine.child import Run, run_child
from nemodub_nb.local.engine.errors import WeightsUnavailableError
from nemodub_nb.local.engine.lines import numbered
from nemodub_nb.local.engine.progress import fetching
from nemodub_nb.local.engine.speakers.cluster import centres, grouped, in_order, nearest
from nemodub_nb.local.engine.speakers.encoder import MODEL
from nemodub_nb.local.engine.speakers.listen import VERSION, Heard
from nemodub_nb.local.engine.speakers.pitch import Gender, gender_of, median_hz
from nemodub_nb.local.engine.speakers.turns import by_turns, looks, voices, whose
from nemodub_nb.local.engine.weights import ensure, find

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from nemodub_nb.local.engine.clip import Clip
    from nemodub_nb.local.engine.lines import Line
    from nemodub_nb.local.engine.progress import Report
    from nemodub_nb.local.engine.speakers.listen import Window
    from nemodub_nb.local.engine.steps import Steps
    from nemodub_nb.local.engine.transcribe.source import Transcript
    from nemodub_nb.local.engine.transcribe.voice_activity import Speech

ALIKE: Final = 0.70
"""Groups of lines less alike than this are two people. Seen between lines of one reader: 0.73 to 0.9, of two men: at
most 0.66, 0.74 over loud music; two people taken for one do less harm than one person taken for two."""
ENOUGH_S: Final = 1.0
"""Shorter lines are given to the nearest of the people that longer ones show."""
LEAST_S: Final = 3.0
"""A person who says less than this in all is taken for one of the others."""


_ONE_PERSON: Final = (
    "All lines are taken for one person's: the model that tells speakers apart is not here and could not be fetched "
    f"(`nemodub models get {MODEL}` says why)."
)


@dataclass(frozen=True)
class Speaker:
    """Somebody who speaks in a clip, as far as it can be heard."""

    name: str
    """As the transcript calls them, else `Speaker 1`, `Speaker 2` and so on by their first line."""
    seconds: float
    """How long they speak in all."""
    gender: Gender | None
    """By the pitch of the voice; None where that does not say."""
    pitch_hz: float | None
    """Median pitch."""
    level_db: float | None
    """Mean square of their speech in dB below full scale."""
    characters_per_s: float | None
    """How fast they speak, in the source language."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Speakers:
    """The people of a clip and whose each line is."""

    of_line: Mapping[int, str]
    """Name by the index of the line."""
    people: tuple[Speaker, ...]
    """In the order in which they first speak."""
    told_by: str
    """`transcript`, `voices` or, where nothing tells them apart, `nothing`."""
    note: str = ""
    """Why voices were not told apart, for the report."""

    def person(self, name: str) -> Speaker:
        """Return the one of that name."""
        return next(one for one in self.people if one.name == name)


def in_turns(
    clip: Clip,
    transcript: Transcript,
    speech: Speech,
    steps: Steps,
    models: Path,
    report: Report,
    run: Run = run_child,
) -> Transcript:
    """Return the transcript with no line that is two people's, and with who says each.

    Where one person speaks it is the very same: nothing is heard more finely than who_speaks does. So it is where a
    person wrote the lines, and where the model for likenesses cannot be had.
    """
    folder = _model(models, report)[0] if transcript.words else None
    if folder is None:
        return transcript
    lines = [(line.start_s, line.end_s) for line in transcript.lines]
    heard = _heard(clip, lines, speech, folder, steps, report, run)
    people = _people(heard)
    if len(people) < 2:  # noqa: PLR2004 - a conversation has two
        return transcript
    asked = looks(speech)
    windows = [(look.start_s, look.end_s) for look in asked]
    vectors = _heard(clip, windows, speech, folder, steps, report, run).vectors
    found = whose(transcript.words, asked, vectors, people)
    return replace(transcript, lines=tuple(numbered(by_turns(transcript.words, found, speech))))


def _people(heard: Heard) -> NDArray[np.float32]:
    """Return the directions of the voices in a clip: moments tell where lines hold two voices, lines over loud music."""
    people = voices(heard.moments)
    return people if len(people) > 1 else _apart(heard.vectors, heard.seconds)


def who_speaks(
    clip: Clip,
    lines: Sequence[Line],
    speech: Sequence[tuple[float, float]],
    steps: Steps,
    models: Path,
    report: Report,
    *,
    apart: bool = True,
    named_by: str = "transcript",
    run: Run = run_child,
) -> Speakers:
    """Return who speaks each line; `named_by` is what put names to lines that have them.

    `speech` are the stretches in which a voice detector hears a voice; `apart=False` takes all lines for one person's
    where the transcript does not say. Where the model for likenesses cannot be had, lines without labels are one
    person's, and the note says so. `run` starts the process that listens.
    """
    named = any(line.speaker for line in lines)
    folder, note = (None, "") if named or not apart else _model(models, report)
    heard = _heard(clip, [(line.start_s, line.end_s) for line in lines], speech, folder, steps, report, run)
    if named:
        names, told_by = _completed([line.speaker for line in lines]), named_by
    elif folder is not None:
        groups = told_apart(heard.vectors, heard.seconds)
        names = [f"Speaker {group + 1}" for group in groups]
        told_by = "voices"
    else:
        names, told_by = ["Speaker 1"] * len(lines), "nothing"
    people = [_person(name, names, lines, heard) for name in dict.fromkeys(names)]
    of_line = {line.index: name for line, name in zip(lines, names, strict=True)}
    return Speakers(of_line, tuple(people), told_by, note)


def told_apart(vectors: NDArray[np.float32], seconds: NDArray[np.float32]) -> list[int]:
    """Return the number of the person, from 0, for each line's unit vector and length."""
    kept = _apart(vectors, seconds)
    if not len(kept):
        return [0] * len(vectors)
    # Nothing was heard of a line of zeros: it goes on with whoever spoke before.
    found = nearest(vectors, kept)
    silent = np.linalg.norm(vectors, axis=1) == 0
    for index in np.flatnonzero(silent):
        found[index] = found[index - 1] if index else found[np.argmax(~silent)]
    return [int(group) for group in in_order(found)]


def _apart(vectors: NDArray[np.float32], seconds: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the direction of each person, as the longer lines show them."""
    long = (seconds >= ENOUGH_S) & (np.linalg.norm(vectors, axis=1) > 0)
    if not long.any():
        return vectors[:0]
    groups = grouped(vectors[long], seconds[long], ALIKE)
    middles = centres(vectors[long], seconds[long], groups)
    total = np.bincount(groups, weights=seconds[long])
    return middles[total >= min(LEAST_S, float(total.max()))]


def _model(models: Path, report: Report) -> tuple[Path | None, str]:
    """Return the folder of the model, or why there is none; what was not to be had is not asked for in every dub."""
    if (found := find(MODEL, models)) is not None:
        return found, ""
    from nemodub_nb.local.engine.weights.web import missed_lately, remember_missed

    if missed_lately(MODEL, models):
        return None, _ONE_PERSON
    try:
        return ensure(MODEL, models, fetching(report, MODEL)), ""
    except WeightsUnavailableError:
        remember_missed(MODEL, models)
        return None, _ONE_PERSON


def _heard(
    clip: Clip,
    windows: Sequence[Window],
    speech: Sequence[Window],
    model: Path | None,
    steps: Steps,
    report: Report,
    run: Run,
) -> Heard:
    def make(path: Path) -> None:
        job = {
            "kind": "speakers",
            "source": str(clip.path),
            "output": str(path),
            "lines": windows,
            "speech": speech,
            "model": str(model) if model else None,
        }
        run(job, report)

    key = [clip.digest, VERSION, windows, model is not None]
    return Heard.load(steps.file("speakers", key, ".npz", make))


def _completed(names: Sequence[str]) -> list[str]:
    """Give a name to the lines before the first that has one; later ones carry on already."""
    used = set(names)
    unnamed = next(f"Speaker {n}" for n in range(1, len(names) + 2) if f"Speaker {n}" not in used)
    return [name or unnamed for name in names]


def _person(name: str, names: Sequence[str], lines: Sequence[Line], heard: Heard) -> Speaker:
    own = [index for index, other in enumerate(names) if other == name]
    seconds = float(heard.seconds[own].sum())
    pitch = median_hz(heard.pitch_hz[np.isin(heard.pitch_line, own)])
    power = float((heard.power[own] * heard.seconds[own]).sum()) / seconds if seconds else 0.0
    characters = sum(len(lines[index].text) for index in own)
    return Speaker(
        name,
        round(seconds, 3),
        gender_of(pitch),
        round(pitch, 1) if pitch else None,
        round(10 * math.log10(power), 1) if power > 0 else None,
        round(characters / seconds, 2) if seconds else None,
    )
