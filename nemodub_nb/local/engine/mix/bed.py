"""The bed of a clip as a finished step: made once, wherever a voice may be heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nemodub_nb.local.engine import weights
from nemodub_nb.local.engine.child import Run, run_child
from nemodub_nb.local.engine.errors import BadJobError, SeparationUnavailableError, WeightsUnavailableError
from nemodub_nb.local.engine.mix.windows import lines_outside, possible_speech
from nemodub_nb.local.engine.progress import Progress, Report, fetching

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from nemodub_nb.local.engine.clip import Clip
    from nemodub_nb.local.engine.lines import Line
    from nemodub_nb.local.engine.steps import Steps
    from nemodub_nb.local.engine.transcribe.voice_activity import Speech

DEFAULT: Final = "deepfilternet"
DEMUCS: Final = "demucs"
_VERSIONS: Final = {DEFAULT: "DeepFilterNet3, held tones kept", DEMUCS: "htdemucs_ft vocals"}
"""Part of the key of what was made."""


@dataclass(frozen=True)
class Separator:
    """What takes the voice out."""

    name: str
    """`deepfilternet` or `demucs`."""
    models: Path
    """Folder of the models."""


def make_bed(
    clip: Clip,
    speech: Speech,
    lines: Callable[[], Sequence[Line]],
    separator: Separator,
    steps: Steps,
    report: Report,
    *,
    early: bool,
    run: Run = run_child,
) -> Path | None:
    """Return the sound without the voice; None when the default separator is not installed (the original is then ducked).

    `lines` waits for what is said; `early` begins before that is known. Should a line lie where no voice was suspected,
    the voice is then taken out there as well. `run` starts the process that works. Raises SeparationUnavailableError
    when Demucs was asked for and cannot be had.
    """
    demucs = _demucs(separator, report)
    if not early:
        lines()  # what was handed over and cannot be read is told at once
    windows = possible_speech(clip, steps, speech)
    key = _key(clip, windows, separator.name)
    try:
        bed = _made(clip.path, windows, key, demucs, steps, report, run)
        if outside := lines_outside(windows, lines()):
            bed = _made(bed, outside, [*key, outside], demucs, steps, report, run)
    except SeparationUnavailableError:
        if separator.name == DEMUCS:
            raise
        return None
    report(Progress("separate", clip.duration_s, clip.duration_s))
    return bed


def bed_place(clip: Clip, speech: Speech, lines: Sequence[Line], steps: Steps) -> Path:
    """Return where a dub leaves the bed that the default separator makes, or would."""
    windows = possible_speech(clip, steps, speech)
    outside = lines_outside(windows, lines)
    key = _key(clip, windows, DEFAULT)
    return steps.path("bed", [*key, outside] if outside else key, ".flac")


def _demucs(separator: Separator, report: Report) -> Path | None:
    """Return the folder of Demucs where it was asked for."""
    if separator.name not in _VERSIONS:
        raise BadJobError(
            f"There is no separator called {separator.name!r}.", f"Choose one of {', '.join(_VERSIONS)}."
        )
    if separator.name != DEMUCS:
        return None
    try:
        return weights.ensure(DEMUCS, separator.models, fetching(report, DEMUCS))
    except WeightsUnavailableError as error:
        raise SeparationUnavailableError(
            f"The voice cannot be taken out by Demucs. {error.message}",
            f"{error.advice} Or say “take the voice out with DeepFilterNet”.",
        ) from error


def _made(
    source: Path,
    windows: Speech,
    key: list[object],
    demucs: Path | None,
    steps: Steps,
    report: Report,
    run: Run,
) -> Path:
    """Return a sound without the voice in the windows; elsewhere it is the same sample by sample."""

    def make(path: Path) -> None:
        # The model holds Python's lock while it works, which would keep the recogniser waiting.
        job = {
            "kind": "separate",
            "source": str(source),
            "output": str(path),
            "speech": windows,
            "demucs": str(demucs) if demucs else None,
        }
        run(job, report)

    return steps.file("bed", key, ".flac", make)


def _key(clip: Clip, windows: Speech, separator: str) -> list[object]:
    return [clip.digest, _VERSIONS[separator], windows]
