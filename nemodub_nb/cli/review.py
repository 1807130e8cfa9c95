"""Write the transcript and the translations of a clip as tables, to be looked over before anything is spoken.

DIR then holds <stem>.transcript.csv and <stem>.<language>.lines.csv. Change text, voice, start_s, sound (dub, mute, original)
or approved in any program that opens CSV, and give the tables to `nemodub dub --lines`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nemodub_nb.cli import checks, failure
from nemodub_nb.cli.arguments import add_clip
from nemodub_nb.cli.failure import BadInputError
from nemodub_nb.cli.lines import Live
from nemodub_nb.cli.opened import apply_lines, opened
from nemodub_nb.cli.steps import Steps

if TYPE_CHECKING:
    import argparse

    from nemodub_nb.project import Project, Reply

SUMMARY: Final = "write scripts to be looked over before they are spoken"
MORE: Final = """\
examples:
  nemodub review talk.mp4 --to es,fr --out review
  nemodub review talk.mp4 --to es,fr --out review --lines review/talk.transcript.csv     after correcting the transcript
  nemodub dub talk.mp4 --to es --lines review/talk.transcript.csv --lines review/talk.es.lines.csv
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_clip(parser, out="review")


def run(arguments: argparse.Namespace) -> int:
    """Check what was given, write the scripts and say where they are."""
    languages = checks.languages(arguments.to)
    source = checks.language(arguments.source) if arguments.source else None
    clip, memory = checks.clip(arguments.clip), arguments.memory or []
    glossary = arguments.glossary or []
    checks.texts(arguments.transcript, memory, glossary)
    checks.tables(arguments.lines)
    out = checks.folder(arguments.out)
    stem = failure.one_line(clip.stem) or "clip"
    files: dict[str | None, Path] = {None: out / f"{stem}.transcript.csv"}
    files |= {tag: out / f"{stem}.{tag}.lines.csv" for tag in languages}
    _not_lost(list(files.values()), arguments.lines)
    live = Live(sys.stderr)
    with opened(clip, arguments.backend, live) as project:
        with Steps(live) as steps:
            reply = project.review(
                languages,
                source=source,
                transcript=arguments.transcript,
                memory=memory,
                glossary=glossary or None,
                on_event=steps.take,
                show=False,
            )
        apply_lines(project, arguments.lines, live)
        written = _write(project, files, reply)
    for path in written:
        print(path)
    for tag, why in reply.failed.items():
        print(f"nemodub: {tag} failed: {failure.one_line(why)}", file=sys.stderr)
    return failure.SOME_FAILED if reply.failed else failure.OK


def _not_lost(files: list[Path], given: list[Path]) -> None:
    """Raise BadInputError for a table that is there and would be written over without having been read."""
    read = {path.expanduser().resolve() for path in given}
    for path in files:
        if path.exists() and path.resolve() not in read:
            raise BadInputError(
                f"{path} is there already, and somebody may have looked it over.",
                f"Give it with --lines {path}, or choose another folder with --out.",
            )


def _write(project: Project, files: dict[str | None, Path], reply: Reply) -> list[Path]:
    written = []
    for tag, path in files.items():
        if tag not in reply.failed:
            project.lines(tag).to_csv(path, index=False, float_format="%.3f")
            written.append(path)
    return written
