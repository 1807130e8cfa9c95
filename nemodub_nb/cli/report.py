"""Report on dubs: what was made, how good it is, what it took.

Reads the reports that each export leaves beside its video, or the table of a batch. With --measure the videos are measured
first, on this machine, against the clips that they were made of; what is found is kept in their reports.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.cli import failure
from nemodub_nb.cli.failure import BadInputError, one_line
from nemodub_nb.cli.lines import Live, Spinner

if TYPE_CHECKING:
    import argparse

    from nemodub_nb.reporting import Comparison, Report

SUMMARY: Final = "report on what was dubbed, and fail when it is not good enough"
MORE: Final = """\
examples:
  nemodub report dubbed                          a summary of all exports below this folder
  nemodub report dubbed --html report.html       one page with figures, to be mailed
  nemodub report dubbed --measure --source clips measure the videos first: what is heard in them, not what was meant
  nemodub report dubbed --require good           for a pipeline: exit code 3 when anything is not good
  nemodub report batch.parquet --excel out.xlsx  of a batch's table
  nemodub report after --compare before          what became better, what became worse

exit codes:
  0    the report is made, and everything is as good as --require asks
  1    it failed; the line on standard error says why
  2    something given cannot be used
  3    something is worse than --require asks, or could not be measured; the report is made all the same
