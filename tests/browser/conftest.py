"""One JupyterLab and one Voilà for all tests in a real browser; a tab, a folder and a home for each test."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from platformdirs import user_data_dir

sys.path.insert(0, str(Path(__file__).parent))

import servers
from pages import Lab, Notebook7, Page, Voila

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
NEEDED = {
    "playwright": "Playwright",
    "jupyterlab": "JupyterLab",
    "notebook": "Notebook 7",
    "voila": "Voilà",
    "axe_playwright_python": "axe-playwright-python",
}
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
"""Not the one that Playwright fetches: it has no H.264, so our videos would not play in it."""
TABS = pytest.StashKey[list[Page]]()
MODELS = Path(
    os.environ.get("NEMODUB_MODELS")
    or Path(os.environ.get("NEMODUB_HOME") or user_data_dir("nemodub")) / "models"
)
"""As the run was started: each test has names of its own for these."""


@pytest.fixture
def _there(lacking: Callable[[str], NoReturn]) -> None:
    """Skip the test where a browser or a server is not installed."""
    for module, name in NEEDED.items():
        if find_spec(module) is None:
            lacking(name)
    if CHROMIUM is None:
        lacking("Chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium a module (1 s).

    Ask for it by `getfixturevalue`, so that `_there` comes first. Not for the session: while Playwright runs, its
    event loop is this thread's, and other tests need one of theirs.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def jupyter_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    server = servers.jupyter(tmp_path_factory.mktemp("jupyter"), MODELS)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def voila_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    server = servers.voila(tmp_path_factory.mktemp("voila"), MODELS)
    yield server
    server.stop()


@pytest.fixture
def lab(_there: None, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A tab for JupyterLab."""
    yield from _tab(Lab, "jupyter_server", request)


@pytest.fixture
def notebook7(_there: None, request: pytest.FixtureRequest) -> Iterator[Notebook7]:
    """A tab for Notebook 7, on the server of JupyterLab."""
    yield from _tab(Notebook7, "jupyter_server", request)


@pytest.fixture
def voila(_there: None, request: pytest.FixtureRequest) -> Iterator[Voila]:
    """A tab for Voilà."""
    yield from _tab(Voila, "voila_server", request)


def _tab(kind: type[Page], server: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    # The servers and the browser are started only now that all they need is known to be there.
    serving = request.getfixturevalue(server)
    folder = serving.root / re.sub(r"\W+", "-", request.node.name)
    if folder.exists():  # the test's second try
        folder = folder.with_name(f"{folder.name}-again")
    folder.mkdir()
    tab = kind(serving, request.getfixturevalue("browser"), folder)
    request.node.stash[TABS] = [*request.node.stash.get(TABS, []), tab]
    yield tab
    tab.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show what the page looked like when a test failed."""
    report = yield
    if report.failed and report.when == "call":
        for tab in item.stash.get(TABS, []):
            report.sections.append(("page", f"{_picture(tab)}\n{tab.page.url}\n" + "\n".join(tab.errors)))
            report.sections.append(("server", tab.server.log()[-3000:]))
    return report


def _picture(tab: Page) -> str:
    try:
        return str(tab.screenshot("failed"))
    except Exception as error:
        return f"no picture: {error}"
