"""What a batch on a Dask cluster promises: real schedulers and workers, as processes of their own."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from nemodub_nb import BadInputError

pytest.importorskip("distributed")


class Processes:
    """A scheduler and its workers, each to be killed at any time."""

    def __init__(self, scratch: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self._scratch = scratch
        self.scheduler = self.begin_scheduler()
        self._until_there()
        self.workers: list[subprocess.Popen] = []

    def begin_scheduler(self) -> subprocess.Popen:
        return self._begin(
            "scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard", "--no-show"
        )

    def _until_there(self) -> None:
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.1)

    def begin_worker(self, *more: str) -> None:
        arguments = (
            "--no-nanny",
            "--nthreads",
            "1",
            "--no-dashboard",
            "--local-directory",
            str(self._scratch),
        )
        self.workers.append(self._begin("worker", self.address, *arguments, *more))

    def _begin(self, *arguments: str) -> subprocess.Popen:
        paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
            env={**os.environ, "PYTHONPATH": paths},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Folders of the workers, which outlive a test."""
    folder = tmp_path_factory.mktemp("cluster")
    for name in ("notes", "dask", "home"):
        (folder / name).mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIVIAL_NOTES", str(folder / "notes"))
        patch.setenv("NEMODUB_HOME", str(folder / "home"))
        yield folder


@pytest.fixture
def notes(folders):
    """Where the workers' engines leave their notes; empty."""
    for note in (folders / "notes").iterdir():
        note.unlink()
    return folders / "notes"


@pytest.fixture(scope="module")
def cluster(folders):
    """A scheduler with two workers."""
    processes = Processes(folders / "dask")
    for _ in range(2):
        processes.begin_worker()
    yield processes
    processes.end()


@pytest.fixture
def doomed(folders):
    """A scheduler with two workers, which a test may kill."""
    processes = Processes(folders / "dask")
    for _ in range(2):
        processes.begin_worker()
    yield processes
    processes.end()


def once_each(jobs):
    done = [(job["kind"], job["content"], job["language"]) for job in jobs]
    assert len(done) == len(set(done)), "no finished work was repeated"


def test_a_cluster_makes_the_same_rows_as_this_machine(cluster, do, clips, jobs, tmp_path):
    folder = clips(one="first", two="second", mute="mute")
    made = do(folder, ["es", "fr", "tlh"], scheduler=cluster.address)
    here = do(folder, ["es", "fr", "tlh"], out=tmp_path / "here")
    same = ["clip", "language", "status", "verdict", "lines", "error", "advice", "key", "attempts"]
    pd.testing.assert_frame_equal(made.frame[same], here.frame[same])
    assert len({job["pid"] for job in jobs()}) >= 2
    again = do(folder, ["es", "fr"], scheduler=cluster.address)
    assert again.reused == 4


def test_killed_workers_and_a_restarted_scheduler_lose_no_row_and_repeat_none(doomed, do, clips, jobs):
    folder = clips(**{f"clip{number:02d}": f"slow {number}" for number in range(10)})
    told: list[str] = []

    def trouble():
        for at in (2, 6, 11):
            while len(told) < at:
                time.sleep(0.02)
            if at == 6:
                doomed.scheduler.kill()
                doomed.scheduler.wait()
                for worker in doomed.workers:
                    worker.kill()
                doomed.scheduler = doomed.begin_scheduler()
                doomed.begin_worker()
            else:
                doomed.workers[-1].kill()
            doomed.begin_worker()

    thread = threading.Thread(target=trouble, daemon=True)
    thread.start()
    made = do(folder, ["es", "fr"], scheduler=doomed.address, on_row=lambda row: told.append(row["clip"]))
    thread.join(5)
    assert made.ok, made.frame[["status", "error"]].value_counts()
    assert len(made.frame) == len(made.frame[["clip", "language"]].drop_duplicates()) == 20
    assert len(told) == 20
    finished = [path for path in jobs() if path["kind"] == "render"]
    assert 20 <= len(finished) <= 20 + 5, "only what was under way on a killed worker is done again"


def test_what_fails_on_the_cluster_each_time_is_said_and_stops_nothing(cluster, do, clips):
    made = do(clips(good="first", lost="die", bug="boom"), ["es"], scheduler=cluster.address)
    rows = made.frame.set_index("clip")
    assert rows["status"].to_dict() == {"bug": "failed", "good": "done", "lost": "failed"}
    assert "boom" in rows.loc["bug", "error"]
    assert "The engine was lost." in rows.loc["lost", "error"]


def test_work_goes_only_to_workers_that_have_what_it_needs(cluster, do, clips, jobs):
    cluster.begin_worker("--resources", "GPU=1")
    made = do(clips(one="first", two="second"), ["es"], scheduler=cluster.address, resources={"GPU": 1})
    assert made.ok
    assert len({job["pid"] for job in jobs()}) == 1


def test_a_client_of_the_notebook_is_used_and_left_open(cluster, do, clips):
    from distributed import Client

    with Client(cluster.address, set_as_default=False) as client:
        made = do(clips(one="first"), ["es"], scheduler=client)
        assert made.ok
        assert client.status == "running"


def test_stopping_takes_back_what_has_not_begun(cluster, do, clips, jobs):
    folder = clips(**{f"clip{number}": f"slow {number}" for number in range(12)})
    told = []

    def stop(row):
        told.append(row)
        if len(told) == 1:
            raise KeyboardInterrupt

    made = do(folder, ["es"], scheduler=cluster.address, on_row=stop)
    assert made.stopped
    time.sleep(2)
    settled = len(jobs())
    time.sleep(1)
    assert len(jobs()) == settled < 36
    assert made.retry().ok
    once_each(jobs())


def test_no_scheduler_is_said_in_one_sentence(do, clips, monkeypatch):
    monkeypatch.setattr("nemodub_nb.batches.cluster._CONNECT_S", 1.0)
    monkeypatch.setattr("nemodub_nb.batches.cluster._TRY_S", 1.0)
    with pytest.raises(BadInputError, match="No Dask scheduler answers"):
        do(clips(one="first"), ["es"], scheduler="tcp://127.0.0.1:9")


def test_the_scheduler_may_be_named_by_the_file_it_wrote(cluster, do, clips, tmp_path):
    (tmp_path / "dask.json").write_text(json.dumps({"address": cluster.address}))
    assert do(clips(one="first"), ["es"], scheduler=str(tmp_path / "dask.json")).ok


def test_the_scheduler_may_be_named_by_the_environment(cluster, do, clips, jobs, monkeypatch):
    monkeypatch.setenv("NEMODUB_SCHEDULER", cluster.address)
    assert do(clips(one="first"), ["es"]).ok
    with contextlib.suppress(IndexError):
        assert jobs()[0]["pid"] in {worker.pid for worker in cluster.workers}
