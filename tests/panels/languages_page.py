"""A page of the Languages panel: a clip at a real backend, and what a page sends and sees."""

from __future__ import annotations

import importlib.util
import json
import time
from pathlib import Path

import pytest

from nemodub_nb.panels.languages import Languages
from nemodub_nb.panels.workflow import Workflow
from nemodub_nb.project.loop import LOOP

_SPEC = importlib.util.spec_from_file_location("lab", Path(__file__).parents[1] / "project" / "conftest.py")
assert _SPEC
assert _SPEC.loader
_LAB = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_LAB)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """One real backend for all; every test has a session of its own."""
    made = _LAB.Lab(tmp_path_factory.mktemp("lab"))
    yield made
    made.close()


@pytest.fixture
def clip(tmp_path):
    """Return what is enough of a video for a worker that does not look into it."""
    av = pytest.importorskip("av")
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(20):
            container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(stream.encode(None))
    return path


class Touched:
    """A panel as its page touches it: messages go in, the view comes out."""

    def __init__(self, workflow):
        self.workflow = workflow
        self.panel = Languages(workflow, alone=False)
        self.pushed = []
        self.panel.send = lambda content, buffers=None: self.pushed.append((content, buffers))

    def do(self, name, **more):
        self.panel._hear(None, {"do": name, **more}, [])

    @property
    def view(self):
        return self.panel.view

    def until(self, check, seconds=60.0):
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if found := check(self.panel.view):
                return found
            time.sleep(0.02)
        raise AssertionError(f"it did not happen in time: {json.dumps(self.panel.view, ensure_ascii=False)}")

    def error(self):
        return self.until(lambda view: view["error"])

    def choose(self, what, value):
        self.do("choose", what=what, value=value)

    def tags(self):
        return [card["tag"] for card in self.view["cards"]]

    def offered(self):
        self.do("hello")
        deadline = time.monotonic() + 60
        while not self.panel.listing["voices"] and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.panel.listing


@pytest.fixture
def empty(lab):
    """A panel before the first clip."""
    workflow = Workflow(lab.open())
    return Touched(workflow)


@pytest.fixture
def panel(empty, clip):
    """A panel with a clip."""
    LOOP.run(empty.workflow.upload([clip]))
    empty.until(lambda view: not view["why"])
    return empty
