"""Time until a timeline of 10,000 segments is shown (target: 1 s), and how fluidly it is scrolled and zoomed (30 frames/s).

The page is a real Chromium that draws the panel's own files; its kernel side is measured apart. Needs playwright and a
Chromium (CHROMIUM, else /usr/bin/chromium); without them only the kernel side is measured.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemodub_nb import timeline
from nemodub_nb.panels import front, timeline_story
from nemodub_nb.panels.timeline import Timeline
from nemodub_nb.panels.timeline_lines import sheet
from nemodub_nb.panels.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import Callable

SEGMENTS = 10_000
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PAGE = """<!doctype html><meta charset="utf-8"><body data-jp-theme-light="true"><div id="el" style="width:980px"></div>"""
SHOW = """async ([esm, css, view, packed]) => {
  const bytes = new DataView(Uint8Array.from(atob(packed), (one) => one.charCodeAt(0)).buffer);
  const begun = performance.now();
  const style = document.createElement("style");
  style.textContent = css;
  document.head.append(style);
  const handlers = {};
  const answer = () => { for (const one of handlers["msg:custom"] ?? []) one({ kind: "rows", version: 1, piece: 0, pieces: 1 }, [bytes]); };
  const model = {
    get: () => view,
    on: (name, handler) => (handlers[name] ??= []).push(handler),
    off: () => {},
    send: (message) => { if (message.do === "rows") setTimeout(answer); },
  };
  const module = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
  module.default.render({ model, el: document.querySelector("#el") });
  const frame = () => new Promise(requestAnimationFrame);
  while (!document.querySelector("tr[aria-rowindex='2'] td")) await frame();
  await frame();
  await frame();
  return performance.now() - begun;
}"""
FRAMES = """(act) => new Promise((done) => {
  const moves = {
    rows: (n) => { document.querySelector(".nd-timeline-rows").scrollTop = n * 170; },
    jumps: (n) => { document.querySelector(".nd-timeline-rows").scrollTop = (n * 364274) % 400000; },
    zoom: (n) => { document.querySelector(`[aria-label="Zoom ${n % 60 < 30 ? "in" : "out"}"]`).click(); },
    lanes: (n) => { document.querySelector(".nd-timeline-scroll").scrollLeft = n * 60; },
  };
  const begun = performance.now();
  let frames = 0;
  let last = begun;
  let longest = 0;
  const step = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    moves[act](frames++);
    if (now - begun < 2000) requestAnimationFrame(step);
    else done([frames / ((now - begun) / 1000), longest]);
  };
  requestAnimationFrame(step);
})"""


def draft(segments: int) -> dict[str, Any]:
    """A clip of that many lines, dubbed into one language; the source is told by the reports alone."""
    dubs = [
        {
            "d": 1900,
            "m": {
                "start_ms": index * 2000,
                "text": f"Línea {index}: una frase tan larga como suelen ser.",
                "report": {
                    "index": index,
                    "source_text": f"Line {index}: a sentence as long as lines usually are.",
                    "stretch": 1 + index % 30 / 100,
                    "fill": 0.93,
                    "flags": ["fast"] if index % 9 == 0 else [],
                    "verdict": "look" if index % 9 == 0 else "good",
                },
            },
        }
        for index in range(segments)
    ]
    length = segments * 2000
    return {
        "t": [
            {"tt": 0, "m": {"role": "picture", "clip": "a.mp4"}, "sg": [{"d": length, "m": {"start_ms": 0}}]},
            {"tt": 1, "m": {"role": "dub", "language": "es", "clip": "a.mp4"}, "sg": dubs},
        ],
        "d": length,
    }


def median_s(work: Callable[[], object], rounds: int = 9) -> float:
    """Return the median time of a piece of work."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def kernel(given: dict[str, Any]) -> float:
    """Measure the kernel's side; returns the seconds from the draft to the bytes."""
    text = json.dumps(given)
    loads = median_s(lambda: json.loads(text))
    read = median_s(lambda: sheet(given))
    found = sheet(given)
    packing = median_s(found.packed)
    story = median_s(lambda: timeline_story.html(found))
    frame = median_s(lambda: timeline.frame(given))
    print(f"json.loads {loads * 1e3:.0f} ms, frame {frame * 1e3:.0f} ms ({frame / loads:.2f} x)")
    print(
        f"lines and lanes {read * 1e3:.0f} ms ({read / loads:.2f} x), packed {packing * 1e3:.0f} ms "
        f"({len(found.packed()) / 1024:.0f} kB), story {story * 1e3:.0f} ms"
    )
    return read + packing


def page(given: dict[str, Any], kernel_s: float) -> None:
    """Measure the page: the time until rows and lanes are drawn, then frames a second."""
    from playwright.sync_api import sync_playwright

    found = sheet(given)
    view = {
        **Timeline(Workflow(), alone=False).draw(),
        "title": "Timeline", "number": 5, "phase": "alone", "why": "", "error": None, "code": "", "story_id": "",
        "folded": False, "version": 1, "lines": len(found.lines), "empty": None,
        "languages": [["es", "español", "Spanish"]], "show": ["es"], "of": "es",
    }  # fmt: skip
    packed = base64.b64encode(found.packed()).decode()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport={"width": 1020, "height": 900})
        tab.set_content(PAGE)
        shown_s = tab.evaluate(SHOW, [front.esm("timeline"), front.css("timeline"), view, packed]) / 1000
        print(
            f"page drawn {shown_s * 1e3:.0f} ms; draft to screen {(kernel_s + shown_s) * 1e3:.0f} ms (target 1000)"
        )
        for act in ("rows", "jumps", "zoom", "lanes"):
            rate, longest = tab.evaluate(FRAMES, act)
            print(f"{act:6} {rate:4.0f} frames/s, longest {longest:.0f} ms (target 30)")
        browser.close()


def main() -> None:
    """Print the figures."""
    given = draft(SEGMENTS)
    kernel_s = kernel(given)
    if importlib.util.find_spec("playwright") and Path(CHROMIUM).exists():
        page(given, kernel_s)


if __name__ == "__main__":
    main()
