"""What the panel of a batch promises, without a browser: what it tells the page, and what it does when asked."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from nemodub_nb.batches import background
from nemodub_nb.batches.api import Options
from nemodub_nb.panels import Batch, batch_call, batch_words
from nemodub_nb.project.loop import LOOP

sys.path.insert(0, str(Path(__file__).parents[1] / "batch"))
trivial_engine = pytest.importorskip("trivial_engine")


def until(check, seconds=60.0):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := check():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


class Page:
    """What a browser would do with the panel's messages."""

    def __init__(self, panel):
        self.panel, self.sent, self.rows, self.row, self.version = panel, [], [], None, 0
        panel.send = self._hear

    def _hear(self, message, buffers=()):
        self.sent.append(len(json.dumps(message)) + sum(map(len, buffers)))
        if message["kind"] == "rows":
            found, self.version = json.loads(b"".join(buffers)), message["version"]
            self.rows = [
                [found["clips"][clip][0], found["languages"][tag][0], *cells]
                for clip, tag, *cells in found["rows"]
            ]
        elif message["kind"] == "changed":
            for at, *cells in message["rows"] if message["version"] == self.version else ():
                self.rows[at][2:] = cells
        else:
            self.row = message

    def do(self, name, **more):
        LOOP.run(self.panel._obey(getattr(self.panel, f"do_{name}")(more, []), None))

    def comes(self, state):
        until(lambda: self.panel.view["state"] == state)
        return self.panel.view

    def ends(self):
        view = self.comes("ended")
        until(lambda: self.panel.view["seq"] == self.panel._rows.seq and not self.panel._looking)
        return self.panel.view if view else view

    def statuses(self):
        return [self.panel.view["statuses"][row[2]] for row in self.rows]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of clips, the trivial engine, and notes of its jobs."""
    (tmp_path / "notes").mkdir()
    monkeypatch.setenv("TRIVIAL_NOTES", str(tmp_path / "notes"))
    monkeypatch.setattr("nemodub_nb.batches.engine.run", trivial_engine.run)
    monkeypatch.setattr("nemodub_nb.batches.tasks.look", lambda *_: (2.0, None))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clips").mkdir()
    background._of_folder.clear()

    def write(**contents):
        for name, content in contents.items():
            (tmp_path / "clips" / f"{name}.mp4").write_text(content)
        return tmp_path

    return write


@pytest.fixture
def shown():
    """Show a panel, and close it after the test."""
    panels = []

    def show(*args, **options):
        panels.append(Batch(*args, **options))
        return Page(panels[-1])

    yield show
    for panel in panels:
        if panel._begun:
            panel._begun.stop()
            until(panel._begun.ended.done)
        panel.shut()


def test_it_looks_first_then_does_every_row_and_tells_the_page_what_changed(folder, shown):
    place = folder(one="first", two="second", empty="")
    page = shown("clips", ["es", "fr"])
    view = page.comes("planned")
    assert (view["plan"]["rows"], view["plan"]["clips"], view["counts"]["refused"]) == (4, 2, 2)
    assert view["say"] == "4 rows to do, less than a minute · 2 refused"
    assert not (place / "dubbed").exists(), "a dry run writes nothing"
    page.do("rows")
    assert page.statuses() == ["refused"] * 2 + ["queued"] * 4
    page.do("start", what="all")
    until(lambda: page.panel._rows.version == 2)
    page.do("rows")
    view = page.ends()
    assert view["counts"]["done"] == 4
    assert page.statuses() == ["refused"] * 2 + ["done"] * 4
    page.do("row", row=2, version=view["version"])
    assert [file["href"] for file in page.row["files"]] == [
        f"dubbed/one.es{end}" for end in (".mp4", ".srt", ".report.json")
    ]
    page.do("row", row=0, version=view["version"])
    assert page.row["error"] == "The clip is empty."
    assert page.row["advice"]


def test_retry_does_only_what_failed_and_go_on_all_that_is_left(folder, shown):
    place = folder(**{f"clip{number}": "slow" for number in range(6)}, mute="mute")
    page = shown("clips", "es", workers=1)
    page.comes("planned")
    page.do("start", what="all")
    until(lambda: page.panel.view["counts"]["done"] >= 1)
    page.do("stop")
    view = page.ends()
    assert view["left"] >= 3
    assert "left" in view["say"]
    (place / "clips" / "mute.mp4").write_text("speaks now")
    page.do("start", what="all")
    until(lambda: page.panel._state == "ended" and page.panel.view["counts"]["done"] == 7)
    jobs = [
        (one["kind"], one["home"].rpartition("-")[0], one["content"], one["language"])
        for one in trivial_engine.jobs(place / "notes")
    ]
    assert len([one for one in jobs if one[0] == "render"]) == 7, "nothing was made twice"


def test_retry_leaves_what_is_queued(folder, shown):
    folder(bad="mute", good="fine")
    page = shown("clips", "es")
    page.comes("planned")
    page.do("start", what="all")
    view = page.ends()
    assert (view["failed"], view["left"]) == (1, 0)
    folder(late="later", bad="speaks now")
    page.do("start", what="failed")
    until(lambda: page.panel._state == "ended" and page.panel.view["counts"]["done"] == 2)
    assert page.panel.view["counts"]["queued"] == 1


def test_the_cell_run_again_shows_the_batch_that_is_at_work_and_a_new_kernel_only_does_the_rest(
    folder, shown
):
    place = folder(**{f"clip{number}": "slow" for number in range(5)})
    first = shown("clips", ["es"], "out", workers=1)
    first.comes("planned")
    first.do("start", what="all")
    until(lambda: first.panel.view["counts"]["done"] >= 1)
    again = shown("clips", ["es"], "out", workers=1)
    again.comes("working")
    assert again.panel._begun is first.panel._begun
    again.do("stop")
    assert first.ends()["left"] == again.ends()["left"] >= 1
    background._of_folder.clear()  # as in a new kernel
    fresh = shown("clips", ["es"], "out", workers=1)
    view = fresh.comes("planned")
    assert view["counts"]["done"] + view["plan"]["rows"] == 5
    fresh.do("start", what="all")
    fresh.ends()
    renders = [one["content"] for one in trivial_engine.jobs(place / "notes") if one["kind"] == "render"]
    assert len(renders) == 5


def test_another_batch_into_the_same_folder_is_refused_while_one_is_at_work(folder, shown):
    folder(one="slow", two="slow")
    page = shown("clips", "es", workers=1)
    page.comes("planned")
    other = shown("clips", "fr")
    other.comes("planned")
    page.do("start", what="all")
    other.do("start", what="all")
    assert "is at work" in until(lambda: other.panel.view["error"])["cause"]
    page.do("stop")
    page.ends()


def test_what_is_typed_is_taken_over_and_what_is_wrong_with_it_is_said(folder, shown):
    folder(one="first")
    page = shown()
    assert page.panel.view["say"] == batch_words.BATCH_ASK
    for typed, cause in (
        ({"manifest": "", "to": "es"}, batch_words.BATCH_NO_CLIPS),
        ({"manifest": "clips", "to": ""}, "No language was given."),
        ({"manifest": "clips", "to": "Klingonese"}, "Klingonese"),
        ({"manifest": "nowhere.csv", "to": "es"}, "cannot be read"),
    ):
        page.do("check", **typed)
        until(lambda cause=cause: cause in (page.panel.view["error"] or {}).get("cause", ""))
    page.do("check", manifest="clips", to="Spanish, fr", out="here")
    view = page.comes("planned")
    assert view["error"] is None
    assert view["code"].splitlines()[2] == 'batch = nd.batch("clips", ["Spanish", "fr"], "here")'
    page.do("show", status="failed", language="es", text="o'ne")
    code = until(lambda: "o'ne" in page.panel.view["code"] and page.panel.view["code"])
    frame = pd.DataFrame(
        {"status": ["failed"], "language": ["es"], "clip": ["o'ne"], "error": [None]}
    ).astype("string")
    names = {"batch": type("Batch", (), {"frame": frame})}
    exec("\n".join(code.splitlines()[3:-1]), names)
    assert len(names["rows"]) == 1
    with pytest.raises(TypeError, match="no option 'langs'"):
        Batch("clips", langs=["es"])


def test_thousands_of_rows_reach_the_page_in_few_and_small_messages(folder, shown):
    folder()
    frame = pd.DataFrame({"source": [f"clips/{number:05d}.mp4" for number in range(1500)]})
    for source in frame["source"]:
        Path(source).write_text("quick")
    page = shown(frame, ["es", "fr", "de", "it"])
    page.comes("planned")
    assert page.panel.view["form"]["given"] == "1,500 rows, given by the cell"
    page.do("rows")
    assert sum(page.sent) < 6000 * 60
    board = page.panel._planned.board
    page.sent.clear()
    for name in board.rows:
        board._set(name, {**board.rows[name], "status": "done", "seconds": 1.25, "verdict": "good"})
    began = time.monotonic()
    LOOP.run(take(page.panel, board))
    assert time.monotonic() - began < 1.0
    assert not page.sent, "when nearly all is different, the page asks for all of it"
    for name in list(board.rows)[:500]:
        board._set(name, {**board.rows[name], "status": "failed", "error": "No."})
    LOOP.run(take(page.panel, board))
    assert len(page.sent) == 1
    assert page.sent[0] < 500 * 40
    assert len(page.panel._rows.packed()) < 6000 * 60


async def take(panel, board):
    panel._take(board)


def test_it_takes_what_the_function_takes():
    assert set(batch_call._OPTIONS) == set(Options.__annotations__)


def test_a_saved_notebook_tells_how_it_went(folder, shown):
    folder(one="first", bug="boom")
    page = shown("clips", "es")
    page.comes("planned")
    page.do("start", what="all")
    page.ends()
    story = until(lambda: page.panel._tell_story() if page.panel.view["counts"]["done"] else None)
    assert "1 row done · 1 failed" in story.say
    assert "boom" in story.html
    assert "✗ bug es: It failed unexpectedly" in story.text
