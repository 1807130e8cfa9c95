"""A person corrects one line and mutes another in JupyterLab, has both spoken, and sees and hears the difference."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from accessibility import grave_findings
from pages import write_notebook
from servers import NOTEBOOKS
from test_browser_keyboard import CUT_OFF, SMALL_PRINT, SMALL_TARGETS, Keyboard

if TYPE_CHECKING:
    from pages import Lab

DUB = """\
import nemodub_nb as nd
project = nd.open_project("edit", backend="local")
project.upload("explainer.mp4", show=False)
given = {"source": "en", "memory": "explainer.memory.csv", "transcript": "explainer.transcript.srt", "show": False}
project.dub(["es"], fast=True, **given);
"""
PANEL = "nd.panels.Timeline(project)"
SPOKEN_S = 90


@pytest.fixture
def panel(lab: Lab, models):  # noqa: ARG001 - the languages must be there
    for name in ("explainer.mp4", "explainer.memory.csv", "explainer.transcript.srt"):
        shutil.copy(NOTEBOOKS / "sample" / name, lab.folder)
    lab.open(write_notebook(lab.folder / "edit.ipynb", DUB, PANEL))
    lab.run_all(240)
    found = lab.region("Timeline")
    found.get_by_role("grid", name="Lines of the timeline").wait_for(timeout=60_000)
    return found


def line(panel, number):
    return panel.get_by_role("row").filter(
        has=panel.page.get_by_role("gridcell", name=str(number), exact=True)
    )


def spanish(panel, number):
    return line(panel, number).get_by_role("gridcell").nth(3)


@pytest.mark.engine
@pytest.mark.timeout(420)
def test_a_line_is_corrected_another_muted_and_only_these_are_spoken_again(lab, panel):
    from playwright.sync_api import expect

    speak = panel.get_by_role("button", name="Speak the changes")
    before = spanish(panel, 5).inner_text()

    # By mouse: a text.
    spanish(panel, 3).click()
    editor = panel.get_by_role("group", name="Line 3")
    editor.get_by_label("What is said instead").fill("Panorama lo pone todo en una página.")
    expect(panel.get_by_text("1 line changed, not spoken yet")).to_be_visible()
    expect(spanish(panel, 3)).to_contain_text("Panorama lo pone todo en una página.")

    # By keyboard alone: another one is muted, begins later, and a third is approved.
    keys = Keyboard(lab)
    keys.press("Escape")
    keys.press("ArrowDown")
    assert keys.press("F2")["name"].startswith("What is said instead")
    keys.walk("Timeline", "Start in seconds")
    keys.press("ArrowUp", "ArrowUp")
    keys.walk("Timeline", "new voice")
    keys.press("ArrowRight")
    keys.comes("Timeline", "mute")
    keys.press("Escape")
    keys.press("ArrowDown", "a")
    expect(spanish(panel, 4)).to_contain_text("muted")
    expect(panel.get_by_text("3 lines changed, not spoken yet")).to_be_visible()

    # A page that is loaded again still has them.
    lab.save()
    lab.page.reload()
    lab.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
    expect(panel.get_by_text("3 lines changed, not spoken yet")).to_be_visible(timeout=60_000)
    expect(spanish(panel, 3)).to_contain_text("Panorama lo pone todo en una página.")
    for theme in ("dark", "light"):
        lab.theme(theme)
        assert grave_findings(panel) == []
    lab.narrow()
    for check in (SMALL_PRINT, SMALL_TARGETS):
        assert panel.evaluate(check) == []
    assert not panel.evaluate(CUT_OFF)
    lab.screenshot("pending")

    speak.click()
    expect(panel.get_by_text(re.compile("Something is under way"))).to_be_visible()
    expect(speak).to_be_hidden(timeout=SPOKEN_S * 1000)
    expect(panel.get_by_role("alert")).to_be_hidden()
    expect(spanish(panel, 3)).to_contain_text("Panorama lo pone todo en una página.")
    expect(spanish(panel, 3)).to_contain_text("edited")
    expect(spanish(panel, 4)).to_contain_text("muted")
    expect(spanish(panel, 5)).to_contain_text("approved")
    assert before in spanish(panel, 5).inner_text()

    # It is heard at once, and taken back at once.
    spanish(panel, 5).click()
    panel.get_by_role("button", name="Play the dub of line 5").click()
    expect(panel.get_by_text("Playing: español")).to_be_attached(timeout=15_000)
    panel.get_by_role("button", name="Undo").click()
    expect(spanish(panel, 3)).to_contain_text("Panorama lo reúne todo", timeout=SPOKEN_S * 1000)
    lab.screenshot("undone")
    assert lab.errors == []
    assert lab.outside == []