"""
_NAMED: Final = 20
"""Failed checks that are printed; --json and the files have all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "source", metavar="FOLDER|BATCH", help="a folder of exports, or a batch's .csv or .parquet"
    )
    parser.add_argument(
        "--measure",
        action="store_true",
        help="measure the videos first (needs the extra local, and the clips that they were made of)",
    )
    parser.add_argument(
        "--source",
        dest="clips",
        metavar="CLIP|FOLDER",
        help="the clip, or where the clips are (default: beside the videos)",
    )
    parser.add_argument(
        "--html",
        metavar="FILE",
        help="write one page that needs no network; with --compare, of the comparison",
    )
    parser.add_argument("--excel", metavar="FILE", help="write an Excel file with a sheet a table")
    parser.add_argument("--parquet", metavar="FOLDER", help="write a Parquet file a table")
    parser.add_argument("--csv", metavar="FOLDER", help="write a CSV file a table")
    parser.add_argument(
        "--require", choices=("good", "look"), help="exit with 3 when anything is worse than this"
    )
    parser.add_argument(
        "--compare", metavar="OTHER", help="compare with an earlier run, given as the first one is"
    )
    parser.add_argument(
        "--metrics",
        metavar="NAMES",
        help="what --require looks at, parted by commas, such as words_cut,onset_error,wer (default: everything)",
    )
    parser.add_argument("--title", help="the report's heading")
    parser.add_argument(
        "--no-sound", action="store_true", help="leave the sound of the worst lines out of the page"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Make the report, write what was asked for, print a summary."""
    from nemodub_nb.project import ProjectError
    from nemodub_nb.reporting import MissingPackageError

    try:
        return _run(arguments)
    except MissingPackageError as error:
        raise failure.CommandError(error.message, error.advice) from error
    except ProjectError as error:
        raise BadInputError(error.message, error.advice) from error


def _run(arguments: argparse.Namespace) -> int:
    from nemodub_nb import reporting

    unmeasured = _measure(arguments) if arguments.measure else {}
    report = reporting.report(arguments.source, title=arguments.title)
    compared = None
    if arguments.compare:
        names = (_called(arguments.compare), _called(arguments.source))
        compared = reporting.compare(
            arguments.compare, report, names=names if names[0] != names[1] else ("before", "after")
        )
    files = _write(report, compared, arguments)
    metrics = [one.strip() for one in arguments.metrics.split(",")] if arguments.metrics else None
    below = report.below(arguments.require, metrics=metrics) if arguments.require else None
    if arguments.json:
        said = _as_json(report, compared, files, below)
        print(json.dumps(said | ({"unmeasured": unmeasured} if unmeasured else {}), ensure_ascii=False))
    else:
        _print(report, compared, files)
    for title, why in unmeasured.items():
        print(f"nemodub: {one_line(title)} was not measured: {one_line(why)}", file=sys.stderr)
    if below is None:
        return failure.SOME_FAILED if unmeasured else failure.OK
    try:
        report.require(arguments.require, metrics=metrics)
    except reporting.BelowLevelError as error:
        _complain(error, as_json=arguments.json)
        return failure.SOME_FAILED
    return failure.SOME_FAILED if unmeasured else failure.OK


def _measure(arguments: argparse.Namespace) -> dict[str, str]:
    """Measure the videos, and return what could not be measured and why."""
    from nemodub_nb import project

    live = Live(sys.stderr)
    with Spinner("measure the videos", live):
        found = project.check(arguments.source, source=arguments.clips, show=False)
    return dict(found.failed)


def _write(report: Report, compared: Comparison | None, arguments: argparse.Namespace) -> list[str]:
    written: list[Path] = []
    if arguments.html:
        sound = not arguments.no_sound
        written.append(
            compared.to_html(arguments.html) if compared else report.to_html(arguments.html, sound=sound)
        )
    if arguments.excel:
        written.append(report.to_excel(arguments.excel))
    if arguments.parquet:
        written += report.to_parquet(arguments.parquet).values()
    if arguments.csv:
        written += report.to_csv(arguments.csv).values()
    return [str(path) for path in written]


def _print(report: Report, compared: Comparison | None, files: list[str]) -> None:
    print(one_line(report.summary()))
    for row in report.languages.to_dict("records"):
        print(
            one_line(
                f"{row['name']}: {_word(row['verdict'])}, {row['made']} of {row['clips']} clips, {_tally(row)}"
            )
        )
    if compared is not None:
        print(one_line(str(compared)))
    for path in files:
        print(one_line(path))


def _complain(error: Any, *, as_json: bool) -> None:
    """Say on standard error what is worse than asked."""
    if as_json or error.checks.empty:
        print(f"nemodub: {one_line(error.message)}", file=sys.stderr)
        return
    print(f"nemodub: {len(error.checks)} below “{error.level}”:", file=sys.stderr)
    for row in error.checks.head(_NAMED).to_dict("records"):
        figure = "" if row["value"] != row["value"] else f" {row['value']:g}"
        who = f"{row['clip']} {row['language']}"
        print("  " + one_line(f"{who}: {row['metric']}{figure}, should be: {row['target']}"), file=sys.stderr)
    if len(error.checks) > _NAMED:
        print(f"  and {len(error.checks) - _NAMED} more", file=sys.stderr)


def _as_json(report: Report, compared: Comparison | None, files: list[str], below: Any) -> dict[str, Any]:
    said: dict[str, Any] = {
        "title": report.title,
        "verdict": report.verdict,
        "languages": _records(report.languages),
        "clips": _records(report.clips),
        "files": files,
    }
    if below is not None:
        said["below"] = _records(below)
    if compared is not None:
        said["compared"] = {"verdict": compared.verdict, "languages": _records(compared.summary)}
    return said


def _records(table: Any) -> Any:
    # By way of text: it turns what is missing into null, and every kind of number into JSON's.
    return json.loads(table.to_json(orient="records", force_ascii=False))


def _called(source: str) -> str:
    return Path(source).absolute().name or source


def _word(verdict: Any) -> str:
    return verdict if isinstance(verdict, str) else "not measured"


def _tally(row: dict[Any, Any]) -> str:
    counted = [row[name] for name in ("lines", "good", "look", "bad")]
    if not all(isinstance(count, int) for count in counted):
        return "no lines"
    return f"{counted[0]} lines: {counted[1]} good, {counted[2]} to look at, {counted[3]} bad"
