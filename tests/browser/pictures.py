"""Takes the pictures of the README in JupyterLab, of the sample dubbed for real: python tests/browser/pictures.py [folder]

What they show is looked at by a person before it is kept. Fonts for Japanese and Chinese must be installed.
"""

from __future__ import annotations

import io
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from conftest import CHROMIUM, FLAGS, MODELS
from journey import CELL, DUB_S, EXPORT_S, connect, upload
from pages import Lab, write_notebook
from PIL import Image
from playwright.sync_api import expect, sync_playwright
from servers import NOTEBOOKS, jupyter

if TYPE_CHECKING:
    from playwright.sync_api import Locator

TALL = {"width": 1440, "height": 4000}
"""Everything is on the page at once."""
LANGUAGES = ("Spanish", "French", "German")
COLOURS = 256
MARGIN = 6


def choose(panel: Locator) -> None:
    """Three languages, a memory, a term and a name."""
    box = panel.get_by_role("combobox", name="Add a language")
    for name in LANGUAGES:
        box.fill(name)
        box.press("Enter")
        expect(panel.get_by_role("heading", name=name, exact=True)).to_be_visible()
    panel.get_by_label("Translation memory").fill("explainer.memory.csv")
    panel.get_by_role("radiogroup", name="Glossary").get_by_role("radio", name="a few terms").click()
    panel.get_by_label("Term 1", exact=True).fill("planner")
    panel.get_by_label("Term 1 in Spanish").fill("agenda")
    panel.get_by_label("Term 1 in French").fill("agenda")
    panel.get_by_label("Term 1 in German").fill("Planer")
    panel.get_by_label("Term 1 in German").press("Enter")
    panel.get_by_label("Term 2", exact=True).fill("Panorama")
    panel.get_by_label("Term 2", exact=True).press("Tab")
    expect(panel.get_by_label("Term 2 in Spanish")).to_have_attribute("placeholder", "unchanged")


def change_a_line(panel: Locator) -> None:
    """Other words for a line, and how they will fit."""
    panel.get_by_role("gridcell", name=re.compile("Panorama lo reúne")).click()
    editor = panel.get_by_role("group", name="Line 3")
    editor.get_by_label("What is said instead").fill("Panorama lo reúne todo en una sola página, bien clara.")
    expect(editor.get_by_text("should fit")).to_be_visible()


def keep(lab: Lab, first: Locator, last: Locator, file: Path) -> None:
    """Keep what stands from one part of the Studio to another, in few colours."""
    lab.page.mouse.move(0, 0)
    lab.page.wait_for_timeout(500)
    top, bottom = first.bounding_box(), last.bounding_box()
    assert top is not None
    assert bottom is not None
    place = {"x": bottom["x"] - MARGIN, "y": top["y"], "width": bottom["width"] + 2 * MARGIN}
    shot = lab.page.screenshot(clip={**place, "height": bottom["y"] + bottom["height"] - top["y"] + MARGIN})
    picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS)
    picture.save(file, optimize=True)
    print(file, picture.size, f"{file.stat().st_size / 1024:.0f} kB")


def take(lab: Lab, out: Path) -> None:
    """Dub the sample, and keep a picture of how it is made and one of what came of it."""
    lab.page.set_viewport_size(TALL)
    shutil.copy(NOTEBOOKS / "sample/explainer.memory.csv", lab.folder)
    lab.open(write_notebook(lab.folder / "studio.ipynb", CELL))
    lab.run_all()
    connect(lab)
    upload(lab, str(NOTEBOOKS / "sample/explainer.mp4"))
    choose(lab.region("Languages"))
    lab.region("Languages").get_by_role("button", name="Dub into 3 languages").click()
    live = lab.region("Live")
    expect(live.get_by_text(re.compile(r"speaking [3-9] of")).first).to_be_visible(timeout=DUB_S * 1000)
    steps = lab.page.locator(".nd-step")
    keep(lab, lab.page.locator(".nd-studio > .nd").first, steps.filter(has=live), out / "studio-light.png")
    expect(live.get_by_role("button", name="Stop")).to_be_hidden(timeout=DUB_S * 1000)

    export, timeline = lab.region("Export"), lab.region("Timeline")
    export.get_by_role("button", name="Export 3 videos").click()
    expect(export.get_by_text("saved", exact=True)).to_have_count(3, timeout=EXPORT_S * 1000)
    video = export.locator("video")
    expect(video).to_be_visible(timeout=60_000)
    video.evaluate("(video) => { video.currentTime = 12.5; }")
    change_a_line(timeline)
    lab.theme("dark")
    keep(lab, steps.filter(has=timeline), steps.filter(has=export), out / "studio-dark.png")


def main() -> None:
    out = Path(sys.argv[1] if len(sys.argv) > 1 else NOTEBOOKS / "pictures")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        server = jupyter(Path(place) / "jupyter", MODELS)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        folder = server.root / "pictures"
        folder.mkdir()
        lab = Lab(server, browser, folder)
        try:
            take(lab, out)
        finally:
            lab.screenshot("last")
            lab.close()
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
