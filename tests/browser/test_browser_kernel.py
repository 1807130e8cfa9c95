"""What the panels say on the page when the kernel does not answer, or is gone."""

from __future__ import annotations

import time

import ipykernel
from journey import CELL
from pages import write_notebook

WAITS = "Waiting for the kernel."
GONE = "The kernel is gone"
BESIDE_CELLS = int(ipykernel.__version__.split(".")[0]) >= 7
"""Whether clicks are handed over while a cell runs."""


def seen(lab, words):
    return [one for one in lab.page.get_by_text(words).all() if one.is_visible()]


def start(lab, cell):
    """Run the Studio, and then another cell without waiting for its end."""
    lab.open(write_notebook(lab.folder / "studio.ipynb", CELL, cell))
    lab.page.locator(".jp-CodeCell").first.click()
    lab.page.keyboard.press("Shift+Enter")
    lab.region("Connect").get_by_text("This machine. Nothing leaves it").wait_for(timeout=60_000)
    lab.wait_idle()
    lab.page.locator(".jp-CodeCell").nth(1).click()
    lab.page.keyboard.press("Shift+Enter")


def test_a_click_that_the_kernel_cannot_hear_yet_says_so_and_is_obeyed_later(lab):
    held = lab.folder / "held"
    held.touch()
    start(lab, f"import pathlib, time\nwhile pathlib.Path({str(held)!r}).exists(): time.sleep(.1)")
    lab.until(lambda: (lab.kernel() or {}).get("execution_state") == "busy", 10, "the cell does not run")
    box = lab.region("Upload").get_by_role("combobox").or_(lab.region("Upload").get_by_role("textbox")).first
    pressed = time.monotonic()
    box.fill("nowhere.mp4")
    box.press("Enter")
    if not BESIDE_CELLS:
        lab.until(lambda: seen(lab, WAITS), 20, "nothing says that it waits")
        assert time.monotonic() - pressed > 1.5
        lab.screenshot("waits")
    held.unlink()
    lab.region("Upload").get_by_text("nowhere.mp4").first.wait_for(timeout=15_000)
    lab.until(lambda: not seen(lab, WAITS), 20, "it still waits")
    assert lab.errors == []


def test_a_kernel_that_has_died_is_told_of_and_running_the_cell_again_helps(lab):
    start(lab, "import os; os._exit(1)")
    lab.until(lambda: seen(lab, GONE), 15, "nothing says that the kernel is gone")
    assert len(seen(lab, GONE)) == 1, "once for all panels of a Studio"
    lab.screenshot("gone")
    lab.page.get_by_role("dialog").get_by_role("button").last.click()
    lab.wait_idle()
    lab.page.locator(".jp-CodeCell").first.click()
    lab.page.keyboard.press("Shift+Enter")
    lab.until(lambda: not seen(lab, GONE), 30, "it is still said to be gone")
    lab.region("Connect").get_by_text("This machine. Nothing leaves it").wait_for(timeout=60_000)


def test_a_click_after_the_kernel_was_shut_down_is_not_silent(lab):
    start(lab, "None")
    lab.wait_idle()
    lab.stop_kernel()
    lab.page.wait_for_timeout(1000)
    box = lab.region("Upload").get_by_role("combobox").or_(lab.region("Upload").get_by_role("textbox")).first
    box.fill("nowhere.mp4")
    box.press("Enter")
    lab.until(lambda: seen(lab, WAITS) or seen(lab, GONE), 20, "nothing is said")
    assert lab.errors == []
