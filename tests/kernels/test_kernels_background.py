from __future__ import annotations

from itertools import pairwise

TICKING = """
import ipywidgets
from nemodub_nb.project.loop import LOOP
bar = ipywidgets.IntProgress(max=1000)
async def tick():
    while True:
        bar.value += 1
        await asyncio.sleep(0.05)
ticking = LOOP.spawn(tick())
"""


def between(kernel, kind, cell):
    return [one for one in kernel.heard(kind) if cell.began_at() < one["at"] < cell.ended_at()]


def shown(messages):
    return [one["content"]["data"]["text/html"] for one in messages]


def test_a_dub_in_the_background_goes_on_showing_its_progress_while_another_cell_computes(
    bench, kernel, tmp_path
):
    bench.hold()
    before = bench.jobs()
    kernel.run("task = asyncio.ensure_future(project.adub('es'))")
    bench.working(before)
    busy = tmp_path / "busy"
    busy.touch()
    cell = kernel.send(f"import os\nwhile os.path.exists({str(busy)!r}): time.sleep(.05)").begun()
    already = len(kernel.heard("update_display_data"))
    bench.release()
    kernel.until(
        lambda: any("finished after" in one for one in shown(kernel.heard("update_display_data")[already:]))
    )
    busy.unlink()
    cell.wait()
    assert any("finished after" in one for one in shown(between(kernel, "update_display_data", cell)))
    assert kernel.run("(await task).languages").result == "('es',)"


def test_widgets_that_are_updated_from_the_project_s_loop_move_while_a_cell_computes(kernel):
    kernel.run(TICKING)
    cell = kernel.send("time.sleep(1.5)").wait()
    kernel.run("ticking.cancel();")
    moves = [
        one for one in between(kernel, "comm_msg", cell) if "value" in one["content"]["data"].get("state", {})
    ]
    assert len(moves) > 15
    gaps = [after["at"] - one["at"] for one, after in pairwise(moves)]
    assert max(gaps) < 0.5


def test_a_dub_in_the_background_leaves_the_other_calls_of_the_project_usable(bench, kernel):
    bench.hold()
    before = bench.jobs()
    kernel.run("task = asyncio.ensure_future(project.adub('es'))")
    bench.working(before)
    assert kernel.run("project.summary()").result.startswith("'Timeline")
    assert "available" in kernel.run("project.credits()").result
    bench.release()
    kernel.run("await task;")
