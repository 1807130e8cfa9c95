"""The live panel in JupyterLab: bytes to the browser, delay until seen, and whether the page stays alive meanwhile.

Targets: 2,000 fragments of 20 characters in 10 s: at most twice the text's bytes, seen within 250 ms (95 of 100), a click on
another widget and Run All answered while it streams.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import struct
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

import servers
from pages import Lab, write_notebook
from playwright.sync_api import sync_playwright

FRAGMENTS, SECONDS = 2000, 10.0
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]

PANEL = """\
import asyncio, threading, time
import ipywidgets
from nemodub_nb.client import AgentEvent
from nemodub_nb.panels.live import Live
from nemodub_nb.panels.workflow import Workflow
from nemodub_nb.project.loop import LOOP
from nemodub_nb.project.values import Reply

flow = Workflow(backend="local")
flow._begun = True  # no backend is needed
panel = Live(flow)
button, label = ipywidgets.Button(description="Count"), ipywidgets.Label("0")
button.on_click(lambda _: setattr(label, "value", str(int(label.value) + 1)))
display(panel, button, label)
"""
TEXT = f"""\
async def work(view):
    began, said = time.monotonic(), []
    for at in range({FRAGMENTS}):
        await asyncio.sleep(max(0, began + at * {SECONDS / FRAGMENTS} - time.monotonic()))
        said.append(f"{{at:04d}}={{time.time() * 1000:.0f}}. ")
        view.event(AgentEvent("text", said[-1]))
    return Reply("".join(said).strip())

LOOP.spawn(flow.run("ask", "stream", work))
"""
PROGRESS = TEXT.replace('Reply("".join(said).strip())', 'Reply("Done.")').replace(
    'view.event(AgentEvent("text", said[-1]))',
    'view.event(AgentEvent("progress", name="dub_video", payload={"language": ["es", "fr", "de"][at % 3], "step": "speak", '
    '"done": at // 3, "total": 700, "message": ""}))',
)
REST = ["time.sleep(2); print('cell', 1 + 0)", "time.sleep(1); print('cell', 1 + 1)"]

WATCH = """() => {
  const log = document.querySelector(".nd-live-log");
  window.delays = [];
  let next = 0;
  new MutationObserver(() => requestAnimationFrame(() => {
    const text = log.textContent;
    for (;;) {
      const mark = String(next).padStart(4, "0") + "=";
      const at = text.indexOf(mark);
      if (at < 0 || text.length < at + 20) break;
      window.delays.push(Date.now() - Number(text.slice(at + 5, at + 18)));
      next += 1;
    }
  })).observe(log, { childList: true, characterData: true, subtree: true });
}"""


class Wire:
    """What the kernel's websocket brings to the page."""

    def __init__(self) -> None:
        self.bytes = Counter[str]()
        self.count = Counter[str]()

    def watch(self, socket) -> None:
        if "/channels" in socket.url:
            socket.on("framereceived", self.take)

    def take(self, payload) -> None:
        data = payload.encode() if isinstance(payload, str) else payload
        kind = self.kind(data)
        self.bytes[kind] += len(data)
        self.count[kind] += 1

    @staticmethod
    def kind(data: bytes) -> str:
        """Read the message's type by the protocol v1.kernel.websocket.jupyter.org."""
        (parts,) = struct.unpack_from("<Q", data)
        offsets = struct.unpack_from(f"<{parts}Q", data, 8)
        header = json.loads(data[offsets[1] : offsets[2]])
        if header["msg_type"] != "comm_msg":
            return header["msg_type"]
        content = json.loads(data[offsets[4] : offsets[5]])["data"]
        return f"comm {content.get('method')} {content.get('content', {}).get('kind', '')}".strip()

    def clear(self) -> None:
        self.bytes.clear()
        self.count.clear()


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def stream(lab: Lab, wire: Wire, kind: str, code: str) -> None:
    notebook = write_notebook(lab.folder / f"{kind}.ipynb", PANEL, code, *REST)
    lab.open(notebook)
    page = lab.page
    page.locator(".jp-CodeCell").first.click()
    page.keyboard.press("Shift+Enter")
    page.get_by_role("region", name="Live").wait_for(timeout=60_000, state="attached")
    lab.wait_idle()
    page.wait_for_timeout(1000)
    page.evaluate(WATCH)
    wire.clear()
    began = time.monotonic()
    for _ in range(3):  # the stream's cell and the two after it, one after the other
        page.keyboard.press("Shift+Enter")
    page.get_by_text("cell 2", exact=True).wait_for(timeout=30_000)
    ran_s = time.monotonic() - began
    at = time.monotonic()
    page.get_by_role("button", name="Count").click()
    page.locator(".widget-label, .jupyter-widgets.widget-label").get_by_text("1", exact=True).wait_for()
    click_ms = (time.monotonic() - at) * 1000
    streaming = time.monotonic() - began < SECONDS
    page.get_by_text("Done in").first.wait_for(timeout=60_000)
    page.wait_for_timeout(500)
    print(f"\n{kind}: {FRAGMENTS} events in {SECONDS:.0f} s")
    for name, size in wire.bytes.most_common():
        print(
            f"  {name:24} {wire.count[name]:5} messages {size / 1000:8.1f} kB  {size / wire.count[name]:6.0f} B each"
        )
    total, own = (
        sum(wire.bytes.values()),
        sum(wire.bytes[k] for k in wire.bytes if k.startswith(("comm", "update_"))),
    )
    print(f"  all {total / 1000:.1f} kB, the panel's {own / 1000:.1f} kB")
    if kind == "text":
        text = FRAGMENTS * 20
        delays = page.evaluate("window.delays")
        print(f"  {own / text:.2f} x the text (all: {total / text:.2f} x)   seen: {len(delays)} fragments")
        print(
            f"  delay until seen: median {statistics.median(delays):.0f} ms, p95 {percentile(delays, 0.95):.0f} ms, max {max(delays):.0f} ms"
        )
    print(
        f"  two cells of 3 s together ran in {ran_s:.1f} s; click answered in {click_ms:.0f} ms, streaming: {streaming}"
    )


def main() -> None:
    place = Path(tempfile.mkdtemp())
    server = servers.jupyter(place, Path(os.environ.get("NEMODUB_MODELS", place)))
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            for kind, code in {"text": TEXT, "progress": PROGRESS}.items():
                folder = server.root / kind
                folder.mkdir()
                lab = Lab(server, browser, folder)
                wire = Wire()
                lab.page.on("websocket", wire.watch)
                stream(lab, wire, kind, code)
                if lab.errors:
                    print("  errors of the page:", *lab.errors[:5], sep="\n    ")
                lab.close()
            browser.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
