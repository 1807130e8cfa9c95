"""A person with only a browser: a clip goes in, two languages come out and play."""

from __future__ import annotations

import shutil

import pytest
from accessibility import grave_findings
from journey import CELL, LANGUAGES, choose_languages, connect, journey, upload
from pages import write_notebook

STEPS = ("Connect", "Upload", "Languages", "Live", "Timeline", "Export", "Credits")

pytestmark = pytest.mark.engine


@pytest.fixture
def clip(models, tmp_path, lacking):  # noqa: ARG001 - the embedded backend needs the models
    """Half a minute of English, away from its transcript: it is listened to."""
    from servers import NOTEBOOKS

    if shutil.which("apertium") is None:
        lacking("apertium (English to Spanish)")
    return shutil.copy(NOTEBOOKS / "sample/explainer.mp4", tmp_path)


@pytest.mark.timeout(900)
def test_a_person_with_only_a_browser_dubs_a_clip_in_jupyterlab(lab, clip):
    lab.open(write_notebook(lab.folder / "studio.ipynb", CELL))
    lab.run_all()
    journey(lab, clip)

    for theme in ("light", "dark"):
        lab.theme(theme)
        for step in STEPS:
            assert grave_findings(lab.region(step)) == [], f"{step}, {theme}"
            lab.screenshot(f"{step}-{theme}", lab.region(step))

    lab.narrow()
    too_wide = [
        step
        for step in STEPS
        if lab.region(step).evaluate("(panel) => panel.scrollWidth > panel.clientWidth + 1")
    ]
    for step in STEPS:
        lab.screenshot(f"{step}-narrow", lab.region(step))
    assert too_wide == []

    lab.save()
    saved = (lab.folder / "studio.ipynb").read_text("utf-8")
    assert "explainer.mp4" in saved, "the story is in the saved notebook"
    assert "nmv_usr_" not in saved


@pytest.mark.timeout(600)
def test_the_same_in_notebook_7(notebook7, clip):
    notebook7.open(write_notebook(notebook7.folder / "studio.ipynb", CELL))
    notebook7.run_all()
    journey(notebook7, clip)


@pytest.mark.timeout(600)
def test_the_same_as_a_page_of_voila(voila, clip):
    from servers import NOTEBOOKS

    shutil.copy(NOTEBOOKS / "studio.ipynb", voila.folder)
    voila.open(voila.folder / "studio.ipynb")
    assert voila.page.get_by_text("nd.Studio()").count() == 0, "code is hidden"
    journey(voila, clip)


def test_what_was_chosen_survives_running_the_cell_again(lab, clip):
    lab.open(write_notebook(lab.folder / "studio.ipynb", CELL))
    lab.run_all()
    connect(lab)
    upload(lab, clip)
    choose_languages(lab, *LANGUAGES)
    lab.run_all()
    lab.region("Languages").get_by_role("button", name="Dub into 2 languages").wait_for()
    assert lab.region("Languages").count() == 1, "the panel before is closed"
