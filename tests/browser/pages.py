"""What a person sees and does in a browser: a notebook in JupyterLab or Notebook 7, or as a page of Voilà."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit

import nbformat

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Locator, Request, Route
    from servers import Server

NARROW: Final = {"width": 600, "height": 900}
WIDE: Final = {"width": 1280, "height": 900}
_OURS: Final = ("127.0.0.1", "localhost")
_VOILAS_OWN: Final = "/@fortawesome/fontawesome-free@"
"""Voilà's own page asks a CDN for a font of icons, and does without."""
_KERNELSPEC: Final = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def write_notebook(path: Path, *cells: str) -> Path:
    """Write a notebook of code cells; with a kernel named, so that no dialog asks for one."""
    document = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata=_KERNELSPEC
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(document, path)
    return path


class Page:
    """A browser tab of its own that may talk to this machine only."""

    def __init__(self, server: Server, browser: Browser, folder: Path) -> None:
        self.server = server
        self.outside: list[str] = []
        """Addresses beyond this machine that the page asked for; they were refused."""
        self.errors: list[str] = []
        """What went wrong in our own modules (anywidget loads them from blob: addresses); hosts have errors of theirs."""
        self.folder = folder
        """Where the test's notebooks lie; their kernels share a home of their own."""
        self._context: BrowserContext = browser.new_context(viewport=WIDE, accept_downloads=True)
        self._context.route(re.compile("^https?://"), self._guard)
        self._context.set_default_timeout(15_000)
        self.page = self._context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", self._uncaught)
        self.page.on("request", self._asked)

    @property
    def home(self) -> Path:
        """Where the embedded backend of this folder's notebooks keeps its things."""
        return self.server.place / "homes" / self.folder.name

    def _guard(self, route: Route) -> None:
        if _is_here(route.request.url):
            route.fallback()
        else:
            route.abort()

    def _asked(self, request: Request) -> None:
        if request.url.startswith("http") and not _is_here(request.url) and _VOILAS_OWN not in request.url:
            self.outside.append(request.url)

    def _heard(self, message: ConsoleMessage) -> None:
        told = f"{message.text} ({message.location['url']})"
        if message.type == "error" and ("blob:" in told or "anywidget" in told):
            self.errors.append(told)

    def _uncaught(self, error: Error) -> None:
        if "blob:" in (error.stack or ""):
            self.errors.append(f"{error}\n{error.stack}")

    def region(self, name: str) -> Locator:
        """Find a panel by the name that a screen reader says."""
        return self.page.get_by_role("region", name=name, exact=True)

    def narrow(self) -> None:
        self.page.set_viewport_size(NARROW)

    def screenshot(self, name: str, what: Locator | None = None) -> Path:
        path = self.server.root.parent / "pictures" / self.folder.name / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        (what or self.page).screenshot(path=path, animations="disabled")
        return path

    def until(self, true: Callable[[], bool], timeout_s: float, otherwise: str) -> None:
        """Wait for something that is not on the page; the page goes on meanwhile, which it would not in a sleep."""
        end = time.monotonic() + timeout_s
        while not true():
            assert time.monotonic() < end, f"{otherwise} after {timeout_s:.0f} s"
            self.page.wait_for_timeout(100)

    def close(self) -> None:
        """Close the tab as a person does: the page may still say that it leaves."""
        self.page.close(run_before_unload=True)
        self._context.close()


