"""The Studio in a kernel: cells that run again, Studios side by side, and what a front end gets to see."""

from __future__ import annotations

import json

import pytest

import nemodub_nb

SECRET = "nmv_usr_this_must_never_be_seen"
SEES = "[t.text for t in studio.workflow.messages]"


def told(kernel, cell):
    """Return everything that a cell has sent to the page."""
    mine = [one for one in kernel.heard("display_data") if one["parent_header"]["msg_id"] == cell.id]
    return [one["content"]["data"] for one in mine]


def test_a_cell_that_runs_again_goes_on_with_the_same_work_and_takes_the_old_panels_off_the_page(kernel):
    kernel.run_as("one", "import nemodub_nb as nd\nstudio = nd.Studio(project)\nstudio")
    kernel.run_as("one", "old = studio\nstudio = nd.Studio(project)\nstudio")
    assert kernel.run("(old.workflow is studio.workflow, old.comm is None)").result == "(True, True)"
    kernel.run_as("named", "first = nd.Studio('named', backend='cloud')")
    kernel.run_as("named", "again = nd.Studio('named', backend='cloud')")
    kernel.run_as("other", "other = nd.Studio('named', backend='cloud')")
    same = kernel.run(
        "(first.workflow is again.workflow, again.workflow is other.workflow, again.comm is None)"
    )
    assert same.result == "(True, False, False)"


def test_two_studios_side_by_side_do_not_disturb_each_other(bench, kernel):
    kernel.run("mine = project")
    bench.open(bench._clip or kernel_clip(kernel))
    kernel.run_as("left", "left = nd.Studio(mine)")
    kernel.run_as("right", "right = nd.Studio(project)")
    kernel.wait_for("left.workflow.summary and right.workflow.summary")
    say = "left.panels[2]._hear(None, {'do': 'add', 'language': 'es'}, [])"
    kernel.run(f"LOOP = nd.project.loop.LOOP\n{say}\nLOOP.run(asyncio.sleep(.3))")
    kernel.run("left.workflow and LOOP.run(left.workflow.ask('title \"Left\" for 1 s'));")
    assert kernel.run("right.workflow.messages").result == "()"


def kernel_clip(kernel):
    return kernel.run("str(project.clips[0].path)").result.strip("'")


def test_what_code_does_with_the_project_is_seen_in_the_panels(kernel):
    kernel.run_as("follow", "import nemodub_nb as nd\nstudio = nd.Studio(project)\nstudio")
    kernel.wait_for("studio.workflow.summary")
    kernel.run("project.dub('es', show=False);")
    kernel.wait_for("studio.workflow.languages == ('es',)")
    kernel.wait_for("studio.workflow.messages")


def test_the_story_below_the_panels_goes_on_and_a_page_without_widgets_reads_it(kernel):
    cell = kernel.run_as("story", "import nemodub_nb as nd\nstudio = nd.Studio(project)\nstudio")
    widget, story = told(kernel, cell)
    assert "application/vnd.jupyter.widget-view+json" in widget
    assert "clip.mp4" in story["text/html"]
    kernel.run("project.dub('es', show=False);")

    def retold():
        return any(
            "español" in one["content"]["data"]["text/html"]
            or "Spanish" in one["content"]["data"]["text/html"]
            for one in kernel.heard("update_display_data")
            if one["content"]["data"].get("text/html", "").startswith("<div data-nd-story")
        )

    kernel.until(retold)


def test_a_pasted_token_is_seen_by_nobody(kernel):
    kernel.run("import nemodub_nb as nd, ipywidgets, json, logging\nlogging.basicConfig(level=logging.DEBUG)")
    kernel.run("os = __import__('os'); os.environ['NEMO_API_URL'] = 'http://127.0.0.1:9'")
    kernel.run_as("cloud", "studio = nd.Studio('secret', backend='cloud')\nstudio")
    message = {"do": "connect", "backend": "cloud", "token": SECRET}
    kernel.run(
        f"studio.panels[0]._hear(None, {message!r}, [])".replace(repr(SECRET), f"'nmv_usr_' + {SECRET[8:]!r}")
    )
    kernel.wait_for("studio.workflow.phase in ('ready', 'failed')")
    kernel.run("state = json.dumps(ipywidgets.Widget.get_manager_state(), default=str)")
    kernel.run(
        f"assert {SECRET[8:]!r} not in state + repr(studio) + repr(vars(studio.workflow)) + repr(studio.project)"
    )
    everything = json.dumps(
        [
            one["content"]
            for kind in ("stream", "comm_open", "comm_msg", "display_data", "update_display_data", "error")
            for one in kernel.heard(kind)
        ],
        default=str,
    )
    assert SECRET not in everything


def test_a_kernel_inside_a_browser_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr("sys.platform", "emscripten")
    with pytest.raises(nemodub_nb.BadInputError, match="JupyterLab"):
        nemodub_nb.Studio()
