import sys
from importlib import util
from pathlib import Path

import pytest

pytest.importorskip("IPython")

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from nemodub_nb.magics import load_ipython_extension, unload_ipython_extension


def _project_fixtures():
    """The project's own fixtures: a backend whose engine is a stand-in."""
    path = Path(__file__).parents[1] / "project" / "conftest.py"
    spec = util.spec_from_file_location("project_fixtures", path)
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_fixtures = _project_fixtures()
clip, clip_source = _fixtures.clip, _fixtures.clip_source


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """One backend for all tests of a file; each opens a project of its own on it."""
    made = _fixtures.Lab(tmp_path_factory.mktemp("lab"))
    yield made
    made.close()


class Shell:
    """A real IPython shell with the magics in it."""

    def __init__(self, ip):
        self.ip = ip

    def run(self, code):
        """Return what a cell returns; what it printed is in `said`."""
        with capture_output() as out:
            done = self.ip.run_cell(code)
        self.said = out.stdout + out.stderr
        self.error = done.error_before_exec or done.error_in_exec
        return done.result

    def complete(self, text):
        from IPython.core.completer import provisionalcompleter

        with provisionalcompleter():
            return [found.text for found in self.ip.Completer.completions(text, len(text))]


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    InteractiveShell.clear_instance()
    ip = InteractiveShell.instance()
    ip.Completer.use_jedi = True
    load_ipython_extension(ip)
    yield Shell(ip)
    unload_ipython_extension(ip)
    InteractiveShell.clear_instance()


@pytest.fixture
def project(shell, lab, clip, monkeypatch):
    """A project with a clip, in the variable `project`."""
    monkeypatch.chdir(clip.parent)
    made = lab.open(clip.parent.name)
    made.upload(clip, show=False)
    shell.ip.push({"project": made})
    return made
