"""The panel of the fit explorer: its sliders say what fit.change() says, and a saved notebook keeps the table."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import pandas as pd
import pytest

import nemodub_nb as nd
from nemodub_nb.fitting import LIMITS, OUTCOMES, Pace
from nemodub_nb.panels import words
from nemodub_nb.panels.fit import Fit
from nemodub_nb.panels.workflow import Workflow
from nemodub_nb.project.fit_show import TONES
from nemodub_nb.project.loop import LOOP

_ROOM = importlib.util.spec_from_file_location(
    "project_room", Path(__file__).parents[1] / "project/conftest.py"
)
project_room = importlib.util.module_from_spec(_ROOM)
_ROOM.loader.exec_module(project_room)
lab, clip, clip_source = project_room.lab, project_room.clip, project_room.clip_source

LINES = pd.DataFrame(
    [(i * 3.0, i * 3.0 + 2.5, f"Line {i}.") for i in range(12)], columns=["start_s", "end_s", "text"]
)
SPANISH = ["palabra " * (4 + i) + "<b>" for i in range(12)]


def until(check, seconds=60.0):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := check():
            return found
        time.sleep(0.03)
    raise AssertionError("it did not happen in time")


@pytest.fixture
def fit():
    return nd.fit(LINES, SPANISH, "es", pace=Pace(16.0, 0.1))


@pytest.fixture
def panel(fit):
    made = Fit(fit)
    yield made
    made.shut()


def test_every_outcome_has_a_tone_and_a_sign():
    assert set(TONES) == set(OUTCOMES)


def test_it_needs_no_backend_and_shows_what_the_fit_says(panel, fit):
    view = panel.view
    assert view["ready"]
    assert view["say"] == fit.summary()
    assert [row["line"] for row in view["rows"]] == fit.troubled()["line"].tolist()
    assert len(view["lines"]) == 12
    assert len(view["what_if"]) == len(fit.what_if())
    time.sleep(0.3)
    assert panel.workflow.phase == "off", "nothing was started"


def test_a_slider_looks_again_and_the_code_says_how(panel, fit):
    panel._hear(panel, {"do": "limit", "name": "fastest_rate", "value": 1.4}, [])
    until(lambda: panel.view["changed"])
    assert panel.view["say"] == fit.change(fastest_rate=1.4).summary()
    assert "fit.change(fastest_rate=1.4)" in panel.view["code"]
    scope = {"fit": fit}
    exec(panel.view["code"], scope)
    assert scope["fit"].limits.fastest_rate == 1.4
    panel._hear(panel, {"do": "reset"}, [])
    until(lambda: not panel.view["changed"])
    assert panel.view["say"] == fit.summary()


@pytest.mark.parametrize(
    "message",
    [
        {"name": "pace", "value": 2},
        {"name": "lean_s", "value": "wide"},
        {"name": "lean_s"},
        {"name": ["lean_s"], "value": 1},
        {"name": "lean_s", "value": True},
        {"name": "lean_s", "value": float("nan")},
    ],
)
def test_what_no_slider_can_say_changes_nothing(panel, message):
    before = panel.view
    panel._hear(panel, {"do": "limit", **message}, [])
    time.sleep(0.3)
    assert panel.view == before


def test_a_slider_stays_within_its_ends(panel):
    panel._hear(panel, {"do": "limit", "name": "slow_video", "value": 99}, [])
    until(lambda: panel.view["changed"])
    assert next(one["value"] for one in panel.view["sliders"] if one["name"] == "slow_video") == 2.0
    panel._hear(panel, {"do": "limit", "name": "slow_video", "value": LIMITS.slow_video}, [])
    until(lambda: not panel.view["changed"])


def test_a_saved_notebook_keeps_the_table_as_text(panel):
    story = panel.story()
    assert "<b>palabra" not in story.html
    assert "&lt;b&gt;" in story.html
    assert story.say.startswith("Spanish, 12 lines")
    assert "characters less" in story.text


def test_without_lines_it_says_what_to_do_first():
    panel = Fit(Workflow(), alone=False)
    assert panel.view["say"] == words.FIT_NOTHING
    panel.shut()


def test_a_project_shows_the_language_that_was_reviewed(lab, clip):
    project = lab.open()
    project.upload(clip, show=False)
    panel = Fit(project)
    assert not panel.view["ready"]
    project.review(["es", "fr"], show=False)
    until(lambda: panel.view["ready"])
    assert panel.view["languages"] == [["es", "Spanish"], ["fr", "French"]]
    panel._hear(panel, {"do": "language", "language": "fr"}, [])
    until(lambda: panel.view["language"] == "fr")
    assert "project.fit('fr')" in panel.view["code"]
    compile(panel.view["code"], "twin", "exec")
    assert LOOP.run(project.afit("fr")).summary() == panel.view["say"]
    panel.shut()
