"""The backend keeps one worker for its next job, and leaves none behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from nemodub_nb.local.server.jobs import WORKER, JobError, Workers

ENGINE = "nemodub_nb.local.engine.worker"
BACKEND = """
import asyncio, json, sys
from nemodub_nb.local.server.jobs import Workers

async def main():
    workers = Workers()
    await workers.result(json.loads(sys.argv[1]))
    print("done", flush=True)
    await asyncio.to_thread(sys.stdin.readline)

asyncio.run(main())
print("ended", flush=True)
"""


def said(tmp_path: Path, text: str) -> dict[str, object]:
    """Return the job that lets a voice say something."""
    return {
        "kind": "piece",
        "piece": "voice",
        "inputs": [text],
        "suffix": ".wav",
        "cache": str(tmp_path / "cache"),
        "language": "es",
        "voice": "espeak:es",
        "text": text,
        "models": str(tmp_path / "models"),
    }


@pytest.fixture(autouse=True)
def _others() -> Iterator[None]:
    """Leave out the workers of servers that other tests keep running."""
    OTHERS.update(engines())
    yield
    OTHERS.clear()


OTHERS: set[psutil.Process] = set()


def engines(of: int | None = None) -> list[psutil.Process]:
    found = []
    for child in psutil.Process(of).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if child not in OTHERS and ENGINE in child.cmdline():
                found.append(child)
    return found


def gone(processes: list[psutil.Process], limit_s: float = 30.0) -> bool:
    return not psutil.wait_procs(processes, timeout=limit_s)[1]


def test_one_job_after_the_other_is_done_by_one_worker_that_ends_with_the_loop(tmp_path):
    async def two():
        workers = Workers()
        first = await workers.result(said(tmp_path, "Uno."))
        one = engines()
        second = await workers.result(said(tmp_path, "Dos."))
        assert engines() == one
        assert len(one) == 1
        assert first != second
        return one

    assert gone(asyncio.run(two()))


def test_a_kept_worker_that_was_killed_is_replaced_unnoticed(tmp_path):
    async def two():
        workers = Workers()
        await workers.result(said(tmp_path, "Uno."))
        (one,) = engines()
        one.kill()  # the next job may come before anybody has noticed
        await workers.result(said(tmp_path, "Dos."))
        (other,) = engines()
        assert other.pid != one.pid
        other.kill()
        await asyncio.sleep(0.5)
        await workers.result(said(tmp_path, "Tres."))
        assert len(engines()) == 1

    asyncio.run(two())


def test_a_kept_worker_leaves_when_it_has_nothing_to_do_and_the_next_job_gets_another(tmp_path):
    async def wait():
        workers = Workers((*WORKER[:-1], "0.3"))
        await workers.result(said(tmp_path, "Uno."))
        assert await asyncio.to_thread(gone, engines())
        await workers.result(said(tmp_path, "Dos."))

    asyncio.run(wait())


def test_of_two_jobs_at_once_one_worker_is_kept(tmp_path):
    async def both():
        workers = Workers()
        await asyncio.gather(workers.result(said(tmp_path, "Uno.")), workers.result(said(tmp_path, "Dos.")))
        assert len(engines()) == 1
        return engines()

    assert gone(asyncio.run(both()))


def test_a_stopped_job_and_a_failed_job_leave_no_worker(tmp_path):
    async def stop():
        workers = Workers()
        await workers.result(said(tmp_path, "Uno."))
        kept = engines()
        task = asyncio.create_task(
            workers.result(said(tmp_path, "Esta frase es bastante larga y no acaba. " * 200))
        )
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(gone, kept)
        await workers.result(said(tmp_path, "Dos."))
        kept = engines()
        with pytest.raises(JobError, match="no piece"):
            await workers.result({**said(tmp_path, "Tres."), "piece": "none"})
        assert await asyncio.to_thread(gone, kept)

    asyncio.run(stop())


@pytest.mark.parametrize("ending", ["it winds up", "it is killed"])
def test_a_kept_worker_and_its_voices_end_with_the_backend(tmp_path, ending):
    with subprocess.Popen(
        [sys.executable, "-c", BACKEND, json.dumps(said(tmp_path, "Uno."))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as backend:
        assert backend.stdin
        assert backend.stdout
        assert backend.stderr
        assert backend.stdout.readline() == b"done\n"
        family = psutil.Process(backend.pid).children(recursive=True)
        assert len(family) == 2, "a worker and its voices"
        if ending == "it is killed":
            backend.kill()
        else:
            backend.stdin.close()
            assert backend.stdout.readline() == b"ended\n"
        assert gone(family)
        assert backend.stderr.read() == b""
