"""A batch in JupyterLab: looked at, begun, stopped, the kernel restarted, gone on with, and what failed tried again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from accessibility import grave_findings
from pages import Lab, write_notebook

CELL = """\
import os, sys
from pathlib import Path

sys.path.insert(0, {room!r})
os.environ["TRIVIAL_NOTES"] = "notes"
Path("notes").mkdir(exist_ok=True)
import trivial_engine
import nemodub_nb as nd
from nemodub_nb.batches import engine, tasks

engine.run = trivial_engine.run  # quick, and without models
tasks.look = lambda source, stamp: (42.0, None)
nd.panels.Batch("clips", ["es", "French", "ja"], workers=2)
"""
ROOM = str(Path(__file__).parents[1] / "batch")


@pytest.fixture
def batch(lab: Lab):
    """Open a notebook with a batch of many clips, some of which cannot be dubbed; return its panel."""
    (lab.folder / "clips").mkdir()
    for number in range(400):
        (lab.folder / "clips" / f"clip{number:03d}.mp4").write_text("slow" if number < 20 else "quick")
    for name, content in {
        "an empty one": "",
        "clip001a mute": "mute",
        "<b>clip000a\u202e": "boom",
    }.items():
        (lab.folder / "clips" / f"{name}.mp4").write_text(content)
    lab.open(write_notebook(lab.folder / "batch.ipynb", CELL.format(room=ROOM)))
    lab.run_all()
    return lab.region("Batch")


def chip(region, words):
    return region.get_by_role("group", name="Which rows are shown").get_by_role("button", name=words)


def test_a_batch_is_looked_at_begun_stopped_gone_on_with_after_a_restart_and_retried(lab, batch):
    from playwright.sync_api import expect

    begin = batch.get_by_role("button", name="Dub 1,206 rows")
    expect(begin).to_be_visible(timeout=60_000)
    expect(batch.get_by_text("402 clips")).to_be_visible()
    expect(chip(batch, "3 refused")).to_be_visible()
    lab.screenshot("1-planned")
    assert not grave_findings(batch)

    begin.focus()
    lab.page.keyboard.press("Enter")
    stop = batch.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    expect(chip(batch, re.compile(r"\d+ done"))).to_be_visible(timeout=30_000)
    expect(batch.get_by_role("row").nth(1)).to_be_visible()
    assert batch.get_by_role("row").count() < 60, "only what can be seen is on the page"
    lab.screenshot("2-working")
    assert not grave_findings(batch)
    lab.page.locator(".jp-CodeCell").first.click()
    lab.run_all()
    batch = lab.region("Batch")
    expect(batch.get_by_role("button", name="Stop")).to_be_visible(timeout=15_000)
    batch.get_by_role("button", name="Stop").click()
    expect(batch.get_by_role("button", name=re.compile("Go on with .* rows"))).to_be_visible(timeout=20_000)
    lab.screenshot("3-stopped")

    lab.restart()
    lab.run_all()
    batch = lab.region("Batch")
    go_on = batch.get_by_role("button", name=re.compile("Go on with .* rows"))
    expect(go_on).to_be_visible(timeout=60_000)
    go_on.click()
    retry = batch.get_by_role("button", name="Retry 9 rows that failed")
    expect(retry).to_be_visible(timeout=120_000)
    expect(chip(batch, "1,200 done")).to_be_visible()
    renders = [one for one in (lab.folder / "notes").glob("*.json") if '"render"' in one.read_text()]
    assert len(renders) == 1200, "nothing was made twice"

    chip(batch, re.compile("failed")).click()
    table = batch.get_by_role("grid", name="Rows of the batch")
    expect(table.get_by_role("row")).to_have_count(1 + 6)
    table.get_by_role("row").nth(1).click()
    lab.page.keyboard.press("ArrowDown")
    detail = batch.get_by_role("region", name="The chosen row")
    expect(detail).to_contain_text(re.compile("It failed unexpectedly|has no sound"))
    batch.get_by_role("button", name="as code").click()
    expect(batch.get_by_role("group", name="Batch as code")).to_contain_text(
        "rows = rows[rows['status'] == 'failed']"
    )
    for kind in ("dark", "light"):
        lab.theme(kind)
        lab.screenshot(f"4-ended-{kind}")
        assert not grave_findings(batch)
    lab.narrow()
    assert batch.evaluate("(it) => it.scrollWidth <= it.clientWidth + 1")
    lab.screenshot("5-narrow")
    (lab.folder / "clips" / "clip001a mute.mp4").write_text("speaks now")
    retry.click()
    expect(batch.get_by_role("button", name="Retry 6 rows that failed")).to_be_visible(timeout=30_000)
    assert lab.errors == []
    assert lab.outside == []
