"""A person with a keyboard and no mouse goes all the way, and the notebook's own shortcuts neither hurt nor are lost."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from accessibility import grave_findings
from pages import write_notebook
from servers import NOTEBOOKS

if TYPE_CHECKING:
    from pages import Lab

STAND_IN = Path(__file__).parents[1] / "project" / "conftest.py"
SETUP = """\
import importlib.util
from pathlib import Path
import nemodub_nb as nd
spec = importlib.util.spec_from_file_location("stand_in", {module!r})
stand_in = importlib.util.module_from_spec(spec)
spec.loader.exec_module(stand_in)
Path("backend").mkdir()
backend = stand_in.Lab(Path("backend").resolve())
project = backend.open()
"""
STEPS = ("Connect", "Upload", "Languages", "Live", "Timeline", "Export", "Credits")
FOCUS = """() => {
  const it = document.activeElement, style = getComputedStyle(it);
  return {
    panel: it.closest("section.nd-card")?.ariaLabel ?? "",
    role: it.getAttribute("role") ?? it.tagName.toLowerCase(),
    name: it.ariaLabel || it.labels?.[0]?.textContent || it.textContent,
    open: it.ariaExpanded, off: it.ariaDisabled === "true",
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1,
  };
}"""
SMALL_PRINT = """(panel) => [...panel.querySelectorAll("*")].filter((it) => it.getClientRects().length
  && [...it.childNodes].some((one) => one.nodeType === 3 && one.data.trim())
  && parseFloat(getComputedStyle(it).fontSize) < 12).map((it) => it.textContent)"""
SMALL_TARGETS = """(panel) => [...panel.querySelectorAll("button, a, select, input:not([type=checkbox], [type=radio], [type=file])")]
  .filter((it) => it.getClientRects().length).map((it) => [it.ariaLabel || it.textContent, it.getBoundingClientRect()])
  .filter(([, box]) => box.width < 23.5 || box.height < 23.5).map(([name]) => name)"""
CUT_OFF = "(panel) => panel.scrollWidth > panel.clientWidth + 1"


class Keyboard:
    """Keys, and what has the focus; in a panel it is always somewhere, and can be seen."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def press(self, *keys: str) -> dict:
        for key in keys:
            self._lab.page.keyboard.press(key)
        return self.focus()

    def type(self, words: str) -> None:
        self._lab.page.keyboard.type(words)

    def focus(self) -> dict:
        return self._lab.page.evaluate(FOCUS)

    def comes(self, panel: str, name: str) -> dict:
        """Wait until something has the focus."""
        self._lab.until(
            lambda: (self.focus()["panel"], self.focus()["name"]) == (panel, name),
            10,
            f"the focus is not on {panel}: {name}, it is {self.focus()}",
        )
        assert self.focus()["seen"]
        return self.focus()

    def walk(self, panel: str, name: str, key: str = "Tab") -> dict:
        """Go on to something, as a person does who presses the same key again and again."""
        for _ in range(60):
            focus = self.press(key)
            if focus["panel"]:
                assert focus["seen"] or focus["role"] == "video", focus
            if focus["panel"] == panel and re.match(name, focus["name"]):
                return focus
        raise AssertionError(f"{panel}: {name} is not reached, {focus} is")

    def to_cell(self) -> None:
        """Leave the panels by Escape."""
        assert "Code Cell" in self.press("Escape")["name"]


def studio(lab: Lab) -> Keyboard:
    """Open a Studio whose engine is a stand-in, with the focus on its cell."""
    shutil.copy(NOTEBOOKS / "sample/explainer.mp4", lab.folder)
    lab.open(
        write_notebook(lab.folder / "studio.ipynb", SETUP.format(module=str(STAND_IN)), "nd.Studio(project)")
    )
    lab.run_all()
    lab.region("Connect").get_by_text("Ready", exact=True).wait_for()
    lab.page.locator(".jp-Notebook .jp-Cell").last.focus()
    return Keyboard(lab)


@pytest.fixture
def keys(lab: Lab) -> Keyboard:
    return studio(lab)


