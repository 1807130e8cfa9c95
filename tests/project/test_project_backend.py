from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from nemodub_nb.project import BackendDiedError, BackendMissingError
from nemodub_nb.project.backend import LocalBackend
from nemodub_nb.project.journal import Journal
from nemodub_nb.project.loop import LOOP, LoopThread


def child(tmp_path, code):
    return LocalBackend(tmp_path, (sys.executable, "-c", code))


def test_a_missing_extra_is_said_with_the_command_that_installs_it(tmp_path):
    for code in (
        "import not_installed_here",
        "import sys; sys.stderr.write('The embedded backend needs uvicorn. Run: pip install x\\n'); sys.exit(2)",
    ):
        with pytest.raises(BackendMissingError, match=r'pip install "nemodub_nb\[local\]"'):
            child(tmp_path, code).start()


def test_a_backend_that_does_not_start_says_why(tmp_path):
    with pytest.raises(BackendDiedError, match="the disk is full"):
        child(tmp_path, "import sys; sys.exit('the disk is full')").start()


def test_the_backend_ends_when_its_starter_is_killed(lab):
    code = f"""
import sys, pathlib, time
from nemodub_nb.project.backend import LocalBackend
print(LocalBackend(pathlib.Path({str(lab.home)!r}), {lab.command!r}).start().pid, flush=True)
time.sleep(60)
"""
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    pid = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    end = time.monotonic() + 60
    while is_running(pid):
        assert time.monotonic() < end
        time.sleep(0.05)


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except OSError:
        return False


def test_projects_share_a_backend_that_ends_with_the_last_of_them(lab):
    first, second = lab.open("a"), lab.open("b")
    first.credits()
    second.credits()
    running = lab.backend.start()
    first.close()
    assert running.alive
    second.close()
    assert not running.alive


def test_the_backend_gets_no_cloud_token_and_the_chosen_home(tmp_path, monkeypatch):
    monkeypatch.setenv("NEMO_TOKEN", "nmv_usr_secret")
    code = "import os, json, sys; print(json.dumps({'url': str(os.environ.get('NEMO_TOKEN')), 'token': os.environ['NEMODUB_HOME']}), flush=True); sys.stdin.read()"
    backend = child(tmp_path, code)
    started = backend.start()
    assert (started.url, started.token) == ("None", str(tmp_path))
    assert str(tmp_path) not in repr(started)
    backend.stop()


def test_a_blocking_call_inside_the_loop_is_refused_and_does_not_hang():
    async def inner():
        LOOP.run(asyncio.sleep(0))

    with pytest.raises(RuntimeError, match="await"):
        LOOP.run(inner())


def test_a_loop_runs_calls_of_many_threads_and_gives_errors_back():
    loop = LoopThread()
    results = []

    async def work(number):
        await asyncio.sleep(0.01)
        return number

    threads = [threading.Thread(target=lambda n=n: results.append(loop.run(work(n)))) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == list(range(20))

    async def fail():
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        loop.run(fail())


def test_a_forked_child_gets_a_loop_of_its_own():
    LOOP.run(asyncio.sleep(0))
    pid = os.fork()
    if pid == 0:
        LOOP.run(asyncio.sleep(0))
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7


def test_several_processes_write_one_journal(tmp_path):
    path = tmp_path / "journal.sqlite"
    code = f"""
import sys, pathlib
from nemodub_nb.project.journal import Journal
from nemodub_nb.project.recovery import Mark
journal = Journal(pathlib.Path({str(path)!r}))
for number in range(50):
    journal.message_status(journal.message_sent("s", Mark(f"{{sys.argv[1]}} {{number}}", None)), "unknown")
"""
    processes = [subprocess.Popen([sys.executable, "-c", code, str(number)]) for number in range(4)]
    assert [process.wait() for process in processes] == [0] * 4
    journal = Journal(path)
    assert len(journal.open_messages("s")) == 200
    journal.close()
    assert path.stat().st_mode & 0o077 == 0


def test_the_journal_finds_the_last_session_of_a_name(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    for session, name in (("1", "a"), ("2", "b"), ("3", "a"), ("4", "c")):
        journal.add_session(session, place="local", name=name, task_id="t")
    assert journal.last_session("local", "a") == "3"
    assert journal.last_session("local", "z") is None
    assert journal.last_session("cloud", "a") is None
    journal.forget_session("3")
    assert journal.last_session("local", "a") == "1"
