from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from nemodub_nb.client import AgentError, ConnectionFailedError, Limits
from nemodub_nb.project import BackendDiedError, NotReceivedError, SessionGoneError, recovery
from nemodub_nb.project.connection import CLOUD_PACE, LOCAL_PACE, Connection

OTHER_PROCESS = """
import pathlib, sys
sys.path.insert(0, {tests!r})
from conftest import Lab
from nemodub_nb.project.backend import LocalBackend
lab = Lab.__new__(Lab)
lab.home, lab.notes, lab._projects = pathlib.Path({home!r}), pathlib.Path({notes!r}), []
lab.backend = LocalBackend(lab.home, {command!r})
project = lab.open()
project.upload({clip!r}, show=False)
"""


def other_process(lab, clip, code):
    """Return the command of a process of its own that opens a project on the lab's home and runs the code."""
    setup = OTHER_PROCESS.format(
        tests=str(Path(__file__).parent),
        home=str(lab.home),
        notes=str(lab.notes),
        command=lab.command,
        clip=str(clip),
    )
    return [sys.executable, "-c", setup + code]


def wait_for(condition, limit_s=15.0):
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def in_thread(work):
    box = SimpleNamespace(value=None, error=None)

    def run():
        try:
            box.value = work()
        except BaseException as error:
            box.error = error

    box.thread = threading.Thread(target=run)
    box.thread.start()
    return box


def read_of(*answers):
    left = list(answers)

    async def read():
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(draft=answer, raw={})

    return read


def telling(*messages, draft="old"):
    """Return a reader of states of a backend that tells of its last message."""
    left = list(messages)

    async def read():
        said = left.pop(0) if len(left) > 1 else left[0]
        return SimpleNamespace(draft=draft, raw={"nemodub_message": said})

    return read


def said(number, status, text="Dub it."):
    return {"id": str(number), "text": text, "status": status, "answer": "", "result": None}


def outcome(read, before="old", pace=CLOUD_PACE, last=None):
    waits = []

    async def wait(seconds):
        waits.append(seconds)

    mark = recovery.Mark("Dub it.", before, last)
    return asyncio.run(recovery.outcome(read, mark, pace, wait=wait)), waits


def test_a_broken_stream_is_looked_after_as_the_api_says():
    found, waits = outcome(read_of("old"))
    assert found is None
    assert waits == [30.0, 60.0, 60.0, 60.0, 60.0, 60.0]


def test_looking_ends_as_soon_as_something_changed():
    found, waits = outcome(read_of("old", ConnectionFailedError("x"), "new"))
    assert found.draft == "new"
    assert waits == [30.0, 60.0, 60.0]


def test_a_backend_that_says_it_is_working_gets_the_time_it_takes():
    found, waits = outcome(telling(*[said(2, "running")] * 50, said(2, "done")), last="1")
    assert found is not None
    assert len(waits) == 51


def test_the_outcome_of_the_message_before_is_not_taken_for_that_of_the_lost_one():
    with pytest.raises(NotReceivedError):
        outcome(telling(said(1, "done")), last="1")
    with pytest.raises(NotReceivedError):
        outcome(telling(None))
    with pytest.raises(NotReceivedError):
        outcome(telling(said(1, "done"), draft="an upload changed it"), last="1")


def test_a_message_that_somebody_spoke_over_is_told_by_what_changed():
    assert outcome(telling(said(3, "done", "Another."), draft="new"), last="1")[0] is not None
    assert outcome(telling(said(3, "done", "Another.")), last="1")[0] is None


def test_the_death_of_the_backend_is_told_at_once_and_the_same_sentence_again_finds_its_outcome(lab, clip):
    project = lab.open()
    project.upload(clip, show=False)
    lab.hold()
    dub = in_thread(lambda: project.dub("es", show=False))
    wait_for(lambda: lab.jobs() == 1)
    killed = time.monotonic()
    os.kill(lab.backend.start().pid, signal.SIGKILL)
    dub.thread.join(10)
    assert time.monotonic() - killed < 5
    assert isinstance(dub.error, BackendDiedError)
    assert "finished steps are kept" in str(dub.error)
    lab.release()
    reply = project.dub("es", show=False)
    assert reply.languages == ("es",)
    assert messages(lab) == 1


