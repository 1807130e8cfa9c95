"""Runs `nemodub doctor` for a cell: a process of its own, since engines are no business of a notebook's kernel."""

from __future__ import annotations

import subprocess
import sys

from nemodub_nb.project import ProjectError

from .page import Page


def doctor() -> Page:
    """Return what the command says. Raises ProjectError with its own sentence when it cannot."""
    done = subprocess.run(
        [sys.executable, "-m", "nemodub_nb.cli", "doctor"],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it ended without a word."])[-1]
        raise ProjectError(f"The doctor cannot look: {last.removeprefix('nemodub: ')}")
    return Page(done.stdout.rstrip())
