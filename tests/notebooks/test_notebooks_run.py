"""Runs every notebook as a user would, from top to bottom, and looks at what is kept of it."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys

import av
import pytest

from nemodub_nb.audit import scan
from nemodub_nb.cli import material, notebook

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
OURS = ("NEMO_TOKEN", "NEMO_API_URL", "NEMO_WEB_URL", "NEMO_CLIENT_ID", "SKILL_SOURCE")


class Folder:
    """A copy of the notebooks, one home for all of them, and what was executed."""

    def __init__(self, path, home, models):
        self.path, self.home, self.models = path, home, models
        self.titles = []
        material.copy_to(path, fresh=True)

    def run(self, name, parameters="", **environment):
        """Execute a notebook, and keep it and its page as `nemodub demo` does."""
        document = notebook.read(self.path / name)
        if parameters:
            next(cell for cell in document.cells if cell.id == "parameters").source += f"\n{parameters}"
        self.titles = []

        def during(title):
            self.titles.append(title)
            return contextlib.nullcontext()

        with pytest.MonkeyPatch.context() as patch:
            for variable in OURS:
                patch.delenv(variable, raising=False)
            patch.setenv("NEMODUB_HOME", str(self.home))
            patch.setenv("NEMODUB_MODELS", str(self.models))
            for variable, value in environment.items():
                patch.setenv(variable, value)
            notebook.execute(document, self.path, during)
        notebook.write(document, self.path / name)
        notebook.write_page(document, self.page(name))
        return {cell.id: cell for cell in document.cells if cell.cell_type == "code"}

    def page(self, name):
        return (self.path / name).with_suffix(".html")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, models):
    place = tmp_path_factory.mktemp("notebooks")
    return Folder(place / "work", place / "home", models)


def shown(cell, kind="text/plain"):
    """Return all that a cell shows, as text."""
    return "\n".join(
        output["text"] if output.output_type == "stream" else output.get("data", {}).get(kind, "")
        for output in cell.outputs
    )


def assert_kept_well(folder, name, cells, *, silent=("parameters",), secrets=()):
    """Assert what holds for every notebook that was run and saved."""
    assert all(cell.execution_count for cell in cells.values())
    assert not any(output.output_type == "error" for cell in cells.values() for output in cell.outputs)
    assert {key for key, cell in cells.items() if not cell.outputs} == set(silent)
    assert all(re.match(r"[A-Z]", title) for title in folder.titles), "each cell that runs has a heading"
    for output in (output for cell in cells.values() for output in cell.outputs if "data" in output):
        assert not re.match(r"<[\w.]+ (object )?at 0x", output.data["text/plain"]), "it can be read as text"

    text, page = (folder.path / name).read_text("utf-8"), folder.page(name).read_text("utf-8")
    assert "widgets" not in json.loads(text)["metadata"]
    for kept in (text, page):
        assert WIDGET_STATE not in kept
        assert "nmv_usr_" not in kept
        assert "clm_" not in kept
        assert not any(secret in kept for secret in secrets)
    assert not scan(name, text, secrets) + scan(folder.page(name).name, page, secrets)


@pytest.mark.engine
def test_the_quickstart_runs_from_top_to_bottom_and_tells_its_story(folder):
    cells = folder.run("quickstart.ipynb")
    assert_kept_well(folder, "quickstart.ipynb", cells)

    for language in ("es", "fr", "de"):
        with av.open(str(folder.path / "dubbed" / f"explainer.{language}.mp4")) as video:
            assert abs(video.duration / av.time_base - 33.0) < 0.5
            assert (video.streams.video[0].width, video.streams.audio[0].rate) == (1920, 48_000)
            assert video.streams.audio[0].language
        for ending in ("srt", "vtt", "report.json"):
            assert (folder.path / "dubbed" / f"explainer.{language}.{ending}").stat().st_size > 100

    players = cells["export"].outputs[-1].data["text/html"]
    assert re.findall(r'<video[^>]* src="([^"]+)"', players) == [
        f"dubbed/explainer.{language}.mp4" for language in ("es", "fr", "de")
    ]

    # The Studio followed the code, and what it showed can be read where nothing runs.
    live, story = cells["studio"].outputs
    assert WIDGET in live.data
    for told in ("explainer.mp4", "español", "français", "Deutsch", "10 lines spoken by"):
        assert told in story.data["text/plain"]
        assert told in story.data["text/html"]
    page = folder.page("quickstart.ipynb").read_text("utf-8")
    assert "data-nd-story" in page
    assert "explainer.mp4 → español, français, Deutsch" in page


@pytest.mark.engine
def test_explore_compares_languages_and_changes_the_dub_in_sentences(folder):
    cells = folder.run("explore.ipynb")
    assert_kept_well(folder, "explore.ipynb", cells)

    assert "0 credits" in shown(cells["estimate"])
    for figure in ("length", "most_stretch", "fill", "es", "de"):
        assert figure in shown(cells["figures"])
    assert shown(cells["listen"], "text/html").count("<audio") == 2
    assert shown(cells["preview"], "text/html").count("<audio") >= 2
    for edit, change in {
        "quieter": "volume 100% → 35%",
        "low": "Added Original sound",
        "title": 'Added Title: "Panorama"',
        "undo": 'Removed Title: "Panorama"',
        "remove": "Removed Dub German",
        "unknown": "Nothing changed.",
    }.items():
        assert change in cells[edit].outputs[-1].data["text/plain"]
    assert "did not understand" in shown(cells["unknown"])
    assert "German" not in shown(cells["end"])


@pytest.mark.engine
def test_review_corrects_a_script_and_then_one_line_and_remembers_what_was_approved(folder):
    cells = folder.run("review.ipynb")
    assert_kept_well(folder, "review.ipynb", cells)

    live, story = cells["panel"].outputs
    assert WIDGET in live.data
    for told in ("Panorama lo reúne todo en una página.", "edited", "original voice"):
        assert told in story.data["text/plain"]
        assert told in story.data["text/html"]
    assert "<td>0</td>" in story.data["text/html"], "lines are numbered as in the tables"
    assert "la agenda de tu equipo" in shown(cells["fit"], "text/html")
    for cell in ("before", "after"):
        assert "<audio" in shown(cells[cell], "text/html")
    assert shown(cells["before"], "text/html") != shown(cells["after"], "text/html")
    changed = re.findall(r"<th>(\d+)</th>", shown(cells["compare"], "text/html"))
    # Where it has run before, the wording of line 3 is remembered.
    assert {"8"} <= {*changed} <= {"3", "8"}, "nothing but these lines is different"
    assert "Panorama lo reúne todo en una página." in shown(cells["memory"], "text/html")
    assert shown(cells["undo"]).splitlines()[-1] == "0"


@pytest.mark.engine
def test_the_tour_shows_each_panel_alone_and_the_magics(folder):
    cells = folder.run("tour.ipynb")
    assert_kept_well(folder, "tour.ipynb", cells)

    for panel in ("connect", "upload", "languages", "live", "timeline", "export", "credits"):
        live, story = cells[panel].outputs
        assert WIDGET in live.data
        assert "data-nd-story" in story.data["text/html"]
    for panel, told in {
        "upload": "explainer.mp4",
        "live": "10 lines spoken by",
        "timeline": "Descubre Panorama",
        "credits": "free",
    }.items():
        assert told in shown(cells[panel])
    assert "35%" in shown(cells["sentence"])
    assert "dubbed-tour/explainer.es.mp4" in shown(cells["export-magic"])
    assert (folder.path / "dubbed-tour" / "explainer.es.mp4").is_file()


def test_without_an_account_the_cloud_notebook_says_so_and_asks_nobody(folder):
    # Nobody listens there: a call would fail.
    cells = folder.run("cloud.ipynb", NEMO_API_URL="http://127.0.0.1:9")
    assert_kept_well(folder, "cloud.ipynb", cells)
    skipped = {shown(cell).strip() for key, cell in cells.items() if key != "parameters"}
    assert skipped == {
        "Skipped: this needs a NemoVideo account. Set NEMO_TOKEN, then run the notebook again."
    }
    assert not (folder.home / "credentials").exists()


@pytest.mark.engine
def test_with_a_token_the_cloud_notebook_does_all_of_it(folder, monkeypatch):
    """Half a minute of it is the wait before a render is asked for, as the cloud's rules say."""
    monkeypatch.setenv("NEMODUB_HOME", str(folder.home))
    monkeypatch.setenv("NEMODUB_MODELS", str(folder.models))
    command = [sys.executable, "-m", "nemodub_nb.cli", "serve", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            there = json.loads(server.stdout.readline())
            material.copy_to(folder.path, fresh=True)
            cells = folder.run(
                "cloud.ipynb", "languages = ['pt']", NEMO_API_URL=there["url"], NEMO_TOKEN=there["token"]
            )
        finally:
            server.terminate()
    assert_kept_well(folder, "cloud.ipynb", cells, secrets=[there["token"]])
    assert "Skipped" not in "".join(map(shown, cells.values()))
    assert "100" in shown(cells["credits"])
    assert "Dub Portuguese" in shown(cells["timeline"])
    assert "dubbed-cloud/explainer.pt.mp4" in shown(cells["export"])
    assert "Export" in shown(cells["ledger"])
