"""Dub many clips into many languages.

MANIFEST is a CSV or Parquet file with a column `source` (or path, url, file, clip), a folder, a pattern in quotes, or clips.
The columns languages, voice, memory, glossary, source_language, transcript and sentence (cloud only) say otherwise for their row.
DIR then holds what `nemodub dub` writes for each clip and language, and batch.csv: one row each. The same command again does
only what is missing or has changed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.cli import failure
from nemodub_nb.cli.arguments import add_kind_of_file, add_slow_picture
from nemodub_nb.cli.failure import CommandError
from nemodub_nb.cli.lines import Live, Ticker, bar

if TYPE_CHECKING:
    import argparse

    import pandas as pd

    from nemodub_nb.batches import Batch
    from nemodub_nb.batches.board import Board

SUMMARY: Final = "dub many clips, on this machine, a cluster or the cloud"
MORE: Final = """\
examples:
  nemodub batch clips --to es,fr,de --out dubbed
  nemodub batch "clips/*.mp4" --to es --dry-run      what would be done, and how long it takes
  nemodub batch clips --to es --preset tiktok --measure    for a platform, and measured where it is made
  nemodub batch list.csv --out s3://bucket/dubbed    files by any fsspec URL (pip install s3fs)
  nemodub batch clips --to es --backend cloud --budget 500

