"""What a person does in the Studio, step by step."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pages import Page

CELL = "import nemodub_nb as nd\n\nnd.Studio()"
LANGUAGES = ("Spanish", "Portuguese")
"""These two have a translator and a voice without a network."""
OWN_NAMES = ("español", "português")
TAGS = ("es", "pt")
DUB_S = 240
EXPORT_S = 180


def connect(tab: Page) -> None:
    from playwright.sync_api import expect

    panel = tab.region("Connect")
    panel.wait_for(timeout=60_000)
    ready = panel.get_by_text("Ready", exact=True)
    button = panel.get_by_role("button", name="Connect", exact=True).last
    expect(ready.or_(button).first).to_be_visible(timeout=60_000)
    if not ready.is_visible():
        button.click()
    expect(ready).to_be_visible(timeout=60_000)


def upload(tab: Page, clip: str) -> None:
    from playwright.sync_api import expect

    panel = tab.region("Upload")
    panel.get_by_label("Choose files to upload").set_input_files(clip)
    expect(panel.get_by_text("checked")).to_be_visible(timeout=60_000)


def choose_languages(tab: Page, *names: str) -> None:
    from playwright.sync_api import expect

    panel = tab.region("Languages")
    for name in names:
        box = panel.get_by_role("combobox", name="Add a language")
        box.fill(name)
        box.press("Enter")
        expect(panel.get_by_role("list", name="Languages to dub into").get_by_text(name)).to_be_visible()
    sentence = panel.get_by_label("The sentence that will be sent")
    expect(sentence).to_have_value(re.compile(f"^Dub this video into {names[0]} and {names[1]}"))


def dub(tab: Page) -> None:
    from playwright.sync_api import expect

    tab.region("Languages").get_by_role("button", name="Dub into 2 languages").click()
    live = tab.region("Live")
    expect(live.get_by_role("button", name="Stop")).to_be_visible()
    expect(live.get_by_role("progressbar").first).to_be_visible(timeout=60_000)
    expect(live.get_by_role("button", name="Stop")).to_be_hidden(timeout=DUB_S * 1000)
    expect(live.get_by_role("alert")).to_be_hidden()


def read_timeline(tab: Page) -> None:
    """Every language is a column with words in it, and something is drawn."""
    from playwright.sync_api import expect

    panel = tab.region("Timeline")
    table = panel.get_by_role("grid", name="Lines of the timeline")
    for name in OWN_NAMES:
        expect(table.get_by_role("columnheader", name=re.compile(name)).first).to_be_visible()
    expect(table.get_by_role("row").nth(5)).to_be_attached()
    cells = table.get_by_role("row").nth(1).get_by_role("gridcell").all_inner_texts()
    assert sum(bool(re.search(r"\w{3,} \w{2,}", cell)) for cell in cells) >= 3, "what was said, and both dubs"
    expect(panel.get_by_role("img", name=re.compile("timeline", re.IGNORECASE)).first).to_be_visible()


def export(tab: Page) -> None:
    from playwright.sync_api import expect

    panel = tab.region("Export")
    panel.get_by_role("button", name="Export 2 videos").click()
    expect(panel.get_by_text("saved", exact=True)).to_have_count(2, timeout=EXPORT_S * 1000)
    for tag in TAGS:
        assert (tab.folder / f"explainer.{tag}.mp4").stat().st_size > 100_000, "saved beside the notebook"


def play(tab: Page) -> None:
    """The video has a picture and goes on; another language takes over at the same moment."""
    from playwright.sync_api import expect

    panel = tab.region("Export")
    video = panel.locator("video")
    video.scroll_into_view_if_needed()
    tab.until(lambda: video.evaluate("(video) => video.readyState >= 2"), 30, "no picture")
    assert video.evaluate("(video) => video.videoWidth") > 0
    video.evaluate("(video) => video.play()")
    tab.until(lambda: video.evaluate("(video) => video.currentTime") > 1.0, 15, "the video stands still")
    shown = video.get_attribute("aria-label")
    other = next(name for name in OWN_NAMES if name not in shown)
    at = video.evaluate("(video) => video.currentTime")
    panel.get_by_role("radio", name=other).click()
    expect(video).to_have_attribute("aria-label", re.compile(other))
    tab.until(
        lambda: video.evaluate("(video) => video.readyState >= 2 && video.currentTime") >= at,
        15,
        "the other language does not go on at the same moment",
    )
    assert video.evaluate("(video) => video.currentTime") < at + 10
    video.evaluate("(video) => video.pause()")


def journey(tab: Page, clip: str) -> None:
    """From a clip on the disk to a dubbed video that plays; with a picture after each step."""
    for number, (step, act) in enumerate(
        {
            "connect": lambda: connect(tab),
            "upload": lambda: upload(tab, clip),
            "languages": lambda: choose_languages(tab, *LANGUAGES),
            "dub": lambda: dub(tab),
            "timeline": lambda: read_timeline(tab),
            "export": lambda: export(tab),
            "play": lambda: play(tab),
        }.items(),
        start=1,
    ):
        began = time.monotonic()
        act()
        tab.screenshot(f"{number}-{step}")
        print(f"{step}: {time.monotonic() - began:.1f} s")
    assert tab.errors == []
    assert tab.outside == []
