"""500 MB from Chromium into a kernel, through a real JupyterLab: speed, memory, hash, and a connection cut half-way.

Run with `python tests/benchmarks/bench_browser_upload.py [megabytes]`; needs Chromium, JupyterLab, Playwright and psutil.
The page's time goes from choosing the file to "checked ✓", so it holds both hashes. While the file is on its way nobody drives
the browser: Playwright takes a copy of each websocket message, which halves the speed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page, Playwright, sync_playwright

MEGABYTES = int(sys.argv[1]) if len(sys.argv) > 1 else 500
MIB = 1024 * 1024
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SOURCE = """
from pathlib import Path
from nemodub_nb.panels.upload import Upload
from nemodub_nb.panels.workflow import Workflow
from nemodub_nb.project import Clip

class Here(Workflow):
    "Takes clips and does nothing with them: what is measured is the way from the page to the disk."
    taken = ()
    clips = property(lambda self: self.taken)
    async def begin(self):
        self.phase = "ready"
    async def upload(self, sources, on_progress=None):
        found = [Clip(Path(source).name) for source in sources]
        self.taken += tuple(found)
        self.tell("clips")
        return found

Upload(Here())
"""


class Proxy:
    """A TCP proxy that cuts every connection once, when so many bytes have come from the browser."""

    def __init__(self, port: int, cut_after: int | None) -> None:
        self._to = port
        self._left = cut_after
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            browser, _ = self._listener.accept()
            server = socket.create_connection(("127.0.0.1", self._to))
            self._open |= {browser, server}
            threading.Thread(target=self._copy, args=(browser, server, True), daemon=True).start()
            threading.Thread(target=self._copy, args=(server, browser, False), daemon=True).start()

    def _copy(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with contextlib.suppress(OSError):
            while block := source.recv(256 * 1024):
                target.sendall(block)
                if counted and self._left is not None:
                    self._left -= len(block)
                    if self._left <= 0:
                        self._left = None
                        self.cuts += 1
                        self._cut()
        for one in (source, target):
            self._open.discard(one)
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _cut(self) -> None:
        for one in [*self._open]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def jupyter(folder: Path) -> Iterator[tuple[int, str, psutil.Process]]:
    """Start a server that knows nothing of the user's settings."""
    token = secrets.token_hex(16)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    own = {
        name: str(folder / "jupyter" / name)
        for name in (
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_DATA_DIR",
            "JUPYTER_RUNTIME_DIR",
            "IPYTHONDIR",
            "JUPYTERLAB_SETTINGS_DIR",
            "JUPYTERLAB_WORKSPACES_DIR",
            "NEMODUB_HOME",
        )
    }
    settings = Path(own["JUPYTERLAB_SETTINGS_DIR"]) / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(
        '{"fetchNews": "false", "checkForUpdates": false}'
    )
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
               "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]  # fmt: skip
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            command,
            cwd=folder,
            stderr=log,
            stdout=log,
            env=os.environ | own | {"PYTHONPATH": str(Path.cwd())},
        )
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token={token}", timeout=5).close()
                break
            time.sleep(0.2)
        yield port, token, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(20)


def notebook(folder: Path, name: str) -> None:
    cell = {
        "cell_type": "code",
        "id": "a",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": SOURCE,
    }
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (folder / name).write_text(json.dumps(content))


class Memory:
    """The most memory that processes take while something runs, beyond what they took before."""

    def __init__(self, processes: dict[str, psutil.Process]) -> None:
        self._processes = processes
        self._before = {name: one.memory_info().rss for name, one in processes.items()}
        self.growth = dict.fromkeys(processes, 0)
        self._ended = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self._ended.wait(0.02):
            for name, one in self._processes.items():
                with contextlib.suppress(psutil.Error):
                    self.growth[name] = max(self.growth[name], one.memory_info().rss - self._before[name])

    def end(self) -> dict[str, str]:
        self._ended.set()
        return {name: f"+{grown / MIB:.0f} MiB" for name, grown in self.growth.items()}


def kernel_of(server: psutil.Process) -> psutil.Process:
    return max(
        (
            one
            for one in server.children(recursive=True)
            if any("ipykernel" in word for word in one.cmdline())
        ),
        key=lambda one: one.create_time(),
    )


