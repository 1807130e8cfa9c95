"""The Studio in a kernel: cells that run again, Studios side by side, and what a front end gets to see."""

from __future__ import annotations

import json

import pytest

import nemodub_nb

SECRET = "nmv_usr_this_must_never_be_seen"
SEES = "[t.text for t in studio.workflow.messages]"


def run_as(kernel, cell_id, code):
    """Run code as the cell of a notebook that has this id."""
    content = {
        "code": code,
        "silent": False,
        "store_history": True,
        "user_expressions": {},
        "allow_stdin": False,
    }
    message = kernel.client.session.msg("execute_request", content, metadata={"cellId": cell_id})
    kernel.client.shell_channel.send(message)
    cell = type(kernel.send("None").wait())(kernel, message["header"]["msg_id"]).wait()
    assert cell.ok, cell.error
    return cell


def told(kernel, cell):
    """Return everything that a cell has sent to the page."""
    mine = [one for one in kernel.heard("display_data") if one["parent_header"]["msg_id"] == cell.id]
    return [one["content"]["data"] for one in mine]


def wait_for(kernel, expression):
    kernel.run(
        f"end = time.monotonic() + 20\nwhile not ({expression}) and time.monotonic() < end: time.sleep(.05)"
    )
    assert kernel.run(f"bool({expression})").result == "True", expression


def test_a_cell_that_runs_again_goes_on_with_the_same_work_and_takes_the_old_panels_off_the_page(kernel):
    run_as(kernel, "one", "import nemodub_nb as nd\nstudio = nd.Studio(project)\nstudio")
    run_as(kernel, "one", "old = studio\nstudio = nd.Studio(project)\nstudio")
    assert kernel.run("(old.workflow is studio.workflow, old.comm is None)").result == "(True, True)"
    run_as(kernel, "named", "first = nd.Studio('named', backend='cloud')")
    run_as(kernel, "named", "again = nd.Studio('named', backend='cloud')")
    run_as(kernel, "other", "other = nd.Studio('named', backend='cloud')")
    same = kernel.run(
        "(first.workflow is again.workflow, again.workflow is other.workflow, again.comm is None)"
    )
    assert same.result == "(True, False, False)"


def test_two_studios_side_by_side_do_not_disturb_each_other(bench, kernel):
    kernel.run("mine = project")
    bench.open(bench._clip or kernel_clip(kernel))
    run_as(kernel, "left", "left = nd.Studio(mine)")
    run_as(kernel, "right", "right = nd.Studio(project)")
    wait_for(kernel, "left.workflow.summary and right.workflow.summary")
    say = "left.panels[2]._hear(None, {'do': 'add', 'language': 'es'}, [])"
    kernel.run(f"LOOP = nd.project.loop.LOOP\n{say}\nLOOP.run(asyncio.sleep(.3))")
    kernel.run("left.workflow and LOOP.run(left.workflow.ask('title \"Left\" for 1 s'));")
    assert kernel.run("right.workflow.messages").result == "()"


def kernel_clip(kernel):
    return kernel.run("str(project.clips[0].path)").result.strip("'")


def test_what_code_does_with_the_project_is_seen_in_the_panels(kernel):
    run_as(kernel, "follow", "import nemodub_nb as nd\nstudio = nd.Studio(project)\nstudio")
    wait_for(kernel, "studio.workflow.summary")
    kernel.run("project.dub('es', show=False);")
    wait_for(kernel, "studio.workflow.languages == ('es',)")
    wait_for(kernel, "studio.workflow.messages")


def test_the_story_below_the_panels_goes_on_and_a_page_without_widgets_reads_it(kernel):
    cell = run_as(kernel, "story", "import nemodub_nb as nd\nstudio = nd.Studio(project)\nstudio")
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
    run_as(kernel, "cloud", "studio = nd.Studio('secret', backend='cloud')\nstudio")
    message = {"do": "connect", "backend": "cloud", "token": SECRET}
    kernel.run(
        f"studio.panels[0]._hear(None, {message!r}, [])".replace(repr(SECRET), f"'nmv_usr_' + {SECRET[8:]!r}")
    )
    wait_for(kernel, "studio.workflow.phase in ('ready', 'failed')")
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
