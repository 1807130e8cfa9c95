from __future__ import annotations

import pytest
from accessibility import grave_findings
from pages import Lab, write_notebook

PANEL = """\
import asyncio
from IPython.display import display
from nemodub_nb.client import AgentEvent
from nemodub_nb.panels.live import Live
from nemodub_nb.panels.workflow import Workflow
from nemodub_nb.project.loop import LOOP
from nemodub_nb.project.values import Reply

flow = Workflow(backend="local")
panel = Live(flow, alone=False)

def stream(pieces, every, at_once=lambda number: None):
    async def work(view):
        said = []
        async with view:
            for number in range(pieces):
                at_once(number)
                said.append(f"Sentence number {number} is said. ")
                view.event(AgentEvent("text", said[-1]))
                payload = {"language": "de", "step": "speak", "done": number, "total": pieces}
                view.event(AgentEvent("progress", payload=payload))
                await asyncio.sleep(every)
        return Reply("".join(said).strip(), languages=("de",))
    return LOOP.spawn(flow.run("ask", "make it louder", work))

stream(3, 0.01).result()
display(panel)
"""


@pytest.fixture
def live(lab: Lab):
    """Open a panel that has been talked to, ready to run cells of one line each."""

    def start(*cells: str):
        lab.open(write_notebook(lab.folder / "live.ipynb", PANEL, *cells))
        lab.run_all()
        return lab.region("Live")

    return start


def test_what_is_typed_and_where_one_reads_stay_untouched_while_words_stream(lab, live):
    region = live("stream(150, 0.04); None")
    box = region.get_by_role("textbox", name="Say what to change")
    box.click()
    box.press_sequentially("make the music quieter", delay=60)
    assert box.input_value() == "make the music quieter"
    assert box.evaluate("(it) => it === document.activeElement")
    log = region.get_by_role("log")
    lab.until(lambda: log.evaluate("(it) => it.scrollHeight > it.clientHeight + 80"), 15, "nothing to scroll")
    assert log.evaluate("(it) => it.scrollHeight - it.scrollTop - it.clientHeight") < 30
    log.evaluate("(it) => { it.scrollTop = 0; }")
    region.get_by_role("button", name="newer").wait_for()
    region.get_by_text("Done in").wait_for(timeout=30_000)
    assert log.evaluate("(it) => it.scrollTop") == 0
    region.get_by_role("button", name="newer").click()
    region.get_by_text("Sentence number 149 is said.").wait_for()
    assert not lab.errors
    assert not grave_findings(region)


def test_a_page_that_missed_a_message_asks_for_all_of_it(lab, live):
    region = live(
        "def lose(number):\n    if number in (10, 30):\n        panel._pour.seq += 1\nstream(60, 0.02, lose); None"
    )
    region.get_by_text("Done in").wait_for(timeout=30_000)
    whole = " ".join(f"Sentence number {number} is said." for number in range(60))
    lab.until(lambda: whole in region.get_by_role("log").inner_text(), 10, "words are missing")


def test_hostile_words_are_shown_and_do_nothing(lab, live):
    region = live(
        "def hostile(number):\n"
        "    flow.say('note', '<img src=x onerror=alert(1)>\\x1b[31m\\u202eabc ' + 'W' * 1_000_000)\n"
        "stream(1, 0.01, hostile); None"
    )
    region.get_by_text("<img src=x onerror=alert(1)>").first.wait_for()
    assert region.locator("img").count() == 0
    assert region.evaluate("(it) => it.scrollWidth <= it.clientWidth")
    assert not lab.errors


def test_sentences_come_back_by_the_arrow_and_a_click_on_an_example_only_writes_it(live):
    region = live("None")
    box = region.get_by_role("textbox", name="Say what to change")
    region.get_by_role("button", name="Dub this into Spanish and French").click()
    assert box.input_value() == "Dub this into Spanish and French"
    box.press("Enter")
    assert box.input_value() == ""
    region.get_by_role("alert").get_by_text("No backend is connected.").wait_for()
    box.press("ArrowUp")
    assert box.input_value() == "Dub this into Spanish and French"
    box.press("ArrowDown")
    assert box.input_value() == ""
    region.get_by_role("button", name="Dismiss").click()
    region.get_by_role("log").get_by_text("No backend is connected.").wait_for()
    assert not grave_findings(region)


def test_the_panel_can_be_shown_twice_and_drawn_again(lab, live):
    live("display(panel)\nstream(40, 0.02); None")
    lab.page.get_by_role("log").nth(1).get_by_text("Sentence number 39 is said.").wait_for(timeout=30_000)
    logs = lab.page.get_by_role("log").all_inner_texts()
    assert logs[0] == logs[1]
    for kind in ("dark", "light"):
        lab.theme(kind)
        lab.screenshot(kind)
    lab.narrow()
    lab.screenshot("narrow")
