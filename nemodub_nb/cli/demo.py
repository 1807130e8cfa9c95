"""Run the quickstart notebook on the sample clip from top to bottom, without a browser and without an account.

The folder then holds the executed notebook, an HTML page of it, and the dubbed videos with their subtitles and reports.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nemodub_nb.cli import checks, failure, material
from nemodub_nb.cli.failure import CommandError
from nemodub_nb.cli.lines import Live, Spinner

if TYPE_CHECKING:
    import argparse

SUMMARY: Final = "dub the sample clip in a notebook, to look at"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        default=Path("nemodub-demo"),
        help="where to work (default: ./%(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Copy the material, run the notebook, write the page and say where everything is."""
    folder = checks.folder(arguments.out)
    from nemodub_nb.cli import notebook

    began = time.monotonic()
    path = material.copy_to(folder, fresh=True)
    live = Live(sys.stderr)
    live.line(f"Running {path.name} in {folder}")
    document = notebook.read(path)
    page = path.with_suffix(".html")
    try:
        notebook.execute(document, folder, lambda title: Spinner(title, live))
    except notebook.CellFailedError as error:
        raise CommandError(
            f"The notebook stopped at “{error.title}”: {error.cause}",
            f"What it had done until then is in {path}.",
        ) from None
    finally:
        # A partial notebook tells more about a failure than any message.
        notebook.write(document, path)
        notebook.write_page(document, page)
    print(f"notebook  {path}")
    print(f"page      {page}")
    for video in sorted(folder.glob("dubbed/*.mp4")):
        print(f"video     {video}")
    live.line(f"Done in {time.monotonic() - began:.0f} s. `nemodub lab` opens the notebook in JupyterLab.")
    return failure.OK
