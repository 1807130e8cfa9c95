"""Folders of reports, as exports leave them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from real_reports import HERE, HOSTILE, REAL, a_bad_line, a_report, write


@pytest.fixture
def good_folder(tmp_path):
    folder = tmp_path / "good"
    folder.mkdir()
    for tag in REAL:
        shutil.copyfile(HERE / f"explainer.{tag}.report.json", folder / f"explainer.{tag}.report.json")
    return folder


@pytest.fixture
def mixed_folder(tmp_path):
    """Two clips: one good in Spanish and French, one with a bad line in each."""
    folder = tmp_path / "mixed"
    for tag in REAL:
        write(folder, a_report(tag))
        write(folder, a_bad_line(a_report(tag, "second.mp4")))
    return folder


@pytest.fixture
def hostile_folder(tmp_path):
    folder = tmp_path / "hostile"
    report = a_report("es", HOSTILE)
    for line in report["segments"]:
        line.update(
            text=HOSTILE,
            source_text=HOSTILE,
            route=HOSTILE,
            verdict="bad",
            flags=[HOSTILE, "fast"],
            voice={"a": 1},
        )
    write(folder, report, "hostile.es")
    for number, (tag, text) in enumerate({"ar": "هذه لوحة بانوراما", "ja": "こちらはパノラマ"}.items()):
        write(
            folder,
            a_report(tag, f"会議 نقاش {number}.mp4", text=text, verdict="look", flags=["fast"]),
            f"other{number}.{tag}",
        )
    return folder