def connect(keys: Keyboard) -> None:
    assert keys.walk("Connect", "Connect")["open"] == "false"
    assert keys.press("Enter")["open"] == "true"
    assert keys.press("Enter")["open"] == "false"
    keys.walk("Connect", "Change")
    assert keys.press("Enter")["role"] == "radio"
    keys.press("ArrowRight")
    keys.comes("Connect", "NemoVideo cloud")
    keys.walk("Connect", "Cancel")
    keys.press("Enter")
    keys.comes("Connect", "Change")


def upload(keys: Keyboard, lab: Lab) -> None:
    panel = lab.region("Upload")
    keys.walk("Upload", "Or a path")
    keys.type("expl")
    panel.get_by_role("option", name="explainer.mp4").wait_for()
    keys.press("ArrowDown", "Enter")
    assert panel.get_by_role("listbox").count() == 0
    keys.press("Enter")
    panel.get_by_text("1920 × 1080").wait_for(timeout=30_000)
    keys.comes("Upload", "Or a path on the kernel's computer, or a web address")


def languages(keys: Keyboard, lab: Lab) -> None:
    chosen = lab.region("Languages").get_by_role("list", name="Languages to dub into")
    keys.walk("Languages", "Add a language")
    for name in ("Spanish", "Portuguese", "French"):
        keys.type(name.lower())
        keys.press("Enter")
        chosen.get_by_role("heading", name=name).wait_for()
    keys.walk("Languages", "Remove French")
    keys.press("Enter")
    keys.comes("Languages", "Remove Portuguese")


def glossary(keys: Keyboard, lab: Lab) -> None:
    panel = lab.region("Languages")
    keys.walk("Languages", "none$")
    keys.press("ArrowRight")
    keys.comes("Languages", "a few terms")
    keys.walk("Languages", "Term 1$")
    keys.type("Hello")
    keys.press("Tab")
    keys.comes("Languages", "Term 1 in Spanish")
    keys.type("Buenas")
    keys.press("Enter")
    keys.comes("Languages", "Term 2")
    keys.type("hello")
    keys.press("Tab")
    panel.get_by_role("alert").get_by_text("“hello” stands in two rows.").wait_for()
    keys.walk("Languages", "Remove term 2")
    keys.press("Enter")
    keys.comes("Languages", "Term 2")
    panel.get_by_role("alert").wait_for(state="hidden")
    keys.walk("Languages", "as code", "Shift+Tab")
    keys.press("Enter")
    panel.get_by_text('glossary={"Hello": {"es": "Buenas"}}').wait_for()
    keys.press("Enter")


def dub(keys: Keyboard, lab: Lab) -> None:
    hold = lab.folder / "backend/notes/hold"
    hold.touch()
    live = lab.region("Live")
    keys.walk("Languages", "Dub into 2 languages")
    keys.press("Enter")
    live.get_by_role("button", name="Stop").wait_for()
    assert keys.comes("Languages", "Dub into 2 languages")["off"]
    keys.walk("Live", "Stop")
    keys.press("Enter")
    keys.comes("Live", "Say what to change")
    hold.unlink()

    keys.walk("Live", "make the music")
    keys.press("Enter")
    keys.comes("Live", "Say what to change")
    keys.press("Control+a")
    keys.type("Dub this video into Spanish and Portuguese")
    keys.press("Enter")
    live.get_by_text("Done in").first.wait_for(timeout=30_000)
    keys.comes("Live", "Say what to change")


def timeline(keys: Keyboard, lab: Lab) -> None:
    drawn = lab.region("Timeline").locator(".nd-timeline-wide")
    keys.walk("Timeline", "The drawn timeline")
    width = drawn.evaluate("(it) => it.clientWidth")
    keys.press("+", "+")
    lab.until(lambda: drawn.evaluate("(it) => it.clientWidth") > 2 * width, 5, "not larger")
    keys.walk("Timeline", "start")
    assert keys.press("Enter")["name"].startswith("start")
    assert keys.walk("Timeline", ".*Hello there")["role"] == "tr"
    keys.press("ArrowDown")
    lab.region("Timeline").get_by_role("row", selected=True).get_by_text("Hello in es.").wait_for()
    keys.walk("Timeline", "Play the source of line 0")


