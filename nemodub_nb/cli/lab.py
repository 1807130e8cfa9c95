"""Open the notebooks and their sample clip in JupyterLab, at the quickstart.

They are copied to DIR first; what you have changed there is never overwritten. What follows -- is passed to JupyterLab.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nemodub_nb.cli import checks, material
from nemodub_nb.cli.failure import CommandError

if TYPE_CHECKING:
    import argparse

SUMMARY: Final = "open the notebooks in JupyterLab"
MORE: Final = """\
examples:
  nemodub lab
  nemodub lab --out ~/dubbing -- --no-browser --port 8889
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        default=Path("nemodub-lab"),
        help="where to work (default: ./%(default)s)",
    )
    parser.add_argument("jupyter", metavar="-- ARGUMENT", nargs="*", help="passed to JupyterLab as it is")


def run(arguments: argparse.Namespace) -> int:
    """Copy the material where it is missing, and run JupyterLab until it ends."""
    folder = checks.folder(arguments.out)
    if find_spec("jupyterlab") is None:
        raise CommandError("JupyterLab is not installed.", 'Install it with: pip install "nemodub_nb[lab]"')
    notebook = material.copy_to(folder, fresh=False)
    command = [sys.executable, "-m", "jupyterlab", notebook.name, *arguments.jupyter]
    if os.name == "posix":
        # JupyterLab takes this process over, so that Ctrl-C and signals are its own and it can end its kernels.
        os.chdir(folder)
        os.execv(sys.executable, command)  # noqa: S606 - no shell is meant
    return subprocess.run(command, cwd=folder, check=False).returncode