def test_stop_stops_waiting_at_once_and_the_same_sentence_again_finds_its_outcome(lab, clip):
    project = lab.open()
    project.upload(clip, show=False)
    lab.hold()

    async def stopped():
        task = asyncio.ensure_future(project.adub("es", show=False))
        await asyncio.to_thread(wait_for, lambda: lab.jobs() == 1)
        task.cancel()
        began = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - began

    assert asyncio.run(stopped()) < 2
    lab.release()
    assert project.dub("es", show=False).languages == ("es",)
    assert messages(lab) == 1


def test_ctrl_c_stops_a_blocking_call_and_leaves_the_backend_alone(lab, clip):
    code = """
import os, signal, threading, time
def interrupt():
    while not lab.jobs():
        time.sleep(0.02)
    os.killpg(0, signal.SIGINT)
threading.Thread(target=interrupt).start()
try:
    project.dub("es", show=False)
except KeyboardInterrupt:
    print("stopped", lab.backend._child.alive, flush=True)
"""
    lab.hold()
    done = subprocess.run(
        other_process(lab, clip, code),
        capture_output=True,
        text=True,
        timeout=60,
        start_new_session=True,
        check=False,
    )
    assert done.stdout.strip() == "stopped True", done.stderr


def test_what_an_earlier_process_left_is_taken_up(lab, clip):
    lab.hold()
    other = subprocess.Popen(other_process(lab, clip, 'project.dub("es", show=False)'))
    wait_for(lambda: lab.jobs() == 1, 30)
    other.kill()
    other.wait()
    lab.release()
    project = lab.open()
    resumed = project.resume(show=False)
    assert [reply.languages for reply in resumed.replies] == [("es",)]
    assert [clip.name for clip in project.clips] == ["clip.mp4"]
    assert messages(lab) == 1
    assert not project.resume(show=False)


def test_a_render_that_was_under_way_is_found_again_by_its_id(lab, clip, tmp_path):
    project = lab.open()
    project.upload(clip, show=False)
    project.dub("es", show=False)
    lab.hold()
    export = in_thread(lambda: project.export(to=tmp_path / "out", show=False))
    wait_for(lambda: lab.jobs() == 2)
    os.kill(lab.backend.start().pid, signal.SIGKILL)
    wait_for(lambda: lab.jobs() >= 3)
    lab.release()
    export.thread.join(30)
    assert [one.language for one in export.value] == ["es"]
    assert renders(lab) == 1


