from __future__ import annotations

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")


def execute(lab, clip, folder, *cells, monkeypatch):
    backend = lab.backend.start()
    monkeypatch.setenv("NEMO_TOKEN", backend.token)
    monkeypatch.setenv("NEMO_API_URL", backend.url)
    monkeypatch.setenv("NEMODUB_HOME", str(folder / "notebook-home"))
    setup = f"from nemodub_nb.project import open_project, Pace\nproject = open_project(base_url={backend.url!r})\nclip = project.upload({str(clip)!r})"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in (setup, *cells)])
    nbclient.NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(folder)}}).execute()
    assert backend.token not in nbformat.writes(notebook)
    return notebook


def test_a_notebook_shows_the_work_live_and_still_tells_it_when_saved(lab, clip, tmp_path, monkeypatch):
    notebook = execute(
        lab,
        clip,
        tmp_path,
        "reply = project.dub(['es', 'fr'])\nreply",
        "reply = await project.adub('de')\nreply",
        "project.export('es')",
        monkeypatch=monkeypatch,
    )
    for cell in notebook.cells[1:3]:
        view, shown = cell.outputs
        assert view["output_type"] == "display_data"
        assert "finished after" in view["data"]["text/html"]
        assert "finished after" in view["data"]["text/plain"]
        assert "text/html" in shown["data"]
    exported = notebook.cells[3].outputs[-1]["data"]
    assert 'src="clip.es.mp4"' in exported["text/html"]
    assert "clip.es.mp4" in exported["text/plain"]
    assert (tmp_path / "clip.es.mp4").is_file()


def test_nested_asyncio_is_there_for_those_who_ask_for_it(lab, clip, tmp_path, monkeypatch):
    notebook = execute(
        lab,
        clip,
        tmp_path,
        "import asyncio\nfrom nemodub_nb.project import allow_nested_asyncio\nprint(allow_nested_asyncio())",
        "print(asyncio.run(project.asummary()))",
        monkeypatch=monkeypatch,
    )
    assert notebook.cells[1].outputs[0]["text"].startswith("nest_asyncio")
    assert notebook.cells[2].outputs[0]["text"].startswith("Timeline")


def test_nested_asyncio_refuses_a_loop_it_cannot_change():
    import asyncio

    from nemodub_nb.project import allow_nested_asyncio

    kind = type("Loop", (asyncio.SelectorEventLoop,), {"__module__": "uvloop"})

    async def inside():
        with pytest.raises(RuntimeError, match="uvloop"):
            allow_nested_asyncio()

    with asyncio.Runner(loop_factory=kind) as runner:
        runner.run(inside())
