"""Dub a clip into other languages.

For each language DIR then holds <stem>.<language>.mp4, .srt, .vtt and .report.json; with --together one <stem>.mul.mp4
holds all languages, and <stem>.mul.<language>.srt, .vtt and .report.json stand beside it. What stands beside another format
than MP4 names it (<stem>.<language>.webm.srt), so that several can lie in one folder. The report has one row for each spoken
line: how well it fits, what was kept, and where to look. A language that fails does not stop the others.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.cli import checks, failure
from nemodub_nb.cli.arguments import add_clip, add_kind_of_file, add_slow_picture
from nemodub_nb.cli.failure import CommandError
from nemodub_nb.cli.lines import Live, Spinner
from nemodub_nb.cli.opened import apply_lines, errors, opened
from nemodub_nb.cli.steps import Steps

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from nemodub_nb.project import Exports, Reply

SUMMARY: Final = "dub a clip into other languages"
MORE: Final = """\
examples:
  nemodub dub talk.mp4 --to es,fr,de
  nemodub dub talk.mov --to "Brazilian Portuguese" --from English --out videos
  nemodub dub talk.mp4 --to es --transcript talk.srt --memory reviewed.csv
  nemodub dub talk.mp4 --to es --glossary terms.csv
  nemodub dub talk.mp4 --to es,fr,de --together --original
  nemodub dub talk.mp4 --to es --preset tiktok
  nemodub dub talk.mp4 --to de --slow-picture 1.5
  nemodub dub talk.mp4 --to es --json | tail -n 1

Subtitles beside the clip (talk.srt, talk.vtt) are used as its transcript. A translation memory is a CSV file with the
columns source, target, source_language, target_language, or a TMX file; what it knows is not translated again.
A glossary is a CSV file with the columns source, target, target_language; an empty target is never translated.
The same command again repeats no finished step.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    add_clip(parser, out="dubbed")
    add_kind_of_file(parser)
    parser.add_argument(
        "--together",
        action="store_true",
        help="one file with a sound and a subtitle track a language, the first language playing by itself",
    )
    parser.add_argument(
        "--original",
        action="store_true",
        help="with --together: the clip's own sound as one more track",
    )
    add_slow_picture(parser)
    parser.add_argument("--json", action="store_true", help="end with one JSON object on standard output")


def run(arguments: argparse.Namespace) -> int:
    """Check what was given, dub, export and say where everything is."""
    began = time.monotonic()
    try:
        languages = _checked(arguments)
        reply, exports = _work(arguments, languages)
    except Exception as error:
        if arguments.json:
            why = str(error) if isinstance(error, CommandError) else failure.cause(error)
            print(_json(arguments.clip, [], {}, began, error=why))
        raise
    failed = {tag: failure.one_line(why) for tag, why in {**reply.failed, **exports.failed}.items()}
    if arguments.json:
        print(_json(arguments.clip, exports, failed, began))
    else:
        for one in exports:
            print(one.video)
    for tag, why in failed.items():
        print(f"nemodub: {tag} failed: {why}", file=sys.stderr)
    return failure.SOME_FAILED if failed else failure.OK


def _checked(arguments: argparse.Namespace) -> list[str]:
    """Return the languages; raise BadInputError for anything that cannot be used, before anything is started."""
    with errors():
        _can_be_made(arguments)
    languages = checks.languages(arguments.to)
    if arguments.source:
        arguments.source = checks.language(arguments.source)
    arguments.clip = checks.clip(arguments.clip)
    arguments.memory = arguments.memory or []
    arguments.glossary = arguments.glossary or []
    checks.texts(arguments.transcript, arguments.memory, arguments.glossary)
    checks.tables(arguments.lines)
    arguments.out = checks.folder(arguments.out)
    return languages


def _can_be_made(arguments: argparse.Namespace) -> None:
    """Raise the project's error for choices that exclude each other."""
    from nemodub_nb.project.orders import order
    from nemodub_nb.project.sentences import slowed

    slowed(arguments.slow_picture)
    order(
        arguments.format,
        preset=arguments.preset,
        together=arguments.together,
        original=arguments.original,
    )


def _work(arguments: argparse.Namespace, languages: list[str]) -> tuple[Reply, Exports]:
    from nemodub_nb import project as room

    live = Live(sys.stderr)
    with opened(arguments.clip, arguments.backend, live) as project:
        if arguments.lines:
            # Tables of lines belong to scripts; what is decided about them holds in the dub.
            options = {
                "source": arguments.source,
                "transcript": arguments.transcript,
                "memory": arguments.memory,
                "glossary": arguments.glossary or None,
            }
            project.review(languages, show=False, **options)
            apply_lines(project, arguments.lines, live)
        with Steps(live) as steps:
            reply = project.dub(
                languages,
                source=arguments.source,
                transcript=arguments.transcript,
                memory=arguments.memory,
                glossary=arguments.glossary or None,
                slow_video=arguments.slow_picture,
                on_event=steps.take,
                show=False,
            )
        done = [tag for tag in languages if tag not in reply.failed]
        if not done:
            return reply, room.Exports()
        with Spinner(f"export {', '.join(done)}", live, quiet=True):
            exports = project.export(done, to=arguments.out, show=False, **_file(arguments))
        for one in exports:
            live.line(f"✓ {', '.join(one.languages)} {one.video.name}")
        return reply, exports


def _file(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what kind of file was asked for, as the project takes it."""
    return {name: getattr(arguments, name) for name in ("format", "preset", "together", "original")}


def _json(
    clip: Path,
    exports: Exports | list[Any],
    failed: Mapping[str, str],
    began: float,
    error: str | None = None,
) -> str:
    outputs = [
        {
            "language": one.language,
            "languages": list(one.languages),
            "video": str(one.video),
            "subtitles": [str(path) for path in one.subtitles],
            "report": str(one.report),
            "reports": [str(path) for path in one.reports],
        }
        for one in exports
    ]
    result: dict[str, Any] = {
        "source": str(clip),
        "outputs": outputs,
        "failed": [{"language": tag, "error": why} for tag, why in failed.items()],
        "seconds": round(time.monotonic() - began, 1),
    }
    if error is not None:
        result["error"] = error
    return json.dumps(result, ensure_ascii=False)
