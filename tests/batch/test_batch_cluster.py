"""What a batch on a Dask cluster promises: real schedulers and workers, as processes of their own."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import replace

import pandas as pd
import pytest
from dask_processes import Processes

from nemodub_nb import BadInputError
from nemodub_nb.batches.background import begin
from nemodub_nb.batches.run import order

pytest.importorskip("distributed")


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
                doomed.restart_scheduler()
            else:
                doomed.workers[-1].kill()
                doomed.begin_worker(at=-1)

    thread = threading.Thread(target=trouble, daemon=True)
    thread.start()
    made = do(folder, ["es", "fr"], scheduler=doomed.address, on_row=lambda row: told.append(row["clip"]))
    thread.join(5)
    assert made.ok, made.frame[["status", "error"]].value_counts()
    assert len(made.frame) == len(made.frame[["clip", "language"]].drop_duplicates()) == 20
    assert len(told) == 20
    finished = [path for path in jobs() if path["kind"] == "render"]
    assert 20 <= len(finished) <= 20 + 5, "only what was under way on a killed worker is done again"


def test_a_scheduler_that_ends_again_and_again_while_rows_come_in_never_leaves_the_batch_waiting(
    doomed, do, clips
):
    folder = clips(**{f"clip{number:03d}": f"quick {number}" for number in range(120)})
    told: list[str] = []

    def trouble():
        for at in (20, 90, 160):
            while len(told) < at:
                time.sleep(0.001)
            doomed.restart_scheduler()

    thread = threading.Thread(target=trouble, daemon=True)
    thread.start()
    made = do(folder, ["es", "fr"], scheduler=doomed.address, on_row=lambda row: told.append(row["clip"]))
    thread.join(5)
    assert made.ok, made.frame[["status", "error"]].value_counts()
    assert len(told) == 240


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


def test_it_is_said_when_nobody_can_do_the_work(cluster, clips, monkeypatch, tmp_path):
    monkeypatch.setattr("nemodub_nb.batches.cluster._NOBODY_S", 1.0)
    wanted = replace(
        order(clips(one="first"), ["es"], tmp_path / "out", scheduler=cluster.address, resources={"TPU": 2}),
        engine="trivial_engine:run",
    )
    begun = begin(wanted)
    ends = time.monotonic() + 30
    while not (begun.board and begun.board.notes) and time.monotonic() < ends:
        time.sleep(0.1)
    begun.stop()
    made = begun.ended.result(30)
    assert begun.board.notes == ["None of the workers has TPU=2; waiting for one that does."]
    assert made.interrupted
    assert made.left["status"].to_list() == ["queued"]


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
    begun, ends = -1, time.monotonic() + 30
    while len(jobs()) > begun:  # what a worker was doing goes on to its end
        assert time.monotonic() < ends
        begun = len(jobs())
        time.sleep(1)
    assert begun < 36
    assert made.retry().ok
    once_each(jobs())


def test_no_scheduler_is_said_in_one_sentence(do, clips, monkeypatch):
    monkeypatch.setattr("nemodub_nb.batches.cluster._CONNECT_S", 1.0)
    monkeypatch.setattr("nemodub_nb.batches.cluster._TRY_S", 1.0)
    with pytest.raises(BadInputError, match="No Dask scheduler answers"):
        do(clips(one="first"), ["es"], scheduler="tcp://127.0.0.1:9")
    with pytest.raises(BadInputError, match=r"No Dask scheduler answers at nowhere\.json"):
        do(clips(one="first"), ["es"], scheduler="nowhere.json")


def test_the_lines_for_slurm_work_where_the_scheduler_and_its_workers_meet_by_a_file(
    cluster, do, clips, jobs, tmp_path
):
    file = tmp_path / "dask.json"
    begun = [
        cluster.begin("scheduler", "--scheduler-file", str(file), "--port", "0", "--no-dashboard"),
        *(cluster.begin("worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-dashboard") for _ in range(2)),
    ]  # fmt: skip
    try:
        made = do(
            clips(**{f"clip{number}": f"slow {number}" for number in range(4)}), ["es"], scheduler=str(file)
        )
        assert made.ok
        assert len({job["pid"] for job in jobs()}) == 2
    finally:
        for process in reversed(begun):
            process.terminate()
            process.wait(20)


def test_the_scheduler_may_be_named_by_the_environment(cluster, do, clips, jobs, monkeypatch):
    monkeypatch.setenv("NEMODUB_SCHEDULER", cluster.address)
    assert do(clips(one="first"), ["es"]).ok
    with contextlib.suppress(IndexError):
        assert jobs()[0]["pid"] in {worker.pid for worker in cluster.workers}
