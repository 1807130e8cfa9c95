"""A kernel that is restarted in the middle: what was under way is found again, and nothing is done twice."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3

import pytest
from journey import CELL, EXPORT_S, TAGS, choose_languages, connect, upload
from pages import Lab, write_notebook

pytestmark = pytest.mark.engine


@pytest.fixture
def clip(models, tmp_path):  # noqa: ARG001 - the embedded backend needs the models
    from servers import NOTEBOOKS

    for name in ("explainer.mp4", "explainer.transcript.srt"):
        shutil.copy(NOTEBOOKS / "sample" / name, tmp_path)
    return tmp_path / "explainer.mp4"


def rows(lab: Lab, table: str) -> list[tuple]:
    """Return what the backend of this notebook remembers."""
    with contextlib.closing(sqlite3.connect(lab.home / "backend.sqlite")) as database:
        return database.execute(f"SELECT id, status FROM {table}").fetchall()


def restart_and_resume(lab: Lab) -> None:
    lab.restart()
    lab.run_all()
    panel = lab.region("Connect")
    panel.get_by_text("under way").wait_for(timeout=60_000)
    panel.get_by_role("button", name="Resume").click()


@pytest.mark.timeout(600)
def test_a_restart_in_the_middle_of_a_dub_and_of_an_export_loses_nothing_and_repeats_nothing(lab, clip):
    from playwright.sync_api import expect

    lab.open(write_notebook(lab.folder / "studio.ipynb", CELL))
    lab.run_all()
    connect(lab)
    upload(lab, str(clip))
    choose_languages(lab, "Spanish", "Portuguese")
    lab.region("Languages").get_by_role("button", name="Dub into 2 languages").click()
    expect(lab.region("Live").get_by_role("progressbar").first).to_be_visible(timeout=60_000)

    restart_and_resume(lab)
    export = lab.region("Export").get_by_role("button", name="Export 2 videos")
    expect(export).to_be_enabled(timeout=240_000)
    assert [status for _, status in rows(lab, "messages")] == ["done"], "the sentence was said once"

    export.click()
    lab.until(lambda: rows(lab, "renders") != [], 60, "no render was begun")
    restart_and_resume(lab)
    expect(lab.region("Export").get_by_text("saved", exact=True).first).to_be_visible(timeout=EXPORT_S * 1000)
    if not (lab.folder / f"explainer.{TAGS[1]}.mp4").exists():  # it had not begun
        lab.region("Export").get_by_role("button", name="Export 2 videos").click()
    lab.until(
        lambda: all((lab.folder / f"explainer.{tag}.mp4").exists() for tag in TAGS), EXPORT_S, "missing"
    )
    renders = rows(lab, "renders")
    assert {status for _, status in renders} == {"completed"}
    assert len(renders) == len(TAGS), "no render was repeated"
    assert lab.errors == []