def open_panel(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector(".jp-Notebook")
    page.wait_for_selector('.jp-NotebookPanel .jp-Notebook-ExecutionIndicator[data-status="idle"]')
    page.wait_for_timeout(500)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_selector(".nd-upload-drop", timeout=60_000)


@contextlib.contextmanager
def chromium(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Start a browser that can be driven and left alone in turns."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        CHROMIUM,
        *FLAGS,
        "--headless=new",
        f"--remote-debugging-port={port}",
        f"--user-data-dir={folder / 'chromium'}",
    ]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/json/version", timeout=5).close()
                break
            time.sleep(0.2)
        yield address, psutil.Process(process.pid)
    finally:
        for one in [*psutil.Process(process.pid).children(recursive=True), process]:
            with contextlib.suppress(psutil.Error):
                one.kill()
        process.wait(20)


LATER = """input => {
  input.addEventListener("change", event => {
    if (window.began) return;
    event.stopImmediatePropagation();
    setTimeout(() => {
      window.began = performance.now();
      new MutationObserver(() => {
        const row = document.querySelector(".nd-upload-state");
        if (row && /%/.test(row.textContent)) (window.said ??= []).push([Math.round(performance.now() - window.began), row.textContent]);
        if (row && /✓/.test(row.textContent)) window.ended ??= performance.now();
      }).observe(input.closest(".nd"), { subtree: true, childList: true, characterData: true });
      input.dispatchEvent(new Event("change"));
    }, 2000);
  }, { capture: true });
}"""
"""Begins with the file when the browser is no longer driven."""


def measure(
    playwright: Playwright, browser: str, address: str, server: psutil.Process, clip: Path, digest: str
) -> dict[str, Any]:
    driver = playwright.chromium.connect_over_cdp(browser)
    page = driver.contexts[0].new_page()
    page.set_viewport_size({"width": 1200, "height": 900})
    open_panel(page, address)
    file = page.locator(".nd-upload-drop input[type=file]")
    file.evaluate(LATER)
    # set_input_files would copy the file through the driver.
    session = page.context.new_cdp_session(page)
    expression = 'document.querySelector(".nd-upload-drop input[type=file]")'
    found = session.send("Runtime.evaluate", {"expression": expression})
    session.send("DOM.setFileInputFiles", {"files": [str(clip)], "objectId": found["result"]["objectId"]})
    driver.close()
    memory = Memory({"kernel": kernel_of(server), "server": server})
    kept = clip.parent / "nemodub-uploads" / clip.name
    while not kept.exists():
        time.sleep(0.2)
    time.sleep(3)
    grown = memory.end()
    driver = playwright.chromium.connect_over_cdp(browser)
    page = next(one for one in driver.contexts[0].pages if one.url.startswith("http"))
    seconds = page.evaluate("(window.ended - window.began) / 1000")
    shown = page.get_by_text("checked ✓").get_attribute("title") or ""
    same = digest in shown and hashlib.file_digest(kept.open("rb"), "sha256").hexdigest() == digest
    if os.environ.get("VERBOSE"):
        for row in page.evaluate("window.said")[::25]:
            print(*row)
    page.close()
    driver.close()
    kept.unlink()
    return {
        "MB/s": f"{clip.stat().st_size / seconds / 1e6:.1f}",
        "seconds": f"{seconds:.1f}",
        "hash equal": same,
        **grown,
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as where:
        folder = Path(where)
        clip = folder / "random.mp4"
        hashed = hashlib.sha256()
        with clip.open("wb") as file:
            for _ in range(MEGABYTES):
                block = os.urandom(MIB)
                hashed.update(block)
                file.write(block)
        with (
            jupyter(folder) as (port, token, server),
            chromium(folder) as (browser, _),
            sync_playwright() as playwright,
        ):
            for title, cut in (("straight", None), ("cut half-way", MEGABYTES * MIB // 2)):
                notebook(folder, f"{title}.ipynb")
                proxy = Proxy(port, cut)
                address = f"http://127.0.0.1:{proxy.port}/lab/tree/{title}.ipynb?reset&token={token}"
                found = measure(playwright, browser, address, server, clip, hashed.hexdigest())
                print({"run": title, "cuts": proxy.cuts, **found}, flush=True)


if __name__ == "__main__":
    main()