on a Dask cluster (every worker needs "nemodub_nb[local,cluster]", the scheduler "nemodub_nb[cluster]", and DIR must be the
same place for all: shared or s3://; a worker is one core):
  one machine    dask scheduler & dask worker tcp://localhost:8786 --nworkers 4 --nthreads 1 &
                 nemodub batch clips --to es --scheduler tcp://localhost:8786
  SSH            dask ssh --hostfile hosts.txt --nworkers 8 --nthreads 1 &      a worker a core; needs pip install paramiko
                 nemodub batch clips --to es --scheduler tcp://FIRST-HOST:8786 --out /shared/dubbed
  Kubernetes     helm repo add dask https://helm.dask.org && helm install dask dask/dask -f values.yaml
                 nemodub batch s3://bucket/clips --to es --scheduler tcp://dask-scheduler:8786 --out s3://bucket/dubbed
  SLURM          srun --ntasks 1 dask scheduler --scheduler-file ~/dask.json & srun --ntasks 32 dask worker --scheduler-file ~/dask.json --nthreads 1 &
                 nemodub batch clips --to es --scheduler ~/dask.json --out /shared/dubbed
  values.yaml of Kubernetes: {scheduler: {image: {repository: IMAGE, tag: TAG}}, worker: {replicas: 32, image: {repository:
  IMAGE, tag: TAG}, resources: {limits: {cpu: 1, memory: 3G}}}}, an image with the packages above.
  A worker with a GPU says so (dask worker … --resources GPU=1), and --resource GPU=1 sends the work there.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "manifest", metavar="MANIFEST", nargs="+", help="a table, a folder, a pattern, or clips"
    )
    parser.add_argument(
        "--to", metavar="LANGUAGES", default="", help="tags or names, parted by commas: es,fr,de"
    )
    parser.add_argument(
        "--from", dest="source", metavar="LANGUAGE", help="what is spoken (default: found out)"
    )
    parser.add_argument(
        "--out", metavar="DIR", default="dubbed", help="folder or URL (default: ./%(default)s)"
    )
    parser.add_argument(
        "--backend",
        choices=("local", "cloud"),
        default="local",
        help="this machine or cluster, or the cloud (default: %(default)s)",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="a Dask scheduler: tcp://… or its scheduler file (default: NEMODUB_SCHEDULER)",
    )
    parser.add_argument(
        "--resource", metavar="NAME=N", action="append", default=[], help="what a Dask worker must have"
    )
    parser.add_argument(
        "--workers", metavar="N", type=int, help="engines at once, a core each (default: every core)"
    )
    parser.add_argument("--budget", metavar="N", type=float, help="credits to spend at most, on the cloud")
    parser.add_argument(
        "--memory", metavar="FILE", action="append", default=[], help="reviewed translations; repeatable"
    )
    parser.add_argument(
        "--glossary", metavar="FILE", action="append", default=[], help="terms and names to keep; repeatable"
    )
    parser.add_argument("--fast", action="store_true", help="use quick voices")
    add_slow_picture(parser)
    add_kind_of_file(parser)
    parser.add_argument(
        "--measure",
        action="store_true",
        help="measure each video once it is made: what is heard in it, loudness, music, picture (see nemodub report)",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on standard output")


def run(arguments: argparse.Namespace) -> int:
    """Do the batch, or say what it would do."""
    try:
        found = _work(arguments)
    except Exception as error:
        if arguments.json:
            why = str(error) if isinstance(error, CommandError) else failure.cause(error)
            print(json.dumps({"error": why}, ensure_ascii=False))
        raise
    if arguments.dry_run:
        return _planned(found, as_json=arguments.json)
    return _done(found, as_json=arguments.json)


class Shown:
    """One live line on a terminal; a line for each row that ends."""

    def __init__(self, live: Live) -> None:
        self._live, self._text, self._notes = live, "looking at the clips", 0
        self.ticker = Ticker(live, lambda: self._text)

    def update(self, board: Board, *, last: bool = False) -> None:
        """Show how far it is."""
        from nemodub_nb.batches.show import summary

        for note in board.notes[self._notes :]:
            self._live.line(note)
        self._notes = len(board.notes)
        self._text = f"{bar(board.ended / max(1, len(board.rows)))} {summary(board.counts, board.seconds)}"
        if last and not self._live.terminal:
            self._live.line(summary(board.counts, board.seconds))

    def row(self, row: Any) -> None:
        """Leave a line for a row that has ended."""
        done = row["status"] == "done"
        self._live.line(
            f"{'✓' if done else '✗'} {row['clip']} {row['language']} {'' if done else row.get('error')}".rstrip()
        )


def _work(arguments: argparse.Namespace) -> Any:
    from nemodub_nb.languages import UnknownLanguageError
    from nemodub_nb.project import BadInputError

    shown = Shown(Live(sys.stderr))
    manifest = arguments.manifest[0] if len(arguments.manifest) == 1 else arguments.manifest
    try:
        from nemodub_nb.batches import batch
    except ModuleNotFoundError as error:
        raise CommandError(
            f"The package {error.name} is missing.", 'Install it: pip install "nemodub_nb[local,batch]"'
        ) from None
    options: dict[str, Any] = {
        "backend": arguments.backend,
        "scheduler": arguments.scheduler,
        "resources": _resources(arguments.resource),
        "workers": arguments.workers,
        "budget": arguments.budget,
        "memory": [Path(one) if "://" not in one else one for one in arguments.memory],
        "glossary": [Path(one) if "://" not in one else one for one in arguments.glossary],
        "source": arguments.source,
        "fast": arguments.fast,
        "slow_video": arguments.slow_picture,
        "preset": arguments.preset,
        "format": arguments.format,
        "measure": arguments.measure,
    }
    shown.ticker.start()
    try:
        return batch(
            manifest,
            arguments.to,
            arguments.out,
            dry_run=arguments.dry_run,
            show=shown,
            on_row=shown.row,
            **options,
        )
    except (BadInputError, UnknownLanguageError) as error:
        raise failure.BadInputError(str(error)) from None
    except ModuleNotFoundError as error:
        raise CommandError(
            f"The package {error.name} is missing.", 'Install it: pip install "nemodub_nb[local,cluster]"'
        ) from None
    finally:
        shown.ticker.stop()


def _resources(given: list[str]) -> dict[str, float]:
    try:
        return {name: float(count) for name, _, count in (one.partition("=") for one in given)}
    except ValueError:
        raise failure.BadInputError("A resource is a name and a number.", "Write it as GPU=1.") from None


def _planned(table: pd.DataFrame, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({**table.attrs, "plan": _records(table)}, ensure_ascii=False))
    else:
        for row in _records(table):
            why = row["error"] or (f"first: {row['missing']}" if row["missing"] else "")
            print(f"{row['plan']:8} {row['language']:6} {row['source']} {failure.one_line(why)}".rstrip())
        sums = table.attrs
        print(f"{sums['rows']} to do, about {sums['seconds'] / 60:.0f} min, {sums['cost']:g} credits")
    return failure.SOME_FAILED if (table["plan"] == "refused").any() else failure.OK


def _done(made: Batch, *, as_json: bool) -> int:
    if as_json:
        sums = {
            "out": made.out,
            "seconds": round(made.seconds, 1),
            "reused": made.reused,
            "stopped": made.stopped,
        }
        print(json.dumps({**sums, "rows": _records(made.frame)}, ensure_ascii=False))
    else:
        for path in made.frame["output"].dropna():
            print(path)
    if made.stopped:
        print(f"nemodub: {failure.one_line(made.stopped)}", file=sys.stderr)
    if made.interrupted:
        return failure.INTERRUPTED
    if made.ok:
        return failure.OK
    return failure.FAILED if made.done.empty else failure.SOME_FAILED


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return list(json.loads(table.to_json(orient="records", date_format="iso")))
