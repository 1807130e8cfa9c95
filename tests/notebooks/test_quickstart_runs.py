import contextlib
import re
from pathlib import Path

import av
import pytest

from nemodub_nb.cli import material, notebook

LANGUAGES = ("es", "fr", "de")
WIDGETS = "application/vnd.jupyter.widget-state+json"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("quickstart")


@pytest.fixture
def executed(folder, home):  # noqa: ARG001 - the embedded backend works in that home
    path = material.copy_to(folder, fresh=True)
    document = notebook.read(path)
    titles = []

    def during(title):
        titles.append(title)
        return contextlib.nullcontext()

    notebook.execute(document, folder, during)
    notebook.write(document, path)
    notebook.write_page(document, path.with_suffix(".html"))
    return document, titles


@pytest.mark.engine
def test_the_quickstart_runs_from_top_to_bottom_and_tells_its_story(executed, folder):
    document, titles = executed
    code = [cell for cell in document.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert not any(output.output_type == "error" for cell in code for output in cell.outputs)
    assert [cell.id for cell in code if not cell.outputs] == ["parameters"]
    assert all(re.match(r"[A-Z]", title) for title in titles), "each cell that takes time has a heading"

    for language in LANGUAGES:
        with av.open(str(folder / "dubbed" / f"explainer.{language}.mp4")) as video:
            assert abs(video.duration / av.time_base - 33.0) < 0.5
            assert (video.streams.video[0].width, video.streams.audio[0].rate) == (1920, 48_000)
            assert video.streams.audio[0].language
        for ending in ("srt", "vtt", "report.json"):
            assert (folder / "dubbed" / f"explainer.{language}.{ending}").stat().st_size > 100

    cells = {cell.id: cell for cell in code}
    players = cells["export"].outputs[-1].data
    assert re.findall(r'<video[^>]* src="([^"]+)"', players["text/html"]) == [
        f"dubbed/explainer.{language}.mp4" for language in LANGUAGES
    ]
    for output in (output for cell in code for output in cell.outputs if "data" in output):
        shown = output.data["text/plain"]
        assert not re.match(r"<[\w.]+ (object )?at 0x", shown), "the plain text of an output can be read"

    # Nothing that only a running page shows, and nothing secret, is in what is kept.
    assert "widgets" not in document.metadata
    for path in (
        path
        for path in Path(folder).rglob("*")
        if path.suffix in {".ipynb", ".html", ".json", ".srt", ".vtt"}
    ):
        text = path.read_text("utf-8")
        assert "nmv_usr_" not in text
        assert WIDGETS not in text
