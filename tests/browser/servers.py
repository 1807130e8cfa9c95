"""Starts JupyterLab with Notebook 7, and Voilà, as processes that touch nothing of the user's."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import httpx
import psutil

NOTEBOOKS: Final = Path(__file__).parents[2] / "notebooks"
TOKEN: Final = "browser-tests"
READY_S: Final = 60.0

_OWN_HOME: Final = """\
import os, pathlib
os.environ["NEMODUB_HOME"] = str(pathlib.Path(os.environ["NEMODUB_TEST_HOMES"]) / pathlib.Path.cwd().name)
"""
"""Runs as each kernel starts: the notebooks of one folder share a home, and no two folders do."""


class Server:
    """One web server, the folder it serves, and who asks it."""

    def __init__(self, command: list[str], place: Path, models: Path, ready: str, port: int) -> None:
        self.place = place
        self.root = place / "root"
        self.url = f"http://127.0.0.1:{port}"
        self._log = place / "server.log"
        began = time.monotonic()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=self.root,
                env=_environment(place, models),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.http = httpx.Client(
            base_url=self.url, headers={"Authorization": f"token {TOKEN}"}, timeout=30, trust_env=False
        )
        try:
            self._wait(ready)
        except BaseException:
            self.stop()
            raise
        self.started_in_s = time.monotonic() - began

    def _wait(self, path: str) -> None:
        end = time.monotonic() + READY_S
        while time.monotonic() < end and self._process.poll() is None:
            try:
                if self.http.get(path).is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"The server did not start:\n{self.log()[-4000:]}")

    def kernels(self) -> int:
        """How many kernels run now; Voilà has no address that tells."""
        return sum(_is_kernel(one) for one in psutil.Process(self._process.pid).children())

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def stop(self) -> None:
        self.http.close()
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(20)


def jupyter(place: Path, models: Path) -> Server:
    """Start one server with both pages: /lab and, for Notebook 7, /notebooks."""
    _prepare(place)
    _setting(place, "apputils-extension/notification", {"fetchNews": "false", "checkForUpdates": False})
    port = _free_port()
    command = [
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={place / 'root'}",
        "--LabApp.expose_app_in_browser=True",  # commands such as the theme's are then a call away
        "--JupyterNotebookApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",  # the other one asks pypi.org
    ]
    return Server(command, place, models, "/api/status", port)


def voila(place: Path, models: Path, *options: str) -> Server:
    """Start Voilà on a folder of notebooks, with the settings that we ship; a page is /voila/render/<path>."""
    _prepare(place)
    shutil.copy(NOTEBOOKS / "voila.json", place / "root")
    port = _free_port()
    command = ["voila", "--no-browser", f"--port={port}", *options, str(place / "root")]
    return Server(command, place, models, "/voila/tree", port)


def _prepare(place: Path) -> None:
    (place / "root").mkdir(parents=True)
    startup = place / "ipython/profile_default/startup"
    startup.mkdir(parents=True)
    (startup / "00-own-home.py").write_text(_OWN_HOME, "utf-8")


def _environment(place: Path, models: Path) -> dict[str, str]:
    own = {
        "JUPYTER_CONFIG_DIR": place / "config",
        "JUPYTER_DATA_DIR": place / "data",
        "JUPYTER_RUNTIME_DIR": place / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": place / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": place / "workspaces",
        "IPYTHONDIR": place / "ipython",
        "NEMODUB_TEST_HOMES": place / "homes",
        "NEMODUB_MODELS": models,
    }
    users = ("NEMO_", "NEMODUB_", "JUPYTER", "SKILL_SOURCE")
    others = {name: value for name, value in os.environ.items() if not name.startswith(users)}
    return {**others, **{name: str(path) for name, path in own.items()}}


def _setting(place: Path, name: str, values: dict) -> None:
    file = place / "settings/@jupyterlab" / f"{name}.jupyterlab-settings"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(values), "utf-8")


def _is_kernel(process: psutil.Process) -> bool:
    try:
        return "ipykernel_launcher" in " ".join(process.cmdline())
    except psutil.Error:  # it has just ended
        return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
