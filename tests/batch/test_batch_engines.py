"""What the processes of the engine promise a batch."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nemodub_nb.batches import engine
from nemodub_nb.batches.cores import Core
from nemodub_nb.batches.engine import Hand, JobFailedError, JobLostError
from nemodub_nb.cores import cores

STAYING = """\
import json, os, signal, sys, time
for line in sys.stdin:
    job = json.loads(line)
    print("a library prints this", flush=True)
    if job.get("die"):
        os.kill(os.getpid(), signal.SIGKILL)
    if job.get("wrong"):
        print(json.dumps({"event": "error", "error": {"type": "Wrong", "message": "No.", "advice": "Ask again."}}), flush=True)
        sys.exit(1)
    time.sleep(job.get("sleep", 0))
    found = {"pid": os.getpid(), "cores": sorted(os.sched_getaffinity(0)), "limit": os.environ.get("NEMODUB_CORES", "")}
    print(json.dumps({"event": "result", "result": found, "stays": True}), flush=True)
"""

CLAIM = """\
from nemodub_nb.batches.cores import Core
core = Core.claim()
print(core.number, flush=True)
input()
"""

BATCH = """\
import sys
from dataclasses import replace
from nemodub_nb.batches.run import order, run
wanted = replace(order(sys.argv[1], ["es", "fr"], sys.argv[2], workers=2), engine="trivial_engine:run")
sys.exit(not run(wanted, show=False).ok)
"""


@pytest.fixture(autouse=True)
def _staying(monkeypatch):
    monkeypatch.setattr(engine, "COMMAND", (sys.executable, "-c", STAYING))


def test_an_engine_stays_for_the_next_job_and_is_gone_with_its_hand():
    with Hand() as hand:
        first, second = hand.do({}), hand.do({})
        assert first["pid"] == second["pid"]
    with pytest.raises(ProcessLookupError):
        os.kill(first["pid"], 0)


def test_an_engine_that_dies_is_said_to_be_lost_and_one_that_died_between_jobs_is_replaced():
    with Hand() as hand:
        with pytest.raises(JobLostError, match="-9"):
            hand.do({"die": True})
        first = hand.do({})
        os.kill(first["pid"], signal.SIGKILL)
        assert hand.do({})["pid"] != first["pid"]


def test_what_the_engine_says_is_kept_as_cause_and_advice():
    with Hand() as hand:
        with pytest.raises(JobFailedError) as caught:
            hand.do({"wrong": True})
        assert (caught.value.message, caught.value.advice) == ("No.", "Ask again.")
        assert hand.do({})["pid"]


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="needs a system that keeps processes to cores"
)
def test_each_hand_has_a_core_that_no_other_has_also_not_in_another_process():
    mine = sorted(os.sched_getaffinity(0))
    other = subprocess.Popen(
        [sys.executable, "-c", CLAIM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other, contextlib.ExitStack() as hands:
        theirs = int(other.stdout.readline())
        had = [hands.enter_context(Hand()).do({})["cores"] for _ in mine[1:]]
        assert sorted(had) == [[core] for core in mine if core != theirs]
        assert hands.enter_context(Hand()).do({}) | {"pid": 0} == {"pid": 0, "cores": mine, "limit": "1"}, (
            "none is left"
        )
        other.kill()
        other.wait()
        assert hands.enter_context(Hand()).do({})["cores"] == [theirs], (
            "what a process had is free when it dies"
        )
    with Hand(own_core=False) as hand:
        assert hand.do({}) | {"pid": 0} == {"pid": 0, "cores": mine, "limit": ""}


@pytest.mark.parametrize(("given", "count"), [("max 100000", 64), ("250000 100000", 3), ("10000 100000", 1)])
def test_a_container_uses_as_many_cores_as_it_may_and_none_in_particular(given, count, monkeypatch, tmp_path):
    (tmp_path / "cpu.max").write_text(given)
    monkeypatch.setattr("nemodub_nb.cores._QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr("nemodub_nb.cores.mine", lambda: set(range(64)))
    assert cores() == count
    assert (Core.claim() is None) == (given != "max 100000")


def test_a_batch_that_is_killed_leaves_no_half_file_and_the_next_run_repeats_nothing(
    clips, jobs, notes, tmp_path
):
    folder = clips(**{f"clip{number}": f"slow {number}" for number in range(4)})
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
    command = [sys.executable, "-c", BATCH, str(folder), str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONPATH": paths, "TRIVIAL_NOTES": str(notes)}
    for enough in (4, 10):
        with subprocess.Popen(command, env=environment) as process:
            while len(jobs()) < enough:
                time.sleep(0.02)
            process.kill()
        assert all(path.stat().st_size for path in (tmp_path / "out").glob("*.mp4"))
    assert subprocess.run(command, env=environment, check=False).returncode == 0
    done = [(job["kind"], job["content"], job["language"]) for job in jobs()]
    assert len(set(done)) == 20
    assert len(done) <= 20 + 2 * 2, "only what was under way when it was killed is done again"
