from __future__ import annotations

import pytest

AT_ONCE_S = 1.0


@pytest.fixture(autouse=True)
def nested(kernel):
    pytest.importorskip("nest_asyncio2")
    assert kernel.run("print(nd.allow_nested_asyncio())").printed == "nest_asyncio2\n"


def test_cells_that_are_queued_behind_nested_calls_all_run_and_in_order(kernel):
    cells = [kernel.send(f"print({number}, asyncio.run(project.asummary())[:8])") for number in range(6)]
    for number, cell in enumerate(cells):
        cell.wait()
        assert cell.ok
        assert cell.printed == f"{number} Timeline\n"


def test_a_cell_that_is_queued_during_a_long_nested_call_runs_after_it(bench, kernel):
    bench.hold()
    before = bench.jobs()
    dub = kernel.send("reply = asyncio.run(project.adub('es'))\nprint('dubbed', reply.languages)")
    bench.working(before)
    queued = [kernel.send(f"print('queued', {number})") for number in range(3)]
    bench.release()
    dub.wait()
    assert dub.ok
    assert dub.printed == "dubbed ('es',)\n"
    for number, cell in enumerate(queued):
        cell.wait()
        assert cell.printed == f"queued {number}\n"
        assert cell.began_at() >= dub.ended_at() - 0.05


def test_nested_calls_inside_one_another_end_well(kernel):
    kernel.run("async def outer():\n    return asyncio.run(project.asummary())")
    assert kernel.run("asyncio.run(outer())[:8]").result == "'Timeline'"
    assert kernel.run("(await outer())[:8]").result == "'Timeline'"


def test_stop_ends_a_nested_call_at_once(bench, kernel):
    bench.hold()
    before = bench.jobs()
    cell = kernel.send("asyncio.run(project.adub('es'))")
    bench.working(before)
    pressed = kernel.stop()
    cell.wait(10)
    assert not cell.ok
    assert cell.ended_at() - pressed < AT_ONCE_S
    assert kernel.run("print('alive')").printed == "alive\n"