class Lab(Page):
    """A notebook in JupyterLab, or in Notebook 7: the menus and commands are the same."""

    address: str = "/lab/tree/{path}?reset&token={token}"

    def open(self, notebook: Path) -> None:
        """Open a notebook and wait until its kernel is idle."""
        from servers import TOKEN

        path = notebook.relative_to(self.server.root).as_posix()
        self.page.goto(self.server.url + self.address.format(path=path, token=TOKEN))
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
        self._path = path
        self.wait_idle()

    def run_all(self, timeout_s: float = 60.0) -> None:
        """Run all cells by the menu, and wait until each has its number and the kernel nothing to do."""
        began = datetime.now(UTC)
        self._menu("Run", "Run All Cells")
        numbers = self.page.locator(".jp-CodeCell .jp-InputArea-prompt")

        def done() -> bool:
            # The numbers may be there from an earlier run: the kernel must have been heard since.
            kernel = self.kernel() or {"execution_state": "", "last_activity": ""}
            return (
                kernel["execution_state"] == "idle"
                and datetime.fromisoformat(kernel["last_activity"]) > began
                and all(re.fullmatch(r"\[\d+\]:?", text.strip()) for text in numbers.all_inner_texts())
            )

        self.until(done, timeout_s, "not every cell was run")

    def wait_idle(self, timeout_s: float = 60.0) -> None:
        """Wait until the notebook's kernel has nothing to do."""
        self.until(lambda: (self.kernel() or {}).get("execution_state") == "idle", timeout_s, "busy kernel")

    def kernel(self) -> dict | None:
        """What the server says of this notebook's kernel; None if it has none."""
        answer = self.server.http.get("/api/sessions")
        sessions = answer.json() if answer.is_success else []  # 500 may come while a kernel starts
        return next((one["kernel"] for one in sessions if one["path"] == self._path), None)

    def interrupt(self) -> None:
        """Press the toolbar's stop button."""
        self.page.locator('[data-command="notebook:interrupt-kernel"]').first.click()

    def restart(self) -> None:
        """Restart the kernel by the menu, as a person does; the page stays open."""
        was = self.kernel()
        self._menu("Kernel", "Restart Kernel…")
        with self.page.expect_response(lambda answer: answer.url.split("?")[0].endswith("/restart")):
            self.page.get_by_role("dialog").get_by_role("button", name="Confirm Kernel Restart").click()
        assert was is not None
        self.wait_idle()

    def stop_kernel(self) -> None:
        """End the kernel as the server does for an idle one."""
        kernel = self.kernel()
        assert kernel is not None
        self.server.http.delete(f"/api/kernels/{kernel['id']}").raise_for_status()

    def theme(self, kind: Literal["light", "dark"]) -> None:
        """Change the host's theme and wait until it is on."""
        self.page.evaluate(
            "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })",
            f"JupyterLab {kind.capitalize()}",
        )
        light = "true" if kind == "light" else "false"
        self.page.locator(f"body[data-jp-theme-light={light}]").wait_for(state="attached")

    def narrow(self) -> None:
        """Make the window 600 pixels wide, with the file browser folded away."""
        super().narrow()
        if self.page.locator("#jp-left-stack").is_visible():
            self.page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
            self.page.locator("#jp-left-stack").wait_for(state="hidden")

    def save(self) -> None:
        """Save the notebook and wait until it is written."""
        with self.page.expect_response(
            lambda answer: "/api/contents/" in answer.url and answer.request.method == "PUT"
        ):
            self.page.keyboard.press("Control+s")

    def _menu(self, menu: str, entry: str) -> None:
        self.page.get_by_role("menuitem", name=menu, exact=True).first.click()
        self.page.get_by_role("menuitem", name=entry, exact=False).first.click()

    def close(self) -> None:
        """Close the tab and end its kernel, so that the next test has the machine for itself."""
        super().close()
        if (kernel := self.kernel()) is not None:
            self.server.http.delete(f"/api/kernels/{kernel['id']}")


class Notebook7(Lab):
    """A notebook in Notebook 7."""

    address = "/notebooks/{path}?token={token}"


class Voila(Page):
    """A notebook as a page: no code, no menus; it runs by itself."""

    def open(self, notebook: Path, kind: Literal["light", "dark"] = "light", timeout_s: float = 60.0) -> None:
        """Open the page; the server answers when all cells have run."""
        path = notebook.relative_to(self.server.root).as_posix()
        self.page.goto(f"{self.server.url}/voila/render/{path}?theme={kind}", timeout=timeout_s * 1000)


def _is_here(address: str) -> bool:
    return urlsplit(address).hostname in _OURS
