"""How the notebooks are kept: without anything that a run leaves behind."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest

from nemodub_nb.cli import main, material

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


def read(name):
    return nbformat.read(NOTEBOOKS / name, as_version=4)


def test_every_notebook_travels_with_the_package_and_is_listed_for_its_readers():
    assert set(material.NOTEBOOKS) == set(NAMES)
    readme = (NOTEBOOKS.parent / "README.md").read_text("utf-8")
    assert all(f"notebooks/{name}" in readme for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_kept_without_outputs_and_without_widget_state(name):
    notebook = read(name)
    nbformat.validate(notebook)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert dict(notebook.metadata.language_info) == {"name": "python"}
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags", "jupyter"}
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize("name", NAMES)
def test_its_cells_have_names_that_stay(name):
    names = [cell.id for cell in read(name).cells]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", one) for one in names)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_written_as_jupyter_writes_it(name):
    text = (NOTEBOOKS / name).read_text("utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "studio.ipynb"])
def test_what_can_be_set_stands_at_the_top_as_plain_values(name):
    first = next(cell for cell in read(name).cells if cell.cell_type == "code")
    assert (first.id, first.metadata.tags) == ("parameters", ["parameters"])
    for statement in ast.parse(first.source).body:
        assert isinstance(statement, ast.Assign)
        ast.literal_eval(statement.value)


def test_an_audit_finds_nothing_in_them(capsys):
    assert main(["audit", str(NOTEBOOKS)]) == 0
    assert "Nothing found" in capsys.readouterr().out
