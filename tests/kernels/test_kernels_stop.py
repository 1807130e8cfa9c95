from __future__ import annotations

import pytest

AT_ONCE_S = 1.0


def stopped(bench, code):
    """Run a cell that waits for the engine, press Stop, and return the cell and how long it took to end."""
    bench.hold()
    before = bench.jobs()
    cell = bench.kernel.send(code)
    bench.working(before)
    pressed = bench.kernel.stop()
    cell.wait(10)
    return cell, cell.ended_at() - pressed


@pytest.mark.parametrize(
    "code",
    [
        "project.dub('es')",
        "project.ask('Dub this video into Spanish')",
        "await project.adub('es')",
        "%nemodub dub es",
        "%%nemodub\nDub this video into Spanish",
    ],
)
def test_stop_ends_a_cell_at_once_and_the_same_cell_goes_on_later(bench, kernel, code):
    kernel.run("%load_ext nemodub_nb")
    cell, took_s = stopped(bench, code)
    assert not cell.ok
    assert took_s < AT_ONCE_S
    if "await" not in code:
        assert "Stopped" in cell.error
        assert "Traceback" not in cell.error
    assert kernel.run("print('alive')").printed == "alive\n"
    bench.release()
    kernel.run("reply = " + code if not code.startswith("%%") else code)
    assert "'es'" in kernel.run("sorted(project.timeline()['language'].dropna().unique())").result


def test_stop_ends_an_export_at_once_and_the_same_cell_goes_on_later(bench, kernel, tmp_path):
    kernel.run("project.dub('es');")
    cell, took_s = stopped(bench, f"project.export('es', to={str(tmp_path)!r})")
    assert not cell.ok
    assert took_s < AT_ONCE_S
    bench.release()
    kernel.run(f"project.export('es', to={str(tmp_path)!r});")
    assert (tmp_path / "clip.es.mp4").is_file()


def test_stop_leaves_the_backend_of_this_machine_running(bench, kernel):
    before = kernel.run("lab.backend.start().url").result
    stopped(bench, "project.dub('es')")
    assert kernel.run("lab.backend.start().url").result == before
    assert kernel.run("project.state().session_id == project.session_id").result == "True"
