"""The page that is mailed: whole, safe, readable in both themes, and bounded."""

from __future__ import annotations

import re
import shutil
import time
import tracemalloc

import pandas as pd
import pytest
from real_reports import a_bad_line, a_report, write

from nemodub_nb import reporting
from nemodub_nb.reporting.snippets import cut

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser(request):
    lacking = request.getfixturevalue("module_lacking")
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        lacking("Chromium")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def module_lacking():
    return pytest.skip


def opened(browser, path, scheme="light", width=1200):
    """Open a page with the network off; return it with all that it asked for or complained about."""
    page = browser.new_context(
        color_scheme=scheme, offline=True, viewport={"width": width, "height": 900}
    ).new_page()
    page.wanted = []
    page.on("request", lambda request: page.wanted.append(request.url))
    page.on("console", lambda said: page.wanted.append(said.text))
    page.on("pageerror", lambda error: page.wanted.append(str(error)))
    page.goto(path.as_uri())
    return page


def luminance(colour):
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_opens_without_a_network_and_is_readable_in_both_themes(
    browser, mixed_folder, tmp_path, scheme
):
    path = reporting.report(mixed_folder).to_html(tmp_path / "report.html")
    page = opened(browser, path, scheme)
    assert page.wanted == [path.as_uri()]
    for heading in (
        "Against the targets",
        "In figures",
        "Lines by language",
        "Lines to look at, the worst first",
        "Videos",
    ):
        assert page.get_by_role("heading", name=heading).count() == 1
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (luminance(ground) > 0.5) == (scheme == "light")
    for selector in ("body", "td.good", "td.bad", ".badge.bad", ".quiet"):
        ink, own = page.evaluate(
            "s => { const c = getComputedStyle(document.querySelector(s)); return [c.color, c.backgroundColor] }",
            selector,
        )
        assert contrast(ink, ground if own == "rgba(0, 0, 0, 0)" else own) >= 4.5, (selector, scheme)
    drawn = page.evaluate(
        "[...document.querySelectorAll('figure svg text')].map(t => [getComputedStyle(t).fill, getComputedStyle(t).fontSize])"
    )
    assert drawn
    assert all(contrast(ink, ground) >= 4.5 for ink, _ in drawn), "the figures follow the theme"
    assert {size for _, size in drawn} == {"10px"}


