"""The notebooks that run on a schedule."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"

pytest.importorskip("papermill")
pytest.importorskip("duckdb")


def papermill(name, folder, **parameters):
    """Run a notebook by papermill in an empty folder with a home of its own, and nothing of the caller's settings."""
    shutil.copyfile(NOTEBOOKS / name, folder / name)
    given = [part for key, value in parameters.items() for part in ("-p", key, str(value))]
    kept = ("PATH", "HOME", "LANG", "PYTHONPATH", "NEMODUB_HOME", "NEMODUB_MODELS", "SYSTEMROOT")
    return subprocess.run(
        [sys.executable, "-m", "papermill", name, "out.ipynb", "-k", "python3", "--no-progress-bar", *given],
        cwd=folder,
        env={key: os.environ[key] for key in kept if key in os.environ},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def outputs(folder):
    cells = nbformat.read(folder / "out.ipynb", as_version=4).cells
    return {cell.id: cell.outputs for cell in cells if cell.cell_type == "code"}


def test_the_report_runs_by_papermill_and_ends_as_a_page_that_can_be_mailed(good_folder, tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    done = papermill("report.ipynb", folder, source=good_folder, require="good", earlier=good_folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "report.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert len(list((folder / "report").glob("*.parquet"))) == 6
    shown = outputs(folder)
    assert all(
        shown[name] for name in ("read", "targets", "figures", "sql", "sql-ledger", "compare", "require")
    )
    assert "same" in shown["compare"][0].data["text/plain"]
    assert "<svg" in shown["figures"][0].data["text/html"]


def test_the_run_fails_below_the_asked_level_and_the_page_is_there_all_the_same(mixed_folder, tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    done = papermill("report.ipynb", folder, source=mixed_folder, require="look")
    assert done.returncode != 0
    assert "BelowLevelError" in done.stderr
    assert (folder / "report.html").stat().st_size > 10_000


@pytest.mark.engine
def test_the_batch_runs_by_papermill_over_a_folder_of_clips(models, tmp_path, monkeypatch):
    monkeypatch.setenv("NEMODUB_MODELS", str(models))
    folder = tmp_path / "work"
    (folder / "sample").mkdir(parents=True)
    for name in ("explainer.mp4", "explainer.memory.csv"):
        shutil.copyfile(NOTEBOOKS / "sample" / name, folder / "sample" / name)
    done = papermill("batch.ipynb", folder, require="look")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (folder / "dubbed").glob("*.mp4")) == [
        "explainer.es.mp4",
        "explainer.fr.mp4",
    ]
    assert (folder / "batch.html").stat().st_size > 10_000
    assert "Everything is at least" in outputs(folder)["require"][0].text
