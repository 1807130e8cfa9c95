"""Runs a notebook headless with the Python that runs this, and turns it into a page."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
import tempfile
from typing import IO, TYPE_CHECKING, Any, Final

import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

_START_S: Final = 120
"""A cold disk and a busy machine included."""


class CellFailedError(Exception):
    """A cell raised. `title` says which, `cause` is the error's own sentence."""

    def __init__(self, title: str, cause: str) -> None:
        super().__init__(f"{title}: {cause}")
        self.title = title
        self.cause = cause


class _ThisPython(KernelSpecManager):
    """Knows one kernel, this interpreter: an installed `python3` spec may belong to another environment."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the spec, whatever the notebook calls it."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python", name=kernel_name)


def read(path: Path) -> Any:
    """Return the notebook of a file."""
    return nbformat.read(path, as_version=4)


def write(document: Any, path: Path) -> None:
    """Write a notebook to a file."""
    nbformat.write(document, path)


def write_page(document: Any, path: Path) -> None:
    """Write a notebook as an HTML page that needs no network; videos are linked, not embedded."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        template_name="lab", mathjax_url="", require_js_url="", jquery_url="", mermaid_js_url=""
    )
    exporter.exclude_input_prompt = exporter.exclude_output_prompt = True
    page, _ = exporter.from_notebook_node(document, resources={"metadata": {"name": path.stem}})
    path.write_text(page, encoding="utf-8")


def execute(document: Any, folder: Path, during: Callable[[str], AbstractContextManager[object]]) -> None:
    """Run the cells in place, with `folder` as their working folder; `during(title)` surrounds each.

    Raises CellFailedError; the cells until then keep their outputs.
    """
    manager = AsyncKernelManager(kernel_spec_manager=_ThisPython(), kernel_name="python3")
    client = NotebookClient(
        document,
        km=manager,
        timeout=None,  # a first run fetches models
        startup_timeout=_START_S,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
    )
    client.owns_km = True  # it ends the kernel, whatever happens
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        try:
            asyncio.run(_run(client, document, said, during))
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None


async def _run(
    client: Any, document: Any, said: IO[str], during: Callable[[str], AbstractContextManager[object]]
) -> None:
    # Without this, debugpy warns about frozen modules.
    environment = {**os.environ, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    titles = _titles(document)
    async with client.async_setup_kernel(env=environment, stdout=said, stderr=said):
        stopped = _stop_on_ctrl_c()
        client.reset_execution_trackers()
        for index, cell in enumerate(document.cells):
            if cell.cell_type != "code":
                continue
            try:
                with during(titles[index]):
                    await client.async_execute_cell(cell, index, execution_count=None)
            except CellExecutionError as error:
                raise CellFailedError(titles[index], f"{error.ename}: {error.evalue}") from None
            except DeadKernelError:
                # This is also what nbclient makes of a cancelled task.
                if stopped.is_set():
                    raise KeyboardInterrupt from None
                raise CellFailedError(titles[index], f"the kernel died. {_last_line(said)}") from None


def _stop_on_ctrl_c() -> asyncio.Event:
    """Let Ctrl-C cancel this task and set the event; nbclient's own handler would end in an AssertionError."""
    stopped = asyncio.Event()
    task = asyncio.current_task()
    assert task is not None

    def stop() -> None:
        stopped.set()
        task.cancel()

    with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C arrives as KeyboardInterrupt by itself
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop)
    return stopped


def _last_line(said: IO[str]) -> str:
    said.seek(0)
    return next((line.strip() for line in reversed(said.readlines()) if line.strip()), "")


def _titles(document: Any) -> list[str]:
    """Return for each cell the heading above it, or its own first line where a heading has several cells."""
    titles, heading, used = [], "", False
    for cell in document.cells:
        if cell.cell_type == "markdown" and (found := re.search(r"^#+ +(.+)$", cell.source, re.MULTILINE)):
            heading, used = found[1].strip(), False
        first = next((line for line in cell.source.splitlines() if line.strip()), "")
        titles.append(heading if heading and not used else first)
        used = used or cell.cell_type == "code"
    return titles
