from __future__ import annotations

import re

import pytest
from accessibility import grave_findings
from pages import Lab, write_notebook

PANEL = """\
import nemodub_nb as nd
import pandas as pd
from nemodub_nb.fitting import Pace

heard = [(i * 3.0, i * 3.0 + 2.4, f"Line number {i} is said.") for i in range(60)]
lines = pd.DataFrame(heard, columns=["start_s", "end_s", "text"])
words = ["Una línea breve", "Una línea bastante más larga de lo que parece", "Una línea que de ninguna manera cabe en el tiempo que hay"]
spanish = [f"{words[(i * 7) % 11 % 3]}, la número {i}" + (" <b>y además</b> con todo lo demás que aún queda por decir aquí." if i % 19 == 4 else ".") for i in range(60)]
fit = nd.fit(lines, spanish, "es", pace=Pace(17.0, 0.1))
nd.panels.Fit(fit)
"""


@pytest.fixture
def fit(lab: Lab):
    lab.open(write_notebook(lab.folder / "fit.ipynb", PANEL))
    lab.run_all()
    region = lab.region("Fit")
    region.get_by_role("table", name="Lines that need a look").wait_for()
    return region


def test_moving_a_limit_by_keyboard_changes_the_lines_and_the_code(lab, fit):
    before = fit.locator(".nd-fit-table tbody tr").count()
    assert before > 0
    assert "<b>y además</b>" in fit.inner_text()
    slider = fit.get_by_label(re.compile("^Voice faster by itself"))
    slider.focus()
    for _ in range(4):
        slider.press("ArrowRight")
    lab.until(lambda: fit.locator(".nd-fit-table tbody tr").count() < before, 10, "the same lines")
    fit.get_by_role("button", name="as code").click()
    lab.until(lambda: "fastest_rate=1.4" in fit.locator("pre").inner_text(), 5, "no such code")
    fit.get_by_role("button", name="Usual limits").click()
    lab.until(lambda: fit.locator(".nd-fit-table tbody tr").count() == before, 10, "other lines")
    assert slider.input_value() == "1.2"
    fit.locator("summary").click()
    assert fit.get_by_role("row", name=re.compile("the picture slowed up to 2")).is_visible()
    assert lab.errors == []
    lab.screenshot("wide", fit)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_can_be_read_by_everybody_at_600_pixels(lab, fit, theme):
    lab.narrow()
    lab.theme(theme)
    assert fit.evaluate("(it) => it.scrollWidth <= it.clientWidth + 1")
    print(lab.screenshot(f"narrow-{theme}", fit))
    assert grave_findings(fit) == []


@pytest.mark.usefixtures("fit")
def test_a_saved_notebook_tells_it_without_a_kernel(lab):
    lab.save()
    saved = (lab.folder / "fit.ipynb").read_text("utf-8")
    assert "Lines that need a look" in saved
    assert "&lt;b&gt;y además" in saved
