"""A server that writes hostile text everywhere, and a token, in a real page: shown as text, kept nowhere, and no view leaks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pages import write_notebook

HOSTILE = Path(__file__).parents[1] / "panels/hostile.py"
STUDIO = f"""\
import importlib.util, os, functools, pathlib
spec = importlib.util.spec_from_file_location("hostile", {str(HOSTILE)!r})
hostile = importlib.util.module_from_spec(spec)
spec.loader.exec_module(hostile)
serving = hostile.hostile_server()
server = serving.__enter__()
os.environ |= {{"NEMO_API_URL": server.url, "NEMO_TOKEN": hostile.TOKEN}}
import nemodub_nb as nd
from nemodub_nb.project.loop import LOOP
studio = nd.Studio("a <b>name</b>", backend="cloud")
studio
"""
WORK = r"""
pathlib.Path("clip.mp4").write_bytes(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 64)
flow = studio.workflow
LOOP.run(flow.connect("cloud"))
LOOP.run(flow.upload(["clip.mp4"]))
LOOP.run(flow.ask("do something"));
"""
COUNTED = """
window.counts = { urls: 0, timers: 0 };
for (const [on, off, name, add, remove] of [[URL, URL, "urls", "createObjectURL", "revokeObjectURL"], [window, window, "timers", "setInterval", "clearInterval"]]) {
  const made = new Set(), make = on[add].bind(on), drop = off[remove].bind(off);
  on[add] = (...all) => { const one = make(...all); made.add(one); window.counts[name] = made.size; return one; };
  off[remove] = (one) => { made.delete(one); window.counts[name] = made.size; return drop(one); };
}
"""
STEPS = ("Connect", "Upload", "Languages", "Live", "Timeline", "Export", "Credits")


def counts(lab):
    return lab.page.evaluate(
        "() => ({ ...window.counts, stories: [...document.head.querySelectorAll('style')].filter((one) => one.textContent.includes('data-nd-story')).length })"
    )


def command(lab, name):
    lab.page.evaluate("(name) => window.jupyterapp.commands.execute(name)", name)


@pytest.mark.timeout(180)
def test_hostile_text_is_text_a_token_is_nowhere_and_a_closed_view_leaves_nothing(lab):
    lab.page.add_init_script(COUNTED)
    lab.page.on("dialog", lambda dialog: lab.errors.append(f"dialog: {dialog.message}"))
    book = write_notebook(lab.folder / "hostile.ipynb", STUDIO, WORK)
    lab.open(book)
    command(lab, "@jupyter-widgets/jupyterlab-manager:saveWidgetState")
    lab.run_all()
    lab.region("Live").get_by_text("Done in").first.wait_for(timeout=30_000)
    lab.region("Timeline").get_by_role("grid").wait_for()

    for step in STEPS:
        region = lab.region(step)
        if (code := region.get_by_role("button", name="as code")).count():
            code.click()
        assert region.locator("img[src='x'], script, iframe, a[href^='javascript']").count() == 0, step
        assert "\u202e" not in region.inner_text(), step
    assert lab.region("Live").get_by_text("<img src=x").count() > 0
    assert lab.page.evaluate("() => window.hacked") is None
    assert lab.region("Timeline").evaluate("(it) => it.getBoundingClientRect().height") < 2_000

    before = counts(lab)
    lab.page.locator(".jp-Cell").first.click(position={"x": 60, "y": 20})
    command(lab, "notebook:create-output-view")
    second = lab.page.locator(".jp-LinkedOutputView")
    second.get_by_role("region", name="Live", exact=True).get_by_text("Done in").first.wait_for()
    assert counts(lab)["stories"] == 2 * before["stories"]
    box = second.get_by_role("region", name="Languages", exact=True).get_by_role(
        "combobox", name="Add a language"
    )
    box.fill("French")
    box.press("Enter")
    chosen = lab.page.get_by_role("list", name="Languages to dub into").get_by_text("French")
    lab.until(lambda: chosen.count() == 2, 10, "the other view does not know")
    lab.page.locator(".lm-TabBar-tab.lm-mod-current .lm-TabBar-tabCloseIcon").last.click()
    second.wait_for(state="detached")
    lab.until(lambda: counts(lab)["stories"] == before["stories"], 10, f"{before} {counts(lab)}")
    after = counts(lab)
    assert after["timers"] <= before["timers"] + 1, (before, after)
    assert after["urls"] <= before["urls"], (before, after)
    lab.save()
    text = book.read_text("utf-8")
    state = json.loads(text)["metadata"]["widgets"]
    assert len(json.dumps(state)) > 10_000, "the state of the panels is in the file"
    html = book.with_suffix(".html")
    command_line = [sys.executable, "-m", "nbconvert", "--to", "html", str(book), "--output", str(html)]
    subprocess.run(command_line, check=True, capture_output=True)
    commands = [one.read_bytes() for one in Path("/proc").glob("[0-9]*/cmdline") if one.exists()]
    for kept in (text, html.read_text("utf-8"), lab.server.log(), lab.page.url, str(commands)):
        assert "never0seen" not in kept
        assert "said0by0a0server" not in kept
    exported = lab._context.new_page()
    exported.goto(html.as_uri(), wait_until="domcontentloaded")
    assert exported.locator("[data-nd-story]").first.inner_text().count("<img src=x") > 0
    assert exported.locator("img[src='x']").count() == 0
    assert exported.evaluate("() => window.hacked") is None
    assert lab.errors == []
    assert lab.outside == []
