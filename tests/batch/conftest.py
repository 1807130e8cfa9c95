"""Clips and an engine for batches: small files, and an engine that needs no model."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import trivial_engine

from nemodub_nb.batches.run import order, run


@pytest.fixture
def notes(tmp_path, monkeypatch) -> Path:
    """Where the trivial engine leaves a note of each job; `trivial_engine.jobs` reads them."""
    folder = tmp_path / "notes"
    folder.mkdir()
    monkeypatch.setenv("TRIVIAL_NOTES", str(folder))
    return folder


@pytest.fixture
def jobs(notes):
    return lambda: trivial_engine.jobs(notes)


@pytest.fixture
def clips(tmp_path):
    """Write clips with the given content, `name=content`; return their folder."""
    folder = tmp_path / "clips"

    def write(**contents: str) -> Path:
        folder.mkdir(exist_ok=True)
        for name, content in contents.items():
            (folder / f"{name}.mp4").write_text(content)
        return folder

    return write


@pytest.fixture
def do(jobs, tmp_path):
    """Run a batch with the trivial engine, silently."""

    def trivially(manifest, to=(), out=tmp_path / "out", on_row=None, **options):
        assert jobs() is not None, "the engine has a place for its notes"
        wanted = replace(order(manifest, to, out, **options), engine="trivial_engine:run")
        return run(wanted, show=False, on_row=on_row)

    return trivially
