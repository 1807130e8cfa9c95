from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nemodub_nb.project.actions import Actions
from nemodub_nb.project.backend import LocalBackend
from nemodub_nb.project.connection import Connection, Pace
from nemodub_nb.project.desk import Desk
from nemodub_nb.project.journal import Journal
from nemodub_nb.project.project import Project

WORKER = Path(__file__).parents[1] / "local" / "stand_in_worker.py"
SERVE = "import sys; from nemodub_nb.local.server import serve; serve(as_json=True, exit_with_stdin=True, worker=tuple(sys.argv[1:]))"
QUICK = Pace(0.05, 1.5, 0.5, 200, 0.2, 0.3, 60)
# The beginning of an MP4 file: enough for what is not looked into.
MEDIA = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 64


class Lab:
    """A home folder with a real embedded backend, whose engine is a stand-in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.notes = folder / "notes"
        self.notes.mkdir()
        self.command = (sys.executable, "-c", SERVE, sys.executable, str(WORKER), str(self.notes))
        self.backend = LocalBackend(self.home, self.command)
        self._projects: list[Project] = []

    def open(self, name: str = "project", *, session: str | None = None, pace: Pace = QUICK) -> Project:
        connection = Connection("local", home=self.home, pace=pace, child=self.backend)
        project = Project(Actions(Desk(name, connection, Journal(self.home / "journal.sqlite"), session)))
        self._projects.append(project)
        return project

    def hold(self) -> None:
        (self.notes / "hold").touch()

    def release(self) -> None:
        (self.notes / "hold").unlink()

    def jobs(self) -> int:
        return len(list(self.notes.glob("*.job")))

    def close(self) -> None:
        (self.notes / "hold").unlink(missing_ok=True)
        for project in self._projects:
            project.close()
        self.backend.stop()


@pytest.fixture
def lab(tmp_path):
    made = Lab(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def clip_source(tmp_path_factory):
    """A real clip of two seconds."""
    av = pytest.importorskip("av")
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(20):
            for packet in stream.encode(av.VideoFrame(64, 48, "yuv420p")):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return path


@pytest.fixture
def clip(clip_source, tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(clip_source.read_bytes())
    return path
