"""Reports on a project: what is on its timeline, and what it took."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nemodub_nb import reporting
from nemodub_nb.project.actions import Actions
from nemodub_nb.project.backend import LocalBackend
from nemodub_nb.project.connection import Connection, Pace
from nemodub_nb.project.desk import Desk
from nemodub_nb.project.journal import Journal
from nemodub_nb.project.project import Project

WORKER = Path(__file__).parents[1] / "local" / "stand_in_worker.py"
SERVE = "import sys; from nemodub_nb.local.server import serve; serve(as_json=True, exit_with_stdin=True, worker=tuple(sys.argv[1:]))"
QUICK = Pace(0.05, 1.5, 0.5, 200, 0.2, 0.3, 60)


@pytest.fixture
def project(tmp_path):
    """A project with a real embedded backend, whose engine is a stand-in."""
    (tmp_path / "notes").mkdir()
    backend = LocalBackend(
        tmp_path / "home", (sys.executable, "-c", SERVE, sys.executable, str(WORKER), str(tmp_path / "notes"))
    )
    connection = Connection("local", home=tmp_path / "home", pace=QUICK, child=backend)
    made = Project(Actions(Desk("weekly", connection, Journal(tmp_path / "home" / "journal.sqlite"), None)))
    yield made
    made.close()
    backend.stop()


@pytest.fixture
def clip(tmp_path):
    av = pytest.importorskip("av")
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(20):
            container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(stream.encode(None))
    return path


def test_a_project_reports_what_is_on_its_timeline_before_anything_is_exported(project, clip, tmp_path):
    project.upload(clip, show=False)
    project.dub(["es", "fr"], show=False)
    report = reporting.report(project)
    assert report.title == "weekly"
    assert report.exports[["language", "status", "backend"]].to_numpy().tolist() == [
        ["es", "dubbed", "local"],
        ["fr", "dubbed", "local"],
    ]
    assert len(report.segments) > 0
    assert report.ledger["step"].tolist() == ["Upload clip.mp4", "Dub into Spanish and French"]
    assert {name: str(dtype) for name, dtype in report.ledger.dtypes.items()} == reporting.dtypes("ledger")

    exports = project.export("es", to=tmp_path / "out", show=False)
    report = reporting.report(project, exports=exports)
    assert dict(zip(report.exports["language"], report.exports["status"], strict=True)) == {
        "es": "done",
        "fr": "dubbed",
    }
    assert report.exports["source"].tolist() == [str(clip)] * 2
    assert reporting.report(exports).exports["language"].tolist() == ["es"]


def test_a_project_without_a_dub_has_an_empty_report(project):
    assert reporting.report(project).exports.empty
