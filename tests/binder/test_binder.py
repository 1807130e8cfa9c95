"""What mybinder.org does with this repository, step by step, in an environment that never saw it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import av
import httpx
import pytest

REPOSITORY = Path(__file__).parents[2]
BINDER = REPOSITORY / "binder"
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info", "nemodub-*", "dubbed")


def lines(name):
    text = (BINDER / name).read_text("utf-8")
    return [line.partition("#")[0].strip() for line in text.splitlines() if line.partition("#")[0].strip()]


def test_the_python_is_one_that_the_package_accepts():
    assert re.fullmatch(r"python-3\.1[1-3]", lines("runtime.txt")[0])


def test_system_packages_are_plain_names_and_post_build_can_be_run():
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", name) for name in lines("apt.txt"))
    assert os.access(BINDER / "postBuild", os.X_OK)


def test_post_build_goes_on_without_one_model_and_fails_without_any(tmp_path):
    stand_in = tmp_path / "nemodub"
    stand_in.write_text('#!/bin/sh\necho "$@" >> "$ASKED"; test "$3" = "$CAME"\n', "utf-8")
    stand_in.chmod(0o755)

    def run(came):
        asked = tmp_path / f"asked-{came}"
        done = subprocess.run(
            [BINDER / "postBuild"],
            env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "ASKED": str(asked), "CAME": came},
            capture_output=True,
            text=True,
            check=False,
        )
        return done, asked.read_text("utf-8").splitlines()

    done, asked = run("kokoro")
    assert done.returncode == 0
    assert len(asked) == len(set(asked)) > 3
    assert "whisper-base did not come" in done.stderr
    done, _ = run("none")
    assert done.returncode == 1
    assert "no model came" in done.stderr


@pytest.mark.engine
@pytest.mark.timeout(1200)
def test_each_step_works_in_a_clean_environment(tmp_path, lacking):
    """Minutes: the packages and the models are fetched anew, as for a new image."""
    if not os.environ.get("NEMODUB_TESTS_COMPLETE"):
        lacking("NEMODUB_TESTS_COMPLETE=1 (it fetches 500 MB)")
    checkout = shutil.copytree(REPOSITORY, tmp_path / "checkout", ignore=LEFT_OUT)
    place = tmp_path / "environment"
    environment = {
        "PATH": f"{place / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(tmp_path / "jovyan"),
        **{
            name: value
            for name, value in os.environ.items()
            if re.match(r"(?i)pip_|npm_|.*_proxy$|ssl_|.*_ca", name)
        },
    }

    def step(*command, cwd=checkout):
        began = time.monotonic()
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
        print(f"{' '.join(map(str, command))}: {time.monotonic() - began:.0f} s")
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    step(sys.executable, "-m", "venv", place)
    step("pip", "install", "-q", "-r", "binder/requirements.txt")
    step("binder/postBuild")
    notebooks = checkout / "notebooks"
    step(
        "jupyter",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--inplace",
        "quickstart.ipynb",
        cwd=notebooks,
    )

    for language in ("es", "fr", "de"):
        with av.open(str(notebooks / "dubbed" / f"explainer.{language}.mp4")) as video:
            assert video.duration / av.time_base > 30

    # The addresses that the badges open, on the server that repo2docker starts.
    with serving(checkout, environment) as http:
        page = http.get("/lab/tree/notebooks/quickstart.ipynb")
        assert page.is_success
        assert "JupyterLab" in page.text
        assert http.get("/api/contents/notebooks/quickstart.ipynb").is_success
        page = http.get("/voila/render/notebooks/studio.ipynb", timeout=120)
        assert page.is_success
        assert "application/vnd.jupyter.widget-view+json" in page.text
        assert "Traceback" not in page.text


@contextlib.contextmanager
def serving(checkout, environment):
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    command = [
        "jupyter",
        "notebook",
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--IdentityProvider.token=t",
    ]
    with (checkout.parent / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=checkout, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=address, headers={"Authorization": "token t"}, trust_env=False) as http:
            end = time.monotonic() + 60
            while True:
                try:
                    http.get("/api/status").raise_for_status()
                    break
                except httpx.HTTPError:
                    assert time.monotonic() < end, (checkout.parent / "server.log").read_text("utf-8")[-3000:]
                    time.sleep(0.2)
            yield http
    finally:
        server.terminate()
        server.wait(20)
