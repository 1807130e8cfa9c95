"""The Studio in a kernel while work streams: clicks are obeyed, cells run, words come, whatever else the kernel does.

A kernel that has subshells hands a click over while a cell runs. One that has none (ipykernel 6) hands it over between
two cells: nothing of ours can make that earlier, but no click may be lost or obeyed twice.
"""

from __future__ import annotations

import time
from itertools import pairwise
from statistics import median

import pytest

AT_ONCE_S = 0.3
AT_WORST_S = 1.0
"""A machine may have other work just then."""
CELL = "import nemodub_nb as nd\nstudio = nd.Studio(project)\nstudio"
STREAM = """
import threading
from nemodub_nb.client import AgentEvent
from nemodub_nb.project.loop import LOOP
from nemodub_nb.project.values import Reply

go, held = threading.Event(), threading.Event()

def stream(pieces, every, held_at=None):
    async def work(view):
        said = []
        async with view:
            for number in range(pieces):
                said.append(f"Sentence number {number} is said. ")
                view.event(AgentEvent("text", said[-1]))
                view.event(AgentEvent("progress", payload={"language": "de", "step": "speak", "done": number, "total": pieces}))
                await asyncio.sleep(every)
                if number == held_at:
                    held.set()
                    await asyncio.to_thread(go.wait)
        return Reply("".join(said).strip(), languages=("de",))
    return LOOP.spawn(studio.workflow.run("ask", "make it louder", work))
"""
CELLS = {
    "sleeps": "time.sleep(1.5)",
    "computes": "end = time.monotonic() + 1.5\nwhile time.monotonic() < end: sum(range(1000))",
    "awaits": "await asyncio.sleep(1.5)",
}


def whole(pieces):
    return " ".join(f"Sentence number {number} is said." for number in range(pieces))


class Page:
    """The page's end of the Studio in the variable `studio`."""

    def __init__(self, kernel, names=("upload", "languages", "live")):
        self.kernel = kernel
        found = kernel.run("print(*(panel.model_id for panel in studio.panels))").printed
        self.ids = dict(zip(("connect", "upload", "languages", "live"), found.split(), strict=False))
        self.subshell = subshell(kernel)
        for name in names:
            self.click(name, "hello")
        self.until_heard("live", "all", 1)

    def click(self, panel, do, **more):
        """Send what a click sends, and return when."""
        session, now = self.kernel.client.session, time.monotonic()
        data = {"method": "custom", "content": {"do": do, **more}}
        message = session.msg("comm_msg", {"comm_id": self.ids[panel], "data": data})
        message["header"]["subshell_id"] = self.subshell
        self.kernel.client.shell_channel.send(message)
        return now

    def heard(self, panel, kind=None):
        """Return the messages that the kernel has sent to a panel."""
        mine = [
            {**one["content"]["data"].get("content", {}), "at": one["at"]}
            for one in self.kernel.heard("comm_msg")
            if one["content"]["comm_id"] == self.ids[panel] and one["content"]["data"]["method"] == "custom"
        ]
        return [one for one in mine if kind in (None, one["kind"])]

    def views(self, panel):
        """Return the views that the kernel has sent to a panel, with the time of each."""
        return [
            (one["at"], one["content"]["data"]["state"]["view"])
            for one in self.kernel.heard("comm_msg")
            if one["content"]["comm_id"] == self.ids[panel]
            and "view" in one["content"]["data"].get("state", {})
        ]

    def until_heard(self, panel, kind, count):
        return self.kernel.until(lambda: self.heard(panel, kind)[count - 1 :])[0]

    def until_viewed(self, panel, true, timeout_s=30.0):
        """Return when the panel's view was first as it should be."""
        return self.kernel.until(lambda: [at for at, view in self.views(panel) if true(view)], timeout_s)[0]

    def text(self):
        """Return the agent's words as the page has put them together; fails when it missed a message."""
        seq, entries = -1, {}
        for one in self.heard("live"):
            if one["kind"] == "all":
                seq, entries = one["seq"], {said["id"]: said for said in one["entries"]}
            elif seq >= 0 and one["seq"] > seq:
                assert one["seq"] == seq + 1
                seq = one["seq"]
                if one["kind"] == "entry":
                    entries[one["id"]] = one
                else:
                    for gone in one.get("gone", []):
                        del entries[gone]
                    said = entries.setdefault(one["id"], {"who": "agent", "text": ""})
                    kept = said["text"][: one["keep"]] if "keep" in one else said["text"]
                    entries[one["id"]] = {"who": said["who"], "text": kept + one["append"]}
        return "".join(said["text"] for said in entries.values() if said["who"] == "agent").strip()


def subshell(kernel):
    """Ask for a thread of the page's own, as JupyterLab does; None where the kernel has no such thing."""
    client = kernel.client
    info = kernel.reply(client.kernel_info(), 10)
    if "kernel subshells" not in info.get("supported_features", []):
        return None
    client.control_channel.send(client.session.msg("create_subshell_request", {}))
    return client.get_control_msg(timeout=10)["content"]["subshell_id"]