def test_the_page_fits_a_narrow_window_and_a_sheet_of_paper(browser, mixed_folder, tmp_path):
    path = reporting.report(mixed_folder).to_html(tmp_path / "report.html")
    page = opened(browser, path, width=600)
    assert page.evaluate("document.documentElement.scrollWidth") <= 600
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_accessibility_checker_finds_nothing(browser, mixed_folder, tmp_path, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    report = reporting.report(mixed_folder)
    pages = [
        report.to_html(tmp_path / "report.html"),
        reporting.compare(report, report).to_html(tmp_path / "compared.html"),
    ]
    for path in pages:
        found = axe.Axe().run(opened(browser, path, scheme)).response["violations"]
        assert not [(one["id"], node["html"][:200]) for one in found for node in one["nodes"]]


def test_hostile_names_and_texts_are_shown_and_do_nothing(browser, hostile_folder, tmp_path):
    path = reporting.report(hostile_folder, title="<script>document.title=1</script>").to_html(
        tmp_path / "report.html"
    )
    text = path.read_text("utf-8")
    assert "<img" not in text
    assert "<script" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    page = opened(browser, path)
    assert page.wanted == [path.as_uri()]
    assert page.title().startswith("<script>")
    assert page.get_by_text("$x^2$").count() > 0, "no text is read as mathematics"
    for said in (
        reporting.report(hostile_folder)._repr_html_(),
        reporting.compare(hostile_folder, hostile_folder)._repr_html_(),
    ):
        assert "<img" not in said


def test_every_script_runs_in_its_own_direction_and_is_marked_with_its_language(
    browser, hostile_folder, tmp_path
):
    page = opened(browser, reporting.report(hostile_folder).to_html(tmp_path / "report.html"))
    arabic = page.locator("td[lang=ar]").first
    assert arabic.evaluate("cell => getComputedStyle(cell).direction") == "rtl"
    assert page.locator("td[lang=ja]").first.inner_text() == "こちらはパノラマ"


def test_the_heat_map_has_a_cell_for_each_line_and_language_and_says_why(browser, mixed_folder, tmp_path):
    page = opened(browser, reporting.report(mixed_folder).to_html(tmp_path / "report.html"))
    assert page.locator(".heat tbody td").count() == 24
    bad = page.locator(".heat td.bad")
    assert bad.count() == 2
    assert "runs beyond its time (0.40 s)" in bad.first.get_attribute("title")
    assert bad.first.inner_text() == "✕", "a verdict is not told by its colour alone"


def test_what_failed_stands_first_with_its_cause_and_what_to_do(browser, tmp_path):
    rows = pd.DataFrame(
        [{"clip": "a", "language": "es", "status": "failed", "error": "No voice.", "advice": "Get one."}]
    )
    page = opened(browser, reporting.report(rows).to_html(tmp_path / "report.html"))
    assert page.get_by_role("heading", level=2).first.inner_text() == "What is not there"
    assert page.get_by_role("cell", name="Get one.").count() == 1


def test_figures_show_time_cost_and_failures_by_cause(browser, good_folder, tmp_path):
    made = {"clip": "explainer", "status": "done", "seconds": 30.0, "cost": 2.5}
    rows = [
        made | {"language": tag, "report": str(good_folder / f"explainer.{tag}.report.json")}
        for tag in ("es", "fr")
    ]
    rows += [
        {
            "clip": f"{number}",
            "language": "de",
            "status": "failed",
            "error": f"Voice {number} is gone. Sorry.",
        }
        for number in range(3)
    ]
    page = opened(browser, reporting.report(pd.DataFrame(rows)).to_html(tmp_path / "report.html"))
    drawn = page.get_by_role("img")
    assert {drawn.nth(number).get_attribute("aria-label") for number in range(drawn.count())} == {
        "Fit by language", "Stretch by language", "Loudness", "Time by language", "Cost by language", "What went wrong",
    }  # fmt: skip
    assert (
        page.locator("figure", has_text="What went wrong").get_by_text("failed: Voice # is gone").count() == 1
    )
    assert page.locator("figure", has_text="Cost by language").get_by_text("4.54").count() == 2


def test_the_worst_lines_can_be_heard_from_the_page_itself(browser, tmp_path):
    av = pytest.importorskip("av")
    np = pytest.importorskip("numpy")
    path = tmp_path / "explainer.es.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48_000, layout="stereo")
        tone = np.sin(np.arange(48_000 * 33) / 20, dtype=np.float32) * 0.5
        for at in range(0, len(tone) - 1024, 1024):
            frame = av.AudioFrame.from_ndarray(
                np.array([tone[at : at + 1024]] * 2), format="fltp", layout="stereo"
            )
            frame.sample_rate = 48_000
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    line = a_bad_line(a_report())
    write(tmp_path, line)
    page = opened(browser, reporting.report(tmp_path).to_html(tmp_path / "report.html"))
    player = page.locator("audio")
    assert player.count() == 1
    length_s = player.evaluate(
        "a => new Promise((yes, no) => { a.onloadedmetadata = () => yes(a.duration); a.onerror = no; a.load() })"
    )
    wanted = line["segments"][2]
    assert length_s == pytest.approx(wanted["end_s"] - wanted["start_s"] + 0.5, abs=0.15)
    assert len(cut(path, 3.0, 300.0)) < 100_000, "a line that never ends is cut"
    assert "<audio" not in reporting.report(tmp_path).to_html(tmp_path / "quiet.html", sound=False).read_text(
        "utf-8"
    )


def test_a_video_that_is_no_video_is_passed_over(mixed_folder, tmp_path):
    (mixed_folder / "second.es.mp4").write_bytes(b"no video")
    text = reporting.report(mixed_folder).to_html(tmp_path / "report.html").read_text("utf-8")
    assert "<audio" not in text
    assert "cannot be heard" in text


def test_the_same_report_gives_the_same_page(mixed_folder, tmp_path):
    report = reporting.report(mixed_folder)
    pages = [report.to_html(tmp_path / name).read_text("utf-8") for name in ("a.html", "b.html")]
    assert len({re.sub(r"Made by nemodub on [^.]+", "", page) for page in pages}) == 1


def test_a_hundred_thousand_lines_stay_fast_and_the_page_small(tmp_path):
    """1,000 videos of 100 lines; every fifth line is not good."""
    made = a_report()
    for number in range(1000):
        made["segments"] = [
            REAL_LINE
            | {
                "index": index,
                "verdict": "look" if index % 5 == 0 else "good",
                "flags": ["fast"] if index % 5 == 0 else [],
            }
            for index in range(100)
        ]
        write(
            tmp_path / "in",
            made | {"source": f"clip{number // 10}.mp4", "language": LANGUAGES[number % 10]},
            f"{number}",
        )
    began = time.monotonic()
    tracemalloc.start()
    report = reporting.report(tmp_path / "in")
    assert len(report.segments) == 100_000
    page = report.to_html(tmp_path / "report.html")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert page.stat().st_size < 3_000_000
    assert page.read_text("utf-8").count('lang="') <= 201 + 10
    assert "19,800 more are in the Parquet" in page.read_text("utf-8")
    report.to_parquet(tmp_path / "out")
    assert peak < 500_000_000
    assert time.monotonic() - began < 240, "minutes would be wrong by an order of magnitude"


REAL_LINE = a_report()["segments"][0]
LANGUAGES = ("es", "fr", "de", "it", "pt", "nl", "pl", "ar", "ja", "zh")
