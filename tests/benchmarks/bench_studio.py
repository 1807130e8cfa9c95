"""How long `import nemodub_nb` and the Studio's cell take, in a plain Python, in a kernel and in JupyterLab.

Targets: the import at most 1.3 times that of `import httpx, ipywidgets`; the Studio usable 1 s after its cell was run.
"Usable": each of its panels is on the page, and Connect says that this machine is ready for a clip.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

IMPORTS = {
    "import httpx, ipywidgets": "import httpx, ipywidgets",
    "import nemodub_nb": "import nemodub_nb",
    "nemodub_nb.Studio (the class)": "import nemodub_nb; nemodub_nb.Studio",
    "nemodub_nb.Studio() (made)": "import nemodub_nb; nemodub_nb.Studio()",
}
TIMED = """
import time; began = time.process_time()
{code}
took = time.process_time() - began
import os, sys; sys.stdout.write(str(took)); sys.stdout.flush(); os._exit(0)
"""
WATCH = """() => {
  window.told = {};
  window.before = [];
  const look = () => {
    const cards = [...document.querySelectorAll(".nd-studio .nd-card")].filter((card) => !window.before.includes(card));
    if (cards.length >= 7) window.told.drawn ??= performance.now();
    if (/Nothing leaves it/.test(cards[0]?.querySelector(".nd-say")?.textContent ?? "")) window.told.ready ??= performance.now();
    requestAnimationFrame(look);
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    window.told = { pressed: performance.now() };
    window.before = [...document.querySelectorAll(".nd-card")];
  }, true);
  look();
}"""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


def took_s(code: str) -> float:
    found = subprocess.run(
        [sys.executable, "-c", TIMED.format(code=code)], capture_output=True, text=True, check=True
    )
    return float(found.stdout.splitlines()[-1])


def imports(rounds: int) -> None:
    """Each round takes all of them in turn, and processor time is counted: a machine may have other work."""
    times: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(rounds):
        for name, code in IMPORTS.items():
            times[name].append(took_s(code))
    base = times["import httpx, ipywidgets"]
    for name, found in times.items():
        ratio = statistics.median(one / other for one, other in zip(found, base, strict=True))
        print(f"{name:32} {statistics.median(found) * 1000:5.0f} ms   {ratio:.2f} x")


def lab(rounds: int) -> None:
    import servers
    from pages import Lab, write_notebook
    from playwright.sync_api import sync_playwright

    place = Path(tempfile.mkdtemp())
    server = servers.jupyter(place, place)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            for number in range(rounds):
                folder = server.root / f"n{number}"
                folder.mkdir()
                tab = Lab(server, browser, folder)
                tab.open(write_notebook(folder / "n.ipynb", "import nemodub_nb as nd\n\nnd.Studio()"))
                tab.page.evaluate(WATCH)
                for kind in ("first", "again"):
                    tab.page.locator(".jp-CodeCell").first.click()
                    tab.page.keyboard.press("Control+Enter")
                    began = time.monotonic()
                    tab.until(lambda: {"drawn", "ready"} <= told(tab).keys(), 60, "not usable")  # noqa: B023
                    found = told(tab)
                    drawn, ready = (found[name] - found["pressed"] for name in ("drawn", "ready"))
                    print(f"JupyterLab, {kind:5}: drawn after {drawn:5.0f} ms, usable after {ready:5.0f} ms")
                    tab.page.wait_for_timeout(max(0, 3000 - (time.monotonic() - began) * 1000))
                tab.close()
            browser.close()
    finally:
        server.stop()


def told(tab) -> dict[str, float]:
    return tab.page.evaluate("window.told")


def size() -> None:
    from nemodub_nb.panels import front

    sizes = {
        name: len(front.esm(name)) + len(front.css(name))
        for name in ("studio", "connect", "upload", "languages", "live", "timeline", "export", "credits")
    }
    shared = len(front.esm("studio")) + len(front.css("studio"))
    print(
        f"modules and styles sent as the Studio opens: {sum(sizes.values()) / 1000:.0f} kB, the largest {max(sizes.values()) / 1000:.0f} kB, "
        f"what each repeats at most {shared / 1000:.0f} kB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--lab", type=int, default=2, metavar="ROUNDS")
    given = parser.parse_args()
    size()
    imports(given.rounds)
    if given.lab:
        lab(given.lab)


if __name__ == "__main__":
    main()
