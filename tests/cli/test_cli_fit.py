"""`nemodub fit`: a table before a second of speech is made, an exit code that a script can act on."""

from __future__ import annotations

import csv
import os
import subprocess
import sys

import pytest

SRT = "1\n00:00:01,000 --> 00:00:03,000\nWelcome.\n\n2\n00:00:03,200 --> 00:00:05,000\nGood night.\n"
SHORT = (
    "source,target,target_language\nWelcome.,Bienvenidos a todos.,es\nGood night.,Buenas noches a todos.,es\n"
)
LONG = SHORT.replace("Buenas noches", "muy " * 40 + "buenas noches")


@pytest.fixture
def fit(tmp_path):
    (tmp_path / "talk.srt").write_text(SRT)

    def run(translation: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "talk.csv").write_text(translation)
        return subprocess.run(
            [sys.executable, "-m", "nemodub_nb.cli", "fit", "talk.srt", "talk.csv", "--to", "es", *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=60,
            check=False,
            env={**os.environ, "NEMODUB_HOME": str(tmp_path / "home")},
        )

    return run


def test_what_fits_is_said_in_a_line_and_what_the_limits_would_change_in_a_table(fit):
    done = fit(SHORT, "--voice", "espeak:es")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Spanish, 2 lines:")
    assert "By espeak:es" in done.stdout
    assert "the picture slowed up to 2 ×" in done.stdout


def test_what_overflows_is_listed_and_told_by_the_exit_code(fit, tmp_path):
    done = fit(LONG, "--voice", "espeak:es", "--csv", "fit.csv")
    assert done.returncode == 1
    assert "overflow" in done.stdout
    assert "characters less" in done.stdout
    with (tmp_path / "fit.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["outcome"] for row in rows][1] == "overflow"
    assert (
        fit(LONG, "--voice", "espeak:es", "--stretch", "2", "--rate", "2", "--duration", "20").returncode == 0
    )


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--to", "no language at all"), "not a language"),
        (("--voice", "kokoro:nobody"), "no voice"),
        (("--slow-picture", "7"), "slow_video"),
    ],
)
def test_what_cannot_be_used_is_one_line_that_says_what_to_do(fit, arguments, word):
    done = fit(SHORT, *arguments)
    assert done.returncode == 2, done
    assert word in done.stderr
    assert done.stderr.count("\n") == 1
