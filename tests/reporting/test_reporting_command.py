"""The command that a pipeline runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from real_reports import REAL, a_report, write


@pytest.fixture
def run(tmp_path):
    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "nemodub_nb.cli", "report", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=120,
            check=False,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )

    return run


def test_it_tells_in_a_few_lines_how_good_the_dubs_are(run, good_folder):
    done = run(good_folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Spanish: good, 1 of 1 clips, 6 lines: 6 good, 0 to look at, 0 bad" in done.stdout


def test_it_exits_with_3_and_says_why_when_something_is_below_the_asked_level(run, mixed_folder, good_folder):
    done = run(mixed_folder, "--require", "look")
    assert done.returncode == 3
    assert "second.mp4 es: overflow" in done.stderr
    assert "Traceback" not in done.stderr
    assert run(good_folder, "--require", "good").returncode == 0


def test_the_page_and_the_tables_are_written_even_when_the_level_is_not_reached(run, mixed_folder, tmp_path):
    done = run(
        mixed_folder,
        "--require",
        "good",
        "--html",
        "r.html",
        "--excel",
        "r.xlsx",
        "--parquet",
        "pq",
        "--csv",
        "csv",
    )
    assert done.returncode == 3
    assert (tmp_path / "r.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert (tmp_path / "r.xlsx").read_bytes().startswith(b"PK")
    assert {path.name for path in (tmp_path / "pq").iterdir()} == {
        f"{name}.parquet" for name in ("clips", "languages", "exports", "checks", "segments", "ledger")
    }
    assert len(list((tmp_path / "csv").iterdir())) == 6


def test_json_is_one_object_with_what_is_below(run, mixed_folder):
    done = run(mixed_folder, "--json", "--require", "look")
    said = json.loads(done.stdout)
    assert said["verdict"] == "bad"
    assert {row["clip"] for row in said["below"]} == {"second.mp4"}
    assert [row["name"] for row in said["languages"]] == ["Spanish", "French"]
    assert done.stderr.count("\n") == 1


def test_two_runs_are_compared(run, mixed_folder, tmp_path):
    for tag in REAL:
        write(tmp_path / "before", a_report(tag))
        write(tmp_path / "before", a_report(tag, "second.mp4"))
    done = run(mixed_folder, "--compare", "before", "--html", "c.html")
    assert done.returncode == 0, done.stderr
    assert "mixed against before: worse. Lines: 2 worse, 22 same." in done.stdout
    assert "mixed against before" in (tmp_path / "c.html").read_text("utf-8")


@pytest.mark.parametrize("given", ["nowhere", "empty", "table.csv", "ftp9://host/x"])
def test_what_cannot_be_reported_on_is_one_line_and_exits_with_2(run, tmp_path, given):
    (tmp_path / "empty").mkdir()
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    done = run(given)
    assert done.returncode == 2
    assert done.stderr.startswith("nemodub: ")
    assert done.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_one_line(run, good_folder):
    done = run(good_folder, "--html", good_folder / "explainer.es.report.json" / "r.html")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
