"""Tell which lines of a translation will not fit their clip, before a second of speech is made.

Lines and translations come from files alone: no clip, no voice and no network is needed. How fast the voice speaks is
what this machine has heard of it, else what is usual.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.cli import checks, failure

if TYPE_CHECKING:
    import argparse

    from nemodub_nb.fitting import Pace
    from nemodub_nb.project import Fit

SUMMARY: Final = "foresee which lines of a translation will not fit"
MORE: Final = """\
examples:
  nemodub fit talk.srt talk.memory.csv --to es
  nemodub fit talk.srt talk.es.srt --to es --voice kokoro:ef_dora --all
  nemodub fit talk.srt talk.de.srt --to de --stretch 1.4 --csv fit.csv

The translation is subtitles with the same times, or a CSV with the columns source, target, target_language and if wanted
alternative (a shorter wording). The exit code is 1 when a line overflows.
"""
_TEXT: Final = 44


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("transcript", metavar="TRANSCRIPT", type=Path, help="what is said, as SRT or VTT")
    parser.add_argument(
        "translation", metavar="TRANSLATION", type=Path, help="its translation: SRT, VTT or CSV"
    )
    parser.add_argument("--to", metavar="LANGUAGE", required=True, help="a tag or a name: es or Spanish")
    parser.add_argument(
        "--voice", metavar="VOICE", help="who would speak (default: the best voice that is here)"
    )
    parser.add_argument(
        "--duration", metavar="SECONDS", type=float, help="length of the clip (default: to the last line)"
    )
    parser.add_argument(
        "--speed", metavar="X", type=float, default=1.0, help="how fast the voice shall speak (default: 1)"
    )
    parser.add_argument(
        "--rate", metavar="X", type=float, help="how much faster than natural the voice may speak by itself"
    )
    parser.add_argument("--stretch", metavar="X", type=float, help="how much speech may be sped up at most")
    parser.add_argument(
        "--lean", metavar="SECONDS", type=float, help="how early or late a line may begin to spare that"
    )
    parser.add_argument(
        "--slow-picture", metavar="X", type=float, help="how much the picture may be slowed, 1 to 2"
    )
    parser.add_argument(
        "--all", action="store_true", help="print every line, not only those that need a look"
    )
    parser.add_argument("--csv", metavar="FILE", type=Path, help="write all lines as CSV")


def run(arguments: argparse.Namespace) -> int:
    """Print the lines and the limits."""
    from nemodub_nb import project
    from nemodub_nb.languages import UnknownLanguageError, parse

    changed = {
        "fastest_rate": arguments.rate,
        "flagged_stretch": arguments.stretch,
        "lean_s": arguments.lean,
        "slow_video": arguments.slow_picture,
    }
    limits: Any = {name: value for name, value in changed.items() if value is not None}
    try:
        language = parse(arguments.to)
        voice, pace = _pace(language, arguments.voice)
        found = project.fit(
            arguments.transcript,
            arguments.translation,
            language,
            voice=voice,
            pace=pace,
            duration_s=arguments.duration,
            speed=arguments.speed,
            **limits,
        )
    except UnknownLanguageError as error:
        raise failure.BadInputError(str(error)) from None
    except project.BadInputError as error:
        raise failure.BadInputError(error.message, error.advice) from None
    if arguments.csv:
        found.lines.to_csv(arguments.csv, index=False)
    _print(found, every=arguments.all)
    return failure.FAILED if found.counts().get("overflow") else failure.OK


def _pace(language: str, voice: str | None) -> tuple[str, Pace | None]:
    """Return the voice and its pace as this machine knows them; without the embedded backend only its name."""
    try:
        from nemodub_nb.local.engine.errors import NoVoiceError
        from nemodub_nb.local.engine.fit import voice_pace
    except ImportError:
        return voice or "", None
    from nemodub_nb.fitting import Pace

    try:
        told = voice_pace(language, voice, checks.home().root)
    except NoVoiceError as error:
        raise failure.BadInputError(error.message, error.advice) from None
    return str(told.pop("voice")), Pace(**told)


def _print(found: Fit, *, every: bool) -> None:
    print(found.summary())
    print(found.known_by())
    lines = found.lines if every else found.troubled()
    if len(lines):
        print()
        _table(
            ("line", "at", "slot", "natural", "rate", "stretch", "outcome", "it takes", "text"),
            [
                (
                    str(row["line"]),
                    f"{row['start_s']:.1f}",
                    f"{row['slot_s']:.1f}",
                    f"{row['natural_s']:.1f}",
                    f"{row['rate']:.2f}",
                    f"{row['stretch']:.2f}",
                    str(row["outcome"]),
                    str(row["takes"]),
                    _short(str(row["text"])),
                )
                for row in lines.to_dict("records")
            ],
        )
    table = found.what_if()
    print()
    _table(
        tuple(str(name) for name in table.columns),
        [tuple(str(value) for value in row.values()) for row in table.to_dict("records")],
    )


def _short(text: str) -> str:
    plain = failure.one_line(text)
    return plain if len(plain) <= _TEXT else f"{plain[: _TEXT - 1]}…"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(cells[column]) for cells in [head, *rows]) for column in range(len(head))]
    for cells in [head, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())
