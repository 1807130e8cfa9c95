"""Stopping what is under way, and what an earlier process left."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from nemodub_nb.client import AgentError
from nemodub_nb.project import StoppedByUserError, View
from nemodub_nb.project.connection import Connection

OTHER_PROCESS = """
import pathlib, sys
sys.path.insert(0, {tests!r})
from conftest import Lab
from nemodub_nb.project.backend import LocalBackend
lab = Lab.__new__(Lab)
lab.home, lab.notes, lab._projects = pathlib.Path({home!r}), pathlib.Path({notes!r}), []
lab.backend = LocalBackend(lab.home, {command!r})
project = lab.open("film")
project.upload({clip!r}, show=False)
project.dub("es", show=False)
"""


def wait_for(condition, limit_s=15.0):
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def in_thread(work):
    found = []

    def run():
        try:
            found.append(work())
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, found


def test_stop_ends_the_dub_and_saying_it_again_does_it(lab, clip):
    project = lab.open()
    project.upload(clip, show=False)
    lab.hold()
    thread, found = in_thread(lambda: project.dub("es", show=False))
    wait_for(lambda: lab.jobs() == 1)
    assert project.stop() == "Stopped. Finished steps are kept: say it again to go on."
    thread.join(5)
    (error,) = found
    assert isinstance(error, StoppedByUserError)
    assert isinstance(error, AgentError)
    assert str(error) == "Stopped. Say it again to go on: finished steps are kept."
    assert "Spanish" not in project.summary()
    assert not project.unfinished()
    lab.release()
    assert project.dub("es", show=False).languages == ("es",)
    assert lab.jobs() == 2


def test_stop_can_be_awaited_while_the_dub_is_awaited(lab, clip):
    async def both():
        project = lab.open()
        await project.aupload(clip, show=False)
        lab.hold()
        view = View("mine")
        dubbing = asyncio.ensure_future(project.adub("es", show=view))
        await asyncio.to_thread(wait_for, lambda: lab.jobs() == 1)
        assert (await project.astop()).startswith("Stopped.")
        with pytest.raises(StoppedByUserError):
            await dubbing
        assert view.progress.ended
        assert view.progress.broken

    asyncio.run(both())


def test_stop_where_nothing_is_under_way_says_so(lab, clip):
    project = lab.open()
    assert project.stop() == "Nothing is under way."
    project.upload(clip, show=False)
    project.ask("Make the music quieter.", show=False)
    assert project.stop() == "Nothing is under way."


def test_the_cloud_is_not_stopped_and_stop_says_so(lab, clip, monkeypatch):
    project = lab.open()
    project.upload(clip, show=False)
    lab.hold()
    thread, found = in_thread(lambda: project.dub("es", show=False))
    wait_for(lambda: lab.jobs() == 1)
    with monkeypatch.context() as cloud:
        cloud.setattr(Connection, "extended", False)
        cloud.setattr(project._actions.desk.connection, "near", False)
        assert project.stop().startswith("The cloud goes on")
    thread.join(5)
    assert isinstance(found[0], StoppedByUserError)
    assert project.unfinished().messages == ("Dub this video into Spanish with synced audio.",)
    lab.release()
    assert project.resume(show=False).replies[0].languages == ("es",)
    assert lab.jobs() == 1


def test_what_a_killed_kernel_left_is_told_without_taking_it_up(lab, clip):
    setup = OTHER_PROCESS.format(
        tests=str(Path(__file__).parent),
        home=str(lab.home),
        notes=str(lab.notes),
        command=lab.command,
        clip=str(clip),
    )
    lab.hold()
    other = subprocess.Popen([sys.executable, "-c", setup], stderr=subprocess.DEVNULL)
    wait_for(lambda: lab.jobs() == 1)
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    project = lab.open("film")
    left = project.unfinished()
    assert left
    assert (left.name, left.clips) == ("film", ("clip.mp4",))
    assert left.messages == ("Dub this video into Spanish with synced audio.",)
    assert left.when.tzinfo is not None
    assert "1 message under way" in repr(left)
    assert project.session_id is None, "it was only looked at"
    lab.release()
    assert project.resume(show=False).session == left.session
    assert not project.unfinished()


def test_a_new_home_has_nothing_unfinished(lab):
    left = lab.open("first").unfinished()
    assert not left
    assert left.session is None
    assert "no earlier session" in repr(left)


def test_a_view_of_ones_own_hears_everything(lab, clip, tmp_path):
    opened = []

    class Mine(View):
        def open(self):
            opened.append(self)

    project = lab.open("mine")
    assert project.name == "mine"
    views = [Mine(), Mine(), Mine(), Mine()]
    sent = []
    project.upload(clip, show=views[0], on_progress=lambda done, total: sent.append((done, total)))
    project.dub("es", show=views[1])
    project.ask("Make the music quieter.", show=views[2])
    project.export(to=tmp_path, show=views[3])
    assert opened == views
    assert views[0].progress.steps[""]["upload"].complete
    assert sent[-1] == (clip.stat().st_size, clip.stat().st_size)
    assert "es" in views[1].progress.steps
    assert views[2].progress.words
    assert views[3].progress.steps["Spanish" if "Spanish" in views[3].progress.steps else "es"]
    assert all(view.progress.ended for view in views)