@pytest.fixture
def page(kernel):
    kernel.run_as(f"panels-{time.monotonic_ns()}", CELL)
    kernel.run(STREAM)
    kernel.wait_for("studio.workflow.summary")
    return Page(kernel)


def lateness(page, cell, sent, answered):
    """Return how late a click was obeyed: while the cell ran where the kernel allows that, else once it was over."""
    return answered - (sent if page.subshell else max(sent, cell.ended_at()))


@pytest.mark.parametrize("kind", CELLS)
def test_clicks_are_obeyed_once_each_while_words_stream_and_a_cell(page, kernel, kind):
    kernel.run("streaming = stream(100, .03)")
    cell = kernel.send(CELLS[kind]).begun()
    before, sent = len(page.heard("live", "all")), []
    for number in range(10):
        sent.append(page.click("live", "resync"))
        page.click("languages", "add", text=("es", "fr", "de", "pt", "it")[number % 5])  # two at once
        time.sleep(0.1)
    cell.wait()
    assert cell.ok
    page.until_heard("live", "all", before + len(sent))
    added = page.until_viewed("languages", lambda view: len(view["cards"]) == 5)
    kernel.run("streaming.result();")
    answers = page.heard("live", "all")[before:]
    assert len(answers) == len(sent), "none was lost, none obeyed twice"
    late = [lateness(page, cell, at, answer["at"]) for at, answer in zip(sent, answers, strict=True)]
    late.append(lateness(page, cell, sent[4], added))
    assert median(late) < AT_ONCE_S
    assert max(late) < AT_WORST_S, late
    assert page.text() == whole(100)


def test_words_and_steps_come_without_a_gap_while_a_cell_computes(page, kernel):
    kernel.run("streaming = stream(70, .03)")
    cell = kernel.send(CELLS["computes"]).wait()
    kernel.run("streaming.result();")

    def within(times):
        return [at for at in times if cell.began_at() < at < cell.ended_at()]

    pieces = within(one["at"] for one in page.heard("live", "text"))
    views = within(at for at, _ in page.views("live"))
    assert max(after - at for at, after in pairwise(pieces)) < 0.5
    assert len(pieces) >= 5
    assert len(views) >= 3


def test_cells_queued_by_run_all_run_in_order_while_words_stream_and_clicks_come(page, kernel):
    kernel.run("streaming = stream(100, .03)")
    cells = [kernel.send(f"time.sleep(.25)\nprint('cell', {number})") for number in range(6)]
    before = len(page.heard("live", "all"))
    sent = []
    for _ in range(12):
        sent.append(page.click("live", "resync"))
        time.sleep(0.1)
    for number, cell in enumerate(cells):
        assert cell.wait().printed == f"cell {number}\n"
    page.until_heard("live", "all", before + len(sent))
    kernel.run("streaming.result();")
    assert len(page.heard("live", "all")) == before + len(sent)
    if page.subshell:
        late = [
            answer["at"] - at for at, answer in zip(sent, page.heard("live", "all")[before:], strict=True)
        ]
        assert median(late) < AT_ONCE_S
        assert max(late) < AT_WORST_S, late
    assert page.text() == whole(100)


def test_the_stop_button_stops_a_dub_while_another_cell_is_busy(bench, page, kernel):
    bench.hold()
    page.click("languages", "add", text="es")
    page.until_viewed("languages", lambda view: len(view["cards"]) == 1)
    before = bench.jobs()
    page.click("languages", "dub")
    bench.working(before)
    cell = kernel.send("time.sleep(2)").begun()
    pressed = page.click("live", "stop")
    stopped = page.until_viewed("live", lambda view: view["ended"] == "stopped")
    cell.wait()
    due = pressed if page.subshell else cell.ended_at()
    assert stopped - due < 1.5, "the backend is asked to stop, and the timeline is read again"
    bench.release()
    assert kernel.run("studio.workflow.work").result == ""


def test_running_the_cell_again_in_the_middle_goes_on_with_the_same_words(kernel):
    kernel.run_as("again", CELL)
    kernel.run(STREAM)
    kernel.wait_for("studio.workflow.summary")
    kernel.run("old, streaming = studio, stream(120, .01, held_at=60)")
    kernel.wait_for("held.is_set()")
    kernel.run_as("again", CELL)
    assert kernel.run("(studio is old, studio.workflow is old.workflow)").result == "(False, True)"
    page = Page(kernel)
    said = page.text()
    assert said.startswith("Sentence number 0 is said. Sentence number 1")
    assert not said.endswith("119 is said.")
    assert page.views("live")[-1][1]["running"]
    kernel.run("go.set()\nstreaming.result();")
    page.until_viewed("live", lambda view: view["ended"] == "done")
    assert page.text() == whole(120)