def export(keys: Keyboard, lab: Lab) -> None:
    panel = lab.region("Export")
    keys.walk("Export", "All languages")
    keys.press("Space")
    panel.get_by_role("button", name="Export", exact=True, disabled=True).wait_for()
    keys.walk("Export", "Export$", "Shift+Tab")
    keys.press("Enter")
    panel.get_by_role("status").get_by_text("Tick at least one language.").wait_for()
    keys.walk("Export", "high")
    keys.press("ArrowRight")
    keys.comes("Export", "medium")
    keys.walk("Export", "All languages")
    keys.press("Space")
    panel.get_by_role("button", name="Export 2 videos").wait_for()
    keys.walk("Export", "Export 2 videos", "Shift+Tab")
    keys.press("Enter")
    panel.get_by_text("saved", exact=True).nth(1).wait_for(timeout=30_000)
    keys.comes("Export", "Export 2 videos")
    panel.get_by_role("status").get_by_text("2 videos saved").wait_for()


def as_code(keys: Keyboard) -> None:
    keys.walk("Credits", "as code")
    keys.press("Enter")
    keys.walk("Credits", "Copy")
    keys.press("Enter")
    keys.comes("Credits", "Copied")


def shortcuts(keys: Keyboard, lab: Lab, panel: str, name: str) -> None:
    """The notebook's letters do nothing while one of our controls has the focus, and all they do elsewhere."""
    cells = lab.page.locator(".jp-Notebook .jp-Cell")
    keys.press("a", "b", "x", "d", "d", "m", "ArrowDown")
    assert cells.count() == 2
    keys.comes(panel, name)
    keys.to_cell()
    keys.press("b")
    lab.until(lambda: cells.count() == 3, 5, "no cell was added")
    keys.press("d", "d")
    lab.until(lambda: cells.count() == 2, 5, "the cell was not taken away")


@pytest.mark.timeout(120)
def test_all_of_the_studio_is_done_by_keyboard_alone(lab, keys):
    connect(keys)
    upload(keys, lab)
    languages(keys, lab)
    glossary(keys, lab)
    dub(keys, lab)
    timeline(keys, lab)
    export(keys, lab)
    as_code(keys)
    shortcuts(keys, lab, "Credits", "Copy")

    for theme in ("dark", "light"):
        lab.theme(theme)
        assert [found for step in STEPS for found in grave_findings(lab.region(step))] == []
    lab.narrow()
    for width in (600, 400):
        lab.page.set_viewport_size({"width": width, "height": 900})
        lab.screenshot(f"{width}")
        for step in STEPS:
            panel = lab.region(step)
            assert not panel.evaluate(CUT_OFF), f"{step} at {width} px"
            assert panel.evaluate(SMALL_PRINT) == [], f"{step} at {width} px"
            assert panel.evaluate(SMALL_TARGETS) == [], f"{step} at {width} px"
    assert lab.errors == []


def test_notebook_7_leaves_our_keys_to_us_too(notebook7):
    keys = studio(notebook7)
    keys.walk("Connect", "Change")
    shortcuts(keys, notebook7, "Connect", "Change")
    keys.walk("Upload", "Or a path")
    keys.type("abxdd")
    assert notebook7.region("Upload").get_by_role("combobox").input_value() == "abxdd"
    notebook7.save()


def test_a_click_beside_the_panels_gives_the_notebook_its_shortcuts_back(lab, keys):
    cells = lab.page.locator(".jp-Notebook .jp-Cell")
    keys.walk("Connect", "Change")
    cells.last.locator(".jp-InputPrompt").click()
    lab.until(lambda: not keys.focus()["panel"], 5, "the panel holds the focus")
    keys.press("b")
    lab.until(lambda: cells.count() == 3, 5, "no cell was added")
