import os
import subprocess
import sys
from contextlib import nullcontext

import nbformat
import pytest

from nemodub_nb.cli import material, notebook


def cells(*sources):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


def run(document, folder):
    shown = []
    notebook.execute(document, folder, lambda title: shown.append(title) or nullcontext())
    return shown


def output(cell):
    return "".join(one.get("text", "") or one.get("data", {}).get("text/plain", "") for one in cell.outputs)


def test_cells_run_in_order_in_the_folder_that_was_given(tmp_path):
    document = cells("x = 20", "import os\nprint(x + 1, os.getcwd())")
    run(document, tmp_path)
    assert output(document.cells[1]).split() == ["21", str(tmp_path)]


def test_the_kernel_is_this_python_whatever_spec_is_installed(tmp_path, monkeypatch):
    kernels = tmp_path / "data" / "kernels" / "python3"
    kernels.mkdir(parents=True)
    (kernels / "kernel.json").write_text(
        '{"argv": ["/nowhere/python"], "display_name": "x", "language": "python"}'
    )
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    document = cells("import sys; print(sys.executable)")
    run(document, tmp_path)
    assert output(document.cells[0]).strip() == sys.executable


def test_a_cell_that_fails_is_named_and_what_came_before_is_kept(tmp_path):
    document = cells("print('before')", "1 / 0", "print('after')")
    with pytest.raises(notebook.CellFailedError) as caught:
        run(document, tmp_path)
    assert caught.value.title == "1 / 0"
    assert "ZeroDivisionError" in caught.value.cause
    assert output(document.cells[0]).strip() == "before"
    assert document.cells[2].outputs == []


def test_a_kernel_that_dies_is_told(tmp_path):
    with pytest.raises(notebook.CellFailedError, match="kernel died"):
        run(cells("import os; os._exit(1)"), tmp_path)


def test_progress_names_the_heading_above_a_cell(tmp_path):
    document = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Upload the clip\n\nIt is short."),
            nbformat.v4.new_code_cell("1"),
            nbformat.v4.new_code_cell("second = 2"),
        ]
    )
    assert run(document, tmp_path) == ["Upload the clip", "second = 2"]


def test_a_notebook_run_here_keeps_no_widget_state(tmp_path):
    document = cells("import ipywidgets\nipywidgets.Password(value='secret')")
    run(document, tmp_path)
    notebook.write(document, tmp_path / "done.ipynb")
    notebook.write_page(document, tmp_path / "done.html")
    assert "widgets" not in document.metadata
    assert "application/vnd.jupyter.widget-state+json" not in (tmp_path / "done.html").read_text("utf-8")


def test_the_page_asks_the_network_for_nothing(tmp_path):
    document = nbformat.read(material.notebooks() / material.NOTEBOOK, as_version=4)
    notebook.write_page(document, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert 'src="http' not in page
    assert '<link rel="stylesheet" href="http' not in page


def test_a_notebook_that_was_changed_is_not_overwritten_by_lab(tmp_path):
    path = material.copy_to(tmp_path, fresh=False)
    path.write_text("mine")
    assert material.copy_to(tmp_path, fresh=False).read_text() == "mine"
    assert material.copy_to(tmp_path, fresh=True).read_text() != "mine"
    assert {one.name for one in (tmp_path / "sample").iterdir()} == set(material.SAMPLE)


def test_a_demo_whose_notebook_fails_leaves_what_was_done_and_says_where(tmp_path):
    (tmp_path / "home").write_text("in the way of the backend's folder")
    done = subprocess.run(
        [sys.executable, "-m", "nemodub_nb.cli", "demo", "--out", "demo"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        timeout=120,
        env={**os.environ, "NEMODUB_HOME": str(tmp_path / "home")},
    )
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("nemodub: The notebook stopped at “Open a project”")
    assert "Traceback" not in done.stderr
    assert (tmp_path / "demo" / "quickstart.html").exists()
    nbformat.validate(nbformat.read(tmp_path / "demo" / "quickstart.ipynb", as_version=4))
