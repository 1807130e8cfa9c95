"""The parts of a job share processes, and leave none behind."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import psutil
import pytest

from nemodub_nb.local.engine.child import ChildFailedError, Children, run_child
from nemodub_nb.local.engine.media.audio import write_audio
from nemodub_nb.local.engine.pieces import facts_piece
from nemodub_nb.local.engine.progress import silent

ENGINE = "nemodub_nb.local.engine.worker"
PARENT = """
import json, sys
from nemodub_nb.local.engine.child import Children
from nemodub_nb.local.engine.progress import silent

children = Children()
children.run(json.loads(sys.argv[1]), silent)
print("idle", flush=True)
sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "clip.wav"
    write_audio(path, np.zeros(4800, np.float32))
    return path


@pytest.fixture
def part(clip: Path, tmp_path: Path):
    """Return a small part of a job by its number."""
    return lambda number: facts_piece(f"{number}", clip, tmp_path / "cache").job


@pytest.fixture(autouse=True)
def _others():
    """Leave out the workers of servers that other tests keep running."""
    OTHERS.update(processes())
    yield
    OTHERS.clear()


OTHERS: set[psutil.Process] = set()


def processes(of: int | None = None) -> list[psutil.Process]:
    found = []
    for child in psutil.Process(of).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if child not in OTHERS and ENGINE in child.cmdline():
                found.append(child)
    return found


def test_the_next_part_is_done_by_the_same_process_which_ends_with_the_job(part):
    with Children() as children:
        first = children.run(part(1), silent)
        one = processes()
        second = children.run(part(2), silent)
        assert processes() == one
        assert len(one) == 1
        assert Path(first["path"]).read_bytes() == Path(second["path"]).read_bytes()
    assert not processes()


def test_parts_at_the_same_time_do_not_wait_for_each_other(part):
    together = Barrier(2)
    with Children() as children, ThreadPoolExecutor(2) as threads:

        def run(number: int) -> None:
            together.wait(10)
            children.run(part(number), silent)

        list(threads.map(run, (1, 2)))
        assert len(processes()) == 2
    assert not processes()


def test_a_process_that_has_left_meanwhile_is_replaced_unnoticed(part):
    with Children() as children:
        children.run(part(1), silent)
        (one,) = processes()
        one.kill()
        children.run(part(2), silent)
        (other,) = processes()
        assert other.pid != one.pid


def test_a_part_that_fails_says_why_and_leaves_no_process(part):
    with Children() as children:
        children.run(part(1), silent)
        with pytest.raises(ChildFailedError, match="knows no piece") as caught:
            children.run({**part(2), "piece": "none"}, silent)
        assert caught.value.advice
        assert not processes()


def test_a_part_that_dies_is_told(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ChildFailedError, match=r"\(piece\) ended without an answer"):
        run_child({"kind": "piece"}, silent)


def test_an_idle_process_ends_with_a_killed_parent(part):
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, json.dumps(dict(part(1)))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == "idle\n"
        family = processes(parent.pid)
        assert len(family) == 1
        parent.kill()
        assert not psutil.wait_procs(family, timeout=5.0)[1]
