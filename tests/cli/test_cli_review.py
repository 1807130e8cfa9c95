"""`nemodub review` writes tables, people change them, `nemodub dub --lines` speaks what they say."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.engine
SAID = "1\n00:00:00,300 --> 00:00:03,000\nGood morning.\n\n2\n00:00:04,000 --> 00:00:07,000\nGood evening.\n"
KNOWN = "source,target,target_language\nGood morning.,Buenos días.,es\nGood evening.,Buenas tardes.,es\n"


def test_a_reviewed_table_is_what_is_spoken(speech_clip, models, tmp_path):
    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "nemodub_nb.cli", *map(str, arguments)],
            capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False,
            env={**os.environ, "NEMODUB_HOME": str(tmp_path / "home"), "NEMODUB_MODELS": str(models)},
        )  # fmt: skip

    (tmp_path / "t.srt").write_text(SAID)
    (tmp_path / "m.csv").write_text(KNOWN)
    options = (speech_clip, "--to", "es", "--from", "en", "--transcript", "t.srt", "--memory", "m.csv")
    done = run("review", *options, "--out", "r")
    assert done.returncode == 0, done.stderr
    table = tmp_path / "r" / f"{speech_clip.stem}.es.lines.csv"
    assert str(table) in done.stdout
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == ["Buenos días.", "Buenas tardes."]
    again = run("review", *options, "--out", "r")
    assert again.returncode == 2, "a table that somebody may have changed is not written over"
    assert "--lines" in again.stderr

    rows[1]["text"], rows[0]["sound"] = "Buenas noches a todos.", "mute"
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    done = run("dub", *options, "--lines", table, "--out", "d")
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "d" / f"{speech_clip.stem}.es.report.json").read_text())
    assert [row["text"] for row in report["segments"]] == ["Buenos días.", "Buenas noches a todos."]
    assert [row["sound"] for row in report["segments"]] == ["mute", "dub"]
    assert "Buenas noches" in (tmp_path / "d" / f"{speech_clip.stem}.es.srt").read_text()