def test_a_render_of_an_earlier_process_is_put_where_it_was_wanted(lab, clip, tmp_path):
    project = lab.open()
    project.upload(clip, show=False)
    project.dub("es", show=False)
    lab.hold()

    async def left():
        task = asyncio.ensure_future(project.aexport(to=tmp_path / "out", show=False))
        await asyncio.to_thread(wait_for, lambda: lab.jobs() == 2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(left())
    project.close()
    lab.release()
    again = lab.open()
    resumed = again.resume(show=False)
    assert [one.video.name for one in resumed.exports] == ["clip.es.mp4"]
    assert (tmp_path / "out" / "clip.es.report.json").is_file()
    assert renders(lab) == 1


def test_a_session_that_is_gone_is_said_and_a_new_one_is_open(lab, clip):
    project = lab.open(session="1234567890123456789")
    with pytest.raises(SessionGoneError, match="timeline is gone"):
        project.summary()
    assert project.session_id != "1234567890123456789"
    assert project.upload(clip, show=False).name == "clip.mp4"
    assert project.dub("es", show=False).languages == ("es",)


def test_an_upload_into_a_session_that_is_gone_goes_into_the_new_one(lab, clip, capsys):
    project = lab.open(session="1234567890123456789")
    assert project.upload(clip).name == "clip.mp4"
    assert "timeline is gone" in capsys.readouterr().err


def test_a_message_nobody_knows_about_is_given_up_and_not_sent_again(lab, clip):
    project = lab.open()
    project.upload(clip, show=False)
    journal = project._actions.desk.journal
    journal.message_sent(
        project.session_id,
        recovery.Mark("Dub this video into Spanish with synced audio.", project.state().draft),
    )
    project.close()
    hasty = lab.open(pace=type(CLOUD_PACE)(0.1, 1, 0.1, 5, 0.05, 0.05, 2))
    resumed = hasty.resume(show=False)
    assert "Say it again" in resumed.replies[0].text
    assert messages(lab) == 0
    assert hasty.dub("es", show=False).languages == ("es",)


def test_a_message_that_never_came_is_sent_when_it_is_said_again(lab, clip):
    project = lab.open()
    project.upload(clip, show=False)
    desk = project._actions.desk
    sentence = "Dub this video into Spanish with synced audio."
    desk.journal.message_sent(desk.session_id, recovery.Mark(sentence, project.state().draft))
    assert project.dub("es", show=False).languages == ("es",)
    assert messages(lab) == 1
    assert not desk.journal.open_messages(desk.session_id)


@pytest.mark.parametrize(
    ("languages", "done", "failed"), [(["es", "tlh"], ("es",), ["tlh"]), (["tlh"], (), ["tlh"])]
)
def test_after_kill_9_of_backend_and_process_the_next_one_finds_the_outcome(
    lab, clip, languages, done, failed
):
    lab.hold()
    other = subprocess.Popen(
        other_process(
            lab, clip, f"print(project.session_id, flush=True)\nproject.dub({languages!r}, show=False)"
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    session = other.stdout.readline().strip()
    wait_for(lambda: lab.jobs() == 1, 30)
    (job,) = lab.notes.glob("*.job")
    worker = json.loads(job.read_text())["pid"]
    backend = int(Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(backend, signal.SIGKILL)
    other.kill()
    other.wait()
    other.stdout.close()
    lab.release()
    reply = lab.open(session=session, pace=LOCAL_PACE).dub(languages, show=False)
    assert reply.languages == done
    assert list(reply.failed) == failed
    assert "Nothing here translates" in reply.failed["tlh"]
    assert "did not work" in reply.text
    assert messages(lab) == 1


def test_an_agent_that_failed_after_the_answer_was_lost_is_told(lab, clip):
    project = lab.open()
    project.upload(clip, show=False)
    lab.hold()

    async def stopped():
        task = asyncio.ensure_future(project.adub("es", show=False))
        await asyncio.to_thread(wait_for, lambda: lab.jobs() == 1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(stopped())
    with sqlite3.connect(lab.home / "backend.sqlite") as database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON dubs BEGIN SELECT RAISE(ABORT, 'no'); END")
    lab.release()
    with pytest.raises(AgentError, match="went wrong"):
        project.dub("es", show=False)
    assert messages(lab) == 1


def test_work_of_hours_is_waited_for_on_this_machine_and_only_there(lab):
    near = lab.open()._actions.desk.connection._limits
    assert min(near.run_s, near.heartbeats_s) >= 12 * 3600
    far = Connection("cloud", home=lab.home, token="t")._limits
    assert far == Limits()
    assert (far.run_s, far.heartbeats_s) == (900, 600)


def messages(lab):
    with sqlite3.connect(lab.home / "backend.sqlite") as database:
        return database.execute("SELECT COUNT(*) FROM messages").fetchone()[0]


def renders(lab):
    with sqlite3.connect(lab.home / "backend.sqlite") as database:
        return database.execute("SELECT COUNT(*) FROM renders").fetchone()[0]
