"""A page of the Export panel: a clip that is dubbed, and what a page sends and hears."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import pytest

from nemodub_nb.panels.export import Export
from nemodub_nb.panels.shelf import PIECE_BYTES

_ROOM = importlib.util.spec_from_file_location(
    "project_room", Path(__file__).parents[1] / "project/conftest.py"
)
project_room = importlib.util.module_from_spec(_ROOM)
_ROOM.loader.exec_module(project_room)
lab, clip, clip_source = project_room.lab, project_room.clip, project_room.clip_source


def until(check, seconds=60.0):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := check():
            return found
        time.sleep(0.03)
    raise AssertionError("it did not happen in time")


class Page:
    """What a page does with the panel: it sends, and hears what is pushed."""

    def __init__(self, panel):
        self.panel = panel
        self.heard = []
        panel.push = lambda message, buffers=(): self.heard.append((message, [*buffers]))

    def send(self, what, **more):
        self.panel._hear(self.panel, {"do": what, **more}, [])

    def ask(self, what, **more):
        number = f"n{len(self.heard)}-{what}"
        self.send(what, id=number, **more)
        return until(lambda: next(((m, b) for m, b in self.heard if m["id"] == number), None))

    def row(self, name):
        return next(row for row in self.panel.view["rows"] if row["name"] == name)

    def fetch(self, key, size, each=PIECE_BYTES):
        parts = []
        while (have := sum(len(part) for part in parts)) < size:
            message, buffers = self.ask("video", key=key, offset=have, length=each)
            assert "refused" not in message, message
            assert len(buffers[0]) <= PIECE_BYTES
            parts.append(buffers[0])
        return b"".join(parts)


@pytest.fixture
def dubbed(lab, clip, tmp_path, monkeypatch):
    """A project with a clip dubbed into Spanish and French, in a folder of its own."""
    folder = tmp_path / "beside"
    folder.mkdir()
    monkeypatch.chdir(folder)
    project = lab.open()
    project.upload(clip, show=False)
    project.dub(["es", "fr"], show=False)
    return project


@pytest.fixture
def page(dubbed):
    panel = Export(dubbed)
    until(lambda: len(panel.view["rows"]) == 2)
    yield Page(panel)
    panel.shut()


def export(page, *names):
    page.send("export")
    until(lambda: all(page.row(name)["state"] in {"saved", "failed"} for name in names))
    until(lambda: not page.panel.view["busy"])
